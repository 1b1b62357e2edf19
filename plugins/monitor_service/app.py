"""The service as an ASGI application: routes inside, checks of who asks around them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI

from monitor.live.hosts import HostCheck
from monitor.store import Store
from monitor_service.access import BodyLimit, OriginCheck, Permission, TokenCheck
from monitor_service.camera.cameras import Cameras
from monitor_service.camera.routes import camera_routes
from monitor_service.emotion_routes import emotion_routes
from monitor_service.event_routes import event_routes
from monitor_service.feed import Feeds
from monitor_service.mark_routes import mark_routes
from monitor_service.metrics import CountRequests, ServiceMetrics
from monitor_service.operation_routes import operation_routes
from monitor_service.options import ServeOptions
from monitor_service.people_routes import people_routes
from monitor_service.picture_routes import picture_routes
from monitor_service.problems import handle_problems, problem_answers
from monitor_service.recognition import RecognitionDesk
from monitor_service.recognize_routes import recognize_routes
from monitor_service.run_routes import run_routes
from monitor_service.runs import Runs
from monitor_service.session_routes import session_routes

if TYPE_CHECKING:
    from starlette.types import ASGIApp

EVERYWHERE = problem_answers(401, 403, 421, 422, 503)
"""What any request may be answered: by the checks around the routes, for a wrong value, and where the store is away."""
TOKENS = {
    "token": {"type": "http", "scheme": "bearer"},
    "subscription key": {"type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key"},
}
"""Where a token may stand, as the OpenAPI document has it; whether one is asked for depends on the settings."""


def make_app(
    desk: RecognitionDesk,
    store: Store,
    feeds: Feeds,
    runs: Runs,
    metrics: ServiceMetrics,
    options: ServeOptions,
    allowed: Callable[[str], Permission | None] | None = None,
) -> ASGIApp:
    """The whole service. `allowed` tells what a token permits; without it nobody is asked for one."""
    app = make_routes(desk, store, feeds, runs, metrics, options)
    metrics.watch("monitor_runs", "Runs under way that were started over HTTP.", lambda: len(runs.under_way))
    waiting = "Calls of runs and requests that wait for a model which another one uses."
    metrics.watch("monitor_models_waiting", waiting, lambda: runs.shared.waiting)
    metrics.watch("monitor_followers", "Clients that follow a session.", lambda: feeds.followers)
    return CountRequests(_guarded(app, options, allowed), metrics)


def make_routes(
    desk: RecognitionDesk, store: Store, feeds: Feeds, runs: Runs, metrics: ServiceMetrics, options: ServeOptions
) -> FastAPI:
    """All routes, without the checks around them."""
    app = FastAPI(
        title="Emotion Monitor",
        version=version("emotion-monitor"),
        description="Faces and what they express, in pictures and in recorded sessions.",
        docs_url=None,  # FastAPI's pages load their scripts from elsewhere
        redoc_url=None,
    )
    handle_problems(app)
    for router in (
        recognize_routes(desk),
        emotion_routes(desk),
        session_routes(store),
        mark_routes(store),
        people_routes(store, runs.settings.people),
        picture_routes(store),
        event_routes(store, feeds),
        run_routes(runs, options),
    ):
        app.include_router(router, responses=EVERYWHERE)
    app.include_router(camera_routes(Cameras(runs), options))
    app.include_router(operation_routes(desk, store, metrics))
    document = app.openapi()  # which the app keeps
    document["components"]["securitySchemes"] = TOKENS
    document["security"] = [{}, *({name: []} for name in TOKENS)]
    return app


def _guarded(app: ASGIApp, options: ServeOptions, allowed: Callable[[str], Permission | None] | None) -> ASGIApp:
    """`app` behind its checks, the outermost last."""
    app = BodyLimit(app, options.most_body_bytes)
    if allowed is not None:
        app = TokenCheck(app, allowed)
    if options.origins:
        from starlette.middleware.cors import CORSMiddleware

        app = CORSMiddleware(
            app,
            allow_origins=options.origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["*"],
            max_age=600,
        )
    app = OriginCheck(app, options.origins)
    return HostCheck(app, [options.host, *options.hosts])
