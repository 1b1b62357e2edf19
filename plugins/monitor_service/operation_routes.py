"""`/healthz`, `/readyz` and `/metrics`, for whatever watches over the process, and `/docs`, for people."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from monitor.errors import StoreError
from monitor.store import Store
from monitor_service.json_fields import json_fields
from monitor_service.metrics import ServiceMetrics
from monitor_service.problems import Problem, problem_answers
from monitor_service.recognition import RecognitionDesk

CONTENT_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
FIGURES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {}}, "description": "Figures"},
    **problem_answers(401),
}


class State(BaseModel):
    """The service is well."""

    status: str


def operation_routes(desk: RecognitionDesk, store: Store, metrics: ServiceMetrics) -> APIRouter:
    """Routes about the service itself."""
    router = APIRouter(tags=["Operation"])

    @router.get("/healthz")
    async def healthz() -> State:
        """The process answers."""
        return State(status="alive")

    @router.get("/readyz", responses=problem_answers(503))
    async def readyz() -> State:
        """Models are loaded and the store can be written: send requests."""
        if not desk.queue.is_working:
            raise Problem(503, "not_ready", "the recognizer has ended; start the service again")
        try:
            await run_in_threadpool(store.check_writable)
        except StoreError:  # its words, which name places on this machine, are for the log
            raise Problem(503, "not_ready", "the store cannot be written") from None
        return State(status="ready")

    @router.get("/metrics", response_class=Response, responses=FIGURES)
    def figures() -> Response:
        """Figures of the service and of running sessions, in Prometheus' text format."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    @router.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        """All operations on one page, from the OpenAPI document; it loads nothing from elsewhere."""
        from jinja2 import Environment, PackageLoader

        environment = Environment(loader=PackageLoader("monitor_service"), autoescape=True, trim_blocks=True)
        page = environment.get_template("docs.html").render(document=request.app.openapi(), json_fields=json_fields)
        return HTMLResponse(page, headers=CONTENT_POLICY)

    return router
