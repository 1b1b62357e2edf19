from __future__ import annotations

import os
import subprocess
import sys

import pytest

from monitor_face.quiet import native_noise_removed

NOISE = b"""INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
W0000 00:00:1795203565.648595    7767 inference_feedback_manager.cc:114] Feedback manager requires a model
I0000 00:00:1795203565.648595       7 gl_context.cc:357] GL version: 3.2
"""
WORDS = b"""E0000 00:00:1795203565.648595    7767 calculator_graph.cc:892] the graph is broken
monitor: error: something of ours
INFO: of ours too
"""

CODE = """
import sys
import numpy as np
from skimage import data
from monitor_face import mediapipe
detector = mediapipe()
for image in (np.zeros((720, 1280, 3), np.uint8), data.astronaut()):
    print(len(detector.detect(image)))
print("the last word", file=sys.stderr)
detector.close()
"""


def test_native_chatter_is_dropped_and_everything_else_kept_in_order(capfd):
    with native_noise_removed():
        os.write(2, NOISE[:60])
        os.write(2, NOISE[60:] + WORDS)
    os.write(2, b"after\n")
    assert capfd.readouterr().err.encode() == WORDS + b"after\n"


def test_what_was_written_before_an_error_is_not_lost(capfd):
    def fail() -> None:
        with native_noise_removed():
            os.write(2, NOISE + WORDS)
            raise KeyError("broken")

    with pytest.raises(KeyError):
        fail()
    assert capfd.readouterr().err.encode() == WORDS


def test_no_file_descriptor_is_left_open():
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        with native_noise_removed():
            pass
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_the_detector_says_nothing_on_standard_error():
    result = subprocess.run([sys.executable, "-W", "error", "-c", CODE], check=True, capture_output=True, text=True)
    assert result.stdout.split() == ["0", "1"]
    assert result.stderr == "the last word\n"
