"""People of a session who look alike and may be one: suggestions for a person's hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from monitor.store.identities import Identities, Person
from monitor.store.remembered import mean_vector

LEAST = 0.55
"""Cosine below which two people are not worth a question."""
MOST = 10


@dataclass(frozen=True)
class Alike:
    """Two people of one source who look alike."""

    one: Person
    other: Person
    cosine: float

    @property
    def sentence(self) -> str:
        return f"{self.one.title} and {self.other.title} look alike (cosine similarity {self.cosine:.2f})"


def alike(identities: Identities, people: Sequence[Person], most: int = MOST) -> list[Alike]:
    """The most alike pairs of `people`, the most alike first; nobody who was there at the same time as the other."""
    found = []
    for source in sorted({person.source_id for person in people}):
        vectors, models = identities.vectors(source)
        if len(models) > 1:
            continue  # `mixed_models` says so
        here = [person for person in people if person.source_id == source and not person.ignored]
        means = {person.number: mean_vector(person, vectors) for person in here}
        for one, other in combinations(here, 2):
            first, second = means[one.number], means[other.number]
            if first is None or second is None or together(one, other):
                continue
            cosine = float(first @ second)
            if cosine >= LEAST:
                found.append(Alike(one, other, cosine))
    return sorted(found, key=lambda pair: -pair.cosine)[:most]


def mixed_models(identities: Identities, model: str | None = None) -> str | None:
    """What to do where the tracks of a source were looked at with several models, or with others than `model`, in a
    sentence; None where they can be compared."""
    for source, (name, _) in identities.recordings().items():
        _, models = identities.vectors(source)
        known = sorted(models | ({model} if model and models else set()))
        if len(known) > 1:
            return (
                f"{name}: its people were looked at with the models {' and '.join(known)}, whose vectors cannot "
                f"be compared; compute them again with: monitor people {identities.session.id} vectors"
            )
    return None


def together(one: Person, other: Person) -> bool:
    """Whether two people were surely there at the same time: both are followed without a break, and overlap."""
    single = len(one.tracks) == 1 and len(other.tracks) == 1
    return single and one.first_seconds <= other.last_seconds and other.first_seconds <= one.last_seconds
