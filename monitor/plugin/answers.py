"""Checks what an analyzer answers, once, before anything is counted, shown or stored.

The engine and `monitor.testing.check_analyzer` both call `checked`: what passes there passes here, and what does not
gets the same sentence.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np

from monitor.errors import AnalyzerError
from monitor.plugin.declaration import Declaration
from monitor.sample import Box, Observation, Sample

SUM_TOLERANCE = 1e-3
"""How far the sum of an observation's probabilities may be from 1: networks that compute in 16 bits round so."""
ROUNDING = 1e-6
"""How far a number may lie outside its range; it is then put on the border."""
MOST_NUMBERS = 65536
"""Longest vector of an observation."""

Answers = list[list[Observation]]


def checked(declared: Declaration, samples: Sequence[Sample], answers: object) -> Answers:
    """`answers` to `samples` with every number a plain Python float or int and every box a tuple.

    Raises AnalyzerError with one sentence about the first breach: one list of observations per sample in order; each
    with the analyzer's name, the sample's source and seconds, a subject that is there, exactly the declared labels with
    probabilities that sum to 1, declared measures within their range, a box inside the frame, a confidence in [0, 1].
    """
    if not isinstance(answers, list) or len(answers) != len(samples):
        many = f"a list of {len(answers)}" if isinstance(answers, list) else type(answers).__name__
        _breach(declared, f"analyze() of {len(samples)} samples must return a list of {len(samples)} lists, not {many}")
    return [_of_sample(declared, sample, seen) for sample, seen in zip(samples, answers, strict=True)]


def _of_sample(declared: Declaration, sample: Sample, seen: object) -> list[Observation]:
    if not isinstance(seen, list) or not all(isinstance(each, Observation) for each in seen):
        _breach(declared, f"the answer for {sample.frame} must be a list of Observation, not {_shown(seen)}")
    if declared.needs_faces and not sample.faces and seen:
        _breach(declared, f"{sample.frame} has no faces, so an analyzer that needs faces must not see anything in it")
    observations = [_observation(declared, sample, each) for each in seen]
    subjects = [each.subject for each in observations]
    if len(set(subjects)) < len(subjects):
        _breach(
            declared, f"the answer for {sample.frame} has more than one observation of a subject: {_shown(subjects)}"
        )
    return observations


def _observation(declared: Declaration, sample: Sample, seen: Observation) -> Observation:
    frame = sample.frame
    if not isinstance(seen.analyzer, str) or seen.analyzer != declared.name:
        _breach(declared, f"an observation must carry the analyzer's name, not {_shown(seen.analyzer)}")
    if _integer(seen.source) != frame.source:
        _breach(
            declared, f"an observation must carry its sample's source, here {frame.source}, not {_shown(seen.source)}"
        )
    if _number(seen.seconds) != frame.seconds:
        _breach(
            declared,
            f"an observation must carry its sample's seconds, here {frame.seconds}, not {_shown(seen.seconds)}",
        )
    return replace(
        seen,
        source=frame.source,
        seconds=frame.seconds,
        subject=_subject(declared, sample, seen.subject),
        scores=_scores(declared, seen.scores),
        box=_box(declared, seen.box),
        confidence=_confidence(declared, seen.confidence),
        measures=_measures(declared, seen.measures),
        vector=None if seen.vector is None else _vector(declared, seen.vector),
    )


def _subject(declared: Declaration, sample: Sample, subject: object) -> int | None:
    if subject is None:
        return None
    tracks = [face.track for face in sample.faces] if declared.needs_faces else []
    track = _integer(subject)
    if track is None or track not in tracks:
        expected = f"the track of a face, here one of {tracks}, or None" if declared.needs_faces else "None"
        _breach(declared, f"subject must be {expected}, not {_shown(subject)} as in the answer for {sample.frame}")
    return track


