"""Moments that runs have left beside the table, and how they come into it."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import MonitorError
from monitor.settings import load_settings
from monitor_retrieval import forget_moments
from monitor_retrieval.index import maintenance
from monitor_retrieval.index.arrivals import Arrivals
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment
from tests.plugins.monitor_retrieval.made_moments import LABELS
from tests.plugins.monitor_retrieval.random_moments import moments

MODEL = "made up 1 000"


@pytest.fixture
def arrivals(tmp_path: Path) -> Arrivals:
    return Arrivals(tmp_path / "a.moments")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a.moments"


def same(one: Moment, other: Moment) -> bool:
    plain = ("session", "source", "seconds", "file", "thumbnail")
    return (
        all(getattr(one, name) == getattr(other, name) for name in plain)
        and one.novelty == pytest.approx(other.novelty, abs=1e-6)
        and one.vector.tolist() == other.vector.tolist()
        and dict(one.scores) == pytest.approx(dict(other.scores), abs=1e-7)
    )


def test_a_file_holds_moments_as_they_were(arrivals: Arrivals) -> None:
    given = moments(12, session=3, source="it's ünusual.mp4")
    given = [*given[:-1], replace(given[-1], file="ä.png", thumbnail=b"\x00\xff\x00")]
    arrivals.write(given, MODEL)
    (found,) = arrivals.read(arrivals.files()).values()
    assert list(arrivals.read(arrivals.files())) == [MODEL]
    assert [type(each.seconds) for each in found] == [float] * 12
    assert found[0].vector.dtype == np.float32
    assert all(map(same, found, given))
    assert list(found[0].scores) == list(LABELS)


def test_nothing_is_written_of_nothing(arrivals: Arrivals, folder: Path) -> None:
    arrivals.write([], MODEL)
    assert arrivals.is_bare
    assert not folder.exists()


def test_what_has_arrived_is_in_the_index_for_whoever_asks(arrivals: Arrivals, folder: Path) -> None:
    given = moments(7)
    arrivals.write(given[:4], MODEL)
    index = MomentIndex(folder)
    assert index.model == MODEL
    assert index.labels == LABELS
    arrivals.write(given[4:], MODEL)
    assert index.sessions() == {1: 7}
    assert arrivals.files() == []
    assert same(index.search(given[5].vector, count=1)[0], given[5])
    assert arrivals.has(1)
    assert not arrivals.is_bare


def test_files_that_come_again_change_nothing(arrivals: Arrivals, folder: Path) -> None:
    """After a process that was killed when it had appended them, or in a folder that is copied once more."""
    arrivals.write(moments(7), MODEL)
    arrivals.write(moments(5, source="other.mp4"), MODEL)
    kept = shutil.copytree(folder, folder.with_name("kept"))
    index = MomentIndex(folder)
    assert len(index) == 12
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    arrivals.write(moments(8)[-1:], MODEL)
    assert index.sources(1) == {"clip.mp4": 8, "other.mp4": 5}
    assert len(index.novelty(1, "clip.mp4")) == 8


def test_many_may_ask_at_once(arrivals: Arrivals, folder: Path) -> None:
    for session in range(1, 30):
        arrivals.write(moments(20, session, seed=session), MODEL)
    start, found = threading.Barrier(4, timeout=60), []

    def ask() -> None:
        start.wait()
        found.append(MomentIndex(folder).sessions())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [dict.fromkeys(range(1, 30), 20)] * 4


def test_one_that_is_written_just_now_waits_for_the_next_question(arrivals: Arrivals, folder: Path) -> None:
    arrivals.write(moments(3), MODEL)
    (file,) = arrivals.files()
    part = file.rename(file.with_name(f"{file.name}.0.part"))
    assert not MomentIndex(folder, model=MODEL, create=True).exists
    part.rename(file)
    assert len(MomentIndex(folder)) == 3


def test_a_damaged_file_is_put_aside(arrivals: Arrivals, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    arrivals.write(moments(3), MODEL)
    arrivals.write(moments(3, 2), MODEL)
    damaged, _ = arrivals.files()
    damaged.write_bytes(damaged.read_bytes()[:100])
    index = MomentIndex(folder)
    assert index.sessions() == {2: 3}
    assert index.sessions() == {2: 3}
    assert damaged.with_suffix(".damaged").exists()
    (record,) = caplog.records
    assert "moments of a run that cannot be read" in record.message
    assert "\n" not in record.message


def test_who_may_only_read_sees_what_others_took_in(
    arrivals: Arrivals, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals.write(moments(3), MODEL)
    assert len(MomentIndex(folder)) == 3
    arrivals.write(moments(3, 2), MODEL)
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda path, mode: mode != os.W_OK)
        assert MomentIndex(folder).sessions() == {1: 3}
    assert MomentIndex(folder).sessions() == {1: 3, 2: 3}


def test_of_another_model_than_the_table_it_says_so(arrivals: Arrivals, folder: Path) -> None:
    arrivals.write(moments(3), MODEL)
    index = MomentIndex(folder)
    arrivals.write(moments(3, 2), "made up 2 fff")
    (file,) = arrivals.files()
    with pytest.raises(
        MonitorError, match=r"arriving has vectors of the model 'made up 2 fff', the index those of .* delete"
    ):
        len(index)
    file.unlink()
    assert len(index) == 3


def test_of_another_model_than_is_asked_for_nothing_is_lost(arrivals: Arrivals, folder: Path) -> None:
    arrivals.write(moments(3), MODEL)
    with pytest.raises(MonitorError, match="by the model 'made up 1 000', now it is 'made up 2 fff'"):
        MomentIndex(folder, model="made up 2 fff", create=True)
    assert len(MomentIndex(folder)) == 3


def test_a_session_that_is_deleted_does_not_wait_either(arrivals: Arrivals, folder: Path) -> None:
    arrivals.write([replace(each, thumbnail=b"picture of one") for each in moments(3)], MODEL)
    arrivals.write([replace(each, thumbnail=b"picture of two") for each in moments(3, 2)], MODEL)
    forget_moments(2, load_settings(store=str(folder.with_suffix(".db"))))
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"picture of one" in content
    assert b"of two" not in content
    assert MomentIndex(folder).sessions() == {1: 3}


def test_many_pieces_are_joined(arrivals: Arrivals, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "MOST_FRAGMENTS", 4)
    index, most = MomentIndex(folder, model=MODEL, create=True), 0
    for number, moment in enumerate(moments(20)):
        arrivals.write([moment], MODEL)
        assert len(index) == number + 1
        most = max(most, maintenance.fragments(index._table()))
    assert 1 < most < 4


def test_joining_that_fails_is_told_and_nothing_is_missing(
    arrivals: Arrivals, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(index: MomentIndex) -> None:
        raise MonitorError("no room to join")

    monkeypatch.setattr(MomentIndex, "optimize", full)
    monkeypatch.setattr(maintenance, "MOST_FRAGMENTS", 1)
    arrivals.write(moments(3), MODEL)
    assert len(MomentIndex(folder)) == 3
    assert [record.message for record in caplog.records] == [
        "no room to join; no moment is missing there, but it stays in many pieces and is slower to search"
    ]
