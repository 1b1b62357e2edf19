"""Buttons that hand out a whole session as files; each file is made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from monitor.readout import export
from monitor.store import Session, Store
from monitor.views import report


def buttons(opened: Store, session: Session) -> None:
    """One button per kind of file."""
    name = f"session-{session.id}"
    files: list[tuple[str, str, str, Callable[[], Any]]] = [
        ("Observations (CSV)", f"{name}.csv", "text/csv", lambda: export.observations_csv(opened, session)),
        ("Windows (CSV)", f"{name}.windows.csv", "text/csv", lambda: export.windows_csv(opened, session)),
        ("Observations (Parquet)", f"{name}.parquet", PARQUET, lambda: export.observations_parquet(opened, session)),
        ("Everything (JSON)", f"{name}.json", "application/json", lambda: export.as_json(opened, session)),
        ("Report (HTML)", f"{name}.html", "text/html", lambda: report.report_html(opened, session)),
    ]
    with st.container(horizontal=True):
        for label, file_name, mime, make in files:
            st.download_button(label, make, file_name, mime, on_click="ignore", icon=":material/download:")


PARQUET = "application/vnd.apache.parquet"
