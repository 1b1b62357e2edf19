"""HTML from templates."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from monitor.views.colours import colour
from monitor.views.html import render

SEEN = {
    "picture": "",
    "title": "<b>",
    "seen": "0:05",
    "samples": "3",
    "counted": "",
    "shares": {"awe": 0.5},
    "most": "awe",
}


def test_values_are_escaped_and_html_is_not_escaped_twice() -> None:
    table = render("people_table.html", rows=[SEEN])
    assert "<td>&lt;b&gt;</td>" in table
    assert isinstance(table, Markup)
    assert f'style="background:{colour("awe")}"' in table


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="rows"):
        render("people_table.html")
