from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from monitor.engine.face_stage import FaceStage
from monitor.sample import Face, Frame, Sample
from monitor.sources.sampler import Sampler
from monitor_face.detection.views import views
from monitor_face.halves import Halves

PUPILS = {468: (204.5, 101.0), 473: (247.0, 103.0)}
"""Where they are in the portrait, in pixels, read off an enlarged print; 468 is the one on the picture's left."""
HEAD = (slice(30, 215), slice(140, 310))
"""The head in the portrait; its face is about 105 pixels high."""


def canvas(*places: tuple[int, int], face_pixels: int, head: np.ndarray, size=(1920, 1080)) -> np.ndarray:
    """A grey picture with a head pasted with its middle at each of `places`, its face about `face_pixels` high."""
    scale = face_pixels / 105
    small = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.full((size[1], size[0], 3), 128, np.uint8)
    for x, y in places:
        top, left = y - small.shape[0] // 2, x - small.shape[1] // 2
        image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def middles(faces: list[Face], size=(1920, 1080)) -> list[tuple[float, float]]:
    """Middle of each box in pixels, by rows and columns."""
    found = [((f.box[0] + f.box[2]) / 2 * size[0], (f.box[1] + f.box[3]) / 2 * size[1]) for f in faces]
    return sorted(found, key=lambda place: (round(place[1] / 200), place[0]))


def test_the_portrait_has_one_face_and_its_mesh_meets_the_pupils(detector, portrait):
    (face,) = detector.detect(portrait)
    assert face.score > 0.8
    assert face.track == 0
    assert face.mesh.shape == (478, 3)
    assert face.mesh.dtype == np.float32
    for point, place in PUPILS.items():
        np.testing.assert_allclose(face.mesh[point, :2] * 512, place, atol=3.0)
        left, top, right, bottom = np.array(face.box) * 512
        assert left < place[0] < right
        assert top < place[1] < bottom


def test_tiles_find_a_face_that_the_whole_picture_is_too_coarse_for(detector, portrait):
    image = canvas((960, 540), face_pixels=75, head=portrait[HEAD])
    whole = views(Halves(image))[0]
    assert [len(detector.near(whole)[1]), len(detector.far(whole)[1])] == [0, 0]
    (face,) = detector.detect(image)
    assert face.mesh is not None
    np.testing.assert_allclose(middles([face]), [(960, 540)], atol=25)


def test_each_of_many_faces_is_found_once_wherever_tiles_meet(detector, portrait):
    places = [(x, y) for y in (250, 540, 830) for x in (200, 480, 720, 960, 1200, 1440, 1700)]
    faces = detector.detect(canvas(*places, face_pixels=110, head=portrait[HEAD]))
    assert len(faces) == len(places)
    assert all(face.mesh is not None for face in faces)
    np.testing.assert_allclose(middles(faces), places, atol=30)


@pytest.mark.parametrize("face_pixels", [250, 400, 560])
def test_a_face_larger_than_a_tile_is_found_once(detector, portrait, face_pixels):
    (face,) = detector.detect(canvas((900, 540), face_pixels=face_pixels, head=portrait[HEAD]))
    assert face.mesh is not None


def test_a_face_at_the_border_keeps_its_box_within_the_picture(detector, portrait):
    (face,) = detector.detect(np.ascontiguousarray(portrait[95:, 190:]))  # cut through the brows and an eye
    assert np.clip(face.box, 0, 1).tolist() == list(face.box)


@pytest.mark.parametrize("size", [(1, 1), (8, 3), (319, 200), (1920, 1080), (3840, 2160)])
def test_no_face_in_an_empty_picture_of_any_size(detector, size):
    assert detector.detect(np.full((size[1], size[0], 3), 90, np.uint8)) == []


def test_no_face_in_noise(detector):
    noise = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    assert detector.detect(noise) == []


