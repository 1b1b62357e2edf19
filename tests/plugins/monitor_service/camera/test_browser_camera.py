"""The source by itself, on a clock that stands still until it is moved."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from monitor.sample import Frame, Sample
from monitor.sources import Gap
from monitor_service.camera.browser_camera import BrowserCamera, Seen

PICTURE = np.zeros((4, 6, 3), np.uint8)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def camera(clock: Clock) -> BrowserCamera:
    return BrowserCamera("browser", every_seconds=0.5, silent_seconds=5.0, away_seconds=20.0, clock=clock)


def test_a_picture_becomes_a_frame_and_its_answer_comes_back(camera, clock):
    samples = camera.samples()
    first = camera.put(PICTURE)
    frame = next(samples)
    assert isinstance(frame, Frame)
    assert (frame.seconds, frame.index, frame.source, frame.source_name) == (0.0, 0, 1, "browser")
    assert not first.done()
    seen = Seen(Sample(frame), ())
    camera.answer(seen)
    assert first.result(0) is seen
    clock.now += 0.75
    camera.put(PICTURE)
    second = next(samples)
    assert (second.seconds, second.index) == (0.75, 1)
    assert (camera.frames_decoded, camera.frames_dropped.total()) == (2, 0)


def test_pictures_that_come_too_soon_are_dropped_and_counted(camera, clock):
    camera.put(PICTURE)
    clock.now += 0.2
    assert camera.put(PICTURE).result(0) is None
    assert camera.frames_dropped == {"too early": 1}


def test_a_picture_that_nobody_took_is_overwritten(camera, clock):
    first = camera.put(PICTURE)
    clock.now += 0.5
    second = camera.put(PICTURE)
    assert first.result(0) is None
    frame = next(camera.samples())
    camera.answer(Seen(Sample(frame), ()))
    assert second.result(0).sample.frame.seconds == 0.5
    assert camera.frames_dropped == {"overwritten": 1}


def test_an_answer_ends_the_wait_for_older_ones(camera, clock):
    samples = camera.samples()
    first = camera.put(PICTURE)
    next(samples)
    clock.now += 0.5
    second = camera.put(PICTURE)
    camera.answer(Seen(Sample(next(samples)), ()))
    assert first.result(0) is None
    assert second.result(0) is not None


def test_a_browser_that_leaves_is_one_gap_until_it_comes_back(camera, clock):
    samples = camera.samples()
    camera.put(PICTURE)
    next(samples)
    clock.now += 1.0
    camera.put(PICTURE)
    next(samples)
    camera.leave()
    gap = next(samples)
    assert isinstance(gap, Gap)
    assert gap.seconds == 1.0
    clock.now += 7.0
    camera.put(PICTURE)
    back = next(samples)
    assert isinstance(back, Frame)
    assert (back.seconds, back.index) == (8.0, 2)


def test_silence_is_a_gap_and_at_last_the_end(camera, clock):
    samples = camera.samples()
    camera.put(PICTURE)
    next(samples)
    clock.now += 5.0
    assert next(samples) == Gap(0.0, "the browser sends no pictures")
    clock.now += 15.0
    assert list(samples) == []
    assert camera.put(PICTURE).result(0) is None


def test_stop_ends_it_from_another_thread_and_answers_who_waits(camera):
    samples = camera.samples()
    asked = camera.put(PICTURE)
    next(samples)
    threading.Timer(0.05, camera.stop).start()
    assert list(samples) == []
    assert asked.result(60) is None


def test_nobody_waits_for_an_answer_that_was_given_up(camera):
    asked = camera.put(PICTURE)
    frame = next(camera.samples())
    asked.cancel()
    camera.answer(Seen(Sample(frame), ()))
