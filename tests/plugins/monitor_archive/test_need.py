"""Workers go where cores, memory and graphics cards are."""

from __future__ import annotations

import math
from types import SimpleNamespace

import psutil
import pytest

from monitor.settings import load_settings
from monitor_archive import processes
from monitor_archive.need import Need, need


@pytest.mark.parametrize(
    ("needed", "machine", "places"),
    [
        (Need(), {"cores": 16, "memory": 64e9}, 8),
        (Need(), {"cores": 16, "memory": 4e9}, 3),
        (Need(), {"cores": 1, "memory": 64e9}, 0),
        (Need(cores=1, gigabytes=4.0), {"cores": 16, "memory": 64e9}, 16),
        (Need(gpus=0.25), {"cores": 16, "memory": 64e9, "gpus": 1.0}, 4),
        (Need(gpus=1.0), {"cores": 16, "memory": 64e9}, 0),
        (Need(gpus=1.0), {"cores": 16, "memory": 64e9, "gpus": math.inf}, 8),
    ],
)
def test_the_scarcest_decides(needed: Need, machine: dict[str, float], places: int) -> None:
    assert needed.places(**{"gpus": 0.0, **machine}) == places


def test_a_graphics_card_is_for_models_that_run_on_one() -> None:
    assert need(load_settings()) == Need()
    on_card = load_settings(runtime="tensorrt")
    assert need(on_card).gpus == 1.0
    assert need(on_card, gigabytes=3.0, gpus=0.5) == Need(gigabytes=3.0, gpus=0.5)


def test_on_this_machine_there_is_room_for_one_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _: range(8), raising=False)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=7e9))
    assert [processes.most_at_once(Need(gigabytes=each)) for each in (1.0, 3.0, 30.0)] == [4, 2, 1]
