"""The table of people as HTML, for the dashboard and the report."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from monitor.clock import span
from monitor.colours import colour

STYLE = """
.people { width: 100%; border-collapse: collapse; font-size: 0.92rem; }
.people th { text-align: left; font-weight: 600; opacity: 0.65; padding: 0.2rem 0.6rem 0.4rem 0; border: 0; }
.people td { padding: 0.35rem 0.6rem 0.35rem 0; border: 0; border-top: 1px solid rgba(128, 128, 128, 0.25);
  vertical-align: middle; }
.people img, .people .faceless { width: 48px; height: 48px; object-fit: cover; border-radius: 8px; display: block;
  background: rgba(128, 128, 128, 0.2); }
.people .strip { display: flex; height: 12px; min-width: 110px; border-radius: 6px; overflow: hidden;
  background: rgba(128, 128, 128, 0.2); }
.people .strip span { height: 100%; }
.people .dot { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; margin-right: 0.4em; }
.people .number { white-space: nowrap; font-variant-numeric: tabular-nums; }
@media (max-width: 640px) { .people .wide { display: none; } }
"""
"""Rules for `people_table`; a page includes them once."""

COLUMNS = {"": "", "Person": "", "Seen": "wide", "Samples": "wide", "Shares": "", "Most": ""}
"""Heading -> class; the wide ones are hidden on narrow screens."""


def people_table(people: pd.DataFrame, shares: pd.DataFrame, labels: Sequence[str]) -> str:
    """An HTML table: picture, number, when seen, samples, shares as a strip, and the strongest emotion.

    `people` is what `Store.people` returns, `shares` what `monitor.timeline.shares_by_subject` returns; a person whom
    the analyzer did not score gets an empty strip.
    """
    known = {(row["source_id"], row["subject"]): row for row in shares.to_dict("records")}
    rows = [
        _row(person, known.get((person["source_id"], person["subject"])), labels)
        for person in people.to_dict("records")
    ]
    head = "".join(f'<th class="{kind}">{name}</th>' for name, kind in COLUMNS.items())
    return f'<table class="people"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _row(person: Mapping[Any, Any], shares: Mapping[Any, Any] | None, labels: Sequence[str]) -> str:
    thumbnail = person["thumbnail"]
    if thumbnail is None or (isinstance(thumbnail, float) and math.isnan(thumbnail)):
        picture = '<span class="faceless"></span>'
    else:
        data = base64.b64encode(thumbnail).decode("ascii")
        picture = f'<img alt="Person {person["subject"]}" src="data:image/jpeg;base64,{data}">'
    strip, most = "", "\N{EN DASH}"
    if shares is not None and any(shares[label] > 0 for label in labels):
        strip = "".join(
            f'<span style="width:{100 * shares[label]:.2f}%;background:{colour(label)}"'
            f' title="{escape(label)} {shares[label]:.0%}"></span>'
            for label in labels
        )
        top = max(labels, key=lambda label: float(shares[label]))
        most = f'<span class="dot" style="background:{colour(top)}"></span>{escape(top)} {100 * shares[top]:.0f} %'
    return (
        f"<tr><td>{picture}</td><td>{person['subject']}</td>"
        f'<td class="number wide">{span(person["first_seconds"], person["last_seconds"])}</td>'
        f'<td class="number wide">{person["samples"]}</td>'
        f'<td><div class="strip">{strip}</div></td><td class="number">{most}</td></tr>'
    )
