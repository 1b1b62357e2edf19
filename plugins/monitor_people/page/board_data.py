"""What the board of people is given to draw: plain data, as JSON knows it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.store.identities import Person
from monitor.store.track_views import TrackView
from monitor.views.clock import clock, span
from monitor.views.counts import number_of
from monitor_people.alike import Alike
from monitor_people.remembering import Proposal

MOST_TRACKS = 24
"""Of one person that are drawn at once: those seen for longest."""


def board_data(
    people: Sequence[Person],
    tracks: Mapping[int, TrackView],
    pairs: Sequence[Alike],
    edits: Sequence[str],
    proposed: Sequence[Proposal] = (),
) -> dict[str, Any]:
    """The people of one source in order of appearance, who is left out last; `edits` are those that can be undone, the
    last first."""
    ordered = sorted(people, key=lambda person: (person.ignored, person.first_seconds, person.number))
    faces = {person.number: _face(person, tracks) for person in ordered}
    return {
        "people": [_person(person, tracks) for person in ordered],
        "pairs": [
            {
                "numbers": [pair.one.number, pair.other.number],
                "sentence": pair.sentence,
                "faces": [faces[pair.one.number], faces[pair.other.number]],
            }
            for pair in pairs
        ],
        "proposed": [
            {
                "number": proposal.person.number,
                "name": proposal.name,
                "sentence": proposal.sentence,
                "face": faces[proposal.person.number],
            }
            for proposal in proposed
        ],
        "undo": edits[0] if edits else None,
    }


def _person(person: Person, tracks: Mapping[int, TrackView]) -> dict[str, Any]:
    longest = sorted(person.tracks, key=lambda track: -tracks[track].samples)[:MOST_TRACKS]
    return {
        "number": person.number,
        "title": person.title,
        "name": person.name or "",
        "ignored": person.ignored,
        "seen": f"{span(person.first_seconds, person.last_seconds)} · {number_of(person.samples, 'sample')}",
        "more": len(person.tracks) - len(longest),
        "tracks": [_track(tracks[track]) for track in person.tracks if track in longest],
    }


def _track(track: TrackView) -> dict[str, Any]:
    seen = span(track.first_seconds, track.last_seconds)
    return {
        "number": track.number,
        "at": clock(track.first_seconds),
        "words": f"Track {track.number} · {seen} · {number_of(track.samples, 'sample')}",
        "face": picture(track.thumbnail),
    }


def _face(person: Person, tracks: Mapping[int, TrackView]) -> str | None:
    """The picture of the track of a person that was seen for longest."""
    return picture(max((tracks[track] for track in person.tracks), key=lambda track: track.samples).thumbnail)


def picture(jpeg: bytes | None) -> str | None:
    """A picture as an address that holds it."""
    return None if jpeg is None else f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"
