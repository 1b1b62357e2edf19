"""Requests made from the OpenAPI document, right and wrong ones: none makes the service fail, and all errors have the
one shape.

MONITOR_OPENAPI_EXAMPLES=200 makes more of them, other ones each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from monitor.engine.recognizer import Recognizer
from monitor.engine.shared_models import SharedModels
from monitor.store import Store
from monitor_service.app import make_app
from monitor_service.feed import Feeds
from monitor_service.metrics import ServiceMetrics
from monitor_service.options import ServeOptions
from monitor_service.recognition import RecognitionDesk
from monitor_service.runs import Runs
from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_service.conftest import made_plugins, made_settings

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed here")

PATIENCE_SECONDS = 120.0
"""Longest wait for an answer: on a busy machine some take long, and nothing is timed here."""
EXAMPLES = int(os.environ.get("MONITOR_OPENAPI_EXAMPLES", "6"))
"""Requests of each operation."""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The operations of a service in this process, whose store has one session, which has ended."""
    options = ServeOptions(most_pixels=100_000)
    with ExitStack() as cleanup:
        path = tmp_path_factory.mktemp("openapi") / "service.db"
        store = cleanup.enter_context(Store(path, create=True))
        made_up = MadeUpSession(store)
        made_up.play(10)
        made_up.end()
        settings, plugins = made_settings(store=str(path)), made_plugins()
        metrics = ServiceMetrics(store)
        shared = cleanup.enter_context(closing(SharedModels()))
        recognizer = Recognizer(settings, plugins, shared=shared)
        desk = cleanup.enter_context(closing(RecognitionDesk(recognizer, options, 8, metrics)))
        runs = cleanup.enter_context(closing(Runs(settings, plugins, options.most_runs, shared)))
        app = make_app(desk, store, Feeds(store), runs, metrics, options)
        operations = schemathesis.openapi.from_asgi("/openapi.json", app)
        operations.hook("map_path_parameters")(half_of_them_known)
        yield operations


def half_of_them_known(_context: object, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Half of the requests name what is there: made-up names would find nothing."""
    if parameters and len(str(parameters.get("session", ""))) % 2:
        parameters |= {name: "latest" if name == "session" else 1 for name in parameters}
    return parameters


@hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize="MONITOR_OPENAPI_EXAMPLES" not in os.environ,
    suppress_health_check=list(hypothesis.HealthCheck),
    database=None,
)
@hypothesis.given(st.data())
def ask(operation: Any, data: st.DataObject) -> None:
    """Requests of one operation; an assertion fails for one that is answered wrongly."""
    response = data.draw(operation.as_strategy()).call(timeout=PATIENCE_SECONDS)
    where = f"{operation.method} {operation.path}: {response.status_code} {response.content[:500]!r}"
    assert response.status_code < 500, where
    if response.status_code >= 400:
        body = json.loads(response.content)
        assert list(body) == ["error"], where
        assert sorted(body["error"]) == ["code", "message"], where


def test_no_request_makes_the_service_fail(document: Any) -> None:
    operations = [found.ok() for found in document.get_all_operations()]
    assert {"/v1/recognize", "/v1/runs", "/v1/sessions/{session}/stream"} <= {each.path for each in operations}
    for operation in operations:
        ask(operation)
