"""The table of people as HTML, for the dashboard and the report."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from monitor.views.clock import span
from monitor.views.counts import counted_part
from monitor.views.html import render

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


def people_table(people: pd.DataFrame, shares: pd.DataFrame, labels: Sequence[str], sampled: int) -> Markup:
    """An HTML table: picture, name or number, when seen, in how many samples and in how much of all `sampled` ones, how
    much of that counts, shares as a strip, and the strongest emotion.

    `people` is what `Store.people` returns, `shares` what `readout.timeline.shares_by_subject` returns; a person whom
    the analyzer did not score gets an empty strip. The wide columns are hidden on narrow screens.
    """
    known = {(row["source_id"], row["subject"]): row for row in shares.to_dict("records")}
    rows = [
        _row(person, known.get((person["source_id"], person["subject"])), labels, sampled)
        for person in people.to_dict("records")
    ]
    return render("people_table.html", rows=rows)


def _row(
    person: Mapping[Any, Any], shares: Mapping[Any, Any] | None, labels: Sequence[str], sampled: int
) -> dict[str, Any]:
    name = person.get("name")
    own = {label: float(shares[label]) for label in labels} if shares is not None else {}
    scored = any(share > 0 for share in own.values())
    part = counted_part(sampled, person["samples"]) if sampled else ""
    if person["samples"] > sampled > 0:  # as of two who were seen at once and joined
        part = "in several places at once"
    return {
        "picture": _base64(person["thumbnail"]),
        "title": name if isinstance(name, str) else person["subject"],
        "seen": span(person["first_seconds"], person["last_seconds"]),
        "samples": f"{person['samples']:,} · {part}" if part else f"{person['samples']:,}",
        "counted": "" if shares is None else counted_part(shares["samples"], shares["counted"]),
        "shares": own if scored else {},
        "most": max(own, key=lambda label: own[label]) if scored else None,
    }


def _base64(thumbnail: bytes | float | None) -> str:
    """A JPEG picture as base64; empty where there is none, which pandas may give as not a number."""
    return base64.b64encode(thumbnail).decode("ascii") if isinstance(thumbnail, bytes) else ""
