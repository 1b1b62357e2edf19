"""Moments as a grid of cards in HTML, for the dashboard and the contact sheet."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from monitor.views.html import render
from monitor_retrieval.moment import LIBRARY, Moment
from monitor_retrieval.query.moment_text import short_source, strongest, time_code, title
from monitor_retrieval.query.result import SearchResult

STYLE = """
.moments { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 1rem; }
.moment { position: relative; border-radius: 12px; overflow: hidden; border: 1px solid rgba(128, 128, 128, 0.28);
  background: rgba(128, 128, 128, 0.07); font-size: 0.9rem; line-height: 1.35; }
.moment .frame { position: relative; aspect-ratio: 16 / 9; background: rgba(0, 0, 0, 0.85); }
.moment .frame img { width: 100%; height: 100%; object-fit: contain; display: block; }
.moment .rank, .moment .time { position: absolute; bottom: 0.45rem; padding: 0.05rem 0.5rem; border-radius: 999px;
  color: #ffffff; background: rgba(0, 0, 0, 0.68); font-size: 0.82rem; font-variant-numeric: tabular-nums; }
.moment .rank { left: 0.45rem; font-weight: 700; }
.moment .time { right: 0.45rem; max-width: 70%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.moment .words { padding: 0.6rem 0.75rem 0.7rem; }
.moment .head { display: flex; justify-content: space-between; gap: 0.6rem; align-items: baseline; }
.moment .title { font-weight: 600; overflow-wrap: anywhere; }
.moment .value { white-space: nowrap; font-variant-numeric: tabular-nums; opacity: 0.75; }
.moment .source { opacity: 0.7; font-size: 0.84rem; overflow-wrap: anywhere; }
.moment .strip { display: flex; height: 8px; border-radius: 4px; overflow: hidden; margin: 0.5rem 0 0.4rem;
  background: rgba(128, 128, 128, 0.2); }
.moment .strip span { height: 100%; }
.moment .people { font-size: 0.88rem; margin-top: 0.1rem; overflow-wrap: anywhere; }
.moment .emotions { display: flex; flex-wrap: wrap; gap: 0.1rem 0.7rem; }
.moment .emotions span { white-space: nowrap; }
.moment .dot { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; margin-right: 0.35em; }
.moment .links { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; margin-top: 0.45rem; }
.moment .links a { color: inherit; opacity: 0.8; text-underline-offset: 0.2em; text-decoration-color: #2fa7a0; }
.moment .links a:hover { opacity: 1; text-decoration-thickness: 2px; }
@media (max-width: 640px) { .moments { grid-template-columns: repeat(2, 1fr); gap: 0.6rem; }
  .moment .head { flex-direction: column; gap: 0; } .moment .title { max-width: 100%; } }
"""
"""Rules for `cards`; a page includes them once. They inherit colours, so they fit light and dark pages."""

Links = Callable[[Moment], Mapping[str, str]]
"""What a card leads to: words -> address."""


def cards(result: SearchResult, names: Mapping[int, str], links: Links | None = None) -> Markup:
    """A card per moment: thumbnail, rank, time code, session, source, people, measure and emotions.

    `names` are those of the sessions, by number.
    """
    drawn = [
        _card(moment, names, value=f"{result.measure} {result.value(moment):.3f}", rank=rank, links=links)
        for rank, moment in enumerate(result.moments, 1)
    ]
    return render("cards.html", package="monitor_retrieval", cards=drawn)


def card(moment: Moment, names: Mapping[int, str], *, links: Links | None = None) -> Markup:
    """One moment by itself, outside any grid."""
    return render("card.html", package="monitor_retrieval", one=_card(moment, names, links=links))


def _card(
    moment: Moment, names: Mapping[int, str], *, value: str = "", rank: int | None = None, links: Links | None = None
) -> dict[str, Any]:
    """What the template says of one moment."""
    return {
        "title": title(moment, names),
        "picture": base64.b64encode(moment.thumbnail).decode("ascii"),
        "rank": rank,
        "time": time_code(moment),
        "value": value,
        "people": ", ".join(moment.people),
        "source": "" if moment.session == LIBRARY else moment.source,
        "short_source": short_source(moment.source),
        "scores": moment.scores,
        "strongest": strongest(moment.scores),
        "links": {} if links is None else links(moment),
    }
