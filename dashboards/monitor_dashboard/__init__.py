"""The dashboard's own pages, registered as any plugin's; Streamlit loads when a page is drawn."""

from __future__ import annotations

from monitor.analyzer import Page
from monitor.hooks import Register, hookimpl


@hookimpl
def register_pages(register: Register) -> None:
    register("live", Page("Live", _draw_live, icon=":material/monitoring:"))
    register("session", Page("Sessions", _draw_session, icon=":material/history:"))


def _draw_live() -> None:
    from monitor_dashboard import live

    live.draw()


def _draw_session() -> None:
    from monitor_dashboard import session

    session.draw()
