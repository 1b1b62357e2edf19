"""What pages of plugins may use of the dashboard; `docs/plugins.md` lists it, and nothing else is kept for them.

The store that the dashboard shows, how its errors are said, pickers, plots, and the words and looks of its own pages.
"""

from __future__ import annotations

from monitor_dashboard.choices import (
    choose_addressed_session,
    choose_addressed_source,
    choose_analyzers,
    choose_source,
    choose_subject,
)
from monitor_dashboard.component import draw as draw_component
from monitor_dashboard.opened import as_shown, plain_errors, settings, store_with_sessions
from monitor_dashboard.plots import draw as draw_plot
from monitor_dashboard.uninterrupted import uninterrupted
from monitor_dashboard.words import plain, titled

__all__ = [
    "as_shown",
    "choose_addressed_session",
    "choose_addressed_source",
    "choose_analyzers",
    "choose_source",
    "choose_subject",
    "draw_component",
    "draw_plot",
    "plain",
    "plain_errors",
    "settings",
    "store_with_sessions",
    "titled",
    "uninterrupted",
]
