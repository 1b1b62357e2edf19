"""A real face that every machine has, and the detector that several files test with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

SHARED_WEIGHTS = Path(__file__).parents[4] / "shared" / "weights"


@pytest.fixture(scope="session")
def portrait() -> NDArray[np.uint8]:
    """The astronaut of scikit-image, uint8 (512, 512, 3): one face, about 105 pixels wide around (225, 123)."""
    from skimage import data

    return np.asarray(data.astronaut(), np.uint8)


@pytest.fixture(scope="session")
def detector() -> Iterator[object]:
    """The detector that the plugin registers as `mediapipe`."""
    from monitor_face.detection.mediapipe_detector import MediaPipeDetector

    detector = MediaPipeDetector()
    yield detector
    detector.close()


@pytest.fixture
def yunet_model() -> Path:
    """YuNet's model file, where it lies beside the repository."""
    path = SHARED_WEIGHTS / "face_detection_yunet_n.onnx"
    if not path.exists():
        pytest.skip("the YuNet model file is not on this machine")
    return path
