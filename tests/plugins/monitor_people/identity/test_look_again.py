"""How people look, computed anew from a recording in which a red one and a green one take turns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import StoreError
from monitor.sample import Box, Face, Frame, Observation, Sample
from monitor.sources import open_source
from monitor.store import Recorder, Store
from monitor.store.identities import Identities
from monitor_people.identity.look_again import look_again

BOX = (0.4, 0.4, 0.6, 0.6)
COLOURS = {1: (200, 20, 20), 2: (20, 200, 20)}


class Colour:
    model = "colour 2"

    def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
        assert box == BOX
        colour = image[image.shape[0] // 2, image.shape[1] // 2].astype(np.float32)
        return colour / np.linalg.norm(colour)


@pytest.fixture
def identities(tmp_path: Path) -> Iterator[Identities]:
    path = tmp_path / "turns.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for track in (1, 2, 1):
            for _ in range(20):
                picture = np.full((48, 64, 3), COLOURS[track], np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    with Store(tmp_path / "people.db", create=True) as store:
        recorder = Recorder(store, name="turns", every_seconds=0.5, window_seconds=5.0, labels={"faces": ["happiness"]})
        recorder.add_source(str(path), "file", 6.0)
        for frame in open_source(str(path), every_seconds=0.5).samples():
            assert isinstance(frame, Frame)
            track = 2 if 2 <= frame.seconds < 4 else 1
            recorder.add_sample(1, Sample(frame, (Face(BOX, 0.9, None, track),)), faces_looked_for=True)
            seen = Observation("faces", 1, frame.seconds, track, {"happiness": 1.0}, BOX)
            recorder.add_observations(1, frame.index, [seen])
        recorder.finish("finished")
        yield Identities(store, store.session("latest"))


def test_every_track_gets_the_vector_of_its_own_pictures(identities: Identities) -> None:
    identities.keep_vectors("colour 1", {(1, 1): np.ones(2, np.float32)})
    assert look_again(identities, Colour()) == 2
    vectors, models = identities.vectors(1)
    assert models == {"colour 2"}
    for track, colour in COLOURS.items():
        assert vectors[track] @ (np.array(colour) / np.linalg.norm(colour)) > 0.99


def test_without_the_recording_nothing_changes(identities: Identities, tmp_path: Path) -> None:
    identities.keep_vectors("colour 1", {(1, 1): np.ones(2, np.float32)})
    (tmp_path / "turns.mp4").unlink()
    with pytest.raises(
        StoreError, match=r"turns\.mp4: how its people look can be computed again only from the recording"
    ):
        look_again(identities, Colour())
    assert identities.vectors(1)[1] == {"colour 1"}
