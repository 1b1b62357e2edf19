"""Words for mistakes in names and settings: one line that says what is wrong and what comes nearest."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, get_args

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError


def unknown_name(what: str, name: str, known: Collection[str]) -> str:
    """One line that says `name` is not known, with the nearest valid name.

    >>> unknown_name("analyzer", "colour-moot", ["colour-mood", "smile"])
    "unknown analyzer 'colour-moot'; did you mean 'colour-mood'?"
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
    return f"unknown {what} {name!r}; {hint}"


def explain(error: ValidationError, model: type[BaseModel], where: str) -> str:
    """One line for the first problem that pydantic found in the settings at `where`."""
    problem = error.errors()[0]
    *path, key = [part + 1 if isinstance(part, int) else part for part in problem["loc"]] or [""]
    if problem["type"] == "extra_forbidden":
        place = _place(where, *path)
        return unknown_name(f"setting in [{place}]:" if place else "setting", str(key), _fields_at(model, path))
    name = _place(where, *path, key)
    if problem["type"] == "missing":
        return f"setting {name} is missing; it has no default"
    if problem["type"] == "too_short":
        return f"setting {name} must not be empty"
    if problem["type"] in ("dict_type", "model_type"):
        return f"setting {name}: must be a section with settings of its own, not {problem['input']!r}"
    return f"setting {name}: {problem['msg'][:1].lower()}{problem['msg'][1:]}, not {problem['input']!r}"


def _place(*path: str | int) -> str:
    """The dotted name of a setting; of one of several sections with one name, which of them, counted from 1.

    >>> _place("", "alerts", 2, "above")
    'alerts #2.above'
    """
    return "".join(f" #{part}" if isinstance(part, int) else f".{part}" for part in path if part).removeprefix(".")


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Names of the settings that the section `path` of `model` may hold; empty where that cannot be told."""
    from pydantic import BaseModel

    inner: Any = model
    for part in path:
        if isinstance(part, int):  # one of a list of sections
            continue
        if (isinstance(inner, type) and issubclass(inner, BaseModel)) and part in inner.model_fields:
            annotation = inner.model_fields[part].annotation
            models = [each for each in (annotation, *get_args(annotation)) if hasattr(each, "model_fields")]
            inner = models[0] if models else None
    return list(inner.model_fields) if inner is not None else []
