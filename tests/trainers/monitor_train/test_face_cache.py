"""Meshes are computed once, kept, and never cost a picture its place."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from monitor_face import align
from monitor_train import face_cache
from monitor_train.ferplus import read_picture


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


def test_a_picture_without_mesh_stays_and_is_shown_unaligned(files: list[Path]) -> None:
    meshes = face_cache.meshes(files, None, "meshes")
    assert meshes.found.tolist() == [True, False]
    assert meshes.of(1) is None
    faces = face_cache.faces(files, meshes, 64, align.MARGIN)
    assert faces.shape == (2, 64, 64)
    expected = align.aligned_face(read_picture(files[0]), meshes.of(0), face_cache.WHOLE, 64)
    np.testing.assert_array_equal(faces[0], expected)
    np.testing.assert_array_equal(faces[1], np.full((64, 64), 128))
    plain = face_cache.faces(files, meshes, 64, align.MARGIN, aligned=False)
    np.testing.assert_array_equal(plain[0], align.aligned_face(read_picture(files[0]), None, face_cache.WHOLE, 64))


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
