"""Recorded files as the dashboard serves them: those of the store, to this computer, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from monitor.store import Session, Store
from monitor_dashboard import recordings
from tests.made_up_session import MadeUpSession


@pytest.fixture
def session(store: Store, tmp_path: Path) -> Session:
    """Twenty seconds of a file of a thousand bytes, and of a camera."""
    (tmp_path / "talk.mp4").write_bytes(bytes(range(250)) * 4)
    made_up = MadeUpSession(store, file_name="talk.mp4")  # relative, as on a command line
    made_up.play(20)
    return made_up.end()


@pytest.fixture
def client(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("MONITOR_STORE", str(store_path))
    return TestClient(Starlette(routes=recordings.routes()), base_url="http://127.0.0.1:8501")


def test_a_recording_is_served_whole_and_in_parts_wherever_the_dashboard_was_started(
    client: TestClient, store: Store, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    address = recordings.video_address(session, store.sources(session.id)[0])
    assert client.get(address).content == bytes(range(250)) * 4
    part = client.get(address, headers={"Range": "bytes=500-509"})
    assert part.status_code == 206
    assert part.content == bytes(range(10))
    assert part.headers["content-range"] == "bytes 500-509/1000"


@pytest.mark.parametrize("numbers", ["1/2", "1/99", "2/1", "99/1"])
def test_nothing_but_recorded_sources_of_their_session_is_served(
    client: TestClient, store: Store, session: Session, numbers: str
) -> None:
    other = MadeUpSession(store, name="other")
    other.play(1)
    assert client.get(f"/recordings/{numbers}").status_code == 404  # 1/2 is the camera
    assert client.get(f"/recordings/{numbers}/seen?start=0&end=1").status_code == 404


@pytest.mark.parametrize("path", ["1/..%2f..%2fetc%2fpasswd", "1/1/../../store", "/etc/passwd", "1/talk.mp4"])
def test_an_address_names_no_file(client: TestClient, session: Session, path: str) -> None:
    assert client.get(f"/recordings/{path}").status_code == 404


def test_a_page_elsewhere_that_gave_itself_a_name_of_this_computer_gets_nothing(
    client: TestClient, session: Session
) -> None:
    assert client.get("/recordings/1/1", headers={"Host": "evil.example:8501"}).status_code == 421
    assert client.get("/recordings/1/1", headers={"Host": "localhost:8501"}).status_code == 200


def test_a_file_that_is_gone_is_not_found_and_the_sentence_names_it(
    client: TestClient, store: Store, session: Session, tmp_path: Path
) -> None:
    source = store.sources(session.id)[0]
    assert recordings.absence(source) == ""
    (tmp_path / "talk.mp4").unlink()
    assert client.get(recordings.video_address(session, source)).status_code == 404
    assert f"there is no file {tmp_path / 'talk.mp4'}" in recordings.absence(source)


def test_what_was_seen_comes_by_sample_and_subject_with_the_strongest_label_of_each_analyzer(
    client: TestClient, store: Store, session: Session
) -> None:
    source = store.sources(session.id)[0]
    address = recordings.seen_address(session, source, ["face-fusion", "scene-sentiment"])
    rows = client.get(f"{address}&start=5&end=6").json()
    assert [(row["seconds"], row["subject"]) for row in rows] == [(5.0, 1), (5.0, 0), (5.5, 1), (5.5, 0)]
    raw = store.observations(session, analyzer="face-fusion", start_seconds=5, end_seconds=6)
    first = raw[raw["source_id"] == source.id].iloc[0]
    labels = session.labels["face-fusion"]
    top = max(labels, key=lambda label: first[label])
    assert rows[0]["box"] == [0.15, 0.2, 0.4, 0.7]
    assert rows[0]["words"][0]["text"] == f"{top} {100 * first[top]:.0f} %"
    assert rows[1]["box"] is None
    assert rows[1]["words"][0]["text"].startswith("positive")
    scene = client.get(f"{recordings.seen_address(session, source, ['scene-sentiment'])}&start=5&end=6").json()
    assert {row["subject"] for row in scene} == {0}
    assert client.get(f"{address}&start=x&end=6").status_code == 400
