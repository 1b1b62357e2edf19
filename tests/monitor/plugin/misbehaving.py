"""Analyzers that misbehave, one kind each, with the sentence that is said of it; beside one that behaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from monitor.plugin import Measure
from monitor.sample import Observation, Sample

LABELS = ("calm", "upset")
SCORES = {"calm": 0.75, "upset": 0.25}
WARMTH = Measure("warmth", "degrees", 0.0, 50.0, "How warm it is.")


class Behaving:
    """Says the same of every frame, with a measure."""

    name = "misbehaving"
    labels = LABELS
    measures = (WARMTH,)
    needs_faces = False

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        return [[self.observe(sample)] for sample in samples]

    def observe(self, sample: Sample) -> Observation:
        frame = sample.frame
        return Observation(self.name, frame.source, frame.seconds, None, SCORES, measures={"warmth": 20.0})

    def close(self) -> None:
        pass


def changed(change: Callable[[Observation], Any]) -> type[Behaving]:
    """An analyzer each of whose observations is put through `change`."""

    class Changed(Behaving):
        def observe(self, sample: Sample) -> Any:
            return change(super().observe(sample))

    return Changed


def with_field(**fields: Any) -> type[Behaving]:
    return changed(lambda seen: replace(seen, **fields))


def answering(answer: Callable[[Behaving, Sequence[Sample]], Any]) -> type[Behaving]:
    """An analyzer whose `analyze` is `answer`."""
    return type("Answering", (Behaving,), {"analyze": answer})


def declaring(**attributes: Any) -> type[Behaving]:
    """An analyzer with other class attributes."""
    return type("Declaring", (Behaving,), attributes)


def without(attribute: str) -> type:
    """An analyzer that lacks an attribute."""
    kept = {name: value for name, value in vars(Behaving).items() if not name.startswith("__") and name != attribute}
    return type("Lacking", (), kept)


def raising(error: BaseException) -> Callable[..., Any]:
    def do(*_: object) -> Any:
        raise error

    return do


class Cycle(dict):  # type: ignore[type-arg]
    """A mapping that contains itself."""

    def __init__(self) -> None:
        super().__init__(warmth=self)


DECLARATIONS: dict[str, tuple[type, str]] = {
    "no needs_faces": (without("needs_faces"), "needs_faces is missing"),
    "needs_faces None": (declaring(needs_faces=None), "needs_faces must be True or False, not None"),
    "no labels": (without("labels"), "labels is missing"),
    "labels in a list": (declaring(labels=["calm", "upset"]), "labels must be a tuple of words, not ['calm', 'upset']"),
    "labels twice": (declaring(labels=("calm", "calm")), "labels must differ from each other"),
    "labels of numbers": (declaring(labels=(1, 2)), "labels must be a tuple of words, not (1, 2)"),
    "nothing to say": (declaring(labels=(), measures=()), "labels must hold one word or more, or measures one measure"),
    "measures of words": (declaring(measures=("warmth",)), "measures must be a tuple of Measure"),
    "measure turned round": (
        declaring(measures=(Measure("warmth", "", 1.0, 0.0, "Warm."),)),
        "measure warmth must lie between two numbers low < high, not (1.0, 0.0)",
    ),
    "measure without meaning": (
        declaring(measures=(Measure("warmth", "", 0.0, 1.0, " "),)),
        "measure warmth must have a unit (a word, perhaps empty) and a sentence of meaning",
    ),
    "measure with a space": (
        declaring(measures=(Measure("how warm", "", 0.0, 1.0, "Warm."),)),
        "a measure's name is lower-case letters, digits and _, not 'how warm'",
    ),
    "measure twice": (declaring(measures=(WARMTH, WARMTH)), "measures must have names that differ from each other"),
    "measure named as a label": (
        declaring(measures=(Measure("calm", "", 0.0, 1.0, "Calm."),)),
        "'calm' is a label and a measure; rename one of them",
    ),
    "temporal in words": (declaring(temporal="yes"), "temporal must be True or False, not 'yes'"),
    "no analyze": (declaring(analyze=None), "analyze must be a method"),
    "property that raises": (
        declaring(labels=property(raising(KeyError("labels")))),
        "labels raised KeyError: 'labels'",
    ),
}
"""What is refused before a run begins."""

MANY = {f"label {number}": 0.0 for number in range(3)}

ANSWERS: dict[str, tuple[type, str]] = {
    "raises": (answering(raising(ValueError("in a mood"))), "ValueError: in a mood"),
    "raises SystemExit": (answering(raising(SystemExit(3))), "SystemExit: 3"),
    "raises KeyboardInterrupt": (answering(raising(KeyboardInterrupt("pressed"))), "KeyboardInterrupt: pressed"),
    "raises MemoryError": (answering(raising(MemoryError("no room"))), "MemoryError: no room"),
    "raises RecursionError": (answering(raising(RecursionError("too deep"))), "RecursionError: too deep"),
    "None": (answering(lambda self, samples: None), "must return a list of 1 lists, not NoneType"),
    "a dict": (answering(lambda self, samples: {}), "must return a list of 1 lists, not dict"),
    "a generator": (
        answering(lambda self, samples: (s for s in samples)),
        "must return a list of 1 lists, not generator",
    ),
    "one list too few": (answering(lambda self, samples: []), "must return a list of 1 lists, not a list of 0"),
    "one list too many": (
        answering(lambda self, s: [[]] * (len(s) + 1)),
        "must return a list of 1 lists, not a list of 2",
    ),
    "None for a sample": (
        answering(lambda self, samples: [None for _ in samples]),
        "must be a list of Observation, not None",
    ),
    "bare observations": (
        answering(lambda self, s: [self.observe(each) for each in s]),
        "must be a list of Observation, not Observation",
    ),
    "scores alone": (changed(lambda seen: dict(seen.scores)), "must be a list of Observation, not [{'calm': 0.75"),
    "a thousand for a sample": (
        answering(lambda self, samples: [[self.observe(sample)] * 1000 for sample in samples]),
        "has more than one observation of a subject: [None, None",
    ),
    "another name": (with_field(analyzer="scene-sentiment"), "must carry the analyzer's name, not 'scene-sentiment'"),
    "no name": (with_field(analyzer=None), "must carry the analyzer's name, not None"),
    "another source": (with_field(source=2), "must carry its sample's source, here 1, not 2"),
    "a source by name": (with_field(source="clip.mp4"), "must carry its sample's source, here 1, not 'clip.mp4'"),
    "seconds NaN": (with_field(seconds=float("nan")), "must carry its sample's seconds, here 0.0, not nan"),
    "seconds infinite": (with_field(seconds=float("inf")), "must carry its sample's seconds, here 0.0, not inf"),
    "seconds None": (with_field(seconds=None), "must carry its sample's seconds, here 0.0, not None"),
    "seconds text": (with_field(seconds="now"), "must carry its sample's seconds, here 0.0, not 'now'"),
    "seconds before": (changed(lambda seen: replace(seen, seconds=seen.seconds - 1)), "seconds, here 0.0, not -1.0"),
    "seconds after": (changed(lambda seen: replace(seen, seconds=seen.seconds + 60)), "seconds, here 0.0, not 60.0"),
    "subject out of nowhere": (with_field(subject=7), "subject must be None, not 7"),
    "subject negative": (with_field(subject=-1), "subject must be None, not -1"),
    "subject huge": (with_field(subject=2**80), "subject must be None, not 1208925819614629174706176"),
    "subject text": (with_field(subject="me"), "subject must be None, not 'me'"),
    "subject a float": (with_field(subject=1.0), "subject must be None, not 1.0"),
    "subject true": (with_field(subject=True), "subject must be None, not True"),
    "subject of numpy": (with_field(subject=np.int64(3)), "subject must be None, not"),
    "scores None": (with_field(scores=None), "scores must have exactly the labels ('calm', 'upset'), not 'NoneType'"),
    "scores in a list": (
        with_field(scores=[0.75, 0.25]),
        "scores must have exactly the labels ('calm', 'upset'), not 'list'",
    ),
    "scores an array": (
        with_field(scores=np.array([0.75, 0.25])),
        "scores must have exactly the labels ('calm', 'upset'), not 'ndarray'",
    ),
    "scores of arrays": (
        with_field(scores={"calm": np.array([0.75]), "upset": np.array([0.25])}),
        "scores must be probabilities, numbers in [0, 1], not array([0.75])",
    ),
    "scores of text": (with_field(scores={"calm": "much", "upset": "little"}), "numbers in [0, 1], not 'much'"),
    "a score NaN": (with_field(scores={"calm": float("nan"), "upset": 0.25}), "numbers in [0, 1], not nan"),
    "a score None": (with_field(scores={"calm": None, "upset": 0.25}), "numbers in [0, 1], not None"),
    "scores negative": (with_field(scores={"calm": 1.5, "upset": -0.5}), "numbers in [0, 1], not 1.5"),
    "scores in percent": (with_field(scores={"calm": 75, "upset": 25}), "numbers in [0, 1], not 75"),
    "scores that sum to less": (with_field(scores={"calm": 0.5, "upset": 0.25}), "with the sum 0.75"),
    "a label missing": (with_field(scores={"calm": 1.0}), "exactly the labels ('calm', 'upset'), not ('calm',)"),
    "a label too many": (with_field(scores={**SCORES, "asleep": 0.0}), "exactly the labels ('calm', 'upset'), not"),
    "other labels": (with_field(scores=MANY), "exactly the labels ('calm', 'upset'), not ('label 0'"),
    "confidence NaN": (with_field(confidence=float("nan")), "confidence must lie in [0, 1], not nan"),
    "confidence None": (with_field(confidence=None), "confidence must lie in [0, 1], not None"),
    "confidence text": (with_field(confidence="sure"), "confidence must lie in [0, 1], not 'sure'"),
    "confidence in percent": (with_field(confidence=85), "confidence must lie in [0, 1], not 85"),
    "box with three numbers": (with_field(box=(0.1, 0.1, 0.5)), "box must be (left, top, right, bottom) in fractions"),
    "box in pixels": (with_field(box=(10, 10, 50, 50)), "in fractions of the frame, not (10, 10, 50, 50)"),
    "box NaN": (with_field(box=(0.1, float("nan"), 0.5, 0.5)), "in fractions of the frame, not (0.1, nan, 0.5, 0.5)"),
    "box inside out": (with_field(box=(0.5, 0.1, 0.1, 0.5)), "in fractions of the frame, not (0.5, 0.1, 0.1, 0.5)"),
    "box outside": (with_field(box=(0.5, 0.5, 1.2, 0.9)), "in fractions of the frame, not (0.5, 0.5, 1.2, 0.9)"),
    "box text": (with_field(box="face"), "in fractions of the frame, not 'face'"),
    "box of words": (with_field(box=("a", "b", "c", "d")), "in fractions of the frame, not ('a', 'b', 'c', 'd')"),
    "measures None": (with_field(measures=None), "measures must be among those declared, ('warmth',), not 'NoneType'"),
    "measures in a list": (
        with_field(measures=[20.0]),
        "measures must be among those declared, ('warmth',), not 'list'",
    ),
    "a measure not declared": (with_field(measures={"wind": 3.0}), "('warmth',), not ('wind',)"),
    "measures with keys that are no text": (with_field(measures={1: 3.0}), "('warmth',), not (1,)"),
    "a measure NaN": (
        with_field(measures={"warmth": float("nan")}),
        "measure warmth must be a number in [0, 50], not nan",
    ),
    "a measure out of range": (
        with_field(measures={"warmth": 51.0}),
        "measure warmth must be a number in [0, 50], not 51.0",
    ),
    "a measure that is an object": (with_field(measures={"warmth": object()}), "number in [0, 50], not <object object"),
    "a measure that is text": (with_field(measures={"warmth": "x" * 60_000_000}), "number in [0, 50], not 'xxx"),
    "a measure that is a list": (with_field(measures={"warmth": [20.0]}), "number in [0, 50], not [20.0]"),
    "measures in a cycle": (with_field(measures=Cycle()), "number in [0, 50], not {'warmth': {...}}"),
    "vector NaN": (with_field(vector=np.full(3, np.nan, np.float32)), "vector must hold finite numbers"),
    "vector of doubles": (with_field(vector=np.zeros(3)), "vector must be float32 with one axis, not float64 (3,)"),
    "vector in squares": (
        with_field(vector=np.zeros((1, 3), np.float32)),
        "vector must be float32 with one axis, not float32 (1, 3)",
    ),
    "vector in a list": (with_field(vector=[1.0]), "vector must be float32 with one axis, not list"),
    "vector without end": (
        with_field(vector=np.zeros(10**6, np.float32)),
        "vector must have 1 to 65536 numbers, not 1000000",
    ),
}
"""What is refused while it runs: it costs the analyzer's own observations and is named."""
