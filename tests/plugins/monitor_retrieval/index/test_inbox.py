"""Moments that runs have left beside the table, and how they come into it."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from monitor.errors import MonitorError
from monitor.settings import load_settings
from monitor_retrieval import forget_moments
from monitor_retrieval.index import maintenance
from monitor_retrieval.index.inbox import Inbox
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment
from tests.plugins.monitor_retrieval.made_moments import LABELS
from tests.plugins.monitor_retrieval.random_moments import moments

MODEL = "made up 1 000"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "a.moments")


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


def test_a_file_holds_moments_as_they_were(inbox: Inbox) -> None:
    given = moments(12, session=3, source="it's ünusual.mp4")
    given = [*given[:-1], replace(given[-1], file="ä.png", thumbnail=b"\x00\xff\x00")]
    inbox.write(given, MODEL)
    found, model = inbox.read(inbox.files(), None)
    assert model == MODEL
    assert [type(each.seconds) for each in found] == [float] * 12
    assert found[0].vector.dtype == np.float32
    assert all(map(same, found, given))
    assert list(found[0].scores) == list(LABELS)


def test_nothing_is_written_of_nothing(inbox: Inbox, folder: Path) -> None:
    inbox.write([], MODEL)
    assert inbox.is_bare
    assert not folder.exists()


def test_what_has_arrived_is_in_the_index_for_whoever_asks(inbox: Inbox, folder: Path) -> None:
    given = moments(7)
    inbox.write(given[:4], MODEL)
    index = MomentIndex(folder)
    assert index.model == MODEL
    assert index.labels == LABELS
    inbox.write(given[4:], MODEL)
    assert index.sessions() == {1: 7}
    assert inbox.files() == []
    assert same(index.search(given[5].vector, count=1)[0], given[5])
    assert inbox.has(1)
    assert not inbox.is_bare


def test_files_that_come_again_change_nothing(inbox: Inbox, folder: Path) -> None:
    """After a process that was killed when it had appended them, or in a folder that is copied once more."""
    inbox.write(moments(7), MODEL)
    inbox.write(moments(5, source="other.mp4"), MODEL)
    kept = shutil.copytree(folder, folder.with_name("kept"))
    index = MomentIndex(folder)
    assert len(index) == 12
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    inbox.write(moments(8)[-1:], MODEL)
    assert index.sources(1) == {"clip.mp4": 8, "other.mp4": 5}
    assert len(index.novelty(1, "clip.mp4")) == 8


def test_many_may_ask_at_once(inbox: Inbox, folder: Path) -> None:
    for session in range(1, 30):
        inbox.write(moments(20, session, seed=session), MODEL)
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


def test_one_that_is_written_just_now_waits_for_the_next_question(inbox: Inbox, folder: Path) -> None:
    inbox.write(moments(3), MODEL)
    (file,) = inbox.files()
    part = file.rename(file.with_name(f"{file.name}.0.part"))
    assert not MomentIndex(folder, model=MODEL, create=True).exists
    part.rename(file)
    assert len(MomentIndex(folder)) == 3


def test_a_damaged_file_is_put_aside(inbox: Inbox, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    inbox.write(moments(3), MODEL)
    inbox.write(moments(3, 2), MODEL)
    damaged, _ = inbox.files()
    damaged.write_bytes(damaged.read_bytes()[:100])
    index = MomentIndex(folder)
    assert index.sessions() == {2: 3}
    assert index.sessions() == {2: 3}
    assert damaged.with_suffix(".aside").exists()
    (record,) = caplog.records
    assert "moments of a run that cannot be read" in record.message
    assert "\n" not in record.message


def no_lock(lock: FileLock) -> None:
    """As on a read-only or full disk."""
    raise OSError(errno.EROFS, "Read-only file system")


def test_where_nothing_can_be_taken_in_the_table_answers(
    inbox: Inbox, folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.write(moments(3), MODEL)
    with monkeypatch.context() as disk:
        disk.setattr(FileLock, "acquire", no_lock)
        with pytest.raises(MonitorError, match=r"a\.moments cannot be written \(.*Read-only file system"):
            MomentIndex(folder)
    assert len(MomentIndex(folder)) == 3
    inbox.write(moments(3, 2), MODEL)
    with monkeypatch.context() as disk:
        disk.setattr(FileLock, "acquire", no_lock)
        index = MomentIndex(folder)
        assert index.sessions() == {1: 3}
        assert "what runs have left there since is not seen" in caplog.text
        with pytest.raises(MonitorError, match="Read-only"):  # or else they would be there again
            index.remove(session=2)
    assert index.sessions() == {1: 3, 2: 3}


def test_of_another_model_than_the_table_it_is_put_aside(
    inbox: Inbox, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.write(moments(3), MODEL)
    index = MomentIndex(folder)
    assert len(index) == 3
    inbox.model = "made up 2 fff"
    inbox.write(moments(3, 2), "made up 2 fff")
    assert index.sessions() == {1: 3}
    (record,) = caplog.records
    assert "moments of a run that have vectors of the model 'made up 2 fff', not of 'made up 1 000'" in record.message


def test_a_run_of_another_model_leaves_nothing(inbox: Inbox) -> None:
    inbox.write(moments(3), MODEL)
    with pytest.raises(MonitorError, match="by the model 'made up 1 000', now it is 'made up 2 fff'"):
        inbox.write(moments(3, 2), "made up 2 fff")
    assert len(inbox.files()) == 1
    assert not inbox.has(2)


def test_an_index_that_holds_nothing_any_more_takes_any_model(inbox: Inbox, folder: Path) -> None:
    inbox.write(moments(3), MODEL)
    shutil.rmtree(inbox.folder)
    inbox.write(moments(3), "made up 2 fff")
    assert MomentIndex(folder).model == inbox.model == "made up 2 fff"


def test_of_another_model_than_is_asked_for_nothing_is_lost(inbox: Inbox, folder: Path) -> None:
    inbox.write(moments(3), MODEL)
    with pytest.raises(MonitorError, match="by the model 'made up 1 000', now it is 'made up 2 fff'"):
        MomentIndex(folder, model="made up 2 fff", create=True)
    assert len(MomentIndex(folder)) == 3


def test_a_session_that_is_deleted_does_not_wait_either(inbox: Inbox, folder: Path) -> None:
    inbox.write([replace(each, thumbnail=b"picture of one") for each in moments(3)], MODEL)
    inbox.write([replace(each, thumbnail=b"picture of two") for each in moments(3, 2)], MODEL)
    forget_moments(2, load_settings(store=str(folder.with_suffix(".db"))))
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"picture of one" in content
    assert b"of two" not in content
    assert MomentIndex(folder).sessions() == {1: 3}


def test_what_was_put_aside_goes_with_any_session_that_is_deleted(inbox: Inbox, folder: Path) -> None:
    inbox.write([replace(each, thumbnail=b"picture of one") for each in moments(3)], MODEL)
    inbox.write([replace(each, thumbnail=b"picture of two") for each in moments(3, 2)], MODEL)
    _, second = inbox.files()
    second.write_bytes(second.read_bytes()[:-10])
    old, new = (second.with_name(f"{name}.npz.0.part") for name in ("old", "new"))
    old.write_bytes(b"picture of two")
    new.write_bytes(b"just written")
    os.utime(old, (0, 0))
    forget_moments(1, load_settings(store=str(folder.with_suffix(".db"))))
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"picture of" not in content
    assert new.exists()


def test_what_waits_twice_is_there_once(inbox: Inbox, folder: Path) -> None:
    """As where a machine that stood still writes what another has analysed meanwhile."""
    inbox.write(moments(4), MODEL)
    assert len(MomentIndex(folder)) == 4
    inbox.write(moments(10), MODEL)
    inbox.write(moments(10), MODEL)
    assert MomentIndex(folder).sessions() == {1: 10}


def test_many_pieces_are_joined(inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "MOST_FRAGMENTS", 4)
    index, most = MomentIndex(folder, model=MODEL, create=True), 0
    for number, moment in enumerate(moments(20)):
        inbox.write([moment], MODEL)
        assert len(index) == number + 1
        most = max(most, maintenance.fragments(index._table()))
    assert 1 < most < 4


def test_the_vector_index_is_made_and_extended(inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"INDEXED_FROM": 500, "LOOSE_ROWS": 200, "PARTITIONS": 4}.items():
        monkeypatch.setattr(maintenance, name, value)
    index = MomentIndex(folder, model=MODEL, create=True)
    unindexed = []
    for session in range(1, 8):
        inbox.write(moments(200, session, seed=session), MODEL)
        assert len(index) == 200 * session
        names = [each.name for each in index._table().list_indices() if each.columns == ["vector"]]
        unindexed.append(index._table().index_stats(names[0]).num_unindexed_rows if names else None)
    assert unindexed == [None, None, 0, 0, 0, 0, 0]


def test_damaged_files_alone_are_no_index(inbox: Inbox, folder: Path) -> None:
    inbox.write(moments(3), MODEL)
    (file,) = inbox.files()
    file.write_bytes(b"")
    with pytest.raises(MonitorError, match="there is no index of moments in"):
        MomentIndex(folder)
    assert len(MomentIndex(folder, model=MODEL, create=True)) == 0


def test_joining_that_fails_is_told_and_nothing_is_missing(
    inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(index: MomentIndex) -> None:
        raise MonitorError("no room to join")

    monkeypatch.setattr(MomentIndex, "optimize", full)
    monkeypatch.setattr(maintenance, "MOST_FRAGMENTS", 1)
    inbox.write(moments(3), MODEL)
    assert len(MomentIndex(folder)) == 3
    assert [record.message for record in caplog.records] == [
        "no room to join; no moment is missing there, but it stays in many pieces and is slower to search"
    ]
