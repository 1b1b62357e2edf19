"""Says which system package is missing where OpenCV, or another package with native code, cannot be imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.errors import MonitorError

PACKAGES = {
    "libGL.so": "libgl1",
    "libgthread-2.0.so": "libglib2.0-0",
    "libglib-2.0.so": "libglib2.0-0",
    "libEGL.so": "libegl1",
    "libGLESv2.so": "libgles2",
}
"""Shared library -> the Debian and Ubuntu package that holds it."""


@contextmanager
def explained_imports() -> Iterator[None]:
    """A shared library that an import inside this block misses becomes a MonitorError that names its package.

    Any other ImportError passes unchanged.
    """
    try:
        yield
    except ImportError as error:
        missing = re.match(r"(\S+\.so[.\d]*): cannot open shared object file", str(error))
        if missing is None:
            raise
        library = missing[1]
        package = next((package for start, package in PACKAGES.items() if library.startswith(start)), None)
        fix = f"apt-get install {package}" if package else f"install the system package that holds {library}"
        raise MonitorError(f"the shared library {library} is missing on this system: {fix}") from None
