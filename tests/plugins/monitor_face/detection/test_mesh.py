"""The mesh of a real face, found in crops of many sizes, comes out in fractions of the whole picture."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.data import astronaut

from monitor.testing.samples import PORTRAIT_MESH
from monitor_face.detection.mesh import LEAST_SCORE, SMALLEST_CROP, FaceMesh, crop_around, enlarged
from monitor_face.halves import Halves

FACE = (0.34, 0.13, 0.56, 0.36)
"""Box of the portrait's face, in fractions."""


@pytest.fixture(scope="module")
def face_mesh() -> Iterator[FaceMesh]:
    mesh = FaceMesh()
    yield mesh
    mesh.close()


@pytest.mark.parametrize("side", [100, 200, 512, 1500])
def test_the_mesh_is_in_fractions_whatever_the_size(face_mesh: FaceMesh, side: int) -> None:
    """From a face of 22 pixels to one of 330, against the mesh of the picture in its own size."""
    picture = cv2.resize(astronaut(), (side, side), interpolation=cv2.INTER_AREA if side < 512 else cv2.INTER_CUBIC)
    mesh = face_mesh(picture, FACE)
    assert mesh is not None
    assert mesh.shape == (478, 3)
    assert mesh.dtype == np.float32
    known = np.load(PORTRAIT_MESH, allow_pickle=False)
    width = known[:, 0].max() - known[:, 0].min()
    distance = np.linalg.norm(mesh[:, :2] - known[:, :2], axis=1) / width
    assert distance.mean() < 0.05


def test_the_same_picture_gives_the_same_mesh_whatever_came_before(face_mesh: FaceMesh) -> None:
    picture = astronaut()
    first = face_mesh(picture, FACE)
    face_mesh(np.ascontiguousarray(picture[:, ::-1]), (1 - FACE[2], FACE[1], 1 - FACE[0], FACE[3]))
    second = face_mesh(picture, FACE)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first, second)


def test_a_picture_that_is_not_square(face_mesh: FaceMesh) -> None:
    picture = astronaut()
    wide = np.zeros((512, 1024, 3), np.uint8)
    wide[:, 400:912] = picture
    alone = face_mesh(picture, FACE)
    beside = face_mesh(wide, ((FACE[0] * 512 + 400) / 1024, FACE[1], (FACE[2] * 512 + 400) / 1024, FACE[3]))
    assert alone is not None
    assert beside is not None
    np.testing.assert_allclose(beside[:, 0] * 1024 - 400, alone[:, 0] * 512, atol=1.5)
    np.testing.assert_allclose(beside[:, 1], alone[:, 1], atol=3e-3)
    np.testing.assert_allclose(beside[:, 2] * 1024, alone[:, 2] * 512, atol=3)  # z in the scale of x


def test_a_face_at_the_border(face_mesh: FaceMesh) -> None:
    """The face fills the picture, as in FER2013."""
    left, top, right, bottom = (round(side * 512) for side in FACE)
    cut = np.ascontiguousarray(astronaut()[top:bottom, left:right])
    assert face_mesh(cut, (0.0, 0.0, 1.0, 1.0)) is not None


@pytest.mark.parametrize("box", [(0.0, 0.0, 1.0, 1.0), (0.5, 0.5, 0.5, 0.5), (1.5, 1.5, 2.0, 2.0)])
def test_no_face_is_none(face_mesh: FaceMesh, box: tuple[float, float, float, float]) -> None:
    assert face_mesh(np.full((200, 200, 3), 128, np.uint8), box) is None


def test_the_crop_is_square_with_a_margin_and_ends_soon_after_the_border() -> None:
    assert crop_around((0.4, 0.4, 0.6, 0.6), 1000, 1000) == (330, 330, 670, 670)
    assert crop_around((0.4, 0.45, 0.6, 0.55), 1000, 1000) == (330, 330, 670, 670)
    assert crop_around((0.0, 0.0, 1.0, 1.0), 100, 100) == (-15, -15, 115, 115)


@pytest.mark.parametrize(("shape", "longer"), [((48, 40), SMALLEST_CROP), ((300, 250), 300)])
def test_crops_are_brought_to_a_size_the_mesh_works_at(shape: tuple[int, int], longer: int) -> None:
    crop: NDArray[np.uint8] = np.zeros((*shape, 3), np.uint8)
    got = enlarged(crop)
    assert max(got.shape[:2]) == longer
    assert got.shape[0] / got.shape[1] == pytest.approx(shape[0] / shape[1], rel=0.02)
    assert got.flags.c_contiguous


@pytest.mark.parametrize("factor", [1, 4, 7])
def test_the_mesh_of_a_large_face_comes_from_halves_and_is_followed_in_them(face_mesh: FaceMesh, factor: int) -> None:
    """Moved by a fifth of its width, it is found where the face is, whatever the size of the picture."""
    picture = cv2.resize(astronaut(), (512 * factor, 512 * factor), interpolation=cv2.INTER_CUBIC)
    there = Halves(picture)
    mesh = face_mesh.fit(there, FACE)
    assert mesh is not None
    known = np.load(PORTRAIT_MESH, allow_pickle=False)
    width = known[:, 0].max() - known[:, 0].min()
    moved = mesh + np.array([20 / 512, 0, 0], np.float32)
    for found in (mesh, face_mesh.again(there, mesh), face_mesh.again(there, moved)):
        assert found is not None
        assert np.linalg.norm(found[:, :2] - known[:, :2], axis=1).mean() / width < 0.05


@pytest.mark.parametrize("turn", [-20, 0, 35])
def test_it_is_the_mesh_that_mediapipe_fits_to_the_same_crop(face_mesh: FaceMesh, turn: float) -> None:
    from mediapipe.python.solutions.face_mesh import FaceMesh as Reference

    middle = ((FACE[0] + FACE[2]) * 256, (FACE[1] + FACE[3]) * 256)
    picture = cv2.warpAffine(astronaut(), cv2.getRotationMatrix2D(middle, turn, 1.0), (512, 512))
    left, top, right, bottom = crop_around(FACE, 512, 512)
    crop = enlarged(np.ascontiguousarray(picture[top:bottom, left:right]))
    with Reference(static_image_mode=True, refine_landmarks=True, min_detection_confidence=LEAST_SCORE) as reference:
        (found,) = reference.process(crop).multi_face_landmarks
    points = np.array([(point.x, point.y, point.z) for point in found.landmark])
    mesh = face_mesh(picture, FACE)
    assert mesh is not None
    size = np.array([right - left, bottom - top, right - left]) / 512
    np.testing.assert_allclose(mesh, points * size + (left / 512, top / 512, 0), atol=2e-5)


def test_a_face_is_found_without_mediapipe_itself() -> None:
    code = """
import sys
from skimage import data
from monitor_face import mediapipe
detector = mediapipe()
print(len(detector.detect(data.astronaut())), "mediapipe" in sys.modules)
detector.close()
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("1 False\n", "")
