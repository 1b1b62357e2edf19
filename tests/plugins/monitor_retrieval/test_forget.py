"""A session that is deleted is out of the index, and off the disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from monitor.settings import load_settings
from monitor_retrieval import forget_moments
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment


def moment(session: int, picture: bytes) -> Moment:
    vector = np.eye(8, dtype=np.float32)[session]
    return Moment(vector, session, "talk.mp4", 1.0, {"awe": 1.0}, thumbnail=picture)


def test_its_moments_are_nowhere_and_those_of_others_are_there(tmp_path: Path) -> None:
    settings = load_settings(store="a.db")
    index = MomentIndex("a.moments", model="a network", create=True)
    index.append([moment(1, b"picture of one"), moment(2, b"picture of two")])
    index.append([moment(2, b"another of two")])
    forget_moments(2, settings)
    assert index.sessions() == {1: 1}
    content = b"".join(path.read_bytes() for path in Path("a.moments").rglob("*") if path.is_file())
    assert b"picture of one" in content
    assert b"of two" not in content


def test_without_an_index_there_is_nothing_to_forget() -> None:
    forget_moments(2, load_settings(store="a.db"))
