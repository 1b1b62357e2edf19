"""Rows of the store as tables: what is kept as lists in a session's order gets a column for each name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor.moments import STATISTICS
from monitor.store.records import Session

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Mapping[str, Any]]


def sum_frame(rows: Rows, session: Session, analyzer: str, *, windows: bool) -> pd.DataFrame:
    """Windows, or else totals, with one column per label: the *sum* of its probabilities.

    Columns source_id, source, subject (0 for the whole frame), start_seconds and end_seconds (of windows), samples,
    counted (how many of these are in the sums: those that the quality gate lets in, or all where the session is shown
    so), then the labels.
    """
    import pandas as pd

    head, labels = _head(rows, session, windows), session.labels.get(analyzer, [])
    counting = [counted(row, session) for row in rows]
    head["counted"] = np.array([samples for samples, _ in counting], np.int64)
    frame = pd.DataFrame(head | _scores([sums for _, sums in counting], labels))
    subjects = {(row["source_id"], row["subject"], row["number"] if windows else 0) for row in rows}
    if len(subjects) == len(rows):
        return frame
    keys = [name for name in head if name not in ("samples", "counted")]
    return frame.groupby(keys, as_index=False, sort=False).sum()  # several tracks of one person


def counted(row: Mapping[str, Any], session: Session) -> tuple[int, Sequence[float]]:
    """How many samples of a window or total are in its shares, and their sums."""
    if session.all_samples or row["counted"] is None:
        return row["samples"], row["sums"]
    return row["counted"], row["counted_sums"]


def measure_frame(rows: Rows, session: Session, analyzer: str, *, windows: bool) -> pd.DataFrame:
    """Windows, or else totals, with one row for each measure that was observed in them; several tracks of one person
    have a row each.

    Columns as in `sum_frame` without the labels, then measure (its name) and the STATISTICS of `monitor.moments`.
    """
    import pandas as pd

    names = [measure.name for measure in session.measures.get(analyzer, [])]
    rows = [row for row in rows if row["measures"]]
    nothing = [np.nan] * len(STATISTICS)
    values = np.array(  # (rows, names, STATISTICS)
        [[nothing if one is None else one for one in row["measures"]] for row in rows], np.float64
    ).reshape(len(rows), len(names), len(STATISTICS))
    at_row, of_name = np.nonzero(~np.isnan(values[:, :, 0]))
    head = {name: column.take(at_row) for name, column in _head(rows, session, windows).items()}
    head["measure"] = pd.array(names, dtype="str").take(of_name)
    statistics = dict(zip(STATISTICS, values[at_row, of_name].T, strict=True))
    return pd.DataFrame(head | statistics | {"count": statistics["count"].astype(np.int64)})


def score_frame(scores: Sequence[Sequence[float]], labels: Sequence[str]) -> pd.DataFrame:
    """Lists in label order as columns."""
    import pandas as pd

    return pd.DataFrame(_scores(scores, labels), columns=list(labels), index=range(len(scores)))


def _scores(scores: Sequence[Sequence[float]], labels: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Label -> its scores, of lists in label order."""
    values = np.array(scores, np.float64).reshape(len(scores), len(labels))
    return dict(zip(labels, values.T, strict=True))


def columns(session: Session, analyzers: Sequence[str], head: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Label -> column and measure -> column of a table of several analyzers whose first columns are `head`.

    Each has the column of its own name, shared by analyzers that share it. Where that name is taken it is
    `label_NAME` or `measure_NAME`.
    """
    names = dict.fromkeys(label for analyzer in analyzers for label in session.labels.get(analyzer, []))
    labels = {name: f"label_{name}" if name in head else name for name in names}
    taken = {*head, *labels.values()}
    measured = dict.fromkeys(each.name for analyzer in analyzers for each in session.measures.get(analyzer, []))
    return labels, {name: f"measure_{name}" if name in taken else name for name in measured}


def _head(rows: Rows, session: Session, windows: bool) -> dict[str, Any]:
    """The first columns, each as one array: a table is made once, of all its columns, which is many times faster."""
    import pandas as pd

    def numbers(name: str) -> NDArray[np.int64]:
        return np.array([row[name] for row in rows], np.int64)

    names = pd.array([row["source"] for row in rows], dtype="str")
    head = {"source_id": numbers("source_id"), "source": names, "subject": numbers("subject")}
    if windows:
        head["start_seconds"] = numbers("number") * session.window_seconds
        head["end_seconds"] = (numbers("number") + 1) * session.window_seconds
    return head | {"samples": numbers("samples")}
