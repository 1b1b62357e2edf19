"""Every picture is looked at once, also when the run was interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from monitor.errors import ConfigError
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.scene.anp import region_table
from monitor_train.scene.anp.region_table import RegionDescriber, describe, describe_regions, parts, read_regions
from monitor_train.scene.anp.regions import Region
from monitor_train.scene.anp.saliency import cut, itti
from monitor_train.scene.data import read
from tests.trainers.monitor_train.made_scenes import write_scenes

LEFT, RIGHT = Region("west", (0.0, 0.0, 0.5, 1.0)), Region("east", (0.5, 0.0, 1.0, 1.0))
ANPS = ("dark_place", "grey_place", "dim_place", "bright_place", "white_place")


class Halves:
    """Two regions in every picture."""

    def __call__(self, picture: np.ndarray, name: str) -> list[Region]:
        return [LEFT, RIGHT]


class ByBrightness:
    """The brighter a region, the further to the end of the list; keeps count of whom it was asked about."""

    anps = ANPS

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, regions: Sequence[np.ndarray], name: str) -> np.ndarray:
        self.asked.append(name)
        levels = np.array([region.mean() / 255 for region in regions])
        distance = abs(np.linspace(0, 1, len(ANPS)) - levels[:, None])
        return (1 - distance) / (1 - distance).sum(axis=1, keepdims=True)


def describer(saliency: str = "spectral") -> RegionDescriber:
    return RegionDescriber(Halves(), ByBrightness(), saliency, {"segmenter": "halves", "detector": "brightness"})


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    return write_scenes(tmp_path / "scenes", ("positive", "negative"), 12)


def test_the_rows_of_one_picture() -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, 30:] = 255
    left, right = describe(picture, "a.png", describer("itti"))
    assert (left["file"], left["label"], right["label"]) == ("a.png", "west", "east")
    assert [left[side] for side in ("left", "top", "right", "bottom")] == list(LEFT.box)
    assert left["anps"] == list(ANPS[:4])
    assert right["anps"] == list(ANPS[:0:-1])
    assert left["probabilities"] == sorted(left["probabilities"], reverse=True)
    whole = itti(picture)
    assert left["saliency"] == pytest.approx(cut(whole, LEFT.box).sum() / whole.sum(), rel=1e-5)
    assert left["saliency"] + right["saliency"] == pytest.approx(1, abs=1e-5)


def test_all_pictures_of_all_splits_are_looked_at(scenes: Path, tmp_path: Path) -> None:
    everything = describer()
    assert describe_regions(DataSet(scenes, "folders"), everything, tmp_path / "out") == 48
    names = [name for split in read(DataSet(scenes, "folders")).values() for name in split.names]
    assert everything.detector.asked == names
    seen = read_regions(tmp_path / "out", names[3:6])
    assert seen.picture.tolist() == [0, 0, 1, 1, 2, 2]
    assert seen.labels == ["west", "east"] * 3
    assert {len(anps) for anps in seen.anps} == {4}
    assert seen.saliency.shape == (6,)


def test_an_interrupted_run_goes_on(scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region_table, "PART", 5)
    first = describer()

    class Tired(ByBrightness):
        def __call__(self, regions: Sequence[np.ndarray], name: str) -> np.ndarray:
            if len(self.asked) == 13:
                raise KeyboardInterrupt
            return super().__call__(regions, name)

    with pytest.raises(KeyboardInterrupt):
        describe_regions(DataSet(scenes, "folders"), replace(first, detector=Tired()), tmp_path / "out")
    assert len(parts(tmp_path / "out")) == 2
    second = describer()
    assert describe_regions(DataSet(scenes, "folders"), second, tmp_path / "out") == 48
    assert len(second.detector.asked) == 24 - 10
    describe_regions(DataSet(scenes, "folders"), first, tmp_path / "whole")
    interrupted, whole = (
        [row for part in parts(tmp_path / name) for row in parquet.read_table(part).to_pylist()]
        for name in ("out", "whole")
    )
    assert interrupted == whole
    third = describer()
    describe_regions(DataSet(scenes, "folders"), third, tmp_path / "out")
    assert third.detector.asked == []


def test_a_run_is_not_continued_with_other_settings(scenes: Path, tmp_path: Path) -> None:
    describe_regions(DataSet(scenes, "folders"), describer(), tmp_path / "out")
    other = replace(describer(), described={"segmenter": "thirds", "detector": "brightness"})
    with pytest.raises(ConfigError, match="was begun with segmenter 'halves', not 'thirds'; name another --out"):
        describe_regions(DataSet(scenes, "folders"), other, tmp_path / "out")


def test_regions_must_be_there(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no regions; make them with `monitor anp regions`"):
        read_regions(tmp_path, ["a.png"])
    describe_regions(DataSet(scenes, "folders"), describer(), tmp_path / "out")
    with pytest.raises(DataError, match=r"lacks 1 of 1 pictures, gone\.png among them"):
        read_regions(tmp_path / "out", ["gone.png"])
