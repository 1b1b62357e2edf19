from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.errors import MonitorError
from monitor_face.detection import network
from monitor_face.detection.landmarks import SIDE, Landmarks
from monitor_face.detection.network import Network


def test_several_threads_get_the_answers_that_one_gets():
    landmarks = Landmarks()
    pictures = np.random.default_rng(0).integers(0, 256, (6, SIDE, SIDE, 3), np.uint8)
    alone = [landmarks(picture) for picture in pictures]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(landmarks, pictures))
    landmarks.close()
    for (mesh, score), (expected, expected_score) in zip(together, alone, strict=True):
        np.testing.assert_array_equal(mesh, expected)
        assert score == expected_score


class Compiled:
    """Counts itself; its requests wait until as many are under way as there are to be."""

    made = 0

    def __init__(self, together):
        Compiled.made += 1
        self._together = together
        self.output_tensors = ()

    def create_infer_request(self):
        return self

    def infer(self, inputs, share_inputs):
        self._together.wait(60)


@pytest.mark.parametrize("threads_at_once", [1, 3])
def test_it_is_held_as_often_as_threads_use_it_at_one_time(threads_at_once, monkeypatch):
    monkeypatch.setattr(Compiled, "made", 0)
    monkeypatch.setattr(network, "PATIENCE", 0)
    together = threading.Barrier(threads_at_once)
    monkeypatch.setattr(network, "compile_once", lambda *_: Compiled(together))
    held = Network("face_detection/face_detection_short_range.tflite")
    picture = np.zeros((2, 2, 3), np.float32)
    with ThreadPoolExecutor(threads_at_once) as threads:
        for _ in range(2):
            list(threads.map(held, [picture] * threads_at_once))
    assert Compiled.made == threads_at_once


def test_threads_wait_for_each_other_where_they_seldom_meet(monkeypatch):
    monkeypatch.setattr(Compiled, "made", 0)
    monkeypatch.setattr(network, "PATIENCE", 1)
    compiled = Compiled(SimpleNamespace())
    monkeypatch.setattr(network, "compile_once", lambda *_: compiled)
    held = Network("face_detection/face_detection_short_range.tflite")
    picture, begun, others = np.zeros((2, 2, 3), np.float32), threading.Event(), threading.Event()

    def first_call(seconds):
        begun.set()
        return others.wait(seconds)

    compiled._together.wait = first_call
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(held, picture)]
        assert begun.wait(60)
        answers.append(threads.submit(held, picture))
        while held._waited < 1:
            assert not answers[1].done()
        others.set()
        assert [answer.result(60) for answer in answers] == [[], []]
        assert len(held._unused) == 1
        compiled._together = threading.Barrier(2)
        assert list(threads.map(held, [picture, picture])) == [[], []]
        assert len(held._unused) == 2


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(network, "find_spec", lambda name: None)
    with pytest.raises(MonitorError, match="pip install mediapipe"):
        network.mediapipe_modules()
