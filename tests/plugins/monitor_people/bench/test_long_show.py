from __future__ import annotations

from types import SimpleNamespace

import pytest

from monitor_people.bench import long_show
from monitor_people.bench.actors import Actor
from monitor_people.bench.edited import Shot
from monitor_people.bench.long_show import LongShow
from monitor_people.bench.looks import Look

SHOTS = [Shot(0, 0.0, 1.25, 0.0, Look()), Shot(1, 1.25, 1.0, 0.0, Look()), Shot(2, 2.25, 1.5, 0.0, Look())]


def test_samples_come_every_half_second_from_the_shot_that_is_on(coloured: list[Actor]) -> None:
    show = LongShow(coloured, SHOTS, 0.5)
    frames = list(show.samples())
    assert [frame.seconds for frame in frames] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
    assert [frame.shot_start_seconds for frame in frames] == [0.0] * 3 + [1.25] * 2 + [2.25] * 3
    assert [frame.index for frame in frames] == list(range(8))
    assert show.frames_decoded == 8
    colours = [frame.image[180, 240].tolist() for frame in frames]
    assert colours == [[200, 40, 40]] * 3 + [[40, 200, 40]] * 2 + [[40, 40, 200]] * 3


def test_a_show_that_is_stopped_ends(coloured: list[Actor]) -> None:
    show = LongShow(coloured, SHOTS, 0.5)
    samples = show.samples()
    next(samples)
    show.stop()
    assert list(samples) == []


def test_memory_is_compared_with_that_after_a_quarter(coloured: list[Actor], monkeypatch: pytest.MonkeyPatch) -> None:
    held = iter([100e6, 150e6, 160e6, 140e6, 170e6, 165e6, 180e6, 168e6])
    process = SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=next(held)))
    monkeypatch.setattr(long_show.psutil, "Process", lambda: process)
    show = LongShow(coloured, SHOTS, 0.5)
    assert show.growth_megabytes == 0
    assert len(list(show.samples())) == 8
    assert show.growth_megabytes == pytest.approx(8)
