"""The store: opening, reading back what was recorded, and what happens when the writer is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Store, tables
from monitor.store.store import migrate

LABELS = {"faces": ["happiness", "sadness"], "scene": ["positive", "negative"]}


def record(store: Store, samples: int = 30, name: str = "first") -> Recorder:
    """Two people, one of them from the sixth sample on, and the whole frame; one sample every half second."""
    recorder = Recorder(store, name=name, every_seconds=0.5, window_seconds=5.0, labels=LABELS)
    source = recorder.add_source("clip.mp4", "file", samples / 2)
    for number in range(samples):
        seconds = number / 2
        people = (1, 2) if number >= 5 else (1,)
        faces = tuple(Face((0.1 * p, 0.1, 0.1 * p + 0.1, 0.3), 0.9, None, p) for p in people)
        sample = Sample(Frame(np.zeros((4, 4, 3), np.uint8), seconds, "clip.mp4", number), faces)
        recorder.add_sample(source, sample, faces_looked_for=True)
        seen = [
            Observation("faces", "clip.mp4", seconds, face.track, {"happiness": 0.75, "sadness": 0.25}, face.box)
            for face in faces
        ]
        seen.append(Observation("scene", "clip.mp4", seconds, None, {"positive": 0.5, "negative": 0.5}))
        recorder.add_observations(source, number, seen)
    recorder.flush(force=True)
    return recorder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "test.db", create=True)


def test_everything_recorded_can_be_read_back(store: Store) -> None:
    recorder = record(store)
    recorder.set_thumbnail(1, 2, b"jpeg")
    recorder.add_fault(1, 3.0, "faces", 4, "ValueError: no")
    recorder.open_gap(1, 4.0, "silent")
    recorder.close_gap(1, 6.0)
    recorder.update_source(1, state="finished", frames_decoded=450, frames_dropped={"corrupt": 2})
    recorder.finish("finished")
    session = store.session("latest")
    assert (session.state, session.name, session.labels) == ("finished", "first", LABELS)
    (source,) = store.sources(session.id)
    assert (source.frames_decoded, source.frames_dropped) == (450, {"corrupt": 2})
    raw = store.observations(session)
    assert len(raw) == 30 + 25 + 30
    assert raw[raw.subject == 2].seconds.min() == 2.5
    assert raw[raw.analyzer == "scene"].subject.isna().all()
    assert raw.columns.tolist()[-4:] == ["happiness", "sadness", "positive", "negative"]
    totals = store.totals(session, "faces")
    assert totals.set_index("subject").samples.to_dict() == {1: 30, 2: 25}
    assert totals.happiness.tolist() == [22.5, 18.75]
    windows = store.windows(session, "faces")
    assert windows[["happiness", "sadness"]].sum().tolist() == totals[["happiness", "sadness"]].sum().tolist()
    assert set(windows.start_seconds) == {0.0, 5.0, 10.0}
    people = store.people(session).set_index("subject")
    assert people.loc[2, ["first_seconds", "last_seconds", "samples"]].tolist() == [2.5, 14.5, 25]
    assert people.thumbnail[2] == b"jpeg"
    assert store.samples(session).faces.tolist() == [1] * 5 + [2] * 25
    assert store.faults(session).message.tolist() == ["ValueError: no"]
    assert store.gaps(session)[["start_seconds", "end_seconds"]].values.tolist() == [[4.0, 6.0]]


def test_windows_of_a_time_range(store: Store) -> None:
    record(store)
    session = store.session(1)
    part = store.windows(session, "faces", start_seconds=5.0, end_seconds=10.0)
    assert set(part.start_seconds) == {5.0}


def test_an_open_window_is_overwritten_not_repeated(store: Store) -> None:
    recorder = Recorder(store, name="x", every_seconds=0.5, window_seconds=60.0, labels=LABELS)
    source = recorder.add_source("clip.mp4", "file")
    for number in range(5):
        scores = {"positive": 0.5, "negative": 0.5}
        recorder.add_observations(source, number, [Observation("scene", "clip.mp4", number / 2, None, scores)])
        recorder.flush(force=True)
    assert store.windows(store.session(1), "scene").samples.tolist() == [5]


def test_sessions_are_found_by_number_name_and_latest(store: Store) -> None:
    for name in ("a", "b", "b"):
        record(store, 2, name).finish("finished")
    assert [store.session(key).id for key in (1, "1", "a", "b", "latest")] == [1, 1, 1, 3, 3]
    with pytest.raises(StoreError, match=r"no session 'c'.*lists the 3"):
        store.session("c")


def test_write_ahead_log_lets_readers_in_while_writing(store: Store) -> None:
    recorder = record(store)
    with Store(store.address) as reader:
        assert reader.session("latest").state == "running"
        with reader.engine.connect() as connection:
            assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
            before = connection.execute(sa.select(sa.func.count()).select_from(tables.observations)).scalar()
            recorder.add_observations(
                1, 40, [Observation("scene", "clip.mp4", 20.0, None, {"positive": 1.0, "negative": 0.0})]
            )
            recorder.flush(force=True)
        assert len(reader.observations(reader.session(1))) == before + 1


def test_a_killed_writer_leaves_an_interrupted_session(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys, time
        sys.path.insert(0, sys.argv[2])
        from monitor.store import Store
        from test_store import record
        record(Store(sys.argv[1], create=True))
        print("ready", flush=True)
        time.sleep(60)
    """)
    path = tmp_path / "killed.db"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path), str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    with Store(path) as store:
        assert store.session("latest").state == "running"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with Store(path, create=True) as store:
        session = store.session("latest")
        assert session.state == "interrupted"
        assert len(store.observations(session)) == 85


