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
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitor.errors import StoreError
from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Store, tables
from monitor.store.database import MIGRATIONS, database_url, migrate
from monitor.store.removal import delete_session

LABELS = {"faces": ["happiness", "sadness"], "scene": ["positive", "negative"]}


def record(store: Store, samples: int = 30, name: str = "first") -> Recorder:
    """Two people, one of them from the sixth sample on, and the whole frame; one sample every half second."""
    recorder = Recorder(store, name=name, every_seconds=0.5, window_seconds=5.0, labels=LABELS)
    source = recorder.add_source("clip.mp4", "file", samples / 2)
    for number in range(samples):
        seconds = number / 2
        people = (1, 2) if number >= 5 else (1,)
        faces = tuple(Face((0.1 * p, 0.1, 0.1 * p + 0.1, 0.3), 0.9, None, p) for p in people)
        sample = Sample(Frame(np.zeros((4, 4, 3), np.uint8), seconds, 1, number, source_name="clip.mp4"), faces)
        recorder.add_sample(source, sample, faces_looked_for=True)
        seen = [
            Observation("faces", 1, seconds, face.track, {"happiness": 0.75, "sadness": 0.25}, face.box)
            for face in faces
        ]
        seen.append(Observation("scene", 1, seconds, None, {"positive": 0.5, "negative": 0.5}))
        recorder.add_observations(source, number, seen)
    recorder.flush(force=True)
    return recorder


def test_everything_recorded_can_be_read_back(store: Store) -> None:
    recorder = record(store)
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
    assert people.thumbnail[2][:2] == b"\xff\xd8"
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
        recorder.add_observations(source, number, [Observation("scene", 1, number / 2, None, scores)])
        recorder.flush(force=True)
    assert store.windows(store.session(1), "scene").samples.tolist() == [5]


def test_sessions_are_found_by_number_name_and_latest(store: Store) -> None:
    for name in ("a", "b", "b"):
        record(store, 2, name).finish("finished")
    assert [store.session(key).id for key in (1, "1", "a", "b", "latest")] == [1, 1, 1, 3, 3]
    with pytest.raises(StoreError, match=r"no session 'c'.*lists the 3"):
        store.session("c")


def test_write_ahead_log_lets_readers_in_while_writing(sqlite_store: Store) -> None:
    recorder = record(sqlite_store)
    with Store(sqlite_store.address) as reader:
        assert reader.session("latest").state == "running"
        with reader.engine.connect() as connection:
            assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
            before = connection.execute(sa.select(sa.func.count()).select_from(tables.observations)).scalar()
            recorder.add_observations(1, 40, [Observation("scene", 1, 20.0, None, {"positive": 1.0, "negative": 0.0})])
            recorder.flush(force=True)
        assert len(reader.observations(reader.session(1))) == before + 1


