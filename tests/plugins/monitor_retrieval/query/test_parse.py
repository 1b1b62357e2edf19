"""What a person may type, and what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError, MonitorError, SourceError
from monitor_retrieval.query.parse import EmotionQuery, MomentQuery, PictureQuery, read_query, read_time

LABELS = ("amusement", "awe", "contentment")


@pytest.mark.parametrize(
    ("text", "session", "source", "seconds"),
    [
        ("3@65", "3", None, 65.0),
        ("3@65.5", "3", None, 65.5),
        ("3@1:05", "3", None, 65.0),
        ("latest@1:01:05.25", "latest", None, 3665.25),
        ("monday@0", "monday", None, 0.0),
        ("3/talk.mp4@90:00", "3", "talk.mp4", 5400.0),
        ("3/rtsp://camera.local/door@7", "3", "rtsp://camera.local/door", 7.0),
        ("2/me@home@1:00", "2", "me@home", 60.0),
    ],
)
def test_a_moment_is_a_session_and_a_time(text: str, session: str, source: str | None, seconds: float) -> None:
    assert read_query(text, LABELS) == MomentQuery(session, source, seconds)


def test_an_emotion_is_one_of_the_labels() -> None:
    assert read_query("awe", LABELS) == EmotionQuery("awe")


@pytest.mark.parametrize("name", ["beach.jpg", "beach@2x.png", "3@1:05", "no suffix"])
def test_a_file_that_is_there_is_a_picture(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert read_query(name, LABELS) == PictureQuery(Path(name))


def test_a_file_named_like_an_emotion_needs_a_folder_before_its_name(tmp_path: Path) -> None:
    (tmp_path / "awe").touch()
    assert read_query("awe", LABELS) == EmotionQuery("awe")
    assert read_query("./awe", LABELS) == PictureQuery(Path("awe"))


@pytest.mark.parametrize("name", ["beach.jpg", "beach@2x.png", "pictures/beach"])
def test_a_picture_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(SourceError, match=f"^picture {name} does not exist$"):
        read_query(name, LABELS)


def test_an_unknown_emotion_comes_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"unknown emotion 'contentmant'; did you mean 'contentment'\?"):
        read_query("contentmant", LABELS)


@pytest.mark.parametrize("text", ["3@", "3@1:60", "3@1:60:00", "3@1:2:3:4", "3@half", "3@1:", "3@-5", "3@1e3"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(MonitorError, match="is not a time; write seconds"):
        read_query(text, LABELS)


def test_seconds_and_minutes_may_be_many_where_they_come_first() -> None:
    assert (read_time("600"), read_time("600:30")) == (600.0, 36030.0)
