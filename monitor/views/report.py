"""One HTML file that tells a session: tables, plots, people, stream health; it needs no network.

It carries all that it needs, of which plotly.js is nearly all, or finds plotly.js in a file beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from monitor.readout import health, marked, short_windows, timeline
from monitor.readout.evidence import SCENE, Evidence, gathered, kinds_of_evidence, length, with_shares
from monitor.readout.export import write_file
from monitor.readout.measured import measures_by_subject
from monitor.readout.shown import Shown, caption
from monitor.shares import WHOLE_FRAME
from monitor.store import Session, Source, Store
from monitor.store.events import Event
from monitor.store.shots import cuts
from monitor.views import event_views, measure_views, people_table
from monitor.views.clock import clock, span
from monitor.views.counts import counted_part, gate_in_words
from monitor.views.html import render
from monitor.views.subjects import subject_title

MOST_EVENTS = 500
"""In the table of events."""
MOST_LISTED = 100
"""People per source in its tables, those seen most; exports have all."""
MOST_PEOPLE = 20
"""People per source who get a plot of their own."""

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 0 auto; padding: 2rem 1.2rem 4rem;
  color: #1f2430; background: #ffffff; print-color-adjust: exact; }
@media (prefers-color-scheme: dark) { body { color: #e6e8ec; background: #14171d; } }
h1 { margin: 0 0 0.2rem; } h2 { margin: 2.6rem 0 0.4rem; padding-top: 1rem; border-top: 2px solid rgba(128,128,128,.3);
  overflow-wrap: anywhere; }
h3 { margin: 1.8rem 0 0.4rem; } h4 { margin: 1.2rem 0 0.2rem; } .quiet { opacity: 0.7; }
table { border-collapse: collapse; } .facts td, .facts th, .numbers td, .numbers th { padding: 0.25rem 1rem 0.25rem 0;
  text-align: left; vertical-align: top; } .facts td { overflow-wrap: anywhere; }
.facts th { font-weight: 600; white-space: nowrap; } .numbers { width: 100%; font-variant-numeric: tabular-nums; }
.numbers th { font-weight: 600; } .numbers td { border-top: 1px solid rgba(128,128,128,.25); }
.scroll { overflow-x: auto; }
.dot { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; margin-right: 0.35em; }
.note { border-left: 4px solid #2fa7a0; padding: 0.1rem 1rem; margin: 1.5rem 0; background: rgba(128,128,128,.08); }
.plot { min-height: 100px; }
@media print { body { color: #14171d; background: #ffffff; max-width: none; padding: 0; }
  .numbers { font-size: 0.7rem; } .numbers th, .numbers td { padding-right: 0.4rem; }
  .modebar { display: none !important; } .plot, .note, tr { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } }
"""

RECOLOUR = """
function recolour() {
  const ink = getComputedStyle(document.body).color;
  document.querySelectorAll(".js-plotly-plot").forEach(plot => Plotly.relayout(plot, {"font.color": ink}));
}
recolour();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
function forAll(change) { document.querySelectorAll(".js-plotly-plot").forEach(plot => Plotly.relayout(plot, change)); }
addEventListener("beforeprint", () => forAll({width: 680, "font.color": "#14171d"}));
addEventListener("afterprint", () => { forAll({width: null, autosize: true}); recolour(); });
"""
"""Plots take the ink of the page, be it dark or light, and on paper dark ink and the width of an upright page."""


def write_report(store: Store, session: Session, path: Path, *, light: bool = False) -> Path | None:
    """Write the report of a session to `path`.

    A `light` report has plotly.js in a file beside it, which all reports of a folder share; its path comes back.
    Raises MonitorError where a file cannot be written.
    """
    if not light:
        write_file(path, report_html(store, session))
        return None
    from plotly.offline import get_plotlyjs, get_plotlyjs_version

    script = path.with_name(f"plotly-{get_plotlyjs_version()}.min.js")
    write_file(path, report_html(store, session, script=script.name))
    write_file(script, get_plotlyjs())
    return script


