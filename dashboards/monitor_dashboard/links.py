"""Links from the live page and the session page to pages of plugins that go on with what is shown there."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from markupsafe import Markup

from monitor.plugin.registry import plugins_in_use
from monitor.store import Session, Source


def linked_pages() -> dict[str, str]:
    """Name of each page that wants a link -> the words of it."""
    pages = plugins_in_use().pages
    return {name: registration.thing.link for name, registration in pages.items() if registration.thing.link}


def draw(pages: Mapping[str, str], session: Session, source: Source) -> None:
    """Links to `pages`, as `linked_pages` gives them, opened with this source."""
    if pages:
        link = Markup('<a href="{}?session={}&amp;source={}" target="_self">{}</a>')
        links = (link.format(name, session.id, source.id, words) for name, words in pages.items())
        st.html(Markup(" · ").join(links))
