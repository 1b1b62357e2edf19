"""Pictures and emotions of sets that are laid out as the published ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from monitor_train.pictures.splits import DataError
from monitor_train.pictures.terms import TERMS
from monitor_train.retrieval.commands import Layout
from monitor_train.retrieval.layouts import LAYOUTS


def test_every_format_of_the_command_line_has_a_reader() -> None:
    assert set(get_args(Layout)) == set(LAYOUTS) == set(TERMS) & set(LAYOUTS)


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """`put("a/b.jpg", ...)` makes empty files; the reader of a layout does not look into pictures."""

    def make(*names: str, **texts: str) -> Path:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        for stem, text in texts.items():
            (tmp_path / f"{stem}.csv").write_text(text)
        return tmp_path

    return make


def test_artphoto_names_the_emotion_in_the_file(put: Callable[..., Path]) -> None:
    data = put("amusement_0001.jpg", "sad_0002.jpg", "content_0003.JPG", "fear_0001.jpg", "readme.txt")
    assert LAYOUTS["artphoto"](data) == [
        ("amusement_0001.jpg", "amusement"),
        ("content_0003.JPG", "contentment"),
        ("fear_0001.jpg", "fear"),
        ("sad_0002.jpg", "sadness"),
    ]
    put("happy_0001.jpg")
    with pytest.raises(DataError, match=r"happy_0001\.jpg: unknown emotion 'happy'"):
        LAYOUTS["artphoto"](data)


def test_artphoto_may_lie_in_folders(put: Callable[..., Path]) -> None:
    assert LAYOUTS["artphoto"](put("awe/1.jpg", "anger/2.jpg")) == [("anger/2.jpg", "anger"), ("awe/1.jpg", "awe")]


VOTES = """'','Amusement','Anger','Awe','Content','Disgust','Excitement','Fear','Sad'
'abstract_0001.jpg',1,0,2,5,0,0,0,1
'abstract_0002.jpg',3,0,3,1,0,0,0,0
'abstract_0003.jpg',0,0,0,0,0,0,1,4
"""


def test_abstract_paintings_have_the_emotion_of_most_votes(put: Callable[..., Path]) -> None:
    """The second has two emotions with as many votes, and is left out."""
    data = put(*(f"abstract_000{each}.jpg" for each in (1, 2, 3)), ABSTRACT_groundTruth=VOTES)
    assert LAYOUTS["abstract"](data) == [("abstract_0001.jpg", "contentment"), ("abstract_0003.jpg", "sadness")]
    put(ABSTRACT_groundTruth="img_name,Awe,Fear\nabstract_0001.jpg,2,0\n")
    assert LAYOUTS["abstract"](data) == [("abstract_0001.jpg", "awe")]


@pytest.mark.parametrize(
    ("votes", "message"),
    [
        (VOTES.replace("4\n", "four\n"), "line 4: expected a picture and 8 votes"),
        (VOTES.replace(",4\n", "\n"), "line 4: expected a picture and 8 votes"),
        (VOTES.replace("'Fear'", "'Dread'"), "heading: unknown emotion 'dread'"),
        (VOTES.replace("_0003", "_0004"), r"line 4: .*abstract_0004\.jpg is missing"),
        ("", "has no heading"),
    ],
)
def test_votes_that_cannot_be_read_are_named(put: Callable[..., Path], votes: str, message: str) -> None:
    data = put(*(f"abstract_000{each}.jpg" for each in (1, 2, 3)), ABSTRACT_groundTruth=votes)
    with pytest.raises(DataError, match=rf"ABSTRACT_groundTruth\.csv.*{message}"):
        LAYOUTS["abstract"](data)


def test_votes_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"ABSTRACT_groundTruth\.csv is missing"):
        LAYOUTS["abstract"](tmp_path)


@pytest.mark.parametrize("layout", ["iapsa", "list"])
def test_a_list_has_pictures_anywhere(put: Callable[..., Path], layout: str) -> None:
    data = put("1050.jpg", "more/1.png", labels="path,emotion,rater\n1050.jpg,Fear,a\nmore/1.png,amused,b\n")
    assert LAYOUTS[layout](data) == [("1050.jpg", "fear"), ("more/1.png", "amusement")]
    put(labels="path,emotion\n1050.jpg,fearful\n")
    with pytest.raises(DataError, match=r"labels\.csv, line 2: unknown emotion 'fearful'; did you mean 'fear'"):
        LAYOUTS[layout](data)
    put(labels="path,emotion\n1051.jpg,fear\n")
    with pytest.raises(DataError, match=r"labels\.csv, line 2: .*1051\.jpg is missing"):
        LAYOUTS[layout](data)


def test_folders_are_emotions_here_or_in_splits(put: Callable[..., Path]) -> None:
    assert LAYOUTS["folders"](put("fear/1.jpg", "joy/1.jpg", "joy/2.jpg", ".git/x.jpg")) == [
        ("fear/1.jpg", "fear"),
        ("joy/1.jpg", "joy"),
        ("joy/2.jpg", "joy"),
    ]
    assert LAYOUTS["folders"](put("train/awe/3.jpg", "test/awe/4.jpg")) == [
        ("train/awe/3.jpg", "awe"),
        ("test/awe/4.jpg", "awe"),
    ]


def test_folders_that_are_no_emotions_are_named(put: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no folders of pictures"):
        LAYOUTS["folders"](tmp_path)
    with pytest.raises(DataError, match="dogs: unknown emotion 'dogs'"):
        LAYOUTS["folders"](put("dogs/1.jpg"))
    with pytest.raises(DataError, match=r"1\.txt is no picture by its ending"):
        LAYOUTS["folders"](put("awe/1.txt"))


def test_the_layouts_of_scenes_that_have_emotions_are_known() -> None:
    assert {"fi", "emotionroi", "emotion6"} <= set(LAYOUTS)
    assert "oasis" not in LAYOUTS
