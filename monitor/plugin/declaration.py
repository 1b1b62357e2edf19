"""What an analyzer declares of itself, read and checked once: its name, labels, measures and needs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from monitor.errors import AnalyzerError
from monitor.plugin.contracts import Measure

LONGEST_NAME = 100
"""Most characters of an analyzer's name, a label or a measure's name."""
MEASURE_NAME = re.compile(r"[a-z][a-z0-9_]*")
MISSING = object()


@dataclass(frozen=True)
class Declaration:
    """The attributes of a `monitor.plugin.Analyzer`, all there and of the right kind."""

    name: str
    labels: tuple[str, ...]
    measures: tuple[Measure, ...]
    needs_faces: bool
    temporal: bool
    model: str = ""
    """Name, version and digest of the model that answers; empty where there is none, or it is not said."""


def declaration(analyzer: object) -> Declaration:
    """What `analyzer` declares. Raises AnalyzerError with one sentence about the first thing that is missing or wrong.

    `measures`, `temporal` and `model` may be missing: then there are no measures, the analyzer is not temporal, and its
    model has no name.
    """
    name = _attribute(analyzer, "name", type(analyzer).__name__)
    if not _is_word(name):
        raise AnalyzerError(f"{type(analyzer).__name__}: name must be a word, not {_shown(name)}")
    labels = _attribute(analyzer, "labels", name)
    if not isinstance(labels, tuple) or not all(_is_word(label) for label in labels):
        raise AnalyzerError(f"{name}: labels must be a tuple of words, not {_shown(labels)}")
    if len(set(labels)) < len(labels):
        raise AnalyzerError(f"{name}: labels must differ from each other, they are {labels}")
    measures = _attribute(analyzer, "measures", name, ())
    _check_measures(name, measures)
    if not labels and not measures:
        raise AnalyzerError(f"{name}: labels must hold one word or more, or measures one measure or more")
    both = [measure.name for measure in measures if measure.name in labels]
    if both:
        raise AnalyzerError(f"{name}: {both[0]!r} is a label and a measure; rename one of them")
    needs_faces = _attribute(analyzer, "needs_faces", name)
    temporal = _attribute(analyzer, "temporal", name, False)
    for attribute, value in (("needs_faces", needs_faces), ("temporal", temporal)):
        if not isinstance(value, bool):
            raise AnalyzerError(f"{name}: {attribute} must be True or False, not {_shown(value)}")
    model = _attribute(analyzer, "model", name, "")
    if not isinstance(model, str):
        raise AnalyzerError(f"{name}: model must be text, not {_shown(model)}")
    for method in ("analyze", "close"):
        if not callable(_attribute(analyzer, method, name)):
            raise AnalyzerError(f"{name}: {method} must be a method")
    return Declaration(name, labels, measures, needs_faces, temporal, model)


def _attribute(analyzer: object, attribute: str, name: str, default: object = MISSING) -> Any:
    try:
        return getattr(analyzer, attribute)
    except AttributeError:
        if default is MISSING:
            raise AnalyzerError(f"{name}: {attribute} is missing") from None
        return default
    except Exception as error:
        raise AnalyzerError(f"{name}: {attribute} raised {type(error).__name__}: {error}") from error


def _check_measures(name: str, measures: object) -> None:
    def breach(what: str) -> NoReturn:
        raise AnalyzerError(f"{name}: {what}")

    if not isinstance(measures, tuple) or not all(isinstance(measure, Measure) for measure in measures):
        breach(f"measures must be a tuple of Measure, not {_shown(measures)}")
    for measure in measures:
        if not _is_word(measure.name) or not MEASURE_NAME.fullmatch(measure.name):
            breach(f"a measure's name is lower-case letters, digits and _, not {_shown(measure.name)}")
        limits = (measure.low, measure.high)
        if not all(isinstance(limit, int | float) and not math.isnan(limit) for limit in limits) or not (
            measure.low < measure.high
        ):
            breach(f"measure {measure.name} must lie between two numbers low < high, not {limits}")
        if not isinstance(measure.unit, str) or not isinstance(measure.meaning, str) or not measure.meaning.strip():
            breach(f"measure {measure.name} must have a unit (a word, perhaps empty) and a sentence of meaning")
    names = [measure.name for measure in measures]
    if len(set(names)) < len(names):
        breach(f"measures must have names that differ from each other, they are {names}")


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.strip() == value


def _shown(value: object) -> str:
    """`value` for a message, no longer than a line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
