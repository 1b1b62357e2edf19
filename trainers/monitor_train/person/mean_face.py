"""The mean face: where the 478 points of the face mesh lie on average, seen from the front, left and right alike.

Meshes of many faces are moved, turned and scaled onto each other, averaged, and that again with the average in the
place of the first (Gower, "Generalized Procrustes analysis", 1975). The average is then averaged with its own mirror
image. What is up and what is forward is the mean of the faces too, so that a pose of 0, 0, 0 is how people look into a
camera.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.spatial.transform import Rotation

from monitor_people.head_pose import EYE_CORNERS, FOCAL_LENGTH, MESH_DEPTH, RIGID, perspective_pose

ROUNDS = 5
"""The average no longer changes in the third digit after three."""
KEPT = 0.8
"""Part of the faces, those that fit the average best, that the next average is made of: some meshes are failures."""


def mean_face(meshes: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of `meshes` (N, 478, 3) in fractions of square pictures, as the face mesh gives them.

    Comes back as float32 (478, 3), x to the right, y down, z away from the viewer: its origin the middle of the rigid
    points, its unit the distance of the outer corners of the eyes.
    """
    faces = meshes.astype(np.float64) * (1, 1, MESH_DEPTH)
    faces -= faces[:, RIGID].mean(axis=1, keepdims=True)
    faces /= np.linalg.norm(faces[:, RIGID], axis=(1, 2), keepdims=True)
    mean = np.median(faces, axis=0)
    for _ in range(ROUNDS):
        turns = Rotation.concatenate([Rotation.align_vectors(mean[RIGID], face[RIGID])[0] for face in faces])
        turned = np.einsum("nij,nkj->nki", turns.as_matrix(), faces)
        misfit = np.linalg.norm(turned[:, RIGID] - mean[RIGID], axis=(1, 2))
        mean = turned[misfit <= np.quantile(misfit, KEPT)].mean(axis=0)
        mean -= mean[RIGID].mean(axis=0)
        mean /= np.linalg.norm(mean[RIGID])
    mean = symmetric(mean)
    mean = upright(mean, meshes[:, RIGID, :2].astype(np.float64))
    mean -= mean[RIGID].mean(axis=0)
    mean /= np.linalg.norm(np.subtract(*mean[EYE_CORNERS]))
    return mean.astype(np.float32)


def upright(mean: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """`mean` (478, 3) turned about the x axis until the median pitch of the faces is 0; `points` (N, rigid, 2) are
    theirs in fractions of square pictures."""
    for _ in range(ROUNDS):
        poses = [perspective_pose(np.ascontiguousarray(mean[RIGID]), each, FOCAL_LENGTH) for each in points]
        pitch = float(np.median([pose.pitch for pose in poses if pose is not None]))
        mean = Rotation.from_euler("x", -pitch, degrees=True).apply(mean)
    return mean


def symmetric(face: NDArray[np.float64]) -> NDArray[np.float64]:
    """`face` (478, 3) averaged with its mirror image, point by point, about the plane x = 0."""
    face = face - face.mean(axis=0)
    for _ in range(ROUNDS):
        mirrored = face * (-1, 1, 1)
        _, partner = linear_sum_assignment(cdist(face, mirrored))  # which point is which one's mirror image
        turn, _ = Rotation.align_vectors(face, mirrored[partner])
        half = Rotation.from_rotvec(turn.as_rotvec() / -2)  # brings the plane of symmetry to x = 0
        face = half.apply(face)
    average: NDArray[np.float64] = (face + (face * (-1, 1, 1))[partner]) / 2
    return average
