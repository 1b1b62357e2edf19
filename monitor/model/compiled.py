"""Where networks that were compiled for this machine lie from one start to the next."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

DIGITS = 16
"""So many of a digest's digits name its folder."""


def compiled_folder(runtime: str, sha256: str) -> Path | None:
    """Where `runtime` keeps what it makes of the network with this digest: a folder in the user's folder for caches,
    made where it is missing. None where it cannot be written; the network is then compiled at every start."""
    folder = user_cache_path("emotion-monitor", appauthor=False) / runtime / sha256[:DIGITS]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None
