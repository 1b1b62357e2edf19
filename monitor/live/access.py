"""Whether a server has to ask for a token: wherever more than this machine can reach it."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from monitor.errors import ConfigError
from monitor.store.database import Database
from monitor.store.tokens import Scope, list_tokens


def asks_for_token(what: str, host: str, database: Database, scopes: Collection[Scope], *, always: bool) -> bool:
    """Whether requests to `what`, served at `host`, need a token; at this machine's loopback only with `always`.

    Raises ConfigError where they do and the store has none of these scopes yet.
    """
    if is_loopback(host) and not always:
        return False
    if not any(token.scope in scopes for token in list_tokens(database)):
        raise ConfigError(
            f"{what} at {host} asks for a token, and store {database.address} has none yet; "
            f"`monitor token new --scope {next(iter(scopes))}` makes one"
        )
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what is served at `host`.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
