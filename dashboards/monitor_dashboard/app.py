"""The dashboard: all pages that plugins register, under one navigation. `monitor dashboard` gives it to Streamlit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from monitor.errors import MonitorError
from monitor.plugin import Page
from monitor.plugin.registry import Plugins
from monitor_dashboard import icons, style
from monitor_dashboard.opened import settings
from monitor_dashboard.words import plain

HERE = Path(__file__).parent


@st.cache_resource(show_spinner=False)
def loaded_plugins(disabled: tuple[str, ...]) -> Plugins:
    """The plugins, once per process."""
    return Plugins(disabled)


def registered_pages(plugins: Plugins) -> dict[str, Page]:
    """Pages by name, the live page first."""
    pages = {name: registration.thing for name, registration in plugins.pages.items()}
    return dict(sorted(pages.items(), key=lambda item: item[0] != "live"))


def main() -> None:
    st.set_page_config(page_title="Emotion Monitor", page_icon=str(HERE / "icon.svg"), layout="wide")
    st.logo(str(HERE / "logo.svg"), size="large")
    icons.leave_out_of_names()
    st.html(style.sheet())
    try:
        plugins = loaded_plugins(tuple(settings().plugins.disabled))
        pages = registered_pages(plugins)
    except MonitorError as error:
        st.error(plain(str(error)))
        return
    if not pages:
        st.info("No plugin registers a page; enable one in config.toml, under [plugins].")
        return
    shown = [_page(name, page) for name, page in pages.items()]
    # the root address shows the first page too, but is none of them: every page keeps the address of its name
    root = _page("root", next(iter(pages.values())), default=True, visibility="hidden")
    with plugins.in_use():
        st.navigation([root, *shown], position="top").run()


def _page(name: str, page: Page, **options: Any) -> StreamlitPage:
    return st.Page(page.draw, title=page.title, icon=page.icon or None, url_path=name, **options)


main()
