"""A result as one self-contained HTML file: it needs no network, and fits light and dark screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup

from monitor.views.html import render
from monitor_retrieval.query.cards import STYLE as CARDS
from monitor_retrieval.query.cards import card, cards
from monitor_retrieval.query.result import SearchResult

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1280px; margin: 0 auto; padding: 2rem 1.2rem 4rem;
  color: #1f2430; background: #ffffff; }
@media (prefers-color-scheme: dark) { body { color: #e6e8ec; background: #14171d; } }
h1 { margin: 0 0 0.2rem; overflow-wrap: anywhere; line-height: 1.25; } .when { opacity: 0.7; margin: 0 0 1.6rem; }
.like { max-width: 340px; margin-bottom: 1.8rem; }
@media print { .moment { break-inside: avoid; } }
"""


def contact_sheet(result: SearchResult, names: Mapping[int, str]) -> str:
    """A result as the text of one HTML file; `names` are those of the sessions, by number."""
    count = len(result.moments)
    order = "the nearest first" if result.measure == "distance" else f"the most {_noun(result.measure)} first"
    found = f"{count} {'moment' if count == 1 else 'moments'}, {order}" if count else "No moment was found"
    return render(
        "contact_sheet.html",
        package="monitor_retrieval",
        query=result.query,
        style=Markup(STYLE + CARDS),
        found=found,
        when=datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z"),
        like=None if result.like is None else card(result.like, names),
        cards=cards(result, names),
    )


def _noun(measure: str) -> str:
    return "novel" if measure == "novelty" else measure
