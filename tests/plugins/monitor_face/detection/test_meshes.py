from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from monitor_face.detection.meshes import SURE_WITHOUT_MESH, Meshes, belongs
from monitor_face.halves import Halves

FACE = (0.34, 0.13, 0.54, 0.34)
"""The face of the portrait."""
FLAG = (0.02, 0.1, 0.2, 0.3)
"""A part of the portrait without a face."""


@pytest.fixture(scope="module")
def meshes():
    with ThreadPoolExecutor(2) as threads:
        meshes = Meshes(threads)
        yield meshes
        meshes.close()


def test_boxes_become_faces_with_meshes_in_their_order(meshes, portrait):
    twice = np.concatenate([portrait, portrait], axis=1)
    left, top, right, bottom = FACE
    boxes = np.array([(left / 2 + 0.5, top, right / 2 + 0.5, bottom), (left / 2, top, right / 2, bottom)])
    first, second = meshes.fit(Halves(twice), boxes, np.array([0.9, 0.8]))
    assert (first.score, second.score) == (0.9, 0.8)
    np.testing.assert_allclose(first.box, boxes[0])
    np.testing.assert_allclose(first.mesh[:, :2] - (0.5, 0), second.mesh[:, :2], atol=0.002)


def test_where_no_mesh_fits_only_a_sure_detection_stays(meshes, portrait):
    scores = np.array([SURE_WITHOUT_MESH + 0.01, SURE_WITHOUT_MESH - 0.01])
    (kept,) = meshes.fit(Halves(portrait), np.array([FLAG, FLAG]), scores)
    assert kept.mesh is None
    assert kept.score == scores[0]


def test_boxes_are_cut_at_the_border_of_the_picture(meshes, portrait):
    cut = portrait[80:, 150:]  # through the forehead
    (face,) = meshes.fit(Halves(cut), np.array([(-0.2, -0.1, 0.4, 0.3)]), np.array([0.95]))
    assert face.box == (0.0, 0.0, 0.4, 0.3)


def test_a_mesh_belongs_to_the_box_it_lies_over():
    mesh = np.random.default_rng(0).uniform((0.3, 0.3, 0), (0.5, 0.5, 0), (478, 3)).astype(np.float32)
    assert belongs(mesh, (0.32, 0.28, 0.52, 0.48))
    assert not belongs(mesh, (0.5, 0.3, 0.7, 0.5))
