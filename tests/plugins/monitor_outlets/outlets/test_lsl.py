from __future__ import annotations

import json
import math

import pytest

from monitor_outlets.options import LslOptions
from monitor_outlets.outlets.lsl import Lsl

pylsl = pytest.importorskip("pylsl", exc_type=(ImportError, RuntimeError))
VALUES = {"face-fusion": ["anger", "neutral", "head_yaw", "head_pitch"]}


def inlet(name: str):
    (found,) = pylsl.resolve_byprop("name", name, minimum=1, timeout=60)
    inlet = pylsl.StreamInlet(found)
    inlet.open_stream(timeout=60)
    return inlet


def test_streams_can_be_found_and_recorded(messages):
    alert, _, observation = messages
    outlet = Lsl(LslOptions(name="lab"), VALUES)
    outlet.send([alert, observation])  # makes the streams
    numbers, markers = inlet("lab 1 face-fusion"), inlet("lab markers")
    channel = numbers.info(timeout=60).desc().child("channels").child("channel")
    labels = []
    while not channel.empty():
        labels.append(channel.child_value("label"))
        channel = channel.next_sibling()
    assert labels == ["subject", *VALUES["face-fusion"]]
    outlet.send([alert, observation | {"subject": None}])
    sample, stamp = numbers.pull_sample(timeout=60)
    assert sample[:4] == [0.0, 0.75, 0.25, -3.0]
    assert math.isnan(sample[4])
    assert stamp == pytest.approx(pylsl.local_clock(), abs=60)
    (marker,), _ = markers.pull_sample(timeout=60)
    assert json.loads(marker) == alert
    numbers.close_stream()
    markers.close_stream()
    outlet.close()
