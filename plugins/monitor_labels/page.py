"""The page "Labels": tables of answers below the folder where the dashboard was started, their workers and labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from monitor.errors import MonitorError
from monitor_dashboard.page_parts import draw_plot, plain
from monitor_labels import worker_plots
from monitor_labels.agreement import agreement
from monitor_labels.answers import Answers, is_answers
from monitor_labels.cleaning import METHODS, Cleaned, clean
from monitor_labels.workers import worker_table

DEPTH = ("*.parquet", "*/*.parquet", "*/*/*.parquet")
"""Where answers are looked for."""
HOW = (
    "`monitor labels task PICTURES --platform csv -o task` makes a task, `monitor labels annotate PICTURES` lets you "
    "answer it here, and `monitor labels import RESULTS --task task` makes a table of the answers."
)
HEADINGS: dict[str, Any] = {
    "worker": "Worker",
    "answers": "Answers",
    "commonest": "Commonest label",
    "commonest_share": "Its share",
    "agreement": "Agreement",
    "kappa": "Kappa",
    "seconds": "Seconds",
    "doubts": st.column_config.TextColumn("Doubts", width="large"),
}
"""Column of the table of workers -> what stands over it."""
LABEL_HEADINGS = {"task": "Picture", "label": "Label", "answers": "Answers", "tied": "Tied"}
"""The same of the table of labels; what else it has are the labels themselves."""
METHOD_WORDS = "How labels are made of answers; Dawid-Skene learns how each worker errs."


def draw() -> None:
    found = [path for pattern in DEPTH for path in sorted(Path().glob(pattern)) if is_answers(path)]
    if not found:
        folder = f"`{Path().resolve().name}`, the folder in which the dashboard was started"
        st.info(f"There is no table of answers in {folder}, or in folders of it. {HOW}")
        return
    try:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            path = st.selectbox("Answers", found, format_func=str, key="labels_file")
            method = st.selectbox("Method", list(METHODS), help=METHOD_WORDS, key="labels_method", width=220)
        answers = Answers.read(path)
        _draw_workers(answers)
        _draw_labels(_cleaned(str(path), path.stat().st_mtime_ns, method))
    except MonitorError as error:
        st.error(plain(str(error)), icon=":material/error:")


def _draw_workers(answers: Answers) -> None:
    workers, agreed = worker_table(answers), agreement(answers)
    doubted = int((workers["doubts"] != "").sum())
    with st.container(horizontal=True):
        st.metric("Pictures", answers.table["task"].nunique())
        st.metric("Answers", len(answers.table))
        st.metric("Workers", len(workers))
        st.metric("In doubt", doubted)
        st.metric("Krippendorff's alpha", "" if agreed.alpha is None else f"{agreed.alpha:.2f}")
        st.metric("Fleiss' kappa", "" if agreed.kappa is None else f"{agreed.kappa:.2f}")
    st.subheader("Workers")
    draw_plot(worker_plots.workers_figure(workers), key="labels_workers")
    if workers["seconds"].notna().any():
        draw_plot(worker_plots.times_figure(workers), key="labels_times")
    columns = [name for name in workers.columns if not workers[name].isna().all()]
    st.dataframe(workers[columns].round(3), hide_index=True, key="labels_table", column_config=HEADINGS)


def _draw_labels(cleaned: Cleaned) -> None:
    st.subheader("Labels")
    counts = cleaned.table["label"].value_counts().reindex(list(cleaned.labels), fill_value=0)
    st.caption(plain(" · ".join(f"{label} {count}" for label, count in counts.items())))
    st.dataframe(cleaned.table.round(3), hide_index=True, key="labels_cleaned", column_config=LABEL_HEADINGS)
    st.subheader("How a worker errs")
    worker = st.selectbox("Worker", sorted(cleaned.confusions["worker"].unique()), key="labels_worker", width=320)
    draw_plot(worker_plots.confusion_figure(cleaned.confusions, cleaned.labels, worker), key="labels_confusion")


@st.cache_data(show_spinner="Cleaning", max_entries=4)
def _cleaned(path: str, changed: int, method: str) -> Cleaned:
    """The labels behind the answers at `path`; `changed`: when that file was written, so that a new one is read."""
    return clean(Answers.read(Path(path)), method)
