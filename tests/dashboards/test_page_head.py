"""What pages get into their heads."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor_dashboard.page_head import HEAD, PageHead

PAGE = "<html><head><title>A page</title></head><body>" + "words " * 500 + "</body></html>"
served = TestClient(
    Starlette(
        routes=[
            Route("/live", lambda _: HTMLResponse(PAGE)),
            Route("/parts", lambda _: StreamingResponse(iter([PAGE[:9], PAGE[9:]]), media_type="text/html")),
            Route("/facts", lambda _: JSONResponse({"head": "<head>"})),
        ],
        middleware=[Middleware(PageHead), Middleware(GZipMiddleware)],
    )
)


def test_a_page_has_plotly_run_while_it_begins() -> None:
    for address in ("/live", "/parts"):
        answer = served.get(address, headers={"Accept": "text/html,*/*"})
        assert answer.text == PAGE.replace("<head>", "<head>" + HEAD.decode())
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert "content-encoding" not in answer.headers


def test_other_answers_stay_as_they_are() -> None:
    assert served.get("/facts", headers={"Accept": "text/html"}).json() == {"head": "<head>"}
    answer = served.get("/live", headers={"Accept": "*/*"})
    assert answer.text == PAGE
    assert answer.headers["content-encoding"] == "gzip"
