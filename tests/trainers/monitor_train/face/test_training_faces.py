"""What is trained on, what is measured and what the running monitor sees are the same pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor_face.expression.face_input import FaceInput
from monitor_face.expression.heatmap import heatmaps
from monitor_train.face import cache as face_cache
from monitor_train.face import training_faces
from monitor_train.face.cache import WHOLE
from monitor_train.face.data import Faces
from monitor_train.face.profile import PROFILES, Profile
from monitor_train.face.training_faces import (
    FaceSet,
    split_views,
    training_canvases,
    unaligned_canvases,
    with_heatmaps,
)
from monitor_train.pictures.layouts import read_picture


def test_the_middle_of_a_canvas_is_what_the_network_will_see(portrait_set: FaceSet, tiny: Profile) -> None:
    """80 pixels for a view of 64, so a border of 8 on each side, with the landmarks moved by as much."""
    _, canvases = training_canvases(portrait_set, tiny)
    _, views = split_views(portrait_set, "train", tiny)
    assert canvases.pictures.shape == (60, 1, 80, 80)
    inner = canvases.pictures[:, :, 8:72, 8:72]
    difference = np.abs(inner.astype(int) - views.pictures)[:, :, 2:-2, 2:-2]
    assert difference.mean() < 1.5
    np.testing.assert_allclose(canvases.landmarks - 8, views.landmarks, atol=1e-3)
    assert np.isfinite(views.landmarks).all()


def test_every_canvas_is_there_unaligned_too(portrait_set: FaceSet, tiny: Profile) -> None:
    faces, canvases = training_canvases(portrait_set, tiny)
    plain = unaligned_canvases(faces, canvases, tiny).pictures
    unaligned = face_cache.views(faces, None, 64, 10.0)
    assert plain.shape == canvases.pictures.shape
    difference = np.abs(plain[:, :, 8:72, 8:72].astype(int) - unaligned.pictures)[:, :, 2:-2, 2:-2]
    assert difference.mean() < 1.5
    assert np.abs(plain.astype(int) - canvases.pictures).mean() > 10


@pytest.mark.parametrize("colour", ["grey", "rgb"])
def test_training_and_running_see_the_same(portrait_set: FaceSet, manifest, colour: str) -> None:  # type: ignore[no-untyped-def]
    profile = replace(PROFILES["compact"], colour=colour)
    channels = profile.channels + 1
    faces, views = split_views(portrait_set, "test", profile)
    meshes = portrait_set.meshes(faces, "test")
    assert meshes is not None
    takes = FaceInput(
        manifest(input_shape=(channels, 64, 64), colour=colour, mean=(0.5,) * channels, std=(1.0,) * channels)
    )
    seen = with_heatmaps(views)
    assert seen.shape == (24, channels, 64, 64)
    for index in range(0, 24, 5):
        running = takes(read_picture(faces.files[index]), meshes.of(index), WHOLE)
        np.testing.assert_array_equal(seen[index], running)


def test_the_heatmap_comes_last_and_is_black_without_landmarks(portrait_set: FaceSet, tiny: Profile) -> None:
    _, views = split_views(portrait_set, "valid", tiny)
    views.landmarks[3] = np.nan
    seen = with_heatmaps(views)
    np.testing.assert_array_equal(seen[:, :1], views.pictures)
    np.testing.assert_array_equal(seen[:, 1], heatmaps(views.landmarks, 64))
    assert not seen[3, 1].any()
    assert seen[4, 1].max() > 200


def test_meshes_are_kept_by_split(portraits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = FaceSet(portraits, "folders", tmp_path / "cache")
    faces = source.faces("valid")
    first = source.meshes(faces, "valid")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["valid.npz"]
    monkeypatch.setattr(face_cache, "_compute", lambda *_: pytest.fail("computed again"))
    again = source.meshes(faces, "valid")
    assert first is not None
    assert again is not None
    np.testing.assert_array_equal(first.points, again.points)


def test_landmarks_of_the_data_set_are_taken_as_they_are(
    portrait_set: FaceSet, tiny: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such pictures are aligned already: no mesh is fitted, and there is no unaligned form."""
    known = portrait_set.faces("valid")
    landmarks = np.random.default_rng(0).uniform(0.2, 0.8, (len(known), 37, 2)).astype(np.float32)

    def read(*_: object) -> Faces:
        return replace(known, landmarks=landmarks)

    monkeypatch.setattr(training_faces, "read", read)
    monkeypatch.setattr(face_cache, "_compute", lambda *_: pytest.fail("a mesh was fitted"))
    source = FaceSet(Path("nowhere"), "rafdb", None)
    assert source.meshes(source.faces("train"), "train") is None
    faces, canvases = training_canvases(source, tiny)
    assert unaligned_canvases(faces, canvases, tiny) is canvases
    _, views = split_views(source, "valid", tiny)
    np.testing.assert_allclose(views.landmarks, (landmarks * 100 + 10) * 64 / 120, rtol=1e-4)
    np.testing.assert_allclose(canvases.landmarks - 8, views.landmarks, atol=1e-3)
