"""Names of buttons and links as a screen reader reads them: without their icons.

Streamlit's icons are words that a font draws as pictures: a button `Mark` with a flag would be called `flag Mark`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

SCRIPT = Path(__file__).with_name("icons.js").read_text(encoding="utf-8")


def leave_out_of_names() -> None:
    """Have the browser leave the icons of a page out of its names; what is drawn for that takes up no room."""
    component = st.components.v2.component("monitor_icons", html="<span></span>", js=SCRIPT, isolate_styles=False)
    component(key="icons")
