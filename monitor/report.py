"""One self-contained HTML file that tells a session: tables, plots, people, stream health; it needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from monitor import health, people_table, timeline
from monitor.clock import clock, span
from monitor.colours import colour
from monitor.evidence import SCENE, Evidence, gathered, kind_of, length
from monitor.export import write_file
from monitor.shown import Shown, caption
from monitor.store import Session, Source, Store

MOST_PEOPLE = 20
"""People per source who get a plot of their own; the table lists all."""

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 0 auto; padding: 2rem 1.2rem 4rem;
  color: #1f2430; background: #ffffff; }
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
"""

READING = """
<p><b>How to read shares.</b> For every sample an analyzer gives each label a probability. The share of a label over a
stretch of time is the sum of its probabilities divided by the sum over all labels and samples. A share of 30 % can mean
that the label was plain to see for a third of the time or faintly there all along; the timelines tell which. Where
nothing was observed there are no shares, and the plots are empty there.</p>
"""
READING_FACES = """
<p><b>An expression is not a feeling.</b> The models name what a face looks like to them, and they err, more on some
people than on others. Do not judge a person by these figures. Film people only with their consent, and know your law:
in the European Union, for example, inferring emotions at workplaces and in schools has been forbidden since February
2025.</p>
"""
READING_SCENE = """
<p><b>A scene is the whole picture,</b> people or not. Its shares say how the picture feels to a model, and not what
anybody in it feels; they need not agree with those of faces.</p>
"""

RECOLOUR = """
function recolour() {
  const ink = getComputedStyle(document.body).color;
  document.querySelectorAll(".js-plotly-plot").forEach(plot => Plotly.relayout(plot, {"font.color": ink}));
}
recolour();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
"""


def write_report(store: Store, session: Session, path: Path) -> None:
    """Write the report of a session to `path`. Raises MonitorError where it cannot be written."""
    write_file(path, report_html(store, session))


def report_html(store: Store, session: Session) -> str:
    """The report of a session as the text of one HTML file."""
    from plotly.offline import get_plotlyjs

    plots = _Plots()
    sections = "".join(_source(store, session, source, plots) for source in store.sources(session.id))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(session.name)}: emotion shares</title>"
        f"<style>{STYLE}{people_table.STYLE}</style><script>{get_plotlyjs()}</script></head><body>"
        f'{_head(session)}<div class="note">{_reading(store, session)}</div>{sections}'
        f"<script>{plots.script()}{RECOLOUR}</script></body></html>\n"
    )


class _Plots:
    """Figures of a page: places for them in the text, and the script that draws them there."""

    def __init__(self) -> None:
        self._figures: list[str] = []

    def place(self, figure: object) -> str:
        """An empty element in which `figure`, a plotly figure, will be drawn."""
        self._figures.append(figure.to_json().replace("</", "<\\/"))  # type: ignore[attr-defined]
        return f'<div class="plot" id="plot-{len(self._figures) - 1}"></div>'

    def script(self) -> str:
        return (
            f"const figures = [{','.join(self._figures)}];\n"
            "figures.forEach((figure, n) => Plotly.newPlot(`plot-${n}`, figure.data, figure.layout,"
            " {responsive: true, displaylogo: false}));\n"
        )


def _head(session: Session) -> str:
    ended = "" if session.ended_at is None else _when(session.ended_at)
    facts = [
        ("Session", f"{session.id}, {session.state}"),
        ("Started", _when(session.started_at)),
        ("Ended", ended),
        ("Sampling", f"one sample every {session.every_seconds:g} s"),
        ("Share windows", f"{session.window_seconds:g} s"),
        ("Analyzers", ", ".join(session.analyzers)),
        ("Error", session.error or ""),
    ]
    return f"<h1>{escape(session.name)}</h1><p class='quiet'>Emotion shares, by Emotion Monitor</p>{_facts(facts)}"


def _reading(store: Store, session: Session) -> str:
    """How to read the kinds of evidence that the session holds."""
    kinds = {kind_of(store.totals(session, analyzer), labels) for analyzer, labels in session.labels.items()}
    return READING + READING_FACES * (kinds != {SCENE}) + READING_SCENE * (SCENE in kinds)


