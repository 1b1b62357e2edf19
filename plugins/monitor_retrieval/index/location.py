"""Where the index of a store lies, and which model made its vectors."""

from __future__ import annotations

from pathlib import Path

from monitor.errors import MonitorError
from monitor.model.artifact import Artifact
from monitor.settings import Settings
from monitor.store.database import database_url

TABLE = "moments"
"""Name of LanceDB's table in that folder."""


def index_folder(settings: Settings) -> Path:
    """Where the index of the store in `settings` lies.

    Option `path` of the sink `similar-moments`; else, for the SQLite file `X.db`, the folder `X.moments` beside it, and
    for another database a folder named after it in the working directory.
    """
    given = settings.options.sinks.get("similar-moments", {}).get("path")
    if given:
        return Path(given)
    url = database_url(settings.store)
    name = Path(url.database or "store")
    beside = name if url.get_backend_name() == "sqlite" else Path(name.name)
    return beside.with_name(f"{beside.name.removesuffix('.db')}.moments")


def model_identity(artifact: Artifact) -> str:
    """Which model made the vectors: its name, its version and the first 12 digits of its file's SHA-256."""
    manifest = artifact.manifest
    return f"{manifest.name} {manifest.version} {manifest.sha256[:12]}"


def table_folder(folder: Path) -> Path:
    """Where LanceDB keeps the table of the index in `folder`."""
    return folder / f"{TABLE}.lance"


def check_model(folder: Path, found: str, wanted: str) -> None:
    """Raises MonitorError where the vectors in `folder` were made by another model than the `wanted` one."""
    if found != wanted:
        raise MonitorError(
            f"the vectors in {folder} were made by the model {found!r}, now it is {wanted!r}: they cannot be compared; "
            "`monitor library rebuild` computes them again with the present model"
        )
