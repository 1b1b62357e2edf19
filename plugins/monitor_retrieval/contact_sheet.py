"""An answer as one self-contained HTML file: it needs no network, and fits light and dark screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape

from monitor_retrieval.answer import Answer
from monitor_retrieval.cards import STYLE as CARDS
from monitor_retrieval.cards import card, cards

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1280px; margin: 0 auto; padding: 2rem 1.2rem 4rem;
  color: #1f2430; background: #ffffff; }
@media (prefers-color-scheme: dark) { body { color: #e6e8ec; background: #14171d; } }
h1 { margin: 0 0 0.2rem; overflow-wrap: anywhere; line-height: 1.25; } .quiet { opacity: 0.7; margin: 0 0 1.6rem; }
.asked { max-width: 340px; margin-bottom: 1.8rem; }
@media print { .moment { break-inside: avoid; } }
"""


def contact_sheet(answer: Answer, names: Mapping[int, str]) -> str:
    """The answer as the text of one HTML file; `names` are those of the sessions, by number."""
    count = len(answer.moments)
    order = "the nearest first" if answer.measure == "distance" else f"the most {_noun(answer.measure)} first"
    found = f"{count} {'moment' if count == 1 else 'moments'}, {order}" if count else "No moment was found"
    asked = "" if answer.like is None else f'<div class="asked">{card(answer.like, names)}</div>'
    when = datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(answer.asked)}</title><style>{STYLE}{CARDS}</style></head><body>"
        f'<h1>{escape(answer.asked)}</h1><p class="quiet">{escape(found)} · Emotion Monitor, {escape(when)}</p>'
        f"{asked}{cards(answer, names)}</body></html>\n"
    )


def _noun(measure: str) -> str:
    return "novel" if measure == "novelty" else measure
