"""The benchmark measures what it says, against an index that is known to be exact."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from monitor_retrieval.bench_moments import NEAREST, SESSION_FRAMES, ask, made_moments
from monitor_retrieval.index import MomentIndex
from monitor_retrieval.made_vectors import made_recordings, made_scenes
from monitor_retrieval.moment import Moment
from tests.plugins.monitor_retrieval.command_line import monitor


def test_exact_answers_have_full_recall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor("bench-moments", "--frames", "300", "--questions", "5", "--folder", tmp_path, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    for figures in result["questions"].values():
        assert figures["recall"] == 1.0
        assert 0 < figures["median_ms"] <= figures["percentile_95_ms"]
    assert result["frames"] == 300
    assert result["disk_mb"] > result["thumbnails_mb"] == 1.2
    assert list(tmp_path.glob("monitor-bench-*")) == []


def test_scenes_can_be_those_of_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    words = ("bench-moments", "--frames", "120", "--questions", "3", "--json", "--pictures", pictures)
    for number in range(3):
        noise = np.random.default_rng(number).integers(0, 255, (40, 40, 3), np.uint8)
        Image.fromarray(noise).save(pictures / f"{number}.png")
        if number == 0:
            assert monitor(*words) == 2
            assert "has 1 pictures; scenes that are asked about" in capsys.readouterr().err
    assert monitor(*words) == 0
    assert all(figures["recall"] == 1.0 for figures in json.loads(capsys.readouterr().out)["questions"].values())


class Forgetful:
    """Finds only every second of what it was asked for."""

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors

    def search(self, vector: np.ndarray, *, count: int, session: int | None) -> list[Moment]:
        first = 0 if session is None else (session - 1) * SESSION_FRAMES
        part = self.vectors[first:] if session is None else self.vectors[first : first + SESSION_FRAMES]
        moments = []
        for row in first + np.argsort(-(part @ vector))[:count:2]:
            (moment,) = made_moments(int(row) // SESSION_FRAMES + 1, self.vectors[row : row + 1])
            moments.append(Moment(moment.vector, moment.session, "", row % SESSION_FRAMES / 2, {}))
        return moments


@pytest.mark.parametrize("session", [None, 1, 2])
def test_recall_is_the_part_of_the_nearest_that_was_found(session: int | None) -> None:
    vectors = np.concatenate(list(made_recordings(made_scenes(50), SESSION_FRAMES + 200, SESSION_FRAMES)))
    asked = vectors[[3, SESSION_FRAMES + 50]]
    figures = ask(Forgetful(vectors), vectors, asked, [session] * 2)  # type: ignore[arg-type]
    assert figures["recall"] == (NEAREST // 2) / NEAREST


def test_the_table_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor("bench-moments", "--frames", "100", "--questions", "2") == 0
    said = capsys.readouterr().out
    for words in (
        "100 frames, 2 questions",
        "a new scene, of all",
        "of its session",
        "1.000",
        "appended in",
        "on disk",
    ):
        assert words in said


def test_made_moments_are_two_a_second() -> None:
    moments = list(made_moments(4, np.eye(3, dtype=np.float32)))
    assert [(moment.session, moment.seconds) for moment in moments] == [(4, 0.0), (4, 0.5), (4, 1.0)]
    assert len({moment.thumbnail for moment in moments}) == 3


def test_the_index_itself_has_full_recall_below_its_limit(tmp_path: Path) -> None:
    index = MomentIndex(tmp_path, model="made up", create=True)
    vectors = np.concatenate(list(made_recordings(made_scenes(50), 500, SESSION_FRAMES)))
    index.append(list(made_moments(1, vectors)))
    assert ask(index, vectors, vectors[:5], [None, 1, None, 1, 1])["recall"] == 1.0
