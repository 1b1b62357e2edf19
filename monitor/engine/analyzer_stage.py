"""Asks one analyzer about samples of all streams, and takes no answer that breaks its contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from monitor.engine.guard import Guard
from monitor.engine.stream import InFlight
from monitor.plugin.answers import Answers, checked
from monitor.plugin.contracts import Analyzer
from monitor.plugin.declaration import Declaration, declaration
from monitor.sample import Sample


class AnalyzerStage:
    """One analyzer of a run: a single instance for all streams or, where it is temporal, one for each."""

    def __init__(self, make: Callable[[], Analyzer]) -> None:
        """Raises what `make` raises, and AnalyzerError where the analyzer declares nonsense."""
        self._make = make
        first = make()
        self._instances: list[Analyzer] = [first]
        self._of_source: dict[int, Analyzer] = {}
        self.declared: Declaration = declaration(first)

    def __call__(self, batch: Sequence[InFlight], guard: Guard) -> None:
        """Add what the analyzer says of each sample to its observations.

        A batch that fails is asked about again sample by sample, so that one bad sample costs only itself; but not a
        temporal analyzer, which has perhaps seen half of it.
        """
        name = self.declared.name
        ready = [
            each
            for each in batch
            if not guard.is_off(name, each.stream) and (each.faces_known or not self.declared.needs_faces)
        ]
        ready = [each for each in ready if not self._is_answered(each)]
        for part in self._parts(ready):
            answers = guard.call(name, part, partial(self._ask, part), sample_by_sample=not self.declared.temporal)
            if answers is not None:
                _add(part, answers)
            elif len(part) > 1 and not self.declared.temporal:
                for each in part:
                    if not guard.is_off(name, each.stream):
                        _add([each], guard.call(name, [each], partial(self._ask, [each])) or [[]])

    def _is_answered(self, each: InFlight) -> bool:
        """Whether it is known already what the analyzer says of a sample, which is then added to its observations."""
        known = None if each.found is None else each.found.observations(self.declared.name, each.sample)
        each.observations.extend(known or ())
        return known is not None

    def forget(self) -> None:
        """Forget what was seen in an earlier run: a temporal analyzer begins again."""
        if self._of_source:
            self.close()
            self._instances, self._of_source = [self._make()], {}

    def close(self) -> None:
        """Close every instance; the first exception is raised once all were tried."""
        failed: BaseException | None = None
        while self._instances:
            try:
                self._instances.pop().close()
            except (Exception, SystemExit, KeyboardInterrupt) as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def _parts(self, batch: list[InFlight]) -> list[list[InFlight]]:
        """The batch as it is asked about: whole or, for a temporal analyzer, stream by stream."""
        if not self.declared.temporal:
            return [batch] if batch else []
        numbers = dict.fromkeys(each.stream.number for each in batch)
        return [[each for each in batch if each.stream.number == number] for number in numbers]

    def answers(self, samples: Sequence[Sample]) -> Answers:
        """What the analyzer says of samples, of one source where it is temporal. Raises what it raises, and
        AnalyzerError where it breaks its contract."""
        return checked(self.declared, samples, self._instance(samples[0].frame.source).analyze(samples))

    def _ask(self, batch: Sequence[InFlight]) -> Answers:
        return self.answers([each.sample for each in batch])

    def _instance(self, source: int) -> Analyzer:
        if not self.declared.temporal:
            return self._instances[0]
        if source not in self._of_source:
            unused = not self._of_source
            instance = self._instances[0] if unused else self._make()
            if not unused:
                self._instances.append(instance)
            self._of_source[source] = instance
        return self._of_source[source]


def _add(batch: Sequence[InFlight], answers: Answers) -> None:
    for each, seen in zip(batch, answers, strict=True):
        each.observations.extend(seen)
