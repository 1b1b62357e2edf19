"""What was found in frames of a recording before: faces, and what analyzers say of them, by the time of the frame.

Only what is costly is in it. Who is who, shares and pictures of people come of a run from beginning to end, which takes
these answers instead of asking again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Face, Observation, Sample


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in one frame."""

    seconds: float
    """Stream time, exactly that of the frame."""
    faces: tuple[Face, ...] | None
    """Numbered from 1 from left to right; None where nobody looked for them, or looking failed."""
    answers: Mapping[str, tuple[Observation, ...]]
    """Analyzer -> what it says, with the number of a face as subject; those that failed are missing."""
    followed: bool = False
    """Whether the faces were followed from those of the sample before, `monitor.engine.following`."""

    def is_of(self, faces: Sequence[Face]) -> bool:
        """Whether these are the faces that were found, whatever their tracks, so that the answers are about them."""
        found = self.faces or ()
        return len(found) == len(faces) and all(
            one.box == other.box and one.mesh is other.mesh for one, other in zip(found, faces, strict=True)
        )

    def observations(self, analyzer: str, sample: Sample) -> list[Observation] | None:
        """What an analyzer says of a sample whose faces are these, with their tracks; None where that is not known."""
        if analyzer not in self.answers:
            return None
        tracks = [face.track for face in sample.faces]
        return [
            replace(seen, source=sample.frame.source, subject=seen.subject and tracks[seen.subject - 1])
            for seen in self.answers[analyzer]
        ]

    def text(self) -> str:
        """One line of JSON, from which `of_text` makes the same numbers again."""
        faces = None if self.faces is None else [[face.box, face.score, _text(face.mesh)] for face in self.faces]
        answers = {
            analyzer: [{**asdict(replace(each, vector=None)), "vector": _text(each.vector)} for each in seen]
            for analyzer, seen in self.answers.items()
        }
        return json.dumps([self.seconds, faces, answers, self.followed])

    @classmethod
    def of_text(cls, line: str) -> Found:
        seconds, faces, answers, followed = json.loads(line)
        return cls(
            seconds,
            None if faces is None else tuple(_face(number, *facts) for number, facts in enumerate(faces, 1)),
            {analyzer: tuple(_observation(row) for row in rows) for analyzer, rows in answers.items()},
            followed,
        )


def _face(number: int, box: Sequence[float], score: float, mesh: str | None) -> Face:
    left, top, right, bottom = box
    points = None if mesh is None else _array(mesh).reshape(-1, 3)
    return Face((left, top, right, bottom), score, points, number)


def _observation(row: Mapping[str, Any]) -> Observation:
    vector, box = row["vector"], row["box"]
    return Observation(**{**row, "box": box and tuple(box), "vector": None if vector is None else _array(vector)})


def _text(array: NDArray[np.float32] | None) -> str | None:
    return None if array is None else base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def _array(text: str) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float32)


class Findings:
    """Gives, in stream order, what was found at the times of frames; memory holds one at a time."""

    def __init__(self, found: Iterable[Found]) -> None:
        """`found` in stream order; a time may be there twice."""
        self._found = iter(found)
        self._next = next(self._found, None)

    def at(self, seconds: float) -> Found | None:
        """What was found in the frame of this time, None where nobody looked at it. Ask of later and later times."""
        while self._next is not None and self._next.seconds < seconds:
            self._next = next(self._found, None)
        return self._next if self._next is not None and self._next.seconds == seconds else None
