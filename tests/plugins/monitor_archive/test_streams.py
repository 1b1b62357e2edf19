"""Live streams in the queue: whoever watches one may vanish, and another goes on in the same session."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import ConfigError, SourceError
from monitor.plugin.registry import Plugins
from monitor.settings import Settings, load_settings
from monitor.store import Store, queue
from monitor_archive import worker as worker_module
from monitor_archive.streams import enqueue_streams
from monitor_archive.worker import VANISHED, Worker
from tests.conftest import make_clip
from tests.loopback_stream import LoopbackStream, streaming

RECIPE = "live"
PATIENCE_SECONDS = 60.0


@pytest.fixture
def settings() -> Settings:
    return load_settings(analyzers=["brightness"], store="live.db", every_seconds=0.1)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store(settings.store, create=True) as store:
        yield store


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[LoopbackStream]:
    with streaming(make_clip(tmp_path / "live.ts", 20, codec="mpeg2video", fps=25), 20) as stream:
        yield stream


def count(store: Store) -> int:
    return len(store.samples(store.session("latest"))) if store.sessions() else 0


def watched(store: Store, worker: Worker, samples: int) -> None:
    """Let a worker watch until the store has so many samples."""
    thread = threading.Thread(target=worker)
    thread.start()
    end = time.monotonic() + PATIENCE_SECONDS
    while count(store) < samples and time.monotonic() < end:
        time.sleep(0.05)
    worker.stop()
    thread.join()
    assert count(store) >= samples


def test_another_goes_on_in_the_same_session_and_the_time_between_is_a_gap(
    settings: Settings, store: Store, plugins: Plugins, stream: LoopbackStream
) -> None:
    enqueue_streams(store, RECIPE, [stream.address], 1)
    watched(store, Worker(settings, plugins, RECIPE, live=True), 5)
    before = store.samples(store.session("latest"))
    watched(store, Worker(settings, plugins, RECIPE, live=True), len(before) + 5)
    (session,) = store.sessions()
    samples = store.samples(session)
    assert samples.number.is_monotonic_increasing  # a busy machine drops some
    assert samples.seconds.is_monotonic_increasing
    (gap,) = store.gaps(session).to_dict("records")
    last, first = samples.seconds[len(before) - 1], samples.seconds[len(before)]
    assert (gap["start_seconds"], gap["end_seconds"], gap["reason"]) == (last, first, VANISHED)
    (source,) = store.sources(session.id)
    assert source.began_at is not None
    assert source.began_at + first <= time.time()
    (left,) = queue.recordings(store)
    assert left.state == "waiting"
    queue.forget(store, RECIPE)
    assert queue.recordings(store) == []
    assert store.sessions() != []


def test_a_stream_that_is_not_there_is_tried_again(
    settings: Settings, store: Store, plugins: Plugins, stream: LoopbackStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "AGAIN_SECONDS", 0.05)
    stream.is_up = False
    enqueue_streams(store, RECIPE, [stream.address], 1)
    worker, warnings = Worker(settings, plugins, RECIPE, live=True), []

    def warn(message: str, *_: object) -> None:
        warnings.append(message)
        stream.is_up = len(warnings) > 1

    monkeypatch.setattr(worker_module.log, "warning", warn)
    watched(store, worker, 2)
    assert warnings[:2] == ["%s; it is tried again"] * 2


def test_who_watches_streams_has_them_alone_and_is_followed_by_the_next(store: Store) -> None:
    addresses = ["rtsp://u:secret@a/1", "rtsp://a/2"]
    enqueue_streams(store, RECIPE, addresses, 2)
    for _ in addresses:
        assert queue.take(store, RECIPE, "host:1/1") is not None
    with pytest.raises(ConfigError, match=r"^rtsp://u:\*\*\*@a/1 is watched with these settings by host:1/1; .* 60 s"):
        enqueue_streams(store, RECIPE, addresses, 2)
    before = queue.recordings(store)
    queue.release(store, "host:1/1")
    enqueue_streams(store, RECIPE, addresses, 2)
    assert [each.id for each in queue.recordings(store)] == [each.id for each in before]
    assert queue.free(store, RECIPE) == 2


@pytest.mark.parametrize(
    ("addresses", "places", "problem"),
    [
        (["rtsp://a/1", "talk.mp4"], 2, "talk.mp4"),
        (["rtsp://a/1", "rtsp://u:secret@a/2", "rtsp://u:secret@a/2"], 3, r"rtsp://u:\*\*\*@a/2 is named twice"),
        (["rtsp://a/1", "rtsp://a/2"], 1, "the cluster has room for 1 streams, not for 2"),
    ],
)
def test_what_cannot_be_watched_is_refused(store: Store, addresses: list[str], places: int, problem: str) -> None:
    with pytest.raises((ConfigError, SourceError), match=problem):
        enqueue_streams(store, RECIPE, addresses, places)
    assert queue.recordings(store) == []
