"""Recorded files that the store knows as sources, and what was seen in them, for the player of the session page.

The dashboard serves no other file: an address holds the numbers of a session and of a source, and the store says where
that file is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from monitor.errors import MonitorError
from monitor.live.hosts import HostCheck
from monitor.store import Session, Source, Store
from monitor.views.colours import colour
from monitor_dashboard.opened import settings

MOST_SECONDS = 600.0
"""Longest stretch of what was seen in one answer."""
HERE_ONLY = {"Cross-Origin-Resource-Policy": "same-origin"}
"""Pages of others may not embed what the dashboard serves."""


def video_address(session: Session, source: Source) -> str:
    return f"/recordings/{session.id}/{source.id}"


def seen_address(session: Session, source: Source, analyzers: list[str]) -> str:
    """Where to ask what was seen, with `&start=...&end=...` in seconds of stream time to follow."""
    return f"{video_address(session, source)}/seen?analyzers={quote(','.join(analyzers))}"


def absence(source: Source) -> str:
    """Why a recorded source cannot be played here, as a sentence; empty where its file is there."""
    if source.path is None:
        return f"The store does not say where {source.name} is, so it cannot be played here."
    if not Path(source.path).is_file():
        return f"{source.name} cannot be played: there is no file {source.path} on this computer any more."
    return ""


def routes(hosts: Collection[str] = ()) -> list[Route]:
    """The routes; they answer under names of this computer alone, of which `hosts` are further ones."""
    guard = [Middleware(HostCheck, hosts)]
    place = "/recordings/{session:int}/{source:int}"
    return [Route(place, _video, middleware=guard), Route(f"{place}/seen", _seen, middleware=guard)]


def _of_source(answer: Callable[[Request, Store, Session, Source], Response]) -> Callable[[Request], Response]:
    """`answer`, given what the address names, or 404."""

    def answered(request: Request) -> Response:
        try:
            with Store(settings().store) as store:
                session = store.session(request.path_params["session"])
                number = request.path_params["source"]
                source = next((one for one in store.sources(session.id) if one.id == number), None)
                if source is None or source.kind != "file":
                    raise HTTPException(404)
                return answer(request, store, session, source)
        except MonitorError as error:
            raise HTTPException(404, str(error)) from None

    return answered


@_of_source
def _video(_request: Request, _store: Store, _session: Session, source: Source) -> Response:
    """The file, or the part that a player asks for."""
    if source.path is None or absence(source):
        raise HTTPException(404, absence(source))
    return FileResponse(source.path, headers=HERE_ONLY)


@_of_source
def _seen(request: Request, store: Store, session: Session, source: Source) -> Response:
    """What was seen from `start` to `end`, at most MOST_SECONDS, by `analyzers`; rows as `rows` makes them."""
    try:
        start, end = (float(request.query_params[name]) for name in ("start", "end"))
    except (KeyError, ValueError):
        raise HTTPException(400, "start and end must be seconds of stream time") from None
    end = min(end, start + MOST_SECONDS)
    observed = store.observations(session, source_id=source.id, start_seconds=start, end_seconds=end, excluded=True)
    wanted = observed["analyzer"].isin(request.query_params.get("analyzers", "").split(","))
    return JSONResponse(rows(observed[wanted], session), headers=HERE_ONLY)


def rows(observed: pd.DataFrame, session: Session) -> list[dict[str, Any]]:
    """One row per sample and subject, in stream order: seconds, subject (0 for the whole frame), box (fractions of the
    frame, or None), and the strongest label of each analyzer in words with its colour."""
    found: dict[tuple[float, int], dict[str, Any]] = {}
    for one in observed.to_dict("records"):
        subject = 0 if pd.isna(one["subject"]) else int(one["subject"])
        row = found.setdefault((one["seconds"], subject), {"seconds": one["seconds"], "subject": subject, "box": None})
        sides = [one[side] for side in ("left", "top", "right", "bottom")]
        if not any(pd.isna(side) for side in sides):
            row["box"] = sides
        labels = session.labels[one["analyzer"]]
        columns = {label: f"label_{label}" if f"label_{label}" in one else label for label in labels}
        scores = {label: one[column] for label, column in columns.items() if not pd.isna(one[column])}
        if scores:
            top = max(scores, key=lambda label: scores[label])
            row.setdefault("words", []).append({"text": f"{top} {100 * scores[top]:.0f} %", "colour": colour(top)})
    return [{"words": [], **row} for row in found.values()]
