"""Cards say what the moments are, and nothing that a name says is taken for markup."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from xml.etree import ElementTree

from monitor.views.colours import colour
from monitor_retrieval.moment import LIBRARY
from monitor_retrieval.query.cards import card, cards
from monitor_retrieval.query.result import SearchResult
from tests.plugins.monitor_retrieval.made_moments import at_angle, grey


def words(html: str) -> list[str]:
    """Texts of the elements, in order."""
    return [text.strip() for text in tree(html).itertext() if text.strip()]


def tree(html: str) -> ElementTree.Element:
    """The elements; pictures are closed, as XML wants them."""
    return ElementTree.fromstring(re.sub(r"(<img[^>]*)>", r"\1/>", str(html)))


def test_a_card_says_where_the_moment_is_and_how_it_feels() -> None:
    moment = at_angle(72, 65, 3, "talk.mp4", distance=0.1234)
    html = cards(SearchResult("", "distance", [moment]), {3: "monday"})
    assert words(html) == ["1", "1:05", "3 · monday", "distance 0.123", "talk.mp4", "contentment 60 %", "awe 40 %"]
    assert base64.b64encode(grey(72)).decode() in html
    strip = [span.get("style") for span in tree(html).iter("span") if span.get("title") in ("awe 40%", "fear 0%")]
    assert strip == [f"width:40.00%;background:{colour('awe')}", f"width:0.00%;background:{colour('fear')}"]


def test_cards_are_numbered_in_the_order_of_the_answer() -> None:
    html = cards(SearchResult("", "novelty", [at_angle(angle) for angle in (90, 0, 45)]), {})
    assert re.findall(r'class="rank">(\d+)<.*?class="value">(.*?)<', html, re.DOTALL) == [
        ("1", "novelty 0.500"),
        ("2", "novelty 0.000"),
        ("3", "novelty 0.250"),
    ]


def test_only_an_answer_is_a_grid() -> None:
    moment = at_angle(0)
    assert tree(card(moment, {})).get("class") == "moment"
    grid = tree(cards(SearchResult("", "novelty", [moment]), {}))
    assert (grid.get("class"), [element.get("class") for element in grid]) == ("moments", ["moment"])


def test_a_picture_of_a_library_shows_its_file_and_no_source() -> None:
    picture = at_angle(0, session=LIBRARY, source="sea", file="beach.jpg")
    assert words(card(picture, {})) == ["beach.jpg", "library sea", "contentment 100 %"]


def test_links_lead_where_the_page_says() -> None:
    html = card(at_angle(0, 7), {}, links=lambda moment: {"Open & see": f'session?at={moment.seconds}&x="1"'})
    (link,) = tree(html).iter("a")
    assert (link.text, link.get("href"), link.get("target")) == ("Open & see", 'session?at=7&x="1"', "_self")
    assert not list(tree(card(at_angle(0), {})).iter("a"))


def test_names_are_text_and_never_markup() -> None:
    html = card(at_angle(0, source="clips/<script>.mp4"), {1: "<b>bold</b> & 'more'"})
    assert "1 · <b>bold</b> & 'more'" in words(html)
    assert "<script>.mp4" in words(html)
    assert "<script" not in html


def test_a_moment_without_a_thumbnail_has_an_empty_frame() -> None:
    assert not list(tree(card(at_angle(0, thumbnail=b""), {})).iter("img"))


def test_people_are_named_under_the_source() -> None:
    html = card(replace(at_angle(0), people=("Ann <Lee>", "Ben")), {})
    assert "Ann <Lee>, Ben" in words(html)
    assert 'class="people"' not in card(at_angle(0), {})
