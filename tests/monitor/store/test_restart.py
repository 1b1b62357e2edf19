"""A database server that goes away and comes back, under readers and between two writes."""

from __future__ import annotations

import pandas as pd
import pytest

from monitor.errors import StoreError
from monitor.store import Store
from tests.made_up_session import MadeUpSession
from tests.postgresql_server import PostgresqlServer


def test_a_reader_says_so_in_one_line_and_reads_on_when_the_server_is_back(postgresql: PostgresqlServer) -> None:
    address = postgresql.new_database()
    with Store(address, create=True) as writer, Store(address) as reader:
        made_up = MadeUpSession(writer)
        made_up.play(5)
        session = reader.session("latest")
        before = reader.observations(session)
        with postgresql.stopped():
            for _ in range(2):
                with pytest.raises(StoreError, match=str(postgresql.port)) as caught:
                    reader.observations(session)
                assert "\n" not in str(caught.value)
                assert postgresql.password not in str(caught.value)
            with pytest.raises(StoreError, match="refused"):
                Store(address)
        pd.testing.assert_frame_equal(reader.observations(session), before)
        made_up.play(5)
        assert len(reader.observations(session)) > len(before)


def test_a_restart_between_two_writes_goes_unnoticed(postgresql: PostgresqlServer) -> None:
    address = postgresql.new_database()
    with Store(address, create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(5)
        with postgresql.stopped():
            pass
        made_up.play(5)
        made_up.end("finished")
        assert store.session("latest").state == "finished"
        assert store.samples(store.session("latest")).seconds.max() == 9.5
