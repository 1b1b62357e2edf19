"""What a store answers stays true while other processes write into it."""

from __future__ import annotations

import pytest

from monitor.store import Recorder, Store, queries
from monitor.store.removal import delete_session
from monitor.store.unfinished import unfinished


@pytest.mark.parametrize("most_at_once", [1000, 1])
def test_a_list_that_is_read_again_has_what_was_written_meanwhile(
    store_address: str, monkeypatch: pytest.MonkeyPatch, most_at_once: int
) -> None:
    monkeypatch.setattr(queries, "MOST_AT_ONCE", most_at_once)
    with Store(store_address, create=True) as store, Store(store_address) as reader:

        def recorder(name: str, **more: object) -> Recorder:
            options = {"every_seconds": 0.5, "window_seconds": 5.0, "labels": {"faces": ["glad", "sad"]}}
            return Recorder(store, name=name, **options, **more)

        def states() -> list[tuple[str, str]]:
            assert reader.sessions() == [reader.session(each.id) for each in reader.sessions()]
            return [(each.name, each.state) for each in reader.sessions()]

        assert states() == []
        first = recorder("first")
        assert states() == [("first", "running")]
        first.add_source("talk.mp4", "file")
        first.finish("stopped")
        recorder("second").finish("failed", "out of order")
        assert states() == [("second", "failed"), ("first", "stopped")]
        assert all(one is other for one, other in zip(reader.sessions(), reader.sessions(), strict=True))
        again = recorder("first", unfinished=unfinished(store, first.session_id))
        assert states() == [("second", "failed"), ("first", "running")]
        again.finish("finished")
        delete_session(store, store.session("second"))
        assert states() == [("first", "finished")]
