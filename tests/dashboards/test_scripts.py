"""Scripts as the dashboard serves them."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor_dashboard import plotly_script, scripts

BELOW = "of the application"


@pytest.fixture(scope="module")
def served() -> TestClient:
    """The middleware before an application that answers everything."""
    everything = Route("/{path:path}", lambda _: PlainTextResponse(BELOW), methods=["GET", "POST"])
    return TestClient(Starlette(routes=[everything], middleware=[Middleware(scripts.Scripts)]))


def test_plotly_comes_compressed_and_is_kept_for_good(served: TestClient) -> None:
    answer = served.get(scripts.PLOTLY)
    assert answer.content == plotly_script.source()
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(plotly_script.source()) / 3
    assert "immutable" in answer.headers["cache-control"]


def test_a_client_that_takes_no_compression_gets_none(served: TestClient) -> None:
    answer = served.get(scripts.PLOTLY, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == plotly_script.source()


def test_scripts_that_streamlit_begins_with_are_answered_too(served: TestClient) -> None:
    page = (scripts.STREAMLIT / "index.html").read_text(encoding="utf-8")
    begins = re.search(r'<script type="module" crossorigin src="\.(/static/js/[^"]+)">', page)
    assert begins is not None
    answer = served.get(begins[1])
    assert answer.content == (scripts.STREAMLIT / begins[1][1:]).read_bytes()
    assert answer.headers["content-encoding"] == "gzip"


def test_everything_else_is_left_to_the_application(served: TestClient) -> None:
    assert served.post(scripts.PLOTLY).text == BELOW
    for address in ("/live", "/static/js/none.js", "/static/js/../../index.html", "/plotly/0.0.0.js"):
        assert served.get(address).text == BELOW


def test_what_pages_begin_with_can_be_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(scripts, "_compressed", done.append)
    scripts.prepare()
    assert done[0] == scripts.PLOTLY
    assert len(done) > 50
    assert set(done) <= set(scripts.sources())
