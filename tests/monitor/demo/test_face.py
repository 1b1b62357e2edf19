from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from skimage.transform import PiecewiseAffineTransform

from monitor.demo.face import (
    ANGRY,
    HAPPY,
    NEUTRAL,
    SAD,
    SURPRISED,
    DemoFace,
    Expression,
    darken_mouth,
    piecewise_affine,
)
from monitor.plugin.registry import Plugins

EXPRESSIONS = {"neutral": NEUTRAL, "happy": HAPPY, "surprised": SURPRISED, "sad": SAD, "angry": ANGRY}


@pytest.fixture(scope="module")
def detector():
    detector = Plugins().get("face_detectors", "mediapipe").make()
    yield detector
    detector.close()


@pytest.fixture(scope="module")
def portrait():
    return np.asarray(data.astronaut(), np.uint8)


@pytest.fixture(scope="module")
def demo_face(detector, portrait):
    return DemoFace(portrait, detector.detect(portrait)[0].mesh)


@pytest.fixture(scope="module")
def measured(detector, demo_face):
    """Expression -> what the face mesh, fitted anew, says of its picture; lengths in pupil distances, y up."""

    def measure(picture: np.ndarray) -> dict[str, float]:
        (face,) = detector.detect(picture)
        points = face.mesh[:, :2].astype(np.float64) * (1, -1)
        unit = np.linalg.norm(points[473] - points[468])
        corners, lips = points[[61, 291]], points[[13, 14]]
        eyes = points[[468, 473], 1].mean()
        return {
            "mouth width": np.linalg.norm(np.diff(corners, axis=0)) / unit,
            "mouth opening": np.linalg.norm(np.diff(lips, axis=0)) / unit,
            "corners above lips": (corners[:, 1].mean() - lips[:, 1].mean()) / unit,
            "inner brows": (points[[55, 285], 1].mean() - eyes) / unit,
            "outer brows": (points[[46, 276], 1].mean() - eyes) / unit,
        }

    return {name: measure(demo_face.picture(expression)) for name, expression in EXPRESSIONS.items()}


def test_the_mesh_fitted_to_each_expression_shows_what_was_asked_for(measured):
    def more(first: str, what: str, second: str, least: float) -> None:
        assert measured[first][what] - measured[second][what] > least, (first, what, second, measured)

    more("happy", "mouth width", "neutral", 0.15)
    more("happy", "corners above lips", "neutral", 0.03)
    more("surprised", "mouth opening", "neutral", 0.2)
    more("surprised", "inner brows", "neutral", 0.08)
    more("surprised", "outer brows", "neutral", 0.08)
    more("neutral", "corners above lips", "sad", 0.03)
    more("sad", "inner brows", "neutral", 0.04)
    more("neutral", "inner brows", "angry", 0.02)
    for closed in ("neutral", "sad", "angry"):
        assert measured[closed]["mouth opening"] < measured["surprised"]["mouth opening"] / 2


def test_without_an_expression_the_portrait_stays_as_it_is(demo_face, portrait):
    difference = np.abs(demo_face.picture(Expression()).astype(int) - portrait)
    assert difference.max() <= 1


def test_only_the_head_changes(demo_face, portrait):
    picture = demo_face.picture(SURPRISED)
    changed = np.argwhere((picture != portrait).any(axis=2))
    assert len(changed) > 5000
    assert changed.min(axis=0).tolist() > [15, 100]
    assert changed.max(axis=0).tolist() < [260, 350]
    assert (picture[300:] == portrait[300:]).all()


def test_expressions_change_evenly():
    half = NEUTRAL.towards(SURPRISED, 0.5)
    assert half.opening == pytest.approx(SURPRISED.opening / 2)
    assert half.relax == 1.0
    assert NEUTRAL.towards(SAD, 0.0) == NEUTRAL
    assert NEUTRAL.towards(SAD, 1.0) == SAD


def test_the_warp_is_that_of_scikit_image():
    random = np.random.default_rng(3)
    grid = np.stack(np.meshgrid(np.linspace(0, 40, 5), np.linspace(0, 30, 4)), axis=-1).reshape(-1, 2)
    moved = grid + random.uniform(-2.5, 2.5, grid.shape)
    reference = PiecewiseAffineTransform.from_estimate(moved, grid)
    triangles = np.asarray(reference._tesselation.simplices)
    found = piecewise_affine(moved, grid, triangles, (31, 41))
    inside = np.array([(x, y) for x in range(5, 36) for y in range(5, 26)])
    expected = reference(inside)
    np.testing.assert_allclose(found[inside[:, 1], inside[:, 0]], expected, atol=0.35)  # a pixel's triangle is rounded
    assert np.median(np.abs(found[inside[:, 1], inside[:, 0]] - expected)) < 1e-4


def test_triangles_turned_over_are_left_out_and_the_rest_stays_in_place():
    square = np.array([(2, 2), (8, 2), (2, 8), (8, 8)], np.float64)
    triangles = np.array([(0, 1, 2), (1, 3, 2)])
    folded = square.copy()
    folded[3] = 1, 1
    y, x = np.indices((12, 12))
    np.testing.assert_allclose(
        piecewise_affine(folded, square, triangles, (12, 12)), np.stack([x, y], axis=-1), atol=1e-5
    )


def test_the_inside_of_the_mouth_gets_dark_by_strength():
    lips = np.array([(20, 20), (60, 20), (60, 40), (20, 40)], np.float64)
    pictures = [np.full((60, 80, 3), 200, np.uint8) for _ in range(3)]
    for picture, strength in zip(pictures, (0.0, 0.5, 1.0), strict=True):
        darken_mouth(picture, lips, strength)
    none, half, full = (picture[30, 40].astype(int).sum() for picture in pictures)
    assert none == 600
    assert half == pytest.approx((none + full) / 2, abs=3)
    assert full < 250
    assert all((picture[5] == 200).all() for picture in pictures)
