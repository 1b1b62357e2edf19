from __future__ import annotations

from types import SimpleNamespace

import pytest

from monitor.commands.bench import memory
from monitor.commands.bench.memory import Held


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    monkeypatch.setattr(memory, "APART_SECONDS", 0.0)
    return Held()


def steps(held: Held, megabytes: list[float]) -> dict[str, float]:
    """What is said of a run that held so much after each of its samples."""
    for number, each in enumerate(megabytes, 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(memory, "memory_mb", lambda each=each: each)
            held([SimpleNamespace(frames_sampled=number - number // 3), SimpleNamespace(frames_sampled=number // 3)])
    return held.early_and_late()


def test_what_is_loaded_at_the_beginning_is_no_growth(held: Held) -> None:
    assert steps(held, [10.0 * min(number, 9) for number in range(100)]) == {"early": 90.0, "late": 90.0}


def test_growth_shows(held: Held) -> None:
    assert steps(held, [float(number) for number in range(1, 101)]) == {"early": 15.0, "late": 95.0}


def test_a_single_sample_and_none(held: Held) -> None:
    assert held.early_and_late() == {"early": 0.0, "late": 0.0}
    assert steps(held, [30.0]) == {"early": 30.0, "late": 30.0}


def test_it_looks_at_this_process_now_and_then() -> None:
    held = Held()
    for number in range(1000):
        held([SimpleNamespace(frames_sampled=number)])
    assert 1 <= len(held._held) < 900
    assert held.early_and_late()["late"] > 20
