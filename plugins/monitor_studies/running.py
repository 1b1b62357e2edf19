"""Runs a study, and gathers what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from monitor.quality import Gate
from monitor.store import Store
from monitor_studies.comparison_table import comparison_table
from monitor_studies.confusion_file import confusion_for
from monitor_studies.order_table import order_table
from monitor_studies.share_table import share_table
from monitor_studies.studied import Draws, Studied, models_of, read_sessions
from monitor_studies.study_file import StudyFile
from monitor_studies.words import in_sessions


@dataclass(frozen=True)
class Result:
    """What a study found. docs/studies.md explains the columns of the tables."""

    study: StudyFile
    analyzer: str
    sessions: pd.DataFrame
    shares: pd.DataFrame
    comparisons: pd.DataFrame
    order: pd.DataFrame
    measures: tuple[str, ...]
    """Which of the labels in the tables are measures, whose `share` is a mean in a unit of their own."""
    gates: list[Gate | None]
    """Which faces count, of each session; None where all do."""
    remarks: list[str]
    """Sentences on what can and what cannot be concluded."""

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Name -> table, those that are not empty."""
        all_tables = {name: getattr(self, name) for name in ("sessions", "shares", "comparisons", "order")}
        return {name: table for name, table in all_tables.items() if len(table)}


def run_study(store: Store, study: StudyFile) -> Result:
    """Run a study; the same study of the same sessions gives the same numbers. Raises MonitorError."""
    found = read_sessions(store, study)
    labels = found[0].labels
    models = models_of(found)
    confusion = confusion_for(labels.analyzer, labels.series.names, study.confusion, models=models)
    draws = Draws(study.seed)
    shares, on_shares = share_table(found, study, draws, confusion)
    comparisons, on_comparisons = comparison_table(store, found, study, draws)
    order, on_order = order_table(found, study, draws)
    remarks = [*on_comparisons, *on_order, *on_shares, *_on_sessions(found, models)]
    if confusion is None:
        remarks.append(
            f"The confusions of this model of {labels.analyzer} are not known, so shares are not corrected for its "
            "errors. A study file can name a file of them, as monitor evaluate --json prints it."
        )
    measures = tuple(found[0].measures)
    gates = [each.labels.session.quality for each in found]
    return Result(study, labels.analyzer, session_table(found), shares, comparisons, order, measures, gates, remarks)


def _on_sessions(found: Sequence[Studied], models: Sequence[str]) -> list[str]:
    """What a reader has to know of how the sessions differ."""
    sessions = [each.labels.session for each in found]
    remarks = []
    if empty := [each.labels.session.id for each in found if not each.labels.series.observed]:
        remarks.append(f"{in_sessions(empty, found)} nobody was seen who counts; comparisons leave that out.")
    remarks += _same_recordings(found)
    if len({session.every_seconds for session in sessions}) > 1:
        remarks.append("The sessions were not sampled equally often.")
    if len({session.quality for session in sessions}) > 1:
        remarks.append("The sessions have different quality gates: a face that counts in one might not in another.")
    if len(models) > 1:
        remarks.append(f"The sessions were analysed by different models: {', '.join(models)}.")
    if models and any(found[0].labels.analyzer not in session.models for session in sessions):
        remarks.append("Some sessions are older than the record of models: which one analysed them is not known.")
    return remarks


def _same_recordings(found: Sequence[Studied]) -> list[str]:
    """A remark on each pair of sessions that scored all alike, as the same file does that was analysed twice."""
    first: dict[tuple[bytes, bytes], int] = {}
    remarks = []
    for each in found:
        series, session = each.labels.series, each.labels.session.id
        earlier = first.setdefault((series.sums.tobytes(), series.weights.tobytes()), session)
        if earlier != session and series.observed:
            remarks.append(
                f"Sessions {earlier} and {session} have the same scores throughout: if both are of one recording, it "
                "counts twice, and what follows from it looks surer than it is."
            )
    return remarks


def session_table(found: Sequence[Studied]) -> pd.DataFrame:
    """Columns session, name, group, date, model, every_seconds, excluded_seconds, samples, observed, and covariates."""
    rows = []
    for each in found:
        session, series = each.labels.session, each.labels.series
        rows.append(
            {
                "session": session.id,
                "name": session.name,
                "group": each.wanted.group or "",
                "date": each.wanted.date.isoformat() if each.wanted.date else "",
                "model": session.models.get(each.labels.analyzer, ""),
                "every_seconds": session.every_seconds,
                "excluded_seconds": each.excluded_seconds,
                "samples": len(series),
                "observed": series.observed,
                **each.wanted.covariates,
            }
        )
    return pd.DataFrame(rows)