def test_a_picture_of_four_thousand_pixels_gives_the_faces_of_its_reduction(detector, portrait):
    places = [(800, 400), (1400, 800)]
    small = canvas(*places, face_pixels=140, head=portrait[HEAD])
    large = np.repeat(np.repeat(small, 2, axis=0), 2, axis=1)
    np.testing.assert_allclose(middles(detector.detect(large)), middles(detector.detect(small)), atol=8)


def test_the_same_picture_gives_the_same_faces_whatever_came_before(detector, portrait):
    image = canvas((500, 400), (1300, 700), face_pixels=130, head=portrait[HEAD])
    image.setflags(write=False)  # frames are
    before = detector.detect(image)
    detector.detect(portrait)
    after = detector.detect(image)
    assert [(face.box, face.score) for face in before] == [(face.box, face.score) for face in after]
    assert all((one.mesh == other.mesh).all() for one, other in zip(before, after, strict=True))
    assert [face.score for face in before] == sorted((face.score for face in before), reverse=True)


# Following

EVERYTHING = np.full((18, 32), np.inf)
"""Cells that have just changed."""


def test_followed_faces_have_the_meshes_that_are_found_everywhere(detector, portrait):
    before = detector.detect(canvas((500, 400), (1300, 700), face_pixels=130, head=portrait[HEAD]))
    image = canvas((512, 396), (1290, 706), face_pixels=134, head=portrait[HEAD])
    followed = detector.follow(image, before, 1.0, 1.5, EVERYTHING)
    everywhere = detector.detect(image)
    for face, expected in zip(
        sorted(followed, key=lambda f: f.box), sorted(everywhere, key=lambda f: f.box), strict=True
    ):
        width = np.ptp(expected.mesh[:, 0])
        assert np.linalg.norm(face.mesh[:, :2] - expected.mesh[:, :2], axis=1).mean() < 0.02 * width
        np.testing.assert_allclose(face.box, expected.box, atol=0.15 * width)


def test_a_newcomer_is_found_when_its_part_of_the_picture_has_its_turn(detector, portrait):
    before = detector.detect(canvas((500, 300), face_pixels=200, head=portrait[HEAD]))
    image = canvas((500, 300), face_pixels=200, head=portrait[HEAD])
    image[600:, 1300:] = canvas((300, 250), face_pixels=75, head=portrait[HEAD], size=(620, 480))
    times = np.arange(10.0, 13.1, 0.5)
    counts = [len(detector.follow(image, before, *pair, EVERYTHING)) for pair in pairwise(times)]
    assert set(counts) == {1, 2}
    assert all(2 in counts[start : start + 3] for start in range(4)), "within a second and a half, whenever it comes"


@pytest.fixture
def looks(detector, monkeypatch) -> list[tuple[float, ...]]:
    """The places of the views that the full-range model is shown."""
    seen: list[tuple[float, ...]] = []
    far = detector.far

    def noted(view):
        seen.append((view.left, view.top, view.right, view.bottom))
        return far(view)

    monkeypatch.setattr(detector, "far", noted)
    return seen


def test_where_nothing_changes_but_the_face_nobody_new_is_looked_for(detector, portrait, looks):
    image = canvas((500, 300), face_pixels=200, head=portrait[HEAD])
    before = detector.detect(image)
    looks.clear()
    (left, top, right, bottom), changed = before[0].box, np.full((18, 32), -np.inf)
    changed[round(18 * top) : round(18 * bottom), round(32 * left) : round(32 * right)] = 1.5
    for pair in pairwise(np.arange(1.0, 3.1, 0.5)):
        assert len(detector.follow(image, before, *pair, changed)) == 1
    assert not looks


