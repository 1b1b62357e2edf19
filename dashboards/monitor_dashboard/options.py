"""What config.toml may say of the dashboard, in its section `[options.commands.dashboard]`."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from pydantic import BaseModel

from monitor.plugin.registry import plugins_in_use
from monitor.settings import Settings


class DashboardOptions(BaseModel):
    """Section `[options.commands.dashboard]`."""

    require_token: bool = False
    """Ask for a token at loopback too, as behind a proxy that passes on what comes from a network."""
    hosts: list[str] = []
    """Further names that this machine goes by, such as watch.example.org behind a proxy."""
    tls_certificate: Path | None = None
    """PEM file of a certificate: the pages are then served over HTTPS."""
    tls_key: Path | None = None
    """PEM file of its key."""


def read_options(settings: Settings) -> DashboardOptions:
    """What the settings say of the dashboard. Raises ConfigError."""
    read = plugins_in_use().get("commands", "dashboard").read_options(settings.options.commands.get("dashboard"))
    return cast(DashboardOptions, read)


def asks_for_token(address: str, store: str, options: DashboardOptions) -> bool:
    """Whether the pages, served at `address`, ask for a token. Raises MonitorError where they do and there is none."""
    from monitor.live import access
    from monitor.store.database import Database

    if access.is_loopback(address) and not options.require_token:
        return False  # there need not be a store yet
    with Database(store) as database:
        return access.asks_for_token("the dashboard", address, database, ["control"], always=options.require_token)
