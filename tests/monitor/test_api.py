"""The program from Python, with the models that ship."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

import monitor
from monitor import api
from monitor.errors import AnalyzerError, ConfigError, SourceError, StoreError
from monitor.store.events import Event, add_events
from tests.made_pictures import encoded


@pytest.fixture(scope="module")
def cat() -> NDArray[np.uint8]:
    return np.asarray(data.chelsea())


@pytest.fixture(autouse=True, scope="module")
def _models() -> Iterator[None]:
    """What `recognize` keeps loaded is given back."""
    yield
    api._recognizer.cache_clear()


def test_a_recording_becomes_tables(clip: Path) -> None:
    result = monitor.analyze(clip, analyzers=["scene-sentiment"], every_seconds=1.0, name="rise", store="own.db")
    with result.store:
        assert (result.session.name, result.session.state) == ("rise", "finished")
        observations = result.observations
        assert observations["seconds"].tolist() == [0, 1, 2, 3]
        (share,) = result.shares.query("label == 'positive'")["share"]
        assert share == pytest.approx(observations["positive"].mean(), abs=1e-5)
        assert result.windows["samples"].tolist() == [4]
        assert result.people.empty
        assert result.events.empty
        add_events(result.store, [Event(result.session.id, "moment", 2.0, label="bell")])
        assert result.events["label"].tolist() == ["bell"]
    with monitor.open_store("own.db") as store:
        assert [session.name for session in store.sessions()] == ["rise"]


def test_samples_come_one_by_one_and_nothing_is_stored(clip: Path) -> None:
    samples = monitor.stream(clip, analyzers=["scene-sentiment"], every_seconds=1.0)
    first = next(samples)
    assert first.sample.frame.seconds == 0
    assert [seen.analyzer for seen in first.observations] == ["scene-sentiment"]
    assert [seen.sample.frame.seconds for seen in samples] == [1, 2, 3]
    assert not Path("emotion-monitor.db").exists()


def test_a_picture_as_a_path_bytes_or_pixels(cat: NDArray[np.uint8], tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(encoded(cat))
    answers = [
        monitor.recognize(picture, analyzers=["scene-sentiment"])
        for picture in (tmp_path / "cat.png", str(tmp_path / "cat.png"), encoded(cat), cat)
    ]
    scores = [dict(answer.observations[0].scores) for answer in answers]
    assert scores[0]["positive"] > 0.9
    assert scores == scores[:1] * 4
    assert cat.flags.writeable  # the picture of the caller is left alone


def test_a_face_smiles() -> None:
    seen = monitor.recognize(np.asarray(data.astronaut()))  # with the analyzers that run by default
    assert [face.track for face in seen.faces] == [1]
    assert "happiness" in [answer.top for answer in seen.observations]


def test_what_is_wrong_is_an_exception(
    clip: Path, cat: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceError, match="the picture cannot be read"):
        monitor.recognize(b"no picture")
    with pytest.raises(ConfigError, match="did you mean 'scene-sentiment'"):
        monitor.recognize(cat, analyzers=["scene-sentimental"])
    with pytest.raises(SourceError, match=r"nothing\.mp4"):
        monitor.analyze(clip, tmp_path / "nothing.mp4", analyzers=["scene-sentiment"])
    with pytest.raises(StoreError, match="does not exist"):
        monitor.open_store("nothing.db")
    with pytest.raises(SourceError, match="nothing"):
        next(monitor.stream("nothing.mp4"))

    def fail(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr("monitor_scene.analyzer.SceneSentiment.analyze", fail)
    with pytest.raises(AnalyzerError, match="scene-sentiment failed on the picture: ValueError: broken"):
        monitor.recognize(cat, analyzers=["scene-sentiment"])
    with pytest.raises(AnalyzerError, match=r"scene-sentiment failed on .*: ValueError: broken"):
        next(monitor.stream(clip, analyzers=["scene-sentiment"]))
