"""The simulated queue, against what can be computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from monitor_archive.cluster_command import simulate as simulate_command
from monitor_archive.simulation import TALK_SECONDS, Model, lengths, simulate

PLAIN = Model(speed=10.0, decode_speed=100.0, start_seconds=5.0, overhead_seconds=1.0, database_ms=0.0)


def test_workers_take_the_longest_that_is_left() -> None:
    outcome = simulate([100.0, 300.0, 100.0, 200.0], 2, PLAIN)
    # the first 31, then 11; the second 21, then 11
    assert outcome.seconds == pytest.approx(5 + 31 + 11)
    assert outcome.efficiency == pytest.approx(70.0 / (2 * 47.0))


def test_a_long_recording_in_pieces_is_gone_through_when_the_last_of_them_has_ended() -> None:
    whole = simulate([1000.0], 4, PLAIN)
    pieces = simulate([1000.0], 4, PLAIN, piece_seconds=250.0)
    assert whole.seconds == pytest.approx(5 + 1 + 100)
    assert pieces.seconds == pytest.approx(5 + 1 + 25 + 1 + 10)


def test_whoever_ends_the_last_piece_goes_through_the_whole_before_another_is_begun() -> None:
    # one worker is free at 46, finds nothing, and would be there again at 56 + 5
    outcome = simulate([1000.0, 400.0], 3, PLAIN, piece_seconds=500.0)
    assert outcome.seconds == pytest.approx(5 + 51 + 1 + 10)


def test_a_database_that_is_busy_all_the_time_is_the_limit() -> None:
    slow = Model(speed=10.0, decode_speed=100.0, start_seconds=0.0, overhead_seconds=0.0, database_ms=50.0)
    outcome = simulate([100.0] * 20, 20, slow)
    assert outcome.database_busy == pytest.approx(2.0)
    assert outcome.seconds == pytest.approx(20.0)


def test_lengths_have_the_quantiles_that_they_are_drawn_from() -> None:
    drawn = lengths(200_000, seed=3)
    np.testing.assert_allclose(np.quantile(drawn, [0.05, 0.5, 0.95]), [269, 848, 1306], rtol=0.01)
    assert TALK_SECONDS[0] <= drawn.min() < drawn.max() <= TALK_SECONDS[-1]
    assert drawn.mean() == pytest.approx(826.5, rel=0.01)  # of the talks themselves


def test_the_command_tells_of_each_number_of_machines(capsys: pytest.CaptureFixture[str]) -> None:
    simulate_command(nodes="1,2", cores=4, recordings=40, start=0.0, overhead=0.0)
    head, *rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert head[:2] == ["40", "recordings,"]
    one, two = [row for row in rows if row[0] in ("1", "2")]
    assert (one[1], two[1]) == ("2", "4")
    assert float(two[3]) <= float(one[3]) <= 1.0
