"""The one way in which pages draw a plot.

Streamlit's own plot is mounted again whenever its content changes: it blinks and forgets what the reader zoomed or hid.
This one stays in the page under its key and is changed in place, by `Plotly.react`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_dashboard import component, scripts

if TYPE_CHECKING:
    import plotly.graph_objects as go

SCRIPT = Path(__file__).with_name("plot.js").read_text(encoding="utf-8")
STYLE = Path(__file__).with_name("plot.css").read_text(encoding="utf-8")


def draw(
    figure: go.Figure,
    *,
    key: str,
    tools: bool = False,
    zoom: str | None = None,
    on_click: Callable[[float], None] | None = None,
    on_drag: Callable[[float, float], None] | None = None,
) -> None:
    """Draw `figure`; with the same `key` at the next refresh it is the same plot, with other data.

    The traces that the reader hid stay hidden, and what they zoomed to stays until `zoom` is another (say the time
    range that a widget chose): then the whole x axis is shown again. `tools` says whether plotly's buttons appear above
    the plot. `on_click` gets the time on the x axis, in seconds, on which the reader clicks, `on_drag` the two between
    which they drag (over a figure whose `dragmode` is off); they run before the page is drawn again, like any callback
    of Streamlit's.
    """
    told = {name: on for name, on in (("click", on_click), ("drag", on_drag)) if on is not None}
    component.draw(
        "monitor_plot",
        html='<div class="monitor-plot"></div>',
        css=STYLE,
        js=SCRIPT,
        key=key,
        data={
            "plotly": scripts.PLOTLY,
            "figure": figure.to_json(),
            "tools": tools,
            "zoom": zoom,
            "tellsClicks": "click" in told,
            "tellsDrags": "drag" in told,
        },
        on_action=(lambda name, seconds: told[name](*map(float, seconds))) if told else None,
    )
