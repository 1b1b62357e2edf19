"""A contact sheet is one file that needs nothing else."""

from __future__ import annotations

import re

import pytest

from monitor_retrieval.moment import LIBRARY
from monitor_retrieval.query.contact_sheet import contact_sheet
from monitor_retrieval.query.result import SearchResult
from tests.plugins.monitor_retrieval.made_moments import at_angle


def test_it_shows_the_question_and_every_answer_and_loads_nothing() -> None:
    like = at_angle(0, session=LIBRARY, source="", file="<beach>.jpg")
    moments = [at_angle(angle, angle, distance=angle / 100) for angle in (10, 20, 30)]
    html = contact_sheet(SearchResult("Moments like <beach>.jpg", "distance", moments, like), {1: "monday"})
    assert html.count("data:image/jpeg;base64,") == 4
    assert html.count("1 · monday") == 3
    assert "<h1>Moments like &lt;beach&gt;.jpg</h1>" in html
    assert "3 moments, the nearest first" in html
    assert re.findall(r'\b(?:src|href)="(?!data:image/jpeg;base64,)', html) == []
    assert re.findall(r"https?://|url\(|@import|<script", html) == []


@pytest.mark.parametrize(
    ("measure", "count", "said"),
    [
        ("novelty", 1, "1 moment, the most novel first"),
        ("awe", 2, "2 moments, the most awe first"),
        ("distance", 0, "No moment was found"),
    ],
)
def test_it_says_what_the_order_is(measure: str, count: int, said: str) -> None:
    assert said in contact_sheet(SearchResult("", measure, [at_angle(1)] * count), {})
