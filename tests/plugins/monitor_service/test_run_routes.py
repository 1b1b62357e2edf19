"""Runs over HTTP: of allowed sources alone, for as long as they last or until they are stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.tokens import new_token
from tests.conftest import make_clip
from tests.loopback_stream import streaming
from tests.plugins.monitor_service.conftest import Service, running, wait_until
from tests.plugins.monitor_service.test_recognize_routes import problem


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    (folder / "clips").mkdir()
    make_clip(folder / "clips" / "rise.mp4")
    make_clip(folder / "secret.mp4")
    (folder / "clips" / "link.mp4").symlink_to(folder / "secret.mp4")
    return folder


@pytest.fixture(scope="module")
def stream(folder: Path) -> Iterator[str]:
    """Address of a stream without an end."""
    recording = make_clip(folder / "stream.ts", seconds=6, codec="mpeg2video")
    with streaming(recording, 6) as live:
        yield live.address


@pytest.fixture(scope="module")
def recording(folder: Path, stream: str) -> Iterator[Service]:
    """A service that may run what lies in `clips`, and the stream, one at a time."""
    place = stream.split("/")[2]
    with running(folder, run_folders=[folder / "clips"], run_addresses=[f"http://{place}/*"], most_runs=1) as service:
        yield service


def start(service: Service, *sources: str | Path, **values: object) -> int:
    asked = {"sources": [str(source) for source in sources], "analyzers": ["brightness"], **values}
    response = service.client.post("/v1/runs", json=asked)
    assert response.status_code == 201, response.text
    return int(response.json()["session"])


def test_a_file_is_recorded_to_its_end(recording: Service, folder: Path) -> None:
    session = start(recording, folder / "clips" / "rise.mp4", name="rise", every_seconds=1, until_seconds=3)
    wait_until(lambda: recording.store.session(session).state != "running")
    found = recording.store.session(session)
    assert (found.name, found.state, found.every_seconds) == ("rise", "finished", 1.0)
    assert list(recording.store.observations(found)["seconds"]) == [0.0, 1.0, 2.0]
    wait_until(lambda: recording.client.get("/v1/runs").json() == [])


def test_a_stream_runs_until_it_is_stopped(recording: Service, folder: Path, stream: str) -> None:
    session = start(recording, stream.replace("http://", "http://me:secret@"))
    (listed,) = recording.client.get("/v1/runs").json()
    assert (listed["session"], listed["failed"], listed["stopping"]) == (session, [], False)
    assert "secret" not in listed["sources"][0]
    busy = recording.client.post("/v1/runs", json={"sources": [str(folder / "clips" / "rise.mp4")]})
    assert (busy.status_code, problem(busy)) == (429, "busy")
    assert int(busy.headers["retry-after"]) > 0
    wait_until(lambda: not recording.store.observations(recording.store.session(session)).empty)
    (source,) = recording.store.sources(session)
    picture = recording.client.get(f"/v1/sessions/{session}/sources/{source.id}/picture.jpg")
    assert picture.content.startswith(b"\xff\xd8")
    assert recording.client.post(f"/v1/runs/{session}/stop").json()["stopping"]
    wait_until(lambda: recording.store.session(session).state == "stopped")
    wait_until(lambda: recording.client.get("/v1/runs").json() == [])
    again = recording.client.post(f"/v1/runs/{session}/stop")
    assert (again.status_code, problem(again)) == (404, "unknown_run")


def test_the_end_of_the_service_ends_its_runs(folder: Path, stream: str) -> None:
    with running(folder, run_addresses=["http://127.0.0.1*/*"]) as service:
        session = start(service, stream)
        wait_until(lambda: not service.store.observations(service.store.session(session)).empty)
        store = service.store
        service.runs.close()
        assert store.session(session).state == "stopped"


@pytest.mark.parametrize(
    "source",
    ["secret.mp4", "clips/../secret.mp4", "clips/link.mp4", "clipsy/a.mp4", "file://clips", "0", "/dev/video0", "\0",
     " ", "http://127.0.0.1:1/x", "rtsp://camera/1", "concat:clips/rise.mp4"],
)  # fmt: skip
def test_other_sources_are_refused(recording: Service, folder: Path, source: str) -> None:
    path = str(folder / source) if "." in source and ":" not in source else source
    response = recording.client.post("/v1/runs", json={"sources": [path]})
    assert (response.status_code, problem(response)) == (403, "source_not_allowed")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"sources": []}, "wrong_value"),
        ({"sources": ["clips/none.mp4"]}, "wrong_source"),
        ({"analyzers": ["brightnes"]}, "wrong_value"),
        ({"every_seconds": 0}, "wrong_value"),
        ({"start_seconds": 2, "until_seconds": 1}, "wrong_value"),
        ({"speed": 2}, "wrong_value"),
    ],
)
def test_wrong_runs_are_refused(
    recording: Service, folder: Path, values: dict[str, object], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    response = recording.client.post("/v1/runs", json={"sources": ["clips/rise.mp4"], **values})
    assert (response.status_code, problem(response)) == (422, code)
    assert recording.client.get("/v1/runs").json() == []


def test_starting_and_stopping_needs_control(tmp_path: Path) -> None:
    with running(tmp_path, with_token=True) as service, closing(service.client) as client:
        headers = {"Authorization": f"Bearer {new_token(service.store, 'read')}"}
        assert client.get("/v1/runs", headers=headers).json() == []
        for path in ("/v1/runs", "/v1/runs/1/stop"):
            response = client.post(path, json={"sources": ["a.mp4"]}, headers=headers)
            assert (response.status_code, problem(response)) == (403, "token_too_weak")
