"""What the program says of a recording: which track and which person is where at each sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.engine.run import Run
from monitor.plugin.registry import Plugins
from monitor.sample import Box
from monitor.settings import Settings
from monitor.sources import Source
from monitor.store import Store
from monitor_people.bench.counted import CountedPeople
from monitor_people.face_measures import NAME

PEOPLE = "sink people"
"""Stage of a run that tells people apart."""


@dataclass(frozen=True)
class Seen:
    """One face of one sample."""

    person: int
    track: int
    box: Box
    """As fractions of the picture."""

    @property
    def middle(self) -> float:
        """Of the face, as a fraction of the picture's width."""
        return (self.box[0] + self.box[2]) / 2


@dataclass(frozen=True)
class Recorded:
    """What a run says of a recording."""

    samples: Mapping[float, Sequence[Seen]]
    """Seconds of each sample -> its faces."""
    people_ms: float = 0.0
    """Wall clock, by face, of telling people apart: looking at them, comparing them, and writing who they are."""
    measures_ms: float = 0.0
    """Wall clock, by sample, of measuring its faces."""
    most_people: int = 0
    """That were listed at one time while it ran, before all tracks were compared once more."""


def record(recording: str | Source, settings: Settings, plugins: Plugins) -> Recorded:
    """Analyse a recording as `monitor run` does."""
    people = plugins.get("sinks", "people").make(settings.options.sinks.get("people"))
    counted = CountedPeople(people)
    summary = Run([recording], settings, plugins, sinks={"people": counted})()
    with Store(settings.store) as store:
        session = store.session(summary.session)
        times = store.samples(session)["seconds"].tolist()
        table = store.observations(session, analyzer=NAME)
    seen: dict[float, list[Seen]] = {seconds: [] for seconds in times}
    columns = ["seconds", "person", "subject", "left", "top", "right", "bottom"]
    for seconds, person, track, *box in table[columns].itertuples(index=False):
        left, top, right, bottom = map(float, box)
        seen[seconds].append(Seen(int(person), int(track), (left, top, right, bottom)))
    spent, faces = summary.stages_ms, sum(map(len, seen.values()))
    by_face = spent.get(PEOPLE, 0.0) * len(seen) / max(faces, 1)
    return Recorded(seen, by_face, spent.get(NAME, 0.0), counted.most)
