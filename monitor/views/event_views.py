"""Events as people look at them: tiers over time, and a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from monitor.store.events import EXCLUDE, Event
from monitor.views.clock import clock, span
from monitor.views.colours import SPARE, colour
from monitor.views.html import table

if TYPE_CHECKING:
    import plotly.graph_objects as go

EXCLUDED_COLOUR = "#8a9099"
GROUND = "rgba(128, 128, 128, 0.1)"
"""Shows where to mark, also where there is no event yet."""
MOST_TIERS = 12
"""Tiers that are drawn; a table lists the events of all."""
TIER_HEIGHT = 26


def event_colour(event: Event) -> str:
    """The colour that was chosen for an event, else that of its label, else one of its tier."""
    if event.colour is not None:
        return event.colour
    if event.kind == EXCLUDE:
        return EXCLUDED_COLOUR
    own = colour(event.label)
    return colour(event.tier) if own in SPARE else own


def tiers_over_time(events: Sequence[Event], *, reach: tuple[float, float], at: float | None = None) -> go.Figure:
    """A row for each tier, those of people first: intervals as bars, moments as diamonds, with their words on hovering.

    Events that machines found are pale. The axis is that of the other plots over `reach`.
    """
    from monitor.views.plot_layout import over_time, times

    start, end = reach
    shown = [each for each in events if each.start_seconds < end and each.last_seconds >= start]
    by_machine = {each.tier: each.author == "machine" for each in reversed(shown)}
    tiers = sorted(dict.fromkeys(each.tier for each in shown), key=lambda tier: by_machine[tier])[:MOST_TIERS]
    traces: list[dict[str, Any]] = []
    for tier in tiers:
        own = [each for each in shown if each.tier == tier]
        lasting = [each for each in own if each.end_seconds is not None]
        moments = [each for each in own if each.end_seconds is None]
        bars = {
            "type": "bar",
            "base": times(each.start_seconds for each in lasting),
            "x": [1000 * (each.last_seconds - each.start_seconds) for each in lasting],
            "y": [tier] * len(lasting),
            "orientation": "h",
            "width": 0.6,
            "marker": {
                "color": [event_colour(each) for each in lasting],
                "opacity": [_opacity(each) for each in lasting],
                "line": {"width": 1, "color": [event_colour(each) for each in lasting]},
                "pattern": {"shape": ["/" if each.kind == EXCLUDE else "" for each in lasting]},
            },
            "text": [escape(each.label) for each in lasting],
            "textposition": "inside",
            "insidetextanchor": "start",
            "constraintext": "inside",
            "textangle": 0,
            "customdata": [event_words(each) for each in lasting],
            "hovertemplate": "%{customdata}<extra></extra>",
            "uid": f"{tier} intervals",
            "showlegend": False,
        }
        diamonds = {
            "type": "scatter",
            "x": times(each.start_seconds for each in moments),
            "y": [tier] * len(moments),
            "mode": "markers",
            "marker": {
                "symbol": "diamond",
                "size": 11,
                "color": [event_colour(each) for each in moments],
                "opacity": [_opacity(each) for each in moments],
            },
            "customdata": [event_words(each) for each in moments],
            "hovertemplate": "%{customdata}<extra></extra>",
            "uid": f"{tier} moments",
            "showlegend": False,
        }
        traces += [bars, diamonds]
    rows = {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": tiers[::-1],
        "range": [-0.5, max(1, len(tiers)) - 0.5],
        "tickvals": tiers,
        "ticktext": [escape(_short(tier)) for tier in tiers],
        "tickfont": {"size": 11},
        "fixedrange": True,
    }
    margin = {"t": 8, "b": 28}  # of which the times need 20
    height = sum(margin.values()) + TIER_HEIGHT * max(1.5, len(tiers))
    look: dict[str, Any] = {"barmode": "overlay", "hovermode": "closest", "yaxis": rows}
    look["dragmode"] = False  # a drag marks, and does not zoom
    look["plot_bgcolor"] = GROUND
    return over_time(traces, round(height), reach, None, at, margin=margin, **look)


def events_table(events: Sequence[Event]) -> Markup:
    """An HTML table of events: when, on which tier, what, who says so, and the note."""
    rows = [(event_time(each), each.tier, event_label(each), event_author(each), each.note) for each in events]
    return table(["When", "Tier", "What", "By", "Note"], rows)


def event_time(event: Event) -> str:
    """The moment, or the two ends, with tenths of a second."""
    if event.end_seconds is None:
        return clock(event.start_seconds, tenths=True)
    return span(event.start_seconds, event.end_seconds, tenths=True)


def event_label(event: Event) -> str:
    return f"{event.label} (excluded)".strip() if event.kind == EXCLUDE else event.label


def event_author(event: Event) -> str:
    """Who or what made it, in words."""
    return event.made_by if event.author == "human" else f"{event.made_by} ({event.author})".strip()


def event_words(event: Event) -> Markup:
    """What a reader is told who points at an event, as HTML."""
    when = Markup("<b>{}</b>").format(event_time(event))
    lines = [when, event_label(event), f"{event.tier} · {event_author(event)}", event.note]
    return Markup("<br>").join(line for line in lines if line)


def _opacity(event: Event) -> float:
    return 0.45 if event.author == "machine" else 0.9


def _short(tier: str) -> str:
    """A name that fits beside the plot; the whole one is there on hovering."""
    return tier if len(tier) <= 8 else f"{tier[:7]}…"
