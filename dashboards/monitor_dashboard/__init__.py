"""The dashboard's own pages, registered as any plugin's; Streamlit loads when a page is drawn."""

from __future__ import annotations

from monitor.plugin import Command, Page, Register, hookimpl


@hookimpl
def register_pages(register: Register) -> None:
    register("live", Page("Live", _draw_live, icon=":material/monitoring:"))
    register("session", Page("Sessions", _draw_session, icon=":material/history:"))


@hookimpl
def register_commands(register: Register) -> None:
    about = "Serve the dashboard until Ctrl-C: live pictures, shares, people and stream health of every session."
    options = "monitor_dashboard.options:DashboardOptions"
    register("dashboard", Command("monitor_dashboard.command:server", about), options=options)


def _draw_live() -> None:
    from monitor_dashboard import live

    live.draw()


def _draw_session() -> None:
    from monitor_dashboard import session

    session.draw()
