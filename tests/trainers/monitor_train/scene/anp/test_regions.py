"""Regions are checked wherever they come from, and a picture without any is one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from monitor_train.pictures.splits import DataError
from monitor_train.scene.anp.regions import SCENE, WHOLE, Region, RegionFile, WholePicture, regions_of

PICTURE = np.zeros((10, 20, 3), np.uint8)


class Says:
    """A segmenter that always says the same."""

    def __init__(self, *regions: Region) -> None:
        self.regions = list(regions)

    def __call__(self, picture: object, name: str) -> list[Region]:
        return self.regions


@pytest.mark.parametrize("segmenter", [WholePicture(), Says()])
def test_without_regions_the_picture_is_one(segmenter: Says) -> None:
    assert regions_of(segmenter, PICTURE, "a.png") == [Region(SCENE, WHOLE)]


def test_regions_are_kept() -> None:
    dog = Region("dog", (0.1, 0.2, 0.5, 1.0))
    assert regions_of(Says(dog, dog), PICTURE, "a.png") == [dog, dog]


@pytest.mark.parametrize(
    "box",
    [(-0.1, 0.0, 1.0, 1.0), (0.0, 0.0, 1.1, 1.0), (0.5, 0.0, 0.5, 1.0), (0.0, 0.9, 1.0, 0.1), (0.0, 0.0, 320.0, 240.0)],
)
def test_a_region_outside_of_the_picture_is_named(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(DataError, match=r"a\.png: the region 'dog' at .* is not inside of the picture"):
        regions_of(Says(Region("dog", box)), PICTURE, "a.png")


def test_a_region_without_a_label_is_named() -> None:
    with pytest.raises(DataError, match=r"a\.png: the region at .* has no label"):
        regions_of(Says(Region(" ", WHOLE)), PICTURE, "a.png")


def test_a_file_of_regions(tmp_path: Path) -> None:
    path = tmp_path / "regions.json"
    path.write_text(json.dumps({"a.png": [{"label": "dog", "box": [0, 0.2, 0.5, 1]}], "b.png": []}))
    segmenter = RegionFile(path)
    assert segmenter(PICTURE, "a.png") == [Region("dog", (0.0, 0.2, 0.5, 1.0))]
    assert regions_of(segmenter, PICTURE, "b.png") == [Region(SCENE, WHOLE)]
    with pytest.raises(DataError, match=r"has no entry for c\.png; a picture without objects has an empty one"):
        segmenter(PICTURE, "c.png")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no", "is not JSON"),
        ("[]", "must hold one object, picture -> regions"),
        ('{"a.png": [{"label": "dog"}]}', r"a\.png: a region is"),
        ('{"a.png": [{"label": "dog", "box": [0, 0, 1]}]}', r"a\.png: a region is"),
        ('{"a.png": [{"label": 3, "box": [0, 0, 1, 1]}]}', r"a\.png: a region is"),
        ('{"a.png": [{"label": "dog", "box": [0, 0, 1, "1"]}]}', r"a\.png: a region is"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "regions.json").write_text(text)
    with pytest.raises(DataError, match=message):
        RegionFile(tmp_path / "regions.json")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is missing"):
        RegionFile(tmp_path / "gone.json")
