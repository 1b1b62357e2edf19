from __future__ import annotations

import math
from contextlib import closing

import av
import numpy as np
import pytest

from monitor.demo import clip as demo
from monitor.demo.clip import FRAMES_PER_SECOND, GUEST_FROM, GUEST_UNTIL, HEIGHT, WIDTH, expression_at, make_demo_clip
from monitor.demo.face import ANGRY, HAPPY, NEUTRAL, SAD, SURPRISED
from monitor.engine.face_stage import FaceStage
from monitor.errors import MonitorError
from monitor.plugin.registry import Plugins
from monitor.sample import Frame

SECONDS = 4.0


@pytest.fixture(scope="module")
def detector():
    with closing(Plugins().get("face_detectors", "mediapipe").make()) as detector:
        yield detector


@pytest.fixture(scope="module")
def clip(tmp_path_factory, detector):
    return make_demo_clip(tmp_path_factory.mktemp("demo") / "clip.mp4", detector, SECONDS)


@pytest.fixture(scope="module")
def samples(clip, detector):
    """Every fifth frame with its faces."""
    stage = FaceStage(detector)
    found = []
    with av.open(str(clip)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 5 == 0:
                image = np.ascontiguousarray(frame.to_ndarray(format="rgb24"))
                found.append(stage(Frame(image, number / FRAMES_PER_SECOND, 1, number, source_name="clip")))
    return found


def test_the_clip_is_a_video_that_any_player_shows(clip):
    with av.open(str(clip)) as container:
        (stream,) = container.streams
        context = stream.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", WIDTH, HEIGHT)
        assert stream.average_rate == FRAMES_PER_SECOND
        times = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(times, np.arange(round(SECONDS * FRAMES_PER_SECOND)) / FRAMES_PER_SECOND, atol=1e-3)
    assert [path.name for path in clip.parent.iterdir()] == ["clip.mp4"]


def test_the_person_is_there_all_the_time_and_the_guest_comes_and_goes(samples):
    for sample in samples:
        moment = sample.frame.seconds / SECONDS
        people = [face.track for face in sample.faces]
        assert 1 in people
        assert all(face.mesh is not None for face in sample.faces)
        if GUEST_FROM + 0.05 < moment < GUEST_UNTIL - 0.05:
            assert sorted(people) == [1, 2]
        elif not GUEST_FROM < moment < GUEST_UNTIL:
            assert people == [1]


def test_the_camera_moves(samples):
    first = [face for sample in samples for face in sample.faces if face.track == 1]
    places = np.array([face.mesh[:, :2].mean(axis=0) for face in first])
    assert (np.ptp(places, axis=0) > 0.03).all()
    heights = np.array([np.ptp(face.mesh[:, 1]) for face in first])
    assert heights.max() / heights.min() > 1.2


def test_each_expression_is_held_and_changes_are_smooth():
    moments = np.linspace(0, 1, 601)[:-1]
    shown = [expression_at(moment) for moment in moments]
    for held in (NEUTRAL, HAPPY, SURPRISED, SAD, ANGRY):
        assert sum(expression == held for expression in shown) > 60
    for before, after in zip([*shown, shown[0]], shown[1:], strict=False):
        assert math.dist(vars(before).values(), vars(after).values()) < 0.12


def test_the_portrait_comes_with_scikit_image_and_needs_no_download():
    from skimage import data

    assert (demo.Path(data.data_dir) / "astronaut.png").is_file()


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_path_that_cannot_be_written_is_one_clear_error(tmp_path, detector, folder):
    (tmp_path / "file").write_text("not a folder")
    path = tmp_path / folder / "clip.mp4"
    with pytest.raises(MonitorError, match=r"the demo clip .*clip\.mp4 cannot be written: N"):
        make_demo_clip(path, detector, 0.2)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["file"]


def test_a_clip_that_was_there_stays_until_the_new_one_is_whole(tmp_path, detector, monkeypatch):
    path = tmp_path / "clip.mp4"
    path.write_text("the old one")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "camera", broken)
    with pytest.raises(KeyboardInterrupt):
        make_demo_clip(path, detector, 0.2)
    assert path.read_text() == "the old one"
    assert [found.name for found in tmp_path.iterdir()] == ["clip.mp4"]
