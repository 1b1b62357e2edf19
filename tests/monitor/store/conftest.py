"""Stores in each kind of database that is tested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a store that does not exist yet: a path, and then that of an empty PostgreSQL database."""
    if request.param == "sqlite":
        return str(tmp_path / "test.db")
    address: str = request.getfixturevalue("postgresql").new_database()
    return address


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    """A store without sessions, in each kind of database."""
    with Store(store_address, create=True) as store:
        yield store


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """A store without sessions, in SQLite."""
    with Store(tmp_path / "test.db", create=True) as store:
        yield store