def _scores(declared: Declaration, scores: object) -> dict[str, float]:
    if not isinstance(scores, Mapping) or set(scores) != set(declared.labels):
        found = tuple(scores) if isinstance(scores, Mapping) else type(scores).__name__
        _breach(declared, f"scores must have exactly the labels {declared.labels}, not {_shown(found)}")
    plain = {label: _number(scores[label]) for label in declared.labels}
    wrong = [scores[label] for label, score in plain.items() if score is None or not _within(score, 0.0, 1.0)]
    if wrong:
        _breach(declared, f"scores must be probabilities, numbers in [0, 1], not {_shown(wrong[0])}")
    inside = {label: min(max(score, 0.0), 1.0) for label, score in plain.items() if score is not None}
    total = math.fsum(inside.values())
    if declared.labels and abs(total - 1) > SUM_TOLERANCE:
        _breach(declared, f"scores must be probabilities that sum to 1, not {_shown(inside)} with the sum {total:.6g}")
    return inside


def _measures(declared: Declaration, measures: object) -> dict[str, float]:
    known = {measure.name: measure for measure in declared.measures}
    if not isinstance(measures, Mapping) or not set(measures) <= set(known):
        found = tuple(measures) if isinstance(measures, Mapping) else type(measures).__name__
        _breach(declared, f"measures must be among those declared, {tuple(known)}, not {_shown(found)}")
    plain = {}
    for name, value in measures.items():
        if value is None:
            continue
        number, measure = _number(value), known[name]
        slack = ROUNDING * max(1.0, *(abs(limit) for limit in (measure.low, measure.high) if math.isfinite(limit)), 1.0)
        if number is None or not math.isfinite(number) or not _within(number, measure.low, measure.high, slack):
            _breach(
                declared,
                f"measure {name} must be a number in [{measure.low:g}, {measure.high:g}], not {_shown(value)}",
            )
        plain[name] = min(max(number, measure.low), measure.high)
    return plain


def _box(declared: Declaration, box: object) -> Box | None:
    if box is None:
        return None
    sides = [_number(side) for side in box] if isinstance(box, tuple | list | np.ndarray) else []
    inside = [min(max(side, 0.0), 1.0) for side in sides if side is not None and _within(side, 0.0, 1.0)]
    if len(sides) != 4 or len(inside) != 4 or not (inside[0] < inside[2] and inside[1] < inside[3]):
        _breach(declared, f"box must be (left, top, right, bottom) in fractions of the frame, not {_shown(box)}")
    left, top, right, bottom = inside
    return left, top, right, bottom


def _confidence(declared: Declaration, confidence: object) -> float:
    number = _number(confidence)
    if number is None or not _within(number, 0.0, 1.0):
        _breach(declared, f"confidence must lie in [0, 1], not {_shown(confidence)}")
    return min(max(number, 0.0), 1.0)


def _vector(declared: Declaration, vector: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    if not isinstance(vector, np.ndarray) or vector.dtype != np.float32 or vector.ndim != 1:
        kind = f"{vector.dtype} {vector.shape}" if isinstance(vector, np.ndarray) else type(vector).__name__
        _breach(declared, f"vector must be float32 with one axis, not {kind}")
    if not 0 < len(vector) <= MOST_NUMBERS:
        _breach(declared, f"vector must have 1 to {MOST_NUMBERS} numbers, not {len(vector)}")
    if not np.isfinite(vector).all():
        _breach(declared, "vector must hold finite numbers, not NaN or infinity")
    return vector


def _number(value: object) -> float | None:
    """`value` as a float; None where it is no single number."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _integer(value: object) -> int | None:
    """`value` as an int; None where it is no whole number."""
    return int(value) if isinstance(value, numbers.Integral) and not isinstance(value, bool) else None


def _within(number: float, low: float, high: float, slack: float = ROUNDING) -> bool:
    """Whether `number` lies in [low, high], up to `slack`; NaN does not."""
    return low - slack <= number <= high + slack


def _shown(value: object) -> str:
    """`value` for a message, no longer than a line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 120 else f"{text[:117]}..."


def _breach(declared: Declaration, what: str) -> NoReturn:
    raise AnalyzerError(f"{declared.name}: {what}")
