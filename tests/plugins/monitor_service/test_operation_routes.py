"""Health and figures."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_service.conftest import TWO_FACES, Service
from tests.plugins.monitor_service.test_recognize_routes import BINARY, problem


def figures(service: Service) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every figure by its name and labels."""
    response = service.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_requests_and_batches_are_counted(service: Service) -> None:
    service.client.post("/v1/recognize", content=TWO_FACES, headers=BINARY)
    service.client.get("/v1/sessions/secret-name")
    found = figures(service)
    route = frozenset({"method": "POST", "route": "/v1/recognize", "status": "200"}.items())
    assert found["monitor_requests_total", route] == 1
    unknown = frozenset({"method": "GET", "route": "/v1/sessions/{session}", "status": "404"}.items())
    assert found["monitor_requests_total", unknown] == 1
    assert found["monitor_batch_pictures_sum", frozenset()] == 1
    assert found["monitor_recognition_seconds_count", frozenset({("stage", "decoding")})] == 1
    for stage in ("faces", "mood", "brightness"):
        assert found["monitor_model_seconds_count", frozenset({("stage", stage)})] == 1
    assert found["monitor_requests_under_way", frozenset()] == 0
    assert found["process_resident_memory_bytes", frozenset()] > 1e7
    assert not any("secret-name" in str(labels) for _, labels in found)


def test_sources_of_running_sessions(service: Service) -> None:
    made_up = MadeUpSession(service.store)
    made_up.play(40)
    made_up.recorder.update_source(made_up.camera, frames_dropped={"late": 3}, lag_seconds=0.25, state="reconnecting")
    made_up.recorder.flush(force=True)
    session = service.store.session("latest")
    camera = next(source for source in service.store.sources(session.id) if source.kind == "live")
    labels = {"session": str(session.id), "source": str(camera.id), "name": camera.name}
    found = figures(service)
    assert found["monitor_frames_sampled_total", frozenset(labels.items())] == camera.frames_sampled
    assert found["monitor_frames_dropped_total", frozenset({**labels, "reason": "late"}.items())] == 3
    assert found["monitor_lag_seconds", frozenset(labels.items())] == 0.25
    assert found["monitor_reconnecting", frozenset(labels.items())] == 1
    assert found["monitor_gaps_total", frozenset(labels.items())] == 1
    assert found["monitor_reconnects_total", frozenset(labels.items())] == 0  # it is still away
    made_up.recorder.close_gap(made_up.camera, 45.0)
    made_up.recorder.flush(force=True)
    assert figures(service)["monitor_reconnects_total", frozenset(labels.items())] == 1
    fault = frozenset({("session", labels["session"]), ("analyzer", "scene-sentiment")})
    assert found["monitor_faults_total", fault] == 4
    made_up.recorder.finish("finished")
    assert ("monitor_lag_seconds", frozenset(labels.items())) not in figures(service)


def test_ready_as_long_as_the_recognizer_works(service: Service) -> None:
    ready = httpx.get(f"{service.url}/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    service.desk.queue.close()
    ended = httpx.get(f"{service.url}/readyz")
    assert (ended.status_code, problem(ended)) == (503, "not_ready")
    assert httpx.get(f"{service.url}/healthz").status_code == 200
