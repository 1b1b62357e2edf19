"""What a page run by Streamlit's AppTest holds of our own components."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go
from streamlit.testing.v1 import AppTest


def plots(page: AppTest) -> list[go.Figure]:
    """The figures of all plots, in the order of the page."""
    return [go.Figure(json.loads(data["figure"])) for data in mounted(page, "monitor_plot")]


def mounted(page: AppTest, component: str) -> list[dict[str, Any]]:
    """The data given to each mounted component of that name."""
    found = (element.proto for element in page.get("bidi_component"))
    return [json.loads(proto.json) for proto in found if proto.component_name == component]
