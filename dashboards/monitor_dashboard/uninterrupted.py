"""Pages on which nothing that a reader does is lost while they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import streamlit as st

from monitor.plugin.registry import Plugins, plugins_in_use


def uninterrupted(draw: Callable[[], None]) -> Callable[[], None]:
    """The `draw` of a page, as one fragment of Streamlit's: what a reader does while it runs waits for its end.

    Outside of fragments a click ends the run that is under way and starts another beside it. When they meet, the old
    one may take the click for its own, as done, or be ended before it has carried out the click that it was started by.
    """

    @st.fragment
    @wraps(draw)
    def fragment(plugins: Plugins) -> None:
        with plugins.in_use():  # a fragment runs again without what is around it
            draw()

    @wraps(draw)
    def page() -> None:
        fragment(plugins_in_use())

    return page
