"""What the network sees: the whole frame, squeezed, and normalised as the manifest says."""

from __future__ import annotations

import gc
from weakref import ref

import cv2
import numpy as np
import pytest

from monitor.errors import ArtifactError
from monitor.model.artifact import Manifest
from monitor.model.picture_input import frame_picture, input_size, network_input, scene_picture
from monitor.sample import Frame


def manifest(**facts: object) -> Manifest:
    """Of a model for squares of 8 pixels; `facts` change it."""
    usual = {
        "name": "made",
        "version": "1",
        "sha256": "0" * 64,
        "input_shape": (3, 8, 8),
        "mean": (0.1, 0.2, 0.3),
        "std": (0.4, 0.5, 0.6),
        "colour": "rgb",
        "labels": ("positive", "negative"),
        "licence": "none",
        "training_data": "none",
        "metrics": {},
        "trainer": "tests",
        "commit": "0" * 40,
    }
    return Manifest.model_validate(usual | facts)


def test_the_whole_frame_is_squeezed_into_a_square() -> None:
    """Every pixel of a frame that shrinks by whole numbers is the mean of a rectangle."""
    frame = np.random.default_rng(0).integers(0, 256, (60, 160, 3), np.uint8)
    expected = frame.reshape(20, 3, 20, 8, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(scene_picture(frame, 20), expected, atol=1.01)


@pytest.mark.parametrize(("height", "width"), [(480, 854), (720, 1280), (721, 1283), (150, 160)])
def test_frames_of_any_size_shrink_as_opencv_shrinks_them(height: int, width: int) -> None:
    y, x = np.mgrid[:height, :width]
    frame = np.stack([x % 251, y % 241, (x + y) // 13 % 256], -1).astype(np.uint8)
    expected = cv2.resize(frame, (144, 144), interpolation=cv2.INTER_AREA).astype(int)
    difference = np.abs(scene_picture(frame, 144) - expected)
    assert difference.mean() < 1
    assert np.percentile(difference, 99) <= 8


def test_a_picture_of_that_size_stays_as_it_is() -> None:
    frame = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    assert scene_picture(frame, 20) is frame


def test_a_small_frame_is_enlarged_smoothly() -> None:
    frame = np.zeros((2, 2, 3), np.uint8)
    frame[:, 1] = 200
    row = scene_picture(frame, 8)[4, :, 0].astype(int)
    assert row[0] == 0
    assert row[-1] == 200
    assert (np.diff(row) >= 0).all()
    assert len(set(row)) > 2


def test_the_network_input_is_what_the_manifest_says() -> None:
    model = manifest()
    pictures = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8)
    expected = ((pictures / 255.0 - model.mean) / model.std).transpose(0, 3, 1, 2)
    batch = network_input(pictures, model)
    assert batch.dtype == np.float32
    assert batch.flags.c_contiguous
    np.testing.assert_allclose(batch, expected, atol=1e-5)


@pytest.mark.parametrize(
    "facts",
    [
        {"colour": "bgr"},
        {"colour": "grey", "input_shape": (1, 8, 8), "mean": (0.5,), "std": (0.5,)},
        {"input_shape": (3, 8, 9)},
        {"mean": (0.5,)},
    ],
)
def test_a_model_for_other_pictures_is_refused(facts: dict[str, object]) -> None:
    with pytest.raises(ArtifactError, match="takes square rgb pictures, not"):
        input_size(manifest(**facts))


def test_analyzers_of_one_size_share_the_picture_of_a_frame_which_goes_with_it():
    frame, other = (Frame(np.full((20, 30, 3), level, np.uint8), 0.0, 1, 0) for level in (50, 200))
    picture = frame_picture(frame, 8)
    np.testing.assert_array_equal(picture, scene_picture(frame.image, 8))
    assert frame_picture(frame, 8) is picture
    assert frame_picture(frame, 6).shape == (6, 6, 3)
    assert (frame_picture(other, 8) == 200).all()
    with pytest.raises(ValueError, match="read-only"):
        picture[0, 0] = 0
    kept = ref(picture)
    del frame, picture
    gc.collect()
    assert kept() is None
