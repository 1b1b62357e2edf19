"""Words for mistakes in names and settings: one line that says what is wrong and what comes nearest."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def unknown_name(what: str, name: str, known: Collection[str]) -> str:
    """One line that says `name` is not known, with the nearest valid name.

    >>> unknown_name("analyzer", "face-fushion", ["face-fusion", "scene-sentiment"])
    "unknown analyzer 'face-fushion'; did you mean 'face-fusion'?"
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
    return f"unknown {what} {name!r}; {hint}"


def explain(error: ValidationError, model: type[BaseModel], where: str) -> str:
    """One line for the first problem that pydantic found in the settings at `where`."""
    problem = error.errors()[0]
    *path, key = [str(part) for part in problem["loc"]] or [""]
    if problem["type"] == "extra_forbidden":
        place = ".".join([*filter(None, [where]), *path])
        return unknown_name(f"setting in [{place}]:" if place else "setting", key, _fields_at(model, path))
    name = ".".join([*filter(None, [where]), *path, key])
    if problem["type"] == "missing":
        return f"setting {name} is missing; it has no default"
    if problem["type"] == "too_short":
        return f"setting {name} must not be empty"
    if problem["type"] in ("dict_type", "model_type"):
        return f"setting {name}: must be a section with settings of its own, not {problem['input']!r}"
    return f"setting {name}: {problem['msg'][:1].lower()}{problem['msg'][1:]}, not {problem['input']!r}"


def _fields_at(model: type[BaseModel], path: list[str]) -> list[str]:
    """Names of the settings that the section `path` of `model` may hold; empty where that cannot be told."""
    inner: Any = model
    for part in path:
        if (isinstance(inner, type) and issubclass(inner, BaseModel)) and part in inner.model_fields:
            annotation = inner.model_fields[part].annotation
            models = [each for each in (annotation, *get_args(annotation)) if hasattr(each, "model_fields")]
            inner = models[0] if models else None
    return list(inner.model_fields) if inner is not None else []