def test_a_missing_store_is_not_made_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist yet"):
        Store(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_files_that_are_no_store_are_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.db"
    text.write_text("not a database, just notes that somebody needs\n" * 50)
    before = text.read_bytes()
    for create in (False, True):
        with pytest.raises(StoreError, match=r"notes.db"):
            Store(text, create=create)
    assert text.read_bytes() == before
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("create table things (id integer)")
    with pytest.raises(StoreError, match="not a store of this program"):
        Store(other)


@pytest.mark.parametrize("address", ["no/such/folder/x.db", "nosuchdb://host/name", "postgresql://"])
def test_addresses_that_cannot_be_opened(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store(address, create=True)
    assert "\n" not in str(caught.value)


def test_passwords_stay_out_of_messages() -> None:
    with pytest.raises(StoreError) as caught:
        Store("nosuchdb://anna:secret@host/name", create=True)
    assert "secret" not in str(caught.value)


def test_a_newer_format_is_refused(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    for create in (False, True):
        with pytest.raises(StoreError, match="newer version"):
            Store(store.address, create=create)


def test_migrations_build_exactly_the_tables_that_the_code_knows(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


@pytest.fixture
def old_store(tmp_path: Path) -> Path:
    """A store as the first version made it, with one session."""
    path = tmp_path / "old.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.execute(
            sa.text(
                "insert into sessions (name, state, started_at, alive_at, host, process, every_seconds,"
                " window_seconds, labels) values ('old', 'finished', 1, 2, 'here', 1, 0.5, 5, '{\"mood\": [\"glad\"]}')"
            )
        )
    engine.dispose()
    return path


def test_a_store_of_the_first_version_opens_and_keeps_its_sessions(old_store: Path) -> None:
    with Store(old_store) as store:
        session = store.session("old")
        assert session.labels == {"mood": ["glad"]}
        assert (session.half_life_seconds, session.calibrate_seconds) == (0.0, 0.0)
        recorder = Recorder(
            store, name="new", every_seconds=1, window_seconds=5, labels={}, half_life_seconds=2, calibrate_seconds=10
        )
        recorder.finish("finished")
    with Store(old_store) as store:
        session = store.session("new")
        assert (session.half_life_seconds, session.calibrate_seconds) == (2.0, 10.0)


def test_a_migration_that_is_cut_short_leaves_the_store_as_it_was(
    old_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    calls = []
    add = op.add_column

    def break_off(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        add(*arguments)

    monkeypatch.setattr(op, "add_column", break_off)
    with pytest.raises(KeyboardInterrupt):
        Store(old_store)
    monkeypatch.undo()
    assert len(calls) == 2
    with Store(old_store) as store:
        assert store.session("old").half_life_seconds == 0.0


def test_first_observations_are_those_of_each_persons_first_seconds(store: Store) -> None:
    record(store)
    session = store.session(1)
    first = store.first_observations(session, "faces", 1, [1, 2, 9], 3.0)
    raw = store.observations(session, analyzer="faces").astype({"subject": "int64"})
    expected = raw[raw.seconds < raw.groupby("subject").seconds.transform("min") + 3.0]
    assert first[["subject", "seconds"]].values.tolist() == sorted(expected[["subject", "seconds"]].values.tolist())
    assert first.groupby("subject").size().to_dict() == {1: 6, 2: 6}
    assert first.groupby("subject").first_seconds.first().to_dict() == {1: 0.0, 2: 2.5}
    assert (first[["happiness", "sadness"]] == [0.75, 0.25]).all(axis=None)
    assert store.first_observations(session, "faces", 1, [], 3.0).empty
    assert store.first_observations(session, "scene", 1, [1, 2], 3.0).empty


def test_first_observations_are_found_by_the_index_and_in_any_number(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(store)
    session = store.session(1)
    statements: list[tuple[str, object]] = []
    sa.event.listen(
        store.engine, "before_cursor_execute", lambda c, u, text, values, *_: statements.append((text, values))
    )
    monkeypatch.setattr("monitor.store.store.MOST_AT_ONCE", 1)
    assert set(store.first_observations(session, "faces", 1, [1, 2], 3.0).subject) == {1, 2}
    assert len(statements) == 2
    text, values = statements[0]
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"explain query plan {text}", values).scalars("detail").all()
    assert any("observations_by_time (source_id=? AND seconds>? AND seconds<?)" in step for step in plan), plan
    assert not any(step.startswith("SCAN") for step in plan), plan
