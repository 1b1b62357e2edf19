"""The session that a request names."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from monitor.errors import UnknownSession
from monitor.store import Session, Store
from monitor_service.problems import Problem

SessionKey = Annotated[str, Path(description="Number or name of a session, or `latest`.", max_length=200)]


def find_session(store: Store, key: str) -> Session:
    """The session of that number or name. Raises Problem 404 where there is none."""
    try:
        return store.session(key)
    except UnknownSession:
        raise Problem(
            404, "unknown_session", f"there is no session {key[:100]!r}; GET /v1/sessions lists them"
        ) from None