def test_a_part_that_changes_is_looked_at_in_its_turn_and_soon_no_more(detector, portrait, looks):
    image = canvas((500, 300), face_pixels=200, head=portrait[HEAD])
    before = detector.detect(image)
    looks.clear()
    changed = np.full((18, 32), -np.inf)
    changed[16, 30] = 1.5  # at the lower right, in one tile
    for pair in pairwise(np.arange(1.0, 5.1, 0.5)):
        detector.follow(image, before, *pair, changed)
    whole, tiles = (0, 0, 1, 1), [each for each in looks if each != (0, 0, 1, 1)]
    assert looks.count(whole) == 1
    assert {tuple(round(side, 2) for side in tile) for tile in tiles} == {(0.5, 0.33, 1.0, 1.0)}
    assert len(tiles) <= 2  # the turn before the change may have come after it


def test_a_face_that_has_gone_cannot_be_followed(detector, portrait):
    before = detector.detect(canvas((500, 400), face_pixels=130, head=portrait[HEAD]))
    assert detector.follow(canvas(face_pixels=130, head=portrait[HEAD]), before, 1.0, 1.5, EVERYTHING) is None
    assert (
        detector.follow(canvas((900, 400), face_pixels=130, head=portrait[HEAD]), before, 1.0, 1.5, EVERYTHING) is None
    )


def test_two_faces_that_become_one_and_faces_without_a_mesh_cannot_be_followed(detector, portrait):
    (face,) = detector.detect(portrait)
    assert detector.follow(portrait, [face, face], 1.0, 1.5, EVERYTHING) is None
    assert detector.follow(portrait, [replace(face, mesh=None)], 1.0, 1.5, EVERYTHING) is None


@pytest.mark.parametrize("x", [0.0, 0.02, 0.04])
def test_a_followed_face_at_the_border_keeps_its_box_within_the_picture(detector, portrait, x):
    cut = np.ascontiguousarray(portrait[95:, 190:])
    (face,) = detector.detect(cut)
    for followed in detector.follow(np.roll(cut, -round(x * 322), axis=1), [face], 1.0, 1.5, EVERYTHING) or []:
        assert np.clip(followed.box, 0, 1).tolist() == list(followed.box)


# Recordings


@pytest.fixture
def watch(detector, media) -> Callable[[str], list[Sample]]:
    """A function that samples a recording every half second and follows its faces."""

    def frames(path: Path) -> Iterator[Frame]:
        sampler = Sampler(0.5)
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                if sampler.keeps(frame.time or 0.0):
                    image = np.ascontiguousarray(frame.to_ndarray(format="rgb24"))
                    yield Frame(image, frame.time or 0.0, 1, 0, source_name=path.name)

    def watch(name: str) -> list[Sample]:
        stage = FaceStage(detector)
        return [stage(frame) for frame in frames(media(name))]

    return watch


def test_a_crowd_has_at_least_four_faces_in_most_samples(watch):
    counts = [len(sample.faces) for sample in watch("street_crowd_1080p.mp4")]
    assert len(counts) == 9
    assert sum(count >= 4 for count in counts) > len(counts) / 2
    assert max(counts) <= 10  # an inspection by eye counts no more


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("WolfgangLanger_Pexels.mp4", 1),
        ("single_face.mp4", 1),
        ("one_face_small_intel.mkv", 1),
        ("two_faces_intel.gif", 2),
        ("no_face.mp4", 0),
        ("single_face.jpg", 1),
        ("multi_face.jpg", 5),
    ],
)
def test_everybody_is_found_in_every_sample_with_one_number(watch, name, people):
    samples = watch(name)
    assert [sorted(face.track for face in sample.faces) for sample in samples] == [
        list(range(1, people + 1)) for _ in samples
    ]
    assert all(face.mesh is not None for sample in samples for face in sample.faces)


def test_a_face_is_gone_within_a_sample(watch):
    seen = {sample.frame.seconds: len(sample.faces) for sample in watch("face_noface.mov")}
    assert [count for seconds, count in seen.items() if seconds < 2.3] == [1] * 5
    assert not any(count for seconds, count in seen.items() if seconds > 2.3)
