"""Proves that an analyzer keeps the contract of `monitor.plugin.Analyzer`, whoever wrote it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from monitor.errors import AnalyzerError
from monitor.plugin.answers import Answers, checked
from monitor.plugin.contracts import Analyzer
from monitor.plugin.declaration import declaration
from monitor.sample import Observation, Sample
from monitor.testing.samples import make_samples

TOLERANCE = 1e-4
"""Largest difference of two probabilities that count as the same: matrix products round differently per batch size."""
STRANGERS = 1_000_000
"""Number of the source of other people's samples."""


def check_analyzer(analyzer: Analyzer | Callable[[], Analyzer], samples: Sequence[Sample] | None = None) -> None:
    """Return if `analyzer` keeps its contract, else raise AnalyzerError with one sentence about the first breach.

    Give an analyzer or, for a temporal one, a function or class that makes one: each stream gets a new instance. What
    is checked, on `samples` (by default those of `make_samples`; give at least two of your own, of one source):

    * what it declares is there and makes sense (`monitor.plugin.declaration`);
    * every answer is one that a run takes (`monitor.plugin.answers`): what passes here passes there, and what does not
      is refused there with the same sentence;
    * the same question gets the same answer, and frames and meshes are left as they were;
    * an answer does not depend on the batch: alone, all together, in reverse order and among strangers; that of a
      temporal analyzer does not depend on how its stream is cut into batches;
    * `close` may be called twice.

    The analyzer is closed afterwards.
    """
    samples = list(make_samples() if samples is None else samples)
    if len(samples) < 2:
        raise ValueError(f"checking batch independence takes two samples or more, not {len(samples)}")
    made = None if hasattr(analyzer, "analyze") and not isinstance(analyzer, type) else _maker(analyzer)
    first = _Check(analyzer if made is None else made())  # type: ignore[arg-type]
    if first.declared.temporal:
        if made is None:
            first.breach("a temporal analyzer remembers what it saw; give check_analyzer its class or a function")
        _check_stream(first, made, samples)
    else:
        _check_batches(first, samples)
    first.close()


def _maker(analyzer: object) -> Callable[[], Analyzer]:
    if not callable(analyzer):
        raise AnalyzerError(f"{type(analyzer).__name__}: analyze is missing")

    def make() -> Analyzer:
        try:
            return analyzer()  # type: ignore[no-any-return]
        except Exception as error:
            raise AnalyzerError(f"making the analyzer raised {type(error).__name__}: {error}") from error

    return make


def _check_batches(check: _Check, samples: list[Sample]) -> None:
    """An answer depends on its sample alone."""
    if check.analyze([]) != []:
        check.breach("analyze([]) must return []")
    together = check.analyze(samples)
    check.says_something(together)
    check.same(together, check.analyze(samples), samples, "asked twice about the same batch")

    alone = [check.analyze([sample])[0] for sample in samples]
    check.same(alone, together, samples, f"at batch size 1 and at batch size {len(samples)}")

    backwards = check.analyze(samples[::-1])[::-1]
    check.same(alone, backwards, samples, "at batch size 1 and in a batch in reverse order")

    strangers = make_samples(source=STRANGERS, seed=1)
    crowd = [*strangers, *(each for pair in zip(samples, reversed(samples), strict=True) for each in pair)]
    among = check.analyze(crowd)[len(strangers) :: 2]
    check.same(alone, among, samples, "at batch size 1 and in a batch with strangers")


def _check_stream(check: _Check, make: Callable[[], Analyzer], samples: list[Sample]) -> None:
    """Cutting the stream into other batches changes nothing."""
    times = [sample.frame.seconds for sample in samples]
    if len({sample.frame.source for sample in samples}) > 1 or times != sorted(set(times)):
        raise ValueError("samples for a temporal analyzer are of one source, in stream order")
    alone = [check.analyze([sample])[0] for sample in samples]
    check.says_something(alone)
    for size in sorted({1, 2, 3, len(samples)}):
        other = _Check(make())
        answers = [
            seen for start in range(0, len(samples), size) for seen in other.analyze(samples[start : start + size])
        ]
        other.close()
        check.same(alone, answers, samples, f"with the stream cut into batches of 1 and of {size}")


class _Check:
    """Asks one analyzer and looks at every answer."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.declared = declaration(analyzer)
        self._analyzer = analyzer

    def breach(self, what: str) -> NoReturn:
        raise AnalyzerError(f"{self.declared.name}: {what}")

    def says_something(self, answers: Answers) -> None:
        if not any(answers):
            self.breach("says nothing about any sample, so there is nothing to check; give samples that it can judge")

    def close(self) -> None:
        for times in ("close()", "close() for the second time"):
            try:
                self._analyzer.close()
            except (Exception, SystemExit, KeyboardInterrupt) as error:
                raise AnalyzerError(f"{self.declared.name}: {times} raised {type(error).__name__}: {error}") from error

    def analyze(self, samples: list[Sample]) -> Answers:
        """The answers for a batch, after every rule that concerns a single answer was checked."""
        before = [_content(sample) for sample in samples]
        try:
            answers = self._analyzer.analyze(tuple(samples))
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            name, kind = self.declared.name, type(error).__name__
            raise AnalyzerError(f"{name}: analyze() of {len(samples)} samples raised {kind}: {error}") from error
        if [_content(sample) for sample in samples] != before:
            self.breach("analyze() changed the picture or a mesh it was given; work on a copy")
        return checked(self.declared, samples, answers)

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
    """Largest difference of two observations in scores, confidence, box, measures and vector; of the last two relative
    to the larger of 1 and the largest number."""
    pairs = [(one.scores[label], other.scores[label]) for label in one.scores]
    pairs.append((one.confidence, other.confidence))
    if one.measures.keys() != other.measures.keys():
        return math.inf
    for name, value in one.measures.items():
        pairs.append((0.0, abs(value - other.measures[name]) / max(1.0, abs(value))))
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
