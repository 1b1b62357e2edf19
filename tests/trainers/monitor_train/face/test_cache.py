"""Meshes are computed once, kept, and never cost a picture its place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.data import astronaut

from monitor_face.expression import align
from monitor_face.expression.heatmap import LANDMARKS, seen
from monitor_train.face import cache as face_cache
from monitor_train.face.data import Faces
from monitor_train.pictures.layouts import read_picture


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One real face of 48 pixels, and a picture of nothing."""
    folder = tmp_path_factory.mktemp("pictures")
    face = cv2.resize(
        cv2.cvtColor(astronaut()[50:200, 160:310], cv2.COLOR_RGB2GRAY), (48, 48), interpolation=cv2.INTER_AREA
    )
    cv2.imwrite(str(folder / "face.png"), face)
    cv2.imwrite(str(folder / "nothing.png"), np.full((48, 48), 128, np.uint8))
    return [folder / "face.png", folder / "nothing.png"]


def unlabelled(files: list[Path], landmarks: NDArray[np.float32] | None = None) -> Faces:
    """Faces of one class."""
    count = len(files)
    return Faces(
        ("face",),
        tuple(files),
        np.ones((count, 1), np.float32),
        np.zeros(count, np.int64),
        np.ones(count, np.bool_),
        landmarks,
    )


def test_a_picture_without_mesh_stays_and_is_shown_unaligned(files: list[Path]) -> None:
    meshes = face_cache.meshes(files, None, "meshes")
    assert meshes.found.tolist() == [True, False]
    assert meshes.of(1) is None
    mesh, image = meshes.of(0), read_picture(files[0])
    assert mesh is not None
    faces = unlabelled(files)

    views = face_cache.views(faces, meshes, 64, align.MARGIN)
    assert views.pictures.shape == (2, 1, 64, 64)
    assert views.landmarks.shape == (2, 37, 2)
    matrix = align.alignment(mesh, face_cache.WHOLE, 48, 48, 64)
    np.testing.assert_array_equal(views.pictures[0, 0], align.warp(image, matrix, 64)[:, :, 0])
    np.testing.assert_array_equal(views.landmarks[0], seen(mesh[list(LANDMARKS), :2], matrix, 48, 48))
    np.testing.assert_array_equal(views.pictures[1], np.full((1, 64, 64), 128))
    assert np.isnan(views.landmarks[1]).all()

    plain = face_cache.views(faces, None, 64, align.MARGIN)
    matrix = align.alignment(None, face_cache.WHOLE, 48, 48, 64)
    np.testing.assert_array_equal(plain.pictures[0, 0], align.warp(image, matrix, 64)[:, :, 0])
    assert np.isnan(plain.landmarks).all()


def test_colour_is_kept_where_it_is_wanted(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "orange.png"), np.full((40, 40, 3), (10, 120, 250), np.uint8))  # OpenCV writes BGR
    views = face_cache.views(unlabelled([tmp_path / "orange.png"]), None, 32, align.MARGIN, grey=False)
    assert views.pictures.shape == (1, 3, 32, 32)
    assert views.pictures[0, :, 16, 16].tolist() == [250, 120, 10]


def test_landmarks_of_the_data_set_stay_on_its_picture(tmp_path: Path) -> None:
    """Its pictures are aligned, so they are the frame of 100; the network sees the usual margin around them."""
    places = np.array([(0.25, 0.35), (0.75, 0.35), (0.5, 0.75)])
    picture = np.zeros((100, 100), np.uint8)
    y, x = np.mgrid[:100, :100] + 0.5
    for place in 100 * places:
        picture += (255 * np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / 8)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "dots.png"), picture)
    landmarks = np.full((2, 37, 2), np.nan, np.float32)
    landmarks[0] = 0.5
    landmarks[0, :3] = places
    faces = unlabelled([tmp_path / "dots.png"] * 2, landmarks)

    views = face_cache.views(faces, None, 120, align.MARGIN)
    np.testing.assert_allclose(views.landmarks[0, :3], 100 * places + 10, atol=1e-3)
    assert np.isnan(views.landmarks[1]).all()
    seen_by_network = views.pictures[0, 0].astype(float)
    y, x = np.mgrid[:120, :120] + 0.5
    for wanted in views.landmarks[0, :3]:
        weight = seen_by_network * ((abs(x - wanted[0]) < 10) & (abs(y - wanted[1]) < 10))
        light = np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()
        np.testing.assert_allclose(light, wanted, atol=0.1)


def test_many_pictures_are_shared_out_to_processes_and_stay_in_order(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads stand in for the processes, each of which takes seconds to start."""
    monkeypatch.setattr(face_cache, "CHUNK", 1)
    monkeypatch.setattr(face_cache.os, "cpu_count", lambda: 2)
    asked = []

    def pool(workers: int, mp_context: Any) -> ThreadPoolExecutor:
        asked.append((workers, mp_context.get_start_method()))
        return ThreadPoolExecutor(1)

    monkeypatch.setattr(face_cache, "ProcessPoolExecutor", pool)
    assert face_cache.meshes([*files, *files], None, "meshes").found.tolist() == [True, False] * 2
    assert asked == [(2, "spawn")]


def test_the_cache_is_used_for_the_same_files_only(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache" / "meshes.npz"
    first = face_cache.meshes(files, cache, "meshes")

    def never(*_: object) -> None:
        raise AssertionError("computed again")

    with monkeypatch.context() as patch:
        patch.setattr(face_cache, "_compute", never)
        np.testing.assert_array_equal(face_cache.meshes(files, cache, "meshes").points, first.points)
        with pytest.raises(AssertionError, match="computed again"):
            face_cache.meshes(files[:1], cache, "meshes")
    assert len(face_cache.meshes(files[:1], cache, "meshes").points) == 1
    assert [path.name for path in cache.parent.iterdir()] == ["meshes.npz"]
