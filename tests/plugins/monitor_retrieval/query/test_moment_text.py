"""Moments in words."""

from __future__ import annotations

from monitor_retrieval.moment import LIBRARY
from monitor_retrieval.query.moment_text import strongest, time_code, title
from tests.plugins.monitor_retrieval.made_moments import at_angle


def test_faint_emotions_are_not_told_but_one_always_is() -> None:
    assert strongest({"awe": 0.3, "fear": 0.6, "anger": 0.1}) == [("fear", 0.6), ("awe", 0.3), ("anger", 0.1)]
    assert strongest({"awe": 0.5, "fear": 0.2, "anger": 0.2, "sadness": 0.1}) == [
        ("awe", 0.5),
        ("fear", 0.2),
        ("anger", 0.2),
    ]
    assert strongest({"awe": 0.95, "fear": 0.05}) == [("awe", 0.95)]
    assert strongest(dict.fromkeys("abcdefghijkl", 1 / 12)) == [("a", 1 / 12)]


def test_a_moment_is_named_after_its_session_or_library() -> None:
    names = {1: "monday"}
    assert title(at_angle(0, session=1), names) == "1 · monday"
    assert title(at_angle(0, session=2), names) == "2 · unnamed"
    assert title(at_angle(0, session=LIBRARY, source="sea"), names) == "library sea"
    assert title(at_angle(0, session=LIBRARY, source=""), names) == "picture"


def test_a_frame_has_a_time_and_a_picture_a_file_name() -> None:
    assert time_code(at_angle(0, 65.5)) == "1:05"
    assert time_code(at_angle(0, 65.5, file="beach.jpg")) == "beach.jpg"