def report_html(store: Store, session: Session, *, script: str | None = None) -> str:
    """The report of a session as the text of one HTML file, which holds plotly.js or loads the file `script`."""
    from plotly.offline import get_plotlyjs

    kinds = set(kinds_of_evidence(store, session).values())
    plots = _Plots()
    sources = [_source(store, session, source, plots) for source in store.sources(session.id)]
    return render(
        "report.html",
        session=session,
        style=Markup(STYLE + people_table.STYLE),
        script=script,
        plotly=Markup("" if script is not None else get_plotlyjs()),
        head=_head(session),
        has_faces=kinds != {SCENE},
        has_scenes=SCENE in kinds,
        sources=sources,
        figures=plots.script(),
        recolour=Markup(RECOLOUR),
    )


class _Plots:
    """Figures of a page, by number."""

    def __init__(self) -> None:
        self._figures: list[str] = []

    def add(self, figure: object) -> int:
        """The number under which `figure`, a plotly figure, will be drawn."""
        self._figures.append(figure.to_json().replace("</", "<\\/"))  # type: ignore[attr-defined]
        return len(self._figures) - 1

    def script(self) -> Markup:
        """All of them, as what stands between the brackets of a list in JavaScript."""
        return Markup(",".join(self._figures))


def _head(session: Session) -> list[tuple[str, str]]:
    return [
        ("Session", f"{session.id}, {session.state}"),
        ("Started", _when(session.started_at)),
        ("Ended", "" if session.ended_at is None else _when(session.ended_at)),
        ("Sampling", f"one sample every {session.every_seconds:g} s"),
        ("Share windows", f"{session.window_seconds:g} s"),
        ("Analyzers", ", ".join(session.analyzers)),
        ("Quality gate", _quality(session)),
        ("Error", session.error or ""),
    ]


def _quality(session: Session) -> str:
    """Which faces do not count in what is shown of a session, as a sentence; empty where all do."""
    return gate_in_words(session.quality) if session.quality and not session.all_samples else ""


def _source(store: Store, session: Session, source: Source, plots: _Plots) -> dict[str, Any]:
    """What the template says of one source."""
    from monitor.views import figures

    gaps, faults = store.gaps(session, source_id=source.id), store.faults(session, source_id=source.id)
    events = marked.of_source(store, source)
    people = store.people(session, source_id=source.id, most_seen=MOST_LISTED).sort_values("subject")
    found = gathered(store, Shown(store), session, source, session.analyzers)
    end = length(session, source, found)
    axis: dict[str, Any] = {"gaps": marked.holes(gaps, source, events, end), "reach": (0.0, end)}
    axis["cuts"] = cuts(store, session.id, source.id, axis["reach"])
    lanes = [own.lane(axis["reach"]) for own in with_shares(found)]
    seen_at_all = any(len(lane.rows) for lane in lanes)
    return {
        "name": source.name,
        "windows": short_windows.caption(session, source, axis["reach"]),
        "excluded": marked.exclusion(session, source, events),
        "over_time": plots.add(figures.shares_over_time(lanes, events=events, **axis)) if seen_at_all else None,
        "events": _events(events, plots, axis["reach"]),
        "seen": [_analyzer(session, source, own, people, plots, axis) for own in found],
        "health": [("State", health.state(session, source)), *health.facts(source)],
        "gaps": [
            (f"since {clock(gap['start_seconds'])}" if pd.isna(gap["end_seconds"]) else _span(gap), gap["reason"])
            for gap in gaps.to_dict("records")
        ],
        "faults": [
            (clock(fault["seconds"]), fault["analyzer"], fault["samples"], fault["message"])
            for fault in faults.to_dict("records")
        ],
    }


def _events(events: Sequence[Event], plots: _Plots, reach: tuple[float, float]) -> dict[str, Any] | None:
    """Tiers of events on the axis of the plots, and a table of those that people and other programs made."""
    if not events:
        return None
    listed = [event for event in events if event.author != "machine"] or events
    return {
        "plot": plots.add(event_views.tiers_over_time(events, reach=reach)),
        "table": event_views.events_table(listed[:MOST_EVENTS]),
        "by_machine": len(events) - len(listed),
    }


