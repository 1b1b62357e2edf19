"""Named people are proposed in later sessions, where `[people] remember` asks for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.store.identities import Identities, Person
from monitor.store.remembered import mean_vector, remembered

LEAST = 0.6
"""Cosine of a person and a remembered one below which the name is not proposed; hair and clothes change."""


@dataclass(frozen=True)
class Proposal:
    """A person who looks like a remembered one."""

    person: Person
    name: str
    cosine: float

    @property
    def sentence(self) -> str:
        return f"{self.person.title} looks like {self.name} (cosine similarity {self.cosine:.2f})"


def proposals(identities: Identities, people: Sequence[Person]) -> list[Proposal]:
    """The name of the most similar remembered person for each of `people` without one, the surest first.

    Names that somebody in the source has already are not proposed: whoever looks like them is a pair of people.
    """
    known, found = remembered(identities.store), []
    for source in sorted({person.source_id for person in people}):
        vectors, models = identities.vectors(source)
        taken = {person.name for person in people if person.source_id == source}
        of_model = {
            name: own[model] for name, own in known.items() for model in own if {model} == models and name not in taken
        }
        for person in people:
            vector = mean_vector(person, vectors) if person.source_id == source else None
            if vector is None or person.name or person.ignored or not of_model:
                continue
            cosines = {name: float(vector @ own) for name, own in of_model.items()}
            name = max(cosines, key=lambda each: cosines[each])
            if cosines[name] >= LEAST:
                found.append(Proposal(person, name, cosines[name]))
    return sorted(found, key=lambda proposal: -proposal.cosine)


def other_models(identities: Identities, source_id: int) -> str:
    """Who is remembered only by other models than that of a source's vectors, and what to do, in words; else empty."""
    _, models = identities.vectors(source_id)
    if not models:
        return ""
    lost = {name: own for name, own in remembered(identities.store).items() if not models & own.keys()}
    if not lost:
        return ""
    names = ", ".join(lost)
    before = ", ".join(sorted({model for own in lost.values() for model in own}))
    return (
        f"{names}: remembered by another model ({before}) than that of this session ({', '.join(sorted(models))}), so "
        f"they are not proposed; name them here again: monitor people {identities.session.id} name PERSON NAME"
    )
