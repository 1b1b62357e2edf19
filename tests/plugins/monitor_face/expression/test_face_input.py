"""What reaches the network: picture and heatmap of the same aligned face, as the manifest wants them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ArtifactError
from monitor.model.artifact import Manifest
from monitor.testing.samples import PORTRAIT_MESH
from monitor_face.expression.align import alignment, warp
from monitor_face.expression.face_input import FaceInput
from monitor_face.expression.heatmap import LANDMARKS, heatmaps, seen

BOX = (0.34, 0.13, 0.56, 0.36)
"""Of the portrait's face."""


def manifest(channels: int = 2, colour: str = "grey", size: int = 64, **facts: Any) -> Manifest:
    known: dict[str, Any] = {
        "name": "some model",
        "version": "1",
        "sha256": "0" * 64,
        "input_shape": (channels, size, size),
        "mean": (0.5,) * channels,
        "std": (0.25,) * channels,
        "colour": colour,
        "labels": ("a", "b"),
        "licence": "none",
        "training_data": "none",
        "metrics": {},
        "trainer": "test",
        "commit": "0" * 40,
    }
    return Manifest(**known | facts)


@pytest.fixture(scope="module")
def mesh() -> NDArray[np.float32]:
    """That of the portrait."""
    return np.asarray(np.load(PORTRAIT_MESH, allow_pickle=False), np.float32)


@pytest.mark.parametrize(("channels", "colour"), [(1, "grey"), (2, "grey"), (3, "rgb"), (4, "rgb")])
@pytest.mark.parametrize("size", [48, 112])
def test_picture_and_heatmap_are_of_the_same_alignment(
    portrait: NDArray[np.uint8], mesh: NDArray[np.float32], channels: int, colour: str, size: int
) -> None:
    takes = FaceInput(manifest(channels, colour, size))
    face = takes(portrait, mesh, BOX)
    assert face.shape == (channels, size, size)
    assert face.dtype == np.uint8
    assert takes.size == size
    pictured = 3 if colour == "rgb" else 1
    assert takes.with_heatmap == (channels > pictured)

    matrix = alignment(mesh, BOX, 512, 512, size)
    picture = warp(portrait, matrix, size, grey=colour == "grey")
    np.testing.assert_array_equal(face[:pictured].transpose(1, 2, 0), picture)
    if takes.with_heatmap:
        dots = heatmaps(seen(mesh[list(LANDMARKS), :2], matrix, 512, 512)[None], size)
        np.testing.assert_array_equal(face[-1], dots[0])
        assert face[-1].max() > 200


def test_rgb_is_in_the_order_of_the_frame(mesh: NDArray[np.float32]) -> None:
    orange = np.empty((100, 100, 3), np.uint8)
    orange[:] = (250, 120, 10)
    face = FaceInput(manifest(4, "rgb"))(orange, None, BOX)
    assert face[:3, 32, 32].tolist() == [250, 120, 10]


def test_without_a_mesh_there_is_a_picture_and_no_dot(portrait: NDArray[np.uint8]) -> None:
    face = FaceInput(manifest())(portrait, None, BOX)
    assert face[0].std() > 20
    assert not face[1].any()


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"colour": "bgr", "channels": 3}, id="bgr"),
        pytest.param({"colour": "bgr", "channels": 4}, id="bgr with heatmap"),
        pytest.param({"colour": "rgb", "channels": 2}, id="too few channels"),
        pytest.param({"colour": "grey", "channels": 3}, id="too many channels"),
        pytest.param({"input_shape": (2, 64, 48)}, id="not square"),
        pytest.param({"mean": (0.5,)}, id="a mean is missing"),
        pytest.param({"std": (0.5, 0.5, 0.5)}, id="one std too many"),
    ],
)
def test_other_input_is_refused(facts: dict[str, Any]) -> None:
    wrong = manifest(**facts)
    with pytest.raises(
        ArtifactError,
        match="some model: a face model takes a square grey or rgb picture, with or without a heatmap, not",
    ) as caught:
        FaceInput(wrong)
    assert str(caught.value).endswith(f"not {wrong.colour} {wrong.input_shape}")


def test_a_batch_is_normalised_channel_by_channel() -> None:
    mean, std = (0.5, 0.1, 0.0), (0.25, 0.5, 1.0)
    faces = np.random.default_rng(0).integers(0, 256, (5, 3, 8, 8), np.uint8)
    batch = FaceInput(manifest(3, "rgb", 8, mean=mean, std=std)).batch(faces)
    assert batch.dtype == np.float32
    for channel in range(3):
        expected = (faces[:, channel] / 255 - mean[channel]) / std[channel]
        np.testing.assert_allclose(batch[:, channel], expected, atol=1e-5)
