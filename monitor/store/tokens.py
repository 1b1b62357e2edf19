"""Tokens that open the service: shown once when they are made, kept as digests only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import tables
from monitor.store.database import Database

Scope = Literal["read", "control"]
TOKEN_BYTES = 32
"""Random bytes of a token: too many to guess, so that a plain digest of it tells nothing."""


@dataclass(frozen=True)
class Token:
    """A token without its secret."""

    id: int
    scope: Scope
    name: str
    """What it is for, in the words of who made it."""
    made_at: float
    """Unix time."""


def new_token(database: Database, scope: Scope, name: str = "") -> str:
    """Make a token and keep its digest; what comes back is told nowhere again."""
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    row = {"scope": scope, "name": name, "digest": _digest(secret), "made_at": time.time()}
    with database.errors(), database.engine.begin() as connection:
        connection.execute(sa.insert(tables.tokens).values(row))
    return secret


def list_tokens(database: Database) -> list[Token]:
    """All tokens, the oldest first."""
    columns = [tables.tokens.c[name] for name in ("id", "scope", "name", "made_at")]
    return [Token(**row) for row in database.rows(sa.select(*columns).order_by(tables.tokens.c.id))]


def remove_token(database: Database, number: int) -> None:
    """Whoever has that token is let in no more. Raises StoreError where there is none of that number."""
    with database.errors(), database.engine.begin() as connection:
        removed = connection.execute(sa.delete(tables.tokens).where(tables.tokens.c.id == number)).rowcount
    if not removed:
        raise StoreError(f"no token {number} in store {database.address}; `monitor token list` shows those there are")


def scope_of(database: Database, secret: str) -> Scope | None:
    """What a token permits, None for an unknown one. Every known digest is compared, each in constant time."""
    digest = _digest(secret)
    found: Scope | None = None
    for row in database.rows(sa.select(tables.tokens.c.digest, tables.tokens.c.scope)):
        if hmac.compare_digest(row["digest"], digest):
            found = row["scope"]
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
