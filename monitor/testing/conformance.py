"""Proves that an analyzer keeps the contract of `monitor.analyzer.Analyzer`, whoever wrote it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from monitor.analyzer import Analyzer
from monitor.errors import AnalyzerError
from monitor.sample import Observation, Sample
from monitor.testing.samples import make_samples

TOLERANCE = 1e-4
"""Largest difference of two probabilities that count as the same: matrix products round differently per batch size."""

Answers = list[list[Observation]]


def check_analyzer(analyzer: Analyzer, samples: Sequence[Sample] | None = None) -> None:
    """Return if `analyzer` keeps its contract, else raise AnalyzerError with one sentence about the first breach.

    What is checked, on `samples` (by default those of `make_samples`; give at least two of your own):

    * `name`, `labels` and `needs_faces` are there and make sense;
    * one list of observations per sample, in order, and none for an empty batch;
    * every observation carries the analyzer's name, its sample's source and seconds, exactly the analyzer's labels,
      probabilities that sum to 1, a box inside the frame, a vector (if any) of finite float32 numbers, and as subject
      the track of one of the sample's faces (with `needs_faces`) or None for the whole frame, each at most once per
      sample;
    * a sample without faces gives no observation, with `needs_faces`;
    * the same question gets the same answer, and frames and meshes are left as they were;
    * an answer does not depend on the batch: alone, all together, in reverse order and among strangers;
    * `close` may be called twice.

    The analyzer is closed afterwards.
    """
    samples = list(make_samples() if samples is None else samples)
    if len(samples) < 2:
        raise ValueError(f"checking batch independence takes two samples or more, not {len(samples)}")
    _check_facts(analyzer)
    check = _Check(analyzer)
    if check.analyze([]) != []:
        check.breach("analyze([]) must return []")

    together = check.analyze(samples)
    if not any(together):
        check.breach("says nothing about any sample, so there is nothing to check; give samples that it can judge")
    check.same(together, check.analyze(samples), samples, "asked twice about the same batch")

    alone = [check.analyze([sample])[0] for sample in samples]
    check.same(alone, together, samples, f"at batch size 1 and at batch size {len(samples)}")

    backwards = check.analyze(samples[::-1])[::-1]
    check.same(alone, backwards, samples, "at batch size 1 and in a batch in reverse order")

    strangers = make_samples("strangers", seed=1)
    crowd = [*strangers, *(each for pair in zip(samples, reversed(samples), strict=True) for each in pair)]
    among = check.analyze(crowd)[len(strangers) :: 2]
    check.same(alone, among, samples, "at batch size 1 and in a batch with strangers")

    for times in ("close()", "close() for the second time"):
        try:
            analyzer.close()
        except Exception as error:
            raise AnalyzerError(f"{analyzer.name}: {times} raised {type(error).__name__}: {error}") from error


def _check_facts(analyzer: Analyzer) -> None:
    """The three attributes that the engine reads before anything else."""
    name = getattr(analyzer, "name", None)
    if not isinstance(name, str) or not name:
        raise AnalyzerError(f"{type(analyzer).__name__}: name must be a word, not {name!r}")
    labels = getattr(analyzer, "labels", None)
    if not isinstance(labels, tuple) or not labels or not all(isinstance(label, str) and label for label in labels):
        raise AnalyzerError(f"{name}: labels must be a tuple of one or more words, not {labels!r}")
    if len(set(labels)) < len(labels):
        raise AnalyzerError(f"{name}: labels must differ from each other, they are {labels}")
    needs_faces = getattr(analyzer, "needs_faces", None)
    if not isinstance(needs_faces, bool):
        raise AnalyzerError(f"{name}: needs_faces must be True or False, not {needs_faces!r}")


class _Check:
    """Asks one analyzer and looks at every answer."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def breach(self, what: str) -> NoReturn:
        raise AnalyzerError(f"{self._analyzer.name}: {what}")

    def analyze(self, samples: list[Sample]) -> Answers:
        """The answers for a batch, after every rule that concerns a single answer was checked."""
        before = [_content(sample) for sample in samples]
        try:
            answers = self._analyzer.analyze(tuple(samples))
        except Exception as error:
            name, kind = self._analyzer.name, type(error).__name__
            raise AnalyzerError(f"{name}: analyze() of {len(samples)} samples raised {kind}: {error}") from error
        if not isinstance(answers, list) or len(answers) != len(samples):
            many = f"a list of {len(answers)}" if isinstance(answers, list) else type(answers).__name__
            self.breach(f"analyze() of {len(samples)} samples must return a list of {len(samples)} lists, not {many}")
        if [_content(sample) for sample in samples] != before:
            self.breach("analyze() changed the picture or a mesh it was given; work on a copy")
        for sample, seen in zip(samples, answers, strict=True):
            self._check_answer(sample, seen)
        return answers

    def _check_answer(self, sample: Sample, seen: list[Observation]) -> None:
        analyzer, frame = self._analyzer, sample.frame
        if not isinstance(seen, list) or not all(isinstance(each, Observation) for each in seen):
            self.breach(f"the answer for {frame} must be a list of Observation, not {seen!r}")
        if analyzer.needs_faces and not sample.faces and seen:
            self.breach(f"{frame} has no faces, so an analyzer that needs faces must not see anything in it")
        tracks = [face.track for face in sample.faces] if analyzer.needs_faces else []
        for each in seen:
            if each.analyzer != analyzer.name:
                self.breach(f"an observation must carry the analyzer's name, not {each.analyzer!r}")
            if (each.source, each.seconds) != (frame.source, frame.seconds):
                self.breach(f"the answer for {frame} carries source {each.source!r} at {each.seconds} s")
            if each.subject is not None and each.subject not in tracks:
                expected = f"the track of a face, here one of {tracks}, or None" if analyzer.needs_faces else "None"
                self.breach(f"subject must be {expected}, not {each.subject!r} as in the answer for {frame}")
            self._check_numbers(each)
        subjects = [each.subject for each in seen]
        if len(set(subjects)) < len(subjects):
            self.breach(f"the answer for {frame} has more than one observation of a subject: {subjects}")

    def _check_numbers(self, each: Observation) -> None:
        if set(each.scores) != set(self._analyzer.labels):
            self.breach(f"scores must have exactly the labels {self._analyzer.labels}, not {tuple(each.scores)}")
        total = math.fsum(each.scores.values())
        if not all(0 <= score <= 1 for score in each.scores.values()) or abs(total - 1) > TOLERANCE:
            self.breach(f"scores must be probabilities that sum to 1, not {dict(each.scores)} with the sum {total:.6g}")
        if not 0 <= each.confidence <= 1:
            self.breach(f"confidence must lie in [0, 1], not {each.confidence}")
        if each.box is not None:
            left, top, right, bottom = each.box
            if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
                self.breach(f"box must be (left, top, right, bottom) in fractions of the frame, not {each.box}")
        if each.vector is not None:
            vector = np.asarray(each.vector)
            if vector.dtype != np.float32 or vector.ndim != 1 or not np.isfinite(vector).all():
                self.breach(f"vector must be finite float32 with one axis, not {vector.dtype} {vector.shape}")

    def same(self, first: Answers, second: Answers, samples: list[Sample], when: str) -> None:
        """Whether two answers about `samples` agree, up to rounding."""
        for sample, one, other in zip(samples, first, second, strict=True):
            if [each.subject for each in one] != [each.subject for each in other]:
                self.breach(
                    f"{when}, {sample.frame} gets different subjects: "
                    f"{[each.subject for each in one]} and {[each.subject for each in other]}"
                )
            for left, right in zip(one, other, strict=True):
                if _difference(left, right) > TOLERANCE:
                    self.breach(
                        f"{when}, {sample.frame} gets answers that differ by {_difference(left, right):.2g}; "
                        "an answer must depend on its sample alone (batch normalisation left in training mode, "
                        "a running state, or chance?)"
                    )


def _difference(one: Observation, other: Observation) -> float:
    """Largest difference of two observations in scores, confidence, box and vector; of the latter relative to the
    larger of 1 and its largest number."""
    pairs = [(one.scores[label], other.scores[label]) for label in one.scores]
    pairs.append((one.confidence, other.confidence))
    if (one.box is None) != (other.box is None):
        return math.inf
    pairs += zip(one.box or (), other.box or (), strict=True)
    return max(_distance(one.vector, other.vector), *(abs(left - right) for left, right in pairs))


def _distance(one: NDArray[np.float32] | None, other: NDArray[np.float32] | None) -> float:
    if one is None or other is None:
        return 0.0 if one is other else math.inf
    if one.shape != other.shape:
        return math.inf
    return float(np.abs(one - other).max(initial=0.0) / max(1.0, np.abs(one).max(initial=0.0)))


def _content(sample: Sample) -> tuple[bytes | None, ...]:
    """Everything in a sample that could be changed, as bytes."""
    meshes = [None if face.mesh is None else face.mesh.tobytes() for face in sample.faces]
    return sample.frame.image.tobytes(), *meshes
