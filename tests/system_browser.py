"""The Chromium of the system."""

from __future__ import annotations

import os
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def system_browser() -> str:
    """Its path. Without one tests skip, or fail where MONITOR_REQUIRE_BROWSER=1."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"no browser here: none of {', '.join(BROWSERS)} is on the path"
        if os.environ.get("MONITOR_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
