"""Adds sessions of analysed recordings to a study file of `monitor study`, in groups named as their folders."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection
from pathlib import Path

from monitor.errors import ConfigError
from monitor.store import Store, queue


def check_study(path: Path) -> set[str]:
    """Numbers and names of the sessions that a study file lists, none where there is no file. Raises ConfigError."""
    if not path.exists():
        return set()
    try:
        sessions = tomllib.loads(path.read_text("utf-8")).get("sessions", [])
        return {str(each["session"]) for each in sessions}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"study {path} is no study file ({error}); `monitor study` says what one holds") from None


def add_to_study(path: Path, store: Store, recipe: str, digests: Collection[str]) -> int:
    """Add the sessions of recordings that are done, by the digests of their contents or all where none is given, to a
    study file, which is made where it is missing; how many are new in it.

    Raises ConfigError where it cannot be read or written.
    """
    listed = check_study(path)
    lines = [] if path.exists() else [f"title = {json.dumps(path.stem, ensure_ascii=False)}"]
    count = 0
    for each in queue.recordings(store, recipe=recipe, state=queue.DONE):
        if each.session_id is None or (digests and each.digest not in digests) or str(each.session_id) in listed:
            continue
        recording = Path(each.path)
        covariates = f"{{recording = {json.dumps(recording.name, ensure_ascii=False)}}}"
        group = json.dumps(recording.parent.name or "recordings", ensure_ascii=False)
        lines += ["", "[[sessions]]", f"session = {each.session_id}", f"group = {group}", f"covariates = {covariates}"]
        count += 1
    if count:
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
        except OSError as error:
            raise ConfigError(f"study {path} cannot be written: {error.strerror}") from None
    return count
