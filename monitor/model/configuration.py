"""The settings that runtimes are loaded by, for as long as a program says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.settings import Settings

_configuration: ContextVar[Settings | None] = ContextVar("settings of runtimes", default=None)


@contextmanager
def configured(settings: Settings | None) -> Iterator[None]:
    """While inside, `monitor.model.runtimes.load` gives runtimes the options that `settings` have for them,
    or their defaults where there are none."""
    token = _configuration.set(settings)
    try:
        yield
    finally:
        _configuration.reset(token)


def configuration() -> Settings | None:
    """The settings given by the innermost `configured`; None outside of any."""
    return _configuration.get()
