"""`monitor bench`: what it prints, and what it leaves behind (nothing)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import portrait_clip

Bench = Callable[..., dict]
QUICK = ("--repeat", "1")


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of a real face."""
    return portrait_clip(tmp_path_factory.mktemp("portrait") / "portrait.mp4", 3)


@pytest.fixture
def bench(monitor: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> Bench:
    """A function that runs `monitor bench ARGUMENTS --json`; the object it prints."""

    def run(*arguments: object) -> dict:
        assert monitor("bench", *arguments, *QUICK, "--json") == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_every_figure_is_there_and_fits_the_others(bench: Bench, portrait: Path) -> None:
    figures = bench(
        *(portrait, "--analyzers", "face-fusion,scene-sentiment", "--until", "2"),
        *("--against", "opencv-loop", "--runtime", "onnxruntime"),
    )
    assert (figures["frames_sampled"], figures["seconds"], figures["runtime"]) == (4, 1.5, "onnxruntime")
    assert {"decode", "faces", "face-fusion", "scene-sentiment", "store"} <= set(figures["stages_ms"])
    assert set(figures["stages_alone"]) == {"decode", "faces", "face-fusion", "scene-sentiment"}
    assert min(ms for each in figures["stages_alone"].values() for ms in each.values()) > 0
    assert set(figures["ways"]) == {"pipeline", "decode", "opencv-loop"}
    assert {way["seconds"] for way in figures["ways"].values()} == {1.5}
    for name, ratios in figures["ratios"].items():
        ours, theirs = (figures["ways"][way] for way in ("pipeline", name))
        assert ratios["speed"]["median"] == pytest.approx(theirs["wall_seconds"][0] / ours["wall_seconds"][0])
        assert ratios["thrift"]["median"] == pytest.approx(
            theirs["processor_seconds"][0] / ours["processor_seconds"][0]
        )
    assert figures["overhead"]["processor_ms"] > 0
    assert 20 < figures["memory_mb"]["early"] < figures["peak_memory_mb"] + 1 < 100_000
    assert 20 < figures["memory_mb"]["late"] < figures["peak_memory_mb"] + 1
    assert list(Path().iterdir()) == []


def test_streams_side_by_side_count_together_and_a_baseline_is_held_to(
    bench: Bench, monitor: Callable[..., int], clip: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = (clip, "--analyzers", "scene-sentiment", "--streams", "2", "--every", "1")
    figures = bench(*arguments)
    assert (figures["frames_sampled"], figures["seconds"]) == (8, 6.0)
    assert figures["ways"]["decode"]["seconds"] == 6.0
    assert set(figures["stages_alone"]) == {"decode", "scene-sentiment"}  # nobody looks for faces
    figures["ratios"]["decode"]["thrift"]["median"] = 1e6
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps(figures))
    assert monitor("bench", *arguments, *QUICK, "--baseline", baseline) == 1
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert "more than 15 % worse than" in line
    assert "processor time against decode" in line
    assert "was 1000000.00" in line
    for words in ("2 streams", "pipeline", "decode", "scene-sentiment", "overhead", "memory  ", "█"):
        assert words in said.out


def test_the_streams_go_on_beside_a_crowd_until_one_of_them_ends(bench: Bench, clip: Path, portrait: Path) -> None:
    figures = bench(clip, "--analyzers", "face-fusion", "--streams", "2", "--crowd", portrait)
    beside = figures["beside_crowd"]
    samples = beside["samples"]
    assert (beside["file"], beside["faces"]) == ("portrait.mp4", float(samples["crowd"] > 0))
    assert max(samples["crowd"] - 6, samples["most"] - 8) == 0  # whoever ends first has had all of its own
    assert 0 <= samples["least"] <= samples["most"]
    assert beside["longest_wait_seconds"] >= 0


def test_what_is_wrong_is_one_line_before_anything_is_measured(
    monitor: Callable[..., int], clip: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "old.json").write_text('{"file": "clip.mp4"}')
    for words, message in (
        (("nothing.mp4",), "nothing.mp4"),
        ((clip, "--against", "opencv"), "opencv"),
        ((clip, "--baseline", tmp_path / "old.json"), "is not what `monitor bench --json` prints"),
    ):
        assert monitor("bench", *words) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert message in line


def test_a_peer_that_is_not_installed_is_one_line(
    monitor: Callable[..., int], clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--analyzers", "scene-sentiment", "--every", "2", "--against", "fer", "--peer-python", sys.executable)
    assert monitor("bench", clip, *words, *QUICK) == 2
    *_, line = capsys.readouterr().err.splitlines()
    assert "--against fer: No module named 'fer'; install it" in line
