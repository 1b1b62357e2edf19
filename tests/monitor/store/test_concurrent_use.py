"""Readers beside a writer, and two processes that make one store, in each kind of database."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np
import sqlalchemy as sa

from monitor.sample import Frame, Observation, Sample
from monitor.store import Recorder, Store
from monitor.store.database import database_url, migrate
from tests.postgresql_server import PostgresqlServer

SAMPLES = 60


def test_two_readers_see_a_session_grow_and_never_half_of_a_flush(store_address: str) -> None:
    seen: list[list[int]] = [[], []]
    problems: list[str] = []
    written = threading.Event()

    def read(counts: list[int]) -> None:
        with Store(store_address) as reader:
            while True:
                last = written.is_set()
                session = reader.session("latest")
                totals = reader.totals(session, "scene")
                raw = reader.observations(session)
                counted = int(totals.samples.sum())
                if len(raw) < counted:  # raw observations and totals are written in one transaction
                    problems.append(f"{len(raw)} observations beside a total of {counted}")
                counts.append(counted)
                if last:
                    return

    with Store(store_address, create=True) as store:
        recorder = Recorder(store, name="x", every_seconds=0.5, window_seconds=5.0, labels={"scene": ["good", "bad"]})
        source = recorder.add_source("clip.mp4", "file")
        readers = [threading.Thread(target=read, args=(counts,)) for counts in seen]
        for reader in readers:
            reader.start()
        for number in range(SAMPLES):
            frame = Frame(np.zeros((4, 4, 3), np.uint8), number / 2, 1, number, source_name="clip.mp4")
            recorder.add_sample(source, Sample(frame), faces_looked_for=False)
            scores = {"good": 0.75, "bad": 0.25}
            recorder.add_observations(source, number, [Observation("scene", 1, number / 2, None, scores)])
            recorder.flush(force=True)
        recorder.finish("finished")
        written.set()
        for reader in readers:
            reader.join()
    assert problems == []
    for counts in seen:
        assert counts == sorted(counts)
        assert counts[-1] == SAMPLES


def test_the_second_of_two_first_writers_waits_for_the_first(postgresql: PostgresqlServer) -> None:
    address = postgresql.new_database()
    engine = sa.create_engine(database_url(address), poolclass=sa.NullPool)
    waiting = sa.text("select count(*) from pg_locks where not granted")
    script = "import sys; from monitor.store import Store; Store(sys.argv[1], create=True).close()"
    with engine.begin() as connection:
        migrate(connection)
        second = subprocess.Popen([sys.executable, "-c", script, address], stderr=subprocess.PIPE, text=True)
        with engine.connect() as watching:
            while second.poll() is None and not watching.execute(waiting).scalar_one():
                time.sleep(0.02)
    _, problem = second.communicate()
    assert second.returncode == 0, problem
    with Store(address) as store:
        assert store.sessions() == []
