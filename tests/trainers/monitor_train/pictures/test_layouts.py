"""The published layouts, as small sets that the tests write."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from monitor_train.pictures.layouts import EKMAN, LAYOUTS, LISTS, MIKELS, POSITIVE, read_picture
from monitor_train.pictures.splits import DataError
from tests.trainers.monitor_train.made_scenes import write_scenes


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4)).save(path)
    return path


def test_every_format_of_the_command_line_has_a_reader() -> None:
    from typing import get_args

    from monitor_train.scene.anp.options import Layout

    assert set(get_args(Layout)) == set(LAYOUTS)


@pytest.mark.parametrize(("layout", "inside", "emotions"), [("fi", "", MIKELS), ("emotionroi", "images", EKMAN)])
def test_folders_of_emotions(tmp_path: Path, layout: str, inside: str, emotions: tuple[str, ...]) -> None:
    write_scenes(tmp_path / inside, emotions, 2)
    found = LAYOUTS[layout](tmp_path)
    assert len(found) == 2 * len(emotions)
    assert {Path(name).parent.name: emotion for name, emotion in found} == {each: each for each in emotions}
    assert all((tmp_path / name).is_file() for name, _ in found)


def test_emotions_merge_into_polarities_as_in_the_paper() -> None:
    """Section 4.1: anger, disgust, fear and sadness are negative, surprise and joy positive."""
    assert {each for each in EKMAN if each in POSITIVE} == {"joy", "surprise"}
    assert {each for each in MIKELS if each in POSITIVE} == {"amusement", "awe", "contentment", "excitement"}


def test_a_class_without_pictures_is_named(tmp_path: Path) -> None:
    write_scenes(tmp_path, MIKELS[1:], 1)
    with pytest.raises(DataError, match=r"class 'amusement' has no pictures: .*amusement is missing or empty"):
        LAYOUTS["fi"](tmp_path)


def test_something_else_among_the_pictures_is_named(tmp_path: Path) -> None:
    write_scenes(tmp_path, ("positive", "negative"), 1)
    (tmp_path / "positive" / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"notes\.txt is no picture by its ending"):
        LAYOUTS["folders"](tmp_path)


@pytest.mark.parametrize("folder", ["Agg_AMT_Candidates", "images", "."])
def test_a_list_of_tweets(tmp_path: Path, folder: str) -> None:
    put(tmp_path / folder / "a.jpg")
    put(tmp_path / folder / "b.jpg")
    (tmp_path / LISTS[0]).write_text("a.jpg 1\nb.jpg 0\n\n")
    (tmp_path / LISTS[2]).write_text("never read\n")
    prefix = "" if folder == "." else f"{folder}/"
    assert LAYOUTS["twitter"](tmp_path) == [(f"{prefix}a.jpg", "positive"), (f"{prefix}b.jpg", "negative")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.jpg", r"line 2: expected a picture and 0 or 1, not 'a\.jpg'"),
        ("a.jpg 7", "line 2: expected a picture and 0 or 1"),
        ("gone.jpg 1", r"line 2: .*gone\.jpg is missing"),
    ],
)
def test_a_wrong_line_of_a_list(tmp_path: Path, line: str, message: str) -> None:
    put(tmp_path / "images" / "a.jpg")
    (tmp_path / "five_agree.txt").write_text(f"a.jpg 1\n{line}\n")
    with pytest.raises(DataError, match=message):
        LAYOUTS["twitter"](tmp_path)


def test_no_list_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds none of the lists five_agree\.txt"):
        LAYOUTS["twitter"](tmp_path)


def test_ratings_of_oasis(tmp_path: Path) -> None:
    """The scale goes from 1 to 7; a picture on its midpoint is neither."""
    for theme in ("Acorns 1", "Cat 2", "Fire 3"):
        put(tmp_path / "images" / f"{theme}.jpg")
    (tmp_path / "OASIS.csv").write_text(
        ",Theme,Category,Valence_mean\nI1,Acorns 1 ,Object,4.7\nI2,Cat 2,Animal,4.0\nI3,Fire 3,Scene,2.1\n"
    )
    assert LAYOUTS["oasis"](tmp_path) == [("images/Acorns 1.jpg", "positive"), ("images/Fire 3.jpg", "negative")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Theme,Valence\nCat 2,4\n", "the heading lacks the column 'Valence_mean'"),
        ("Theme,Valence_mean\nCat 2,good\n", "line 2: Valence_mean must be a number"),
        ("Theme,Valence_mean\nCat 2\n", "line 2: too few columns"),
        ("Theme,Valence_mean\nDog 2,4\n", r"line 2: .*Dog 2\.jpg is missing"),
    ],
)
def test_wrong_ratings(tmp_path: Path, text: str, message: str) -> None:
    put(tmp_path / "images" / "Cat 2.jpg")
    (tmp_path / "OASIS.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        LAYOUTS["oasis"](tmp_path)


def test_missing_ratings(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"OASIS\.csv is missing"):
        LAYOUTS["oasis"](tmp_path)


def test_a_picture_is_read_as_rgb(tmp_path: Path) -> None:
    file = tmp_path / "red.png"
    cv2.imwrite(str(file), np.full((4, 6, 3), (0, 0, 255), np.uint8))
    picture = read_picture(file)
    assert picture.shape == (4, 6, 3)
    assert (picture == (255, 0, 0)).all()
    assert picture.flags.c_contiguous


@pytest.mark.parametrize("content", [b"not a picture", b"", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.png").write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.png is not a picture"):
        read_picture(tmp_path / "broken.png")
