from __future__ import annotations

import numpy as np

from monitor.testing import make_samples

EYES = [33, 133, 362, 263]
"""Corners of both eyes in the face mesh, from left to right in the picture."""
CHIN, FOREHEAD = 152, 10


def test_samples_are_the_same_for_the_same_seed_and_differ_for_another():
    pictures = [[sample.frame.image.tobytes() for sample in make_samples(seed=seed)] for seed in (0, 0, 1)]
    assert pictures[0] == pictures[1]
    assert not set(pictures[0]) & set(pictures[2])


def test_they_vary_in_size_and_in_number_of_faces():
    samples = make_samples("here")
    assert {len(sample.faces) for sample in samples} == {0, 1, 2, 3}
    assert len({sample.frame.image.shape for sample in samples}) >= 4
    assert [sample.frame.index for sample in samples] == list(range(8))
    assert {sample.frame.source for sample in samples} == {"here"}


def test_faces_lie_inside_the_frame_with_meshes_that_look_like_faces():
    faces = [face for sample in make_samples() for face in sample.faces]
    assert sum(face.mesh is None for face in faces) == 1
    for face in faces:
        left, top, right, bottom = face.box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        if face.mesh is not None:
            assert face.mesh.shape == (478, 3)
            assert face.mesh.dtype == np.float32
            assert list(face.mesh[EYES, 0]) == sorted(face.mesh[EYES, 0])
            assert face.mesh[FOREHEAD, 1] < face.mesh[EYES, 1].min() < face.mesh[CHIN, 1]


def test_tracks_are_unique_within_a_frame():
    for sample in make_samples():
        assert [face.track for face in sample.faces] == list(range(1, len(sample.faces) + 1))


def test_nothing_in_a_sample_can_be_changed_by_accident():
    sample = make_samples()[1]
    assert not sample.frame.image.flags.writeable
    assert not sample.faces[0].mesh.flags.writeable