def test_a_killed_writer_leaves_an_interrupted_session(store_address: str) -> None:
    script = textwrap.dedent("""
        import sys, time
        sys.path.insert(0, sys.argv[2])
        from monitor.store import Store
        from test_database import record
        record(Store(sys.argv[1], create=True))
        print("ready", flush=True)
        time.sleep(60)
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", script, store_address, str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    with Store(store_address) as store:
        assert store.session("latest").state == "running"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with Store(store_address, create=True) as store:
        session = store.session("latest")
        assert session.state == "interrupted"
        assert len(store.observations(session)) == 85


def test_a_missing_store_is_not_made_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist yet"):
        Store(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("create", [False, True])
def test_what_can_be_no_store_says_what_to_do(tmp_path: Path, create: bool) -> None:
    with pytest.raises(StoreError, match=r"is a folder; name a file in it, as in --store .*emotion-monitor\.db"):
        Store(tmp_path, create=create)
    with pytest.raises(StoreError, match="deeper is no folder; make it, or name another file"):
        Store(tmp_path / "deeper" / "x.db", create=create)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "notes.db").write_text("not a database\n" * 100)
    with pytest.raises(StoreError, match="file is not a database; move it away, or name another file with --store"):
        Store(tmp_path / "notes.db", create=create)


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


def test_a_newer_format_is_refused(store: Store, store_address: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    for create in (False, True):
        with pytest.raises(StoreError, match="newer version"):
            Store(store_address, create=create)


def differences(store: Store) -> list[object]:
    """What the tables of a store lack, or have more, than the code knows; Alembic finds it by asking the database."""
    with store.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))


def test_a_new_store_has_exactly_the_tables_that_the_code_knows(store: Store, store_address: str) -> None:
    assert differences(store) == []
    with Store(store_address, create=True) as again:
        assert again.sessions() == []


@pytest.fixture
def old_store(store_address: str) -> str:
    """Address of a store as the first version made it, with one session."""
    engine = sa.create_engine(database_url(store_address))
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.execute(
            sa.text(
                "insert into sessions (name, state, started_at, alive_at, host, process, every_seconds,"
                " window_seconds, labels) values ('old', 'finished', 1, 2, 'here', 1, 0.5, 5, '{\"mood\": [\"glad\"]}')"
            )
        )
    engine.dispose()
    return store_address


def test_migrations_build_exactly_the_tables_that_the_code_knows(old_store: str) -> None:
    with Store(old_store) as store:
        assert differences(store) == []
        newest = Recorder(store, name="new", every_seconds=1, window_seconds=5, labels={})
        newest.finish("finished")
        delete_session(store, store.session("new"))
        later = Recorder(store, name="later", every_seconds=1, window_seconds=5, labels={})
        assert (newest.session_id, later.session_id) == (2, 3)
        with pytest.raises(StoreError), store.errors(), store.engine.begin() as connection:
            connection.execute(tables.gaps.insert().values(source_id=99, start_seconds=0, reason="of no source"))


def test_the_names_of_migrations_begin_with_their_numbers() -> None:
    revisions = list(ScriptDirectory(MIGRATIONS).walk_revisions())
    assert [Path(script.path).name.partition("_")[0] for script in revisions] == [each.revision for each in revisions]
    assert max(script.revision for script in revisions) == ScriptDirectory(MIGRATIONS).get_current_head()


def test_a_store_of_the_first_version_opens_and_keeps_its_sessions(old_store: str) -> None:
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


def test_thumbnails_and_facts_of_older_versions_stay(store_address: str) -> None:
    engine = sa.create_engine(database_url(store_address))
    with engine.begin() as connection:
        migrate(connection, "0002")
        for row in (
            "sessions (id, name, state, started_at, alive_at, host, process, every_seconds, window_seconds, labels)"
            " values (1, 'old', 'finished', 1, 2, 'here', 1, 0.5, 5, '{\"mood\": [\"glad\"]}')",
            "sources (id, session_id, name, kind, state, frames_decoded, frames_sampled, frames_dropped, seconds,"
            " samples_per_second, lag_seconds, realtime_factor)"
            " values (1, 1, 'clip.mp4', 'file', 'finished', 1, 1, '{}', 0, 0, 0, 0)",
            "people (source_id, subject, first_seconds, last_seconds, samples) values (1, 1, 0, 1, 2)",
            "people (source_id, subject, first_seconds, last_seconds, samples) values (1, 2, 0, 1, 2)",
            "observations (source_id, number, seconds, analyzer, subject, confidence, scores, facts)"
            " values (1, 0, 0, 'mood', 1, 1, '[1.0]', '{\"yaw\": 3}')",
        ):
            connection.execute(sa.text(f"insert into {row}".replace(":", "\\:")))
        connection.execute(sa.text("update people set thumbnail = :jpeg where subject = 1"), {"jpeg": b"A"})
    engine.dispose()
    with Store(store_address) as store:
        session = store.session("old")
        assert (session.measures, session.stages_ms) == ({}, {})
        thumbnails = store.people(session).thumbnail.tolist()
        assert thumbnails == [b"A", None]
        assert store.observations(session).glad.tolist() == [1.0]
        assert store.rows(sa.select(tables.observations.c.facts)) == [{"facts": {"yaw": 3}}]


def test_a_migration_that_is_cut_short_leaves_the_store_as_it_was(
    old_store: str, monkeypatch: pytest.MonkeyPatch
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
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = sqlite_store
    record(store)
    session = store.session(1)
    statements: list[tuple[str, object]] = []
    sa.event.listen(
        store.engine, "before_cursor_execute", lambda c, u, text, values, *_: statements.append((text, values))
    )
    monkeypatch.setattr("monitor.store.queries.MOST_AT_ONCE", 1)
    assert set(store.first_observations(session, "faces", 1, [1, 2], 3.0).subject) == {1, 2}
    statements = [each for each in statements if "FROM observations" in each[0]]
    assert len(statements) == 2
    text, values = statements[0]
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"explain query plan {text}", values).scalars("detail").all()
    assert any("observations_by_time (source_id=? AND seconds>? AND seconds<?)" in step for step in plan), plan
    assert [step for step in plan if step.startswith("SCAN")] == ["SCAN asked"], plan  # the few people


def test_the_model_of_each_analyzer_is_kept_with_the_session(sqlite_store: Store) -> None:
    recorder = Recorder(
        sqlite_store,
        name="m",
        every_seconds=0.5,
        window_seconds=5.0,
        labels={"faces": ["a", "b"]},
        models={"faces": "face-fusion 3 0123456789ab"},
    )
    assert sqlite_store.session(recorder.session_id).models == {"faces": "face-fusion 3 0123456789ab"}
    with sqlite_store.engine.begin() as connection:
        connection.exec_driver_sql("update sessions set models = null")  # as in older sessions
    assert sqlite_store.session(recorder.session_id).models == {}
    recorder.finish("finished")
