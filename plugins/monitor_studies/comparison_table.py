"""Comparisons of a study as a table, one row for each comparison and label or measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from monitor.errors import ConfigError
from monitor.store import Store
from monitor_studies import sides as conditions
from monitor_studies.recorded import Recording
from monitor_studies.sides import Sides
from monitor_studies.statistics.comparison import compare
from monitor_studies.statistics.corrections import false_discovery_rate, holm
from monitor_studies.studied import Draws, Studied, families
from monitor_studies.study_file import ComparisonWanted, StudyFile
from monitor_studies.words import listed

COLUMNS = ("first", "second", "difference", "low", "high", "p", "smallest_difference")


def comparison_table(
    store: Store, found: Sequence[Studied], study: StudyFile, draws: Draws
) -> tuple[pd.DataFrame, list[str]]:
    """All comparisons of a study, corrected over the labels of each, and remarks on what each can tell.

    Columns comparison, first_side, second_side, label, COLUMNS, p_holm, p_fdr, units.
    """
    tables, remarks = [], []
    for wanted in study.comparisons or _by_default(study):
        rows: list[dict[str, object]] = []
        for recordings in families(found):
            sides = _sides(store, found, recordings, wanted)
            _check_observed(sides)
            result = compare(
                sides.first,
                sides.second,
                draws.next(),
                paired=sides.paired,
                permutations=study.permutations,
            )
            are_shares = recordings[0] is found[0].labels
            name = wanted.name or f"{sides.first_name} minus {sides.second_name}"
            if are_shares:
                remarks.append(f"{name}: {result.meaning}")
                if sides.paired:
                    remarks += _left_out(name, sides, recordings)
            for place, label in enumerate(result.names):
                if study.labels is None or label in study.labels:
                    head = {"comparison": name, "first_side": sides.first_name, "second_side": sides.second_name}
                    values = {column: getattr(result, column)[place] for column in COLUMNS}
                    if are_shares:  # no two differ by more than everything
                        values |= {end: np.clip(values[end], -1.0, 1.0) for end in ("low", "high")}
                    rows.append({**head, "label": label, **values, "units": result.units})
        table = pd.DataFrame(rows)
        p = table["p"].to_numpy(np.float64)
        tables.append(table.assign(p_holm=holm(p), p_fdr=false_discovery_rate(p)))
    return (pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()), remarks


def _by_default(study: StudyFile) -> list[ComparisonWanted]:
    """The last group against the first, where there are two or more."""
    groups = study.groups
    return [ComparisonWanted(first=groups[-1], second=groups[0])] if len(groups) > 1 else []


def _sides(store: Store, found: Sequence[Studied], recordings: Sequence[Recording], wanted: ComparisonWanted) -> Sides:
    if wanted.after is not None:
        return conditions.after_and_before(store, recordings, wanted.after)
    if wanted.inside is not None:
        return conditions.inside_and_outside(store, recordings, wanted.inside)
    first, second = (
        [own for each, own in zip(found, recordings, strict=True) if each.wanted.group == group]
        for group in (wanted.first, wanted.second)
    )
    return conditions.groups(str(wanted.first), first, str(wanted.second), second)


def _left_out(name: str, sides: Sides, recordings: Sequence[Recording]) -> list[str]:
    """A remark on the sessions of which a comparison within sessions sees one side only."""
    parts = zip(recordings, sides.first, sides.second, strict=True)
    gone = [str(recording.session.id) for recording, a, b in parts if not (a.observed and b.observed)]
    if not gone:
        return []
    return [f"{name}: session{'s' * (len(gone) > 1)} {listed(gone)} left out, with nothing that counts on one side."]


def _check_observed(sides: Sides) -> None:
    for name, side in ((sides.first_name, sides.first), (sides.second_name, sides.second)):
        if not any(each.observed for each in side):
            raise ConfigError(f"{name}: nothing was observed there that counts, so nothing can be compared with it")
    if sides.paired and not any(a.observed and b.observed for a, b in zip(sides.first, sides.second, strict=True)):
        raise ConfigError(f"no session has anything that counts both {sides.first_name} and {sides.second_name}")
