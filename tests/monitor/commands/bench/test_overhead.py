"""The engine's own overhead: every made sample goes through, and nobody but the engine takes part."""

from __future__ import annotations

from pathlib import Path

from monitor.commands.bench.overhead import MadeSource, overhead
from monitor.plugin.registry import Plugins
from monitor.store import Store


def test_all_samples_are_stored_without_any_plugin(tmp_path: Path) -> None:
    figures = overhead(tmp_path, Plugins(), samples=20)
    assert figures["samples"] == 20
    assert figures["wall_ms"] > 0
    with Store(tmp_path / "overhead.db") as store:
        (session,) = store.sessions()
        (source,) = store.sources(session.id)
        assert list(session.analyzers) == ["nothing"]
        assert (source.frames_sampled, source.seconds) == (20, 9.5)


def test_a_made_source_ends_when_it_is_stopped() -> None:
    source = MadeSource(5)
    samples = source.samples()
    first = next(samples)
    assert first.image.shape == (1080, 1920, 3)
    source.stop()
    assert list(samples) == []
