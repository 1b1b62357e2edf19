"""The board: everybody of one source with pictures of their tracks, on which people are put right by clicking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from monitor_dashboard.page_parts import draw_component

SCRIPT = Path(__file__).with_name("board.js").read_text(encoding="utf-8")
STYLE = Path(__file__).with_name("board.css").read_text(encoding="utf-8")


def draw(data: Mapping[str, Any], *, key: str, on_edit: Callable[[Mapping[str, Any]], None]) -> None:
    """Draw what `board_data` made. `on_edit` gets what was clicked, as `carry_out` takes it, before the page is drawn
    again."""
    draw_component(
        "monitor_people",
        html='<div class="monitor-board"></div>',
        css=STYLE,
        js=SCRIPT,
        key=key,
        data=data,
        on_action=lambda _, clicked: on_edit(clicked),
    )