def _source(store: Store, session: Session, source: Source, plots: _Plots) -> str:
    from monitor import figures

    gaps, faults = _of(store.gaps(session), source), _of(store.faults(session), source)
    people = store.people(session, source_id=source.id)
    found = gathered(store, Shown(store), session, source, session.analyzers)
    end = length(source, found)
    axis: dict[str, Any] = {"gaps": timeline.merged_gaps(gaps, end), "reach": (0.0, end)}
    lanes = [own.lane(session, axis["reach"]) for own in found]
    over_time = ""
    if any(len(lane.rows) for lane in lanes):
        over_time = "<h3>Over time</h3>" + plots.place(figures.shares_over_time(lanes, **axis))
    parts = [f"<h2>{escape(source.name)}</h2>", over_time]
    parts += [_analyzer(session, source, own, people, plots, axis) for own in found]
    parts += ["<h3>Stream health</h3>", _facts([("State", health.state(session, source)), *health.facts(source)])]
    if len(gaps):
        rows = [
            (f"since {clock(gap['start_seconds'])}" if pd.isna(gap["end_seconds"]) else _span(gap), gap["reason"])
            for gap in gaps.to_dict("records")
        ]
        parts += ["<h4>Gaps</h4>", _numbers(["When", "Why"], rows)]
    if len(faults):
        lost = [(clock(f["seconds"]), f["analyzer"], f["samples"], f["message"]) for f in faults.to_dict("records")]
        parts += ["<h4>Faults</h4>", _numbers(["When", "Analyzer", "Samples lost", "Message"], lost)]
    return "".join(parts)


def _analyzer(
    session: Session, source: Source, own: Evidence, people: pd.DataFrame, plots: _Plots, axis: Mapping[str, Any]
) -> str:
    """Shares and people of one source as one analyzer saw them; `axis` is that of all plots over time."""
    from monitor import figures

    labels = own.labels
    title = f"<h3>{own.title}</h3>"
    if adjusted := caption(session, own.analyzer):
        title += f'<p class="quiet">{escape(adjusted)}</p>'
    if own.windows.empty:
        return f"{title}<p>Nothing was observed in {source.frames_sampled:,} samples.</p>"
    shares, samples = timeline.overall(own.windows, labels)
    by_subject = timeline.shares_by_subject(own.windows, labels)
    parts = [title, _shares_table(shares, samples, by_subject, labels), plots.place(figures.shares_bar(shares))]
    sampled = by_subject[by_subject["subject"] > 0].nlargest(MOST_PEOPLE, "samples")["subject"]
    if len(sampled):
        parts += ["<h4>People</h4>", people_table.people_table(people, by_subject, labels)]
    for subject in sorted(sampled):
        rows = timeline.share_rows(timeline.of_subject(own.windows, subject), labels, session.window_seconds)
        parts += [f"<h4>Person {subject}</h4>", plots.place(figures.emotion_lines(rows, labels, **axis))]
    left_out = int((by_subject["subject"] > 0).sum()) - len(sampled)
    if left_out:
        parts.append(f'<p class="quiet">{left_out} people seen more briefly have no plot of their own.</p>')
    return "".join(parts)


def _shares_table(shares: dict[str, float], samples: int, by_subject: pd.DataFrame, labels: Sequence[str]) -> str:
    """Everyone's shares in one row, then each subject's."""
    heads = ["", "Samples", *labels]
    rows: list[tuple[object, ...]] = [("All", f"{samples:,}", *(f"{shares[label]:.1%}" for label in labels))]
    for row in by_subject.to_dict("records"):
        if row["subject"] > 0:
            rows.append((f"Person {row['subject']}", f"{row['samples']:,}", *(f"{row[label]:.1%}" for label in labels)))
    dots = {label: f'<span class="dot" style="background:{colour(label)}"></span>' for label in labels}
    return _numbers(heads, rows, dots)


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows if value)
    return f'<table class="facts">{cells}</table>'


def _numbers(heads: Sequence[str], rows: Sequence[Sequence[object]], marks: dict[str, str] | None = None) -> str:
    head = "".join(f"<th>{(marks or {}).get(name, '')}{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="scroll"><table class="numbers"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _of(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    return frame[frame["source_id"] == source.id]


def _span(gap: Mapping[Any, Any]) -> str:
    return span(gap["start_seconds"], gap["end_seconds"])


def _when(unix_seconds: float) -> str:
    return datetime.fromtimestamp(unix_seconds).astimezone().strftime("%d %B %Y, %H:%M:%S %Z")