def _analyzer(
    session: Session, source: Source, own: Evidence, people: pd.DataFrame, plots: _Plots, axis: Mapping[str, Any]
) -> dict[str, Any]:
    """What the template says of one source as one analyzer saw it; `axis` is that of all plots over time."""
    seen: dict[str, Any] = {
        "title": Markup(own.title),
        "adjusted": caption(session, own.analyzer),
        "doubts": own.doubts,
        "labels": own.labels,
        "nothing_in": f"{source.frames_sampled:,}" if own.windows.empty else "",
        "shares": None,
        "measures": None,
        "people": None,
    }
    if own.windows.empty:
        return seen
    by_subject = timeline.shares_by_subject(own.windows, own.labels)
    if own.labels:
        seen["shares"] = _shares(own, by_subject, people, plots)
    seen["measures"] = _measures(own, people, plots, axis)
    if own.labels:
        seen["people"] = _people(own, by_subject, people, source.frames_sampled, plots, axis)
    return seen


def _shares(own: Evidence, by_subject: pd.DataFrame, people: pd.DataFrame, plots: _Plots) -> dict[str, Any]:
    """Everyone's shares in one row, then those of each of `people`."""
    from monitor.views import figures

    shares, _ = timeline.overall(own.windows, own.labels)
    everybody, names = by_subject[by_subject["subject"] > 0], _names(people)
    listed = everybody[everybody["subject"].isin(people["subject"])]
    titled = [(subject_title(row["subject"], names), row) for row in listed.to_dict("records")]
    rows = [
        (
            who,
            f"{row['samples']:,}",
            counted_part(row["samples"], row["counted"]),
            *(f"{row[label]:.1%}" for label in own.labels),
        )
        for who, row in [("All", {**own.windows[["samples", "counted"]].sum(), **shares}), *titled]
    ]
    return {
        "heads": ["", "Samples", "Counted", *own.labels],
        "rows": rows,
        "left_out": len(everybody) - len(listed),
        "bar": plots.add(figures.shares_bar(shares)),
    }


def _people(
    own: Evidence,
    by_subject: pd.DataFrame,
    people: pd.DataFrame,
    sampled: int,
    plots: _Plots,
    axis: Mapping[str, Any],
) -> dict[str, Any] | None:
    """The table of `people` in `sampled` samples, and lines of those seen most; None where there is nobody."""
    from monitor.views import figures

    everybody = by_subject[by_subject["subject"] > 0]
    if everybody.empty:
        return None
    drawn, names = [], _names(people)
    for subject in sorted(everybody.nlargest(MOST_PEOPLE, "samples")["subject"]):
        windows = timeline.of_subject(own.windows, subject)
        rows = timeline.share_rows(windows, own.labels, own.window_seconds)
        drawn.append((subject_title(subject, names), plots.add(figures.emotion_lines(rows, own.labels, **axis))))
    table = people_table.people_table(people, by_subject, own.labels, sampled)
    return {"table": table, "plots": drawn, "left_out": len(everybody) - len(drawn)}


def _names(people: pd.DataFrame) -> dict[int, str]:
    """Number -> name of those who have one."""
    return dict(people.dropna(subset="name")[["subject", "name"]].itertuples(index=False, name=None))


def _measures(own: Evidence, people: pd.DataFrame, plots: _Plots, axis: Mapping[str, Any]) -> dict[str, Any] | None:
    """Each measure of an analyzer over time, then a table of all by subject; None without measures."""
    if own.measured is None or own.measured.empty:
        return None
    listed = own.measured[own.measured["subject"].isin([WHOLE_FRAME, *people["subject"]])]
    return {
        "plots": [
            {
                "title": measure_views.title(measure),
                "meaning": measure.meaning,
                "plot": plots.add(
                    measure_views.measure_over_time(own.measure_rows(measure, axis["reach"]), measure, **axis)
                ),
            }
            for measure in own.measures
        ],
        "table": measure_views.measures_table(measures_by_subject(listed), own.measures, _names(people)),
    }


def _span(gap: Mapping[Any, Any]) -> str:
    return span(gap["start_seconds"], gap["end_seconds"])


def _when(unix_seconds: float) -> str:
    return datetime.fromtimestamp(unix_seconds).astimezone().strftime("%d %B %Y, %H:%M:%S %Z")
