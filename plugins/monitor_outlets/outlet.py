"""What an outlet is, and the errors that it may raise."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Protocol

from monitor.errors import ConfigError, MonitorError

Message = dict[str, Any]
"""What is sent; `kind` is alert, window or observation. See `monitor_outlets.messages`."""


class OutletError(MonitorError):
    """Nothing can be sent now; the same messages may be tried again later."""


class RefusedError(MonitorError):
    """The other side does not want these messages; trying again would change nothing."""


class Outlet(Protocol):
    """Sends messages somewhere. Every method is called in one thread of its own."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send them in order; when this returns they have arrived, as far as the protocol can tell.

        Raises OutletError or RefusedError.
        """

    def close(self) -> None:
        """Say goodbye and let go; raises nothing."""


def needed(module: str, outlet: str, package: str) -> ModuleType:
    """The library of an outlet. Raises ConfigError where it is not installed."""
    try:
        return importlib.import_module(module)
    except (ImportError, OSError, RuntimeError) as error:  # pylsl raises RuntimeError without its shared library
        raise ConfigError(
            f"[outlets.{outlet}] needs the package {package} ({error}); pip install 'emotion-monitor[outlets]'"
        ) from None
