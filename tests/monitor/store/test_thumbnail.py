"""How good a view of a person is, on a real portrait made worse in one way at a time; and the picture that is kept."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from skimage import data

from monitor.sample import Face, Frame
from monitor.store.thumbnail import THUMBNAIL_SIZE, WITHOUT_MESH, cropped, frontality, sharpness, view
from monitor.testing.samples import PORTRAIT_MESH

MESH = np.load(PORTRAIT_MESH, allow_pickle=False)
LOW, HIGH = MESH[:, :2].min(axis=0), MESH[:, :2].max(axis=0)
FACE = Face((float(LOW[0]), float(LOW[1]), float(HIGH[0]), float(HIGH[1])), 0.9, MESH, 1)


@pytest.fixture(scope="module")
def portrait() -> NDArray[np.uint8]:
    picture: NDArray[np.uint8] = np.ascontiguousarray(data.astronaut())
    return picture


def quality(image: NDArray[np.uint8], face: Face = FACE) -> float:
    seen = view(Frame(np.ascontiguousarray(image), 0.0, 1, 0), face)
    assert seen is not None
    return seen[0]


def turned(degrees: float, axis: str) -> NDArray[np.float32]:
    """The portrait's mesh turned about its middle, in a square frame."""
    middle = MESH.mean(axis=0)
    return (Rotation.from_euler(axis, degrees, degrees=True).apply(MESH - middle) + middle).astype(np.float32)


def test_a_blurred_a_small_and_a_turned_view_are_worse(portrait: NDArray[np.uint8]) -> None:
    good = quality(portrait)
    assert 0.3 < good <= 0.9
    blurs = [quality(cv2.GaussianBlur(portrait, (0, 0), sigma)) for sigma in (1, 2, 4, 8)]
    assert [good, *blurs] == sorted([good, *blurs], reverse=True)
    assert blurs[-1] < good / 5
    sizes = [quality(cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)) for side in (256, 128, 64)]
    assert [good, *sizes] == sorted([good, *sizes], reverse=True)
    turns = [quality(portrait, Face(FACE.box, 0.9, turned(degrees, "y"), 1)) for degrees in (30, 60)]
    assert [good, *turns] == sorted([good, *turns], reverse=True)
    assert quality(portrait, Face(FACE.box, 0.45, MESH, 1)) == pytest.approx(good / 2)


@pytest.mark.parametrize("axis", ["x", "y"])
def test_frontality_is_the_squared_cosine_of_the_turn(axis: str) -> None:
    points = MESH[[234, 454, 10, 152]].astype(float)
    normal = np.cross(points[1] - points[0], points[3] - points[2])
    for degrees in (-50, -20, 0, 20, 50):
        toward = Rotation.from_euler(axis, degrees, degrees=True).apply(normal / np.linalg.norm(normal))[2]
        assert frontality(turned(degrees, axis), 1.0) == pytest.approx(max(0.0, toward) ** 2, abs=1e-5)
    assert frontality(turned(35, "z"), 1.0) == pytest.approx(
        frontality(MESH, 1.0), abs=1e-5
    )  # a tilted head is frontal
    assert frontality(turned(150, axis), 1.0) == 0
    assert frontality(None, 1.0) == WITHOUT_MESH


def test_frontality_knows_that_frames_are_wider_than_high() -> None:
    wide = (turned(30, "y") / (16 / 9, 1, 16 / 9)).astype(np.float32)
    assert frontality(wide, 16 / 9) == pytest.approx(frontality(turned(30, "y"), 1.0), abs=1e-5)


def test_an_even_colour_is_not_sharp_and_noise_is() -> None:
    even = np.full((THUMBNAIL_SIZE, THUMBNAIL_SIZE, 3), 120, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, even.shape, np.uint8)
    assert sharpness(even) == 0
    assert sharpness(noise) > 0.95


def test_a_view_that_is_no_better_is_none_and_the_worst_is_better_than_nothing(portrait: NDArray[np.uint8]) -> None:
    frame = Frame(portrait, 0.0, 1, 0)
    assert view(frame, FACE, better_than=quality(portrait)) is None
    assert view(frame, FACE, better_than=quality(portrait) - 1e-9) is not None
    black = Frame(np.zeros((4, 4, 3), np.uint8), 0.0, 1, 0)
    seen = view(black, Face((0.1, 0.1, 0.2, 0.3), 0.9, turned(150, "y"), 1))
    assert seen is not None
    assert seen[0] == 0


@pytest.mark.parametrize(
    "box",
    [(0.4, 0.4, 0.6, 0.6), (0.0, 0.0, 0.3, 0.2), (0.9, 0.9, 1.0, 1.0), (0.5, 0.5, 0.5, 0.5), (1.0, 1.0, 1.0, 1.0)],
)
def test_thumbnails_are_square_wherever_the_face_is(box: tuple[float, float, float, float]) -> None:
    image = np.full((90, 160, 3), 77, np.uint8)
    picture = cropped(image, box)
    assert picture.shape == (THUMBNAIL_SIZE, THUMBNAIL_SIZE, 3)
    assert (picture == 77).all()


def test_the_thumbnail_shows_the_face(portrait: NDArray[np.uint8]) -> None:
    seen = view(Frame(portrait, 0.0, 1, 0), FACE)
    assert seen is not None
    shown = cv2.cvtColor(cv2.imdecode(np.frombuffer(seen[1], np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    assert shown.shape == (THUMBNAIL_SIZE, THUMBNAIL_SIZE, 3)
    assert np.abs(shown.astype(int) - cropped(portrait, FACE.box)).mean() < 6


def test_a_blurred_picture_has_the_same_quality_and_no_details() -> None:
    image = np.ascontiguousarray(data.astronaut())  # type: ignore[no-untyped-call]
    frame, face = Frame(image, 0.0, 1, 0), Face((0.35, 0.1, 0.55, 0.35), 0.9)
    plain, coarse = view(frame, face), view(frame, face, blur=True)
    assert plain is not None
    assert coarse is not None
    assert plain[0] == coarse[0]
    sharp, soft = (
        float(cv2.Laplacian(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), cv2.CV_64F).var())
        for _, jpeg in (plain, coarse)
    )
    assert soft < sharp / 50
