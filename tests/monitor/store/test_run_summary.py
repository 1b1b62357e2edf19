"""What a run says at its end, against the tables of the store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from monitor.moments import pooled
from monitor.plugin.contracts import Measure
from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.store.frames import measure_frame
from monitor.store.run_summary import measures_of, shares_of

IMAGE = np.zeros((2, 2, 3), np.uint8)
MEASURES = [Measure(name, "", -9, 9, "A number.") for name in ("turn", "nod", "never")]


@pytest.fixture
def session(sqlite_store: Store) -> Session:
    """Person 2 is seen more often than person 1, and nods once; the whole frame is light or dark."""
    recorder = Recorder(
        sqlite_store,
        name="talk",
        every_seconds=0.5,
        window_seconds=5.0,
        labels={"mood": ["glad", "sad"], "scene": ["light", "dark"], "size": [], "unseen": ["yes", "no"]},
        measures={"mood": MEASURES, "scene": MEASURES[:1], "unseen": MEASURES},
    )
    source, random = recorder.add_source("one.mp4", "file"), np.random.default_rng(0)
    for number in range(30):
        tracks = [1, 2] if number % 3 == 0 else [2]
        faces = tuple(Face((0.1, 0.1, 0.5, 0.5), 0.9, track=track) for track in tracks)
        recorder.add_sample(source, Sample(Frame(IMAGE, number / 2, source, number), faces), faces_looked_for=True)
        seen = []
        for track in tracks:
            p, measures = random.random(), {"turn": random.normal(0, 3)}
            measures |= {"nod": 0.25} if (number, track) == (4, 2) else {}
            scores = {"glad": p, "sad": 1 - p}
            seen.append(Observation("mood", source, number / 2, track, scores, measures=measures))
        turn = {"turn": random.normal()}
        seen.append(Observation("scene", source, number / 2, None, {"light": 0.25, "dark": 0.75}, measures=turn))
        recorder.add_observations(source, number, seen)
    recorder.finish("finished")
    return sqlite_store.session(recorder.session_id)


def test_shares_have_everybody_first_and_then_those_seen_most(sqlite_store: Store, session: Session) -> None:
    source = sqlite_store.sources(session.id)[0].id
    found = shares_of(sqlite_store, session, source)
    assert list(found) == ["mood", "scene", "unseen"]
    assert list(found["mood"]) == ["all", "2", "1"]
    assert found["scene"] == {"frame": {"light": 0.25, "dark": 0.75}}
    assert found["unseen"] == {}
    totals = sqlite_store.totals(session, "mood").set_index("subject")[["glad", "sad"]]
    for subject, sums in (("all", totals.sum()), ("1", totals.loc[1]), ("2", totals.loc[2])):
        assert found["mood"][subject] == pytest.approx((sums / sums.sum()).to_dict(), abs=1e-6)


def test_measures_are_pooled_for_everybody_and_each(sqlite_store: Store, session: Session) -> None:
    source = sqlite_store.sources(session.id)[0].id
    found = measures_of(sqlite_store, session, source)
    assert list(found["mood"]) == ["all", "1", "2"]
    assert list(found["scene"]) == ["frame"]
    assert found["unseen"] == {}
    assert found["mood"]["2"]["nod"] == {"count": 1, "mean": 0.25, "low": 0.25, "high": 0.25}
    assert list(found["mood"]["all"]) == ["nod", "turn"]
    rows = measure_frame(sqlite_store.measure_rows(session, "mood"), session, "mood", windows=False)
    for subject, of in (("all", rows), ("1", rows[rows["subject"] == 1]), ("2", rows[rows["subject"] == 2])):
        expected = pooled(of, ["measure"]).set_index("measure").loc["turn"]
        assert found["mood"][subject]["turn"] == pytest.approx(expected.to_dict(), abs=1e-6)


def test_a_run_ends_without_pandas(tmp_path: Path) -> None:
    """It would take half a second and sixty megabytes."""
    code = """
import sys
from pathlib import Path
from monitor.commands.bench.overhead import overhead
from monitor.plugin.registry import plugins_in_use
overhead(Path(sys.argv[1]), plugins_in_use(), samples=2)
print("pandas" in sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
