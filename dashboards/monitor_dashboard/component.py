"""Components of our own on a page: drawn under a key, and what a reader does in one is carried out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import time_ns
from typing import Any

import streamlit as st

TELLER = Path(__file__).with_name("teller.js").read_text(encoding="utf-8")


def draw(
    name: str,
    *,
    html: str,
    css: str,
    js: str,
    key: str,
    data: Mapping[str, Any],
    on_action: Callable[[str, Any], None] | None = None,
) -> None:
    """Draw a component, in place where the page has it under its `key` already.

    `js` exports a function as `streamlit.components.v2` describes it. With `on_action` it can tell what a reader does:
    `teller({ place, data, setStateValue })(action, value)`, with the element `place` that it keeps, has `on_action`
    called with the two before the page is drawn again.

    Streamlit's own way, `setTriggerValue`, loses what is told while something else that was told still waits. So an
    action stays in the state of the component, numbered, until `data.done` says that it was carried out.
    """
    # registered at each drawing: a registration lasts as long as the server, this module as long as the process
    component = st.components.v2.component(name, html=html, css=css, js=f"{TELLER}\n{js}", isolate_styles=False)
    if on_action is None:
        component(key=key, data=dict(data))
        return
    counter = f"{key}_done"
    if counter not in st.session_state:
        # numbers go on from the clock, so that those told to a server which ran before are smaller
        st.session_state[counter] = time_ns() // 1_000_000

    def told() -> None:
        for action in st.session_state[key].told or ():
            if action["number"] > st.session_state[counter]:
                st.session_state[counter] = action["number"]
                on_action(action["name"], action["value"])

    component(key=key, data={**data, "done": st.session_state[counter]}, on_told_change=told)
