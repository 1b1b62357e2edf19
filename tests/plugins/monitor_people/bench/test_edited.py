from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from monitor.sample import Frame
from monitor.sources import open_source
from monitor_people.bench.actors import PICTURES_PER_SECOND, Actor
from monitor_people.bench.edited import SHOT_SECONDS, actor_at, clip_lengths, cut_plan, shuffled, write_recording
from monitor_people.bench.looks import plain


@pytest.mark.parametrize(("people", "shots"), [(1, 3), (2, 4), (12, 3)])
def test_everybody_is_seen_as_often_and_never_twice_in_a_row(people: int, shots: int) -> None:
    for seed in range(20):
        order = shuffled(people, shots, np.random.default_rng(seed))
        assert Counter(order) == dict.fromkeys(range(people), shots)
        if people > 1:
            assert all(one != other for one, other in pairwise(order))


def test_shots_follow_each_other_without_a_gap() -> None:
    plan = cut_plan(4, 3, plain, np.random.default_rng(1), [1.0, 5.0, 9.0, 2.0])
    now = 0.0
    for shot in plan:
        assert shot.start_seconds == pytest.approx(now)
        assert SHOT_SECONDS[0] <= shot.seconds <= SHOT_SECONDS[1]
        now += shot.seconds
    assert actor_at(plan, plan[3].start_seconds) == plan[3].actor
    assert actor_at(plan, plan[3].start_seconds - 0.05) == plan[2].actor
    assert actor_at(plan, 1e6) == plan[-1].actor


def test_the_same_seed_cuts_the_same() -> None:
    first, second = (cut_plan(4, 3, plain, np.random.default_rng(5), [3.0] * 4) for _ in range(2))
    assert first == second


def test_a_clip_that_is_too_short_runs_backwards(coloured: list[Actor]) -> None:
    actor = coloured[0]
    numbers = [actor.at(index / PICTURES_PER_SECOND) for index in range(26)]
    assert numbers == [*range(12), *range(10, -1, -1), 1, 2, 3]


def test_the_recording_shows_who_is_in_the_plan(coloured: list[Actor], tmp_path: Path) -> None:
    plan = cut_plan(3, 1, plain, np.random.default_rng(0), clip_lengths(coloured))
    write_recording(tmp_path / "cuts.mp4", coloured, plan)
    source = open_source(str(tmp_path / "cuts.mp4"), every_seconds=0.5)
    frames = [frame for frame in source.samples() if isinstance(frame, Frame)]
    source.close()
    assert len(frames) == pytest.approx(2 * (plan[-1].start_seconds + plan[-1].seconds), abs=1)
    for frame in frames:
        assert frame.image[200, 240].argmax() == plan_colour(plan, frame.seconds)


def plan_colour(plan: list, seconds: float) -> int:
    """Of the three colours, number n is strongest in channel n."""
    return next(shot.actor for shot in reversed(plan) if shot.start_seconds <= seconds + 1e-6)
