"""Live pictures of a session that another part of the machine records, passed on by the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import cv2
import numpy as np
import pytest

from monitor.live.server import PictureServer
from monitor.live.viewing_limits import ViewingLimits
from monitor.sample import Frame, Sample
from monitor.store import Recorder
from tests.plugins.monitor_service.conftest import Service
from tests.plugins.monitor_service.test_recognize_routes import problem


def sample(grey: int, number: int = 0) -> Sample:
    return Sample(Frame(np.full((48, 64, 3), grey, np.uint8), number / 2, 1, number, source_name="door"))


def level(jpeg: bytes) -> float:
    return float(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE).mean())


@pytest.fixture
def pictures() -> Iterator[PictureServer]:
    with closing(PictureServer(limits=ViewingLimits(most_viewers=1))) as pictures:
        yield pictures


@pytest.fixture
def place(service: Service, pictures: PictureServer) -> Iterator[str]:
    """Address of the one source of a session that runs until the test ends."""
    recorder = Recorder(
        service.store, name="door", every_seconds=0.5, window_seconds=5, labels={}, picture_url=pictures.url
    )
    source = recorder.add_source("door", "live")
    pictures.publish(source, sample(50), [])
    yield f"/v1/sessions/{recorder.session_id}/sources/{source}/picture"
    recorder.finish("finished")


def test_the_newest_picture(service: Service, place: str) -> None:
    response = service.client.get(f"{place}.jpg")
    assert response.headers["content-type"] == "image/jpeg"
    assert level(response.content) == pytest.approx(50, abs=3)


def test_a_stream_gives_each_new_picture_and_so_many_viewers_are_let_in(
    service: Service, pictures: PictureServer, place: str
) -> None:
    number = int(place.split("/")[-2])
    with service.client.stream("GET", f"{place}.mjpg") as response:
        assert response.headers["content-type"] == "multipart/x-mixed-replace; boundary=picture"
        pieces, told = response.iter_raw(), b""
        for count, grey in ((2, 200), (3, 120)):
            while told.count(b"--picture") < count:
                told += next(pieces)
            pictures.publish(number, sample(grey, count), [])
        turned_away = service.client.get(f"{place}.mjpg")
        assert (turned_away.status_code, problem(turned_away)) == (429, "busy")
        assert turned_away.headers["retry-after"] == "10"
        pictures.close()
        told += b"".join(pieces)
    jpegs = [part.partition(b"\r\n\r\n")[2] for part in told.split(b"--picture\r\n") if b"\xff\xd8" in part]
    assert [level(jpeg) for jpeg in jpegs[:2]] == [pytest.approx(50, abs=3), pytest.approx(200, abs=3)]


def test_where_there_is_no_picture_is_404(service: Service, pictures: PictureServer, place: str) -> None:
    session, source = place.split("/")[3], int(place.split("/")[5])
    for path, code in (
        (f"/v1/sessions/{session}/sources/{source + 1}/picture.jpg", "unknown_source"),
        (f"/v1/sessions/999/sources/{source}/picture.jpg", "unknown_session"),
    ):
        response = service.client.get(path)
        assert (response.status_code, problem(response)) == (404, code)
    pictures.close()
    for ending in ("jpg", "mjpg"):
        response = service.client.get(f"{place}.{ending}")
        assert (response.status_code, problem(response)) == (404, "no_picture")


def test_an_ended_session_has_none(service: Service, pictures: PictureServer) -> None:
    recorder = Recorder(
        service.store, name="over", every_seconds=0.5, window_seconds=5, labels={}, picture_url=pictures.url
    )
    source = recorder.add_source("door", "live")
    recorder.finish("finished")
    response = service.client.get(f"/v1/sessions/{recorder.session_id}/sources/{source}/picture.jpg")
    assert (response.status_code, problem(response)) == (404, "no_picture")
