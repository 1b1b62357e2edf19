"""The store that the dashboard reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from monitor.errors import MonitorError
from monitor.readout.shown import Shown
from monitor.settings import Settings, load_settings
from monitor.store import Session, Store
from monitor.store.database import database_url
from monitor_dashboard.words import plain

CONFIG_VARIABLE = "MONITOR_CONFIG"
"""Set by `monitor dashboard --config`; the store's address comes as `MONITOR_STORE`, like any setting."""


def settings() -> Settings:
    """Settings of this dashboard. Raises ConfigError."""
    config = os.environ.get(CONFIG_VARIABLE)
    return load_settings(Path(config) if config else None)


def store_with_sessions() -> tuple[Store, list[Session]] | None:
    """The store, opened once per process, and its sessions, the newest first.

    None, having said what is missing and what to type, where there is no session yet. Raises StoreError where the store
    cannot be read.
    """
    address = settings().store
    identity = _identity(address)
    if identity is None and database_url(address).get_backend_name() == "sqlite":
        st.info(f"There is no store at {plain(address)} yet. Record a session in it: `monitor run VIDEO`")
        return None
    store = _open(address, identity)
    sessions = store.sessions()
    if not sessions:
        st.info(f"The store {plain(store.address)} holds no session yet. Record one: `monitor run VIDEO`")
        return None
    return store, sessions


@st.cache_resource(show_spinner=False, max_entries=2, on_release=Store.close)
def _open(address: str, identity: tuple[int, int] | None) -> Store:
    return Store(address)


@st.cache_resource(show_spinner=False, max_entries=2, hash_funcs={Store: id})
def as_shown(store: Store) -> Shown:
    """The store as its sessions are to be shown, with what it remembers of people kept from refresh to refresh."""
    return Shown(store)


def _identity(address: str) -> tuple[int, int] | None:
    """What tells one SQLite file from another that took its place; None for other databases."""
    try:
        facts = Path(address).stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


@contextmanager
def plain_errors() -> Iterator[None]:
    """Shows what goes wrong inside as one sentence instead of a traceback."""
    try:
        yield
    except MonitorError as error:
        st.error(plain(str(error)), icon=":material/error:")
