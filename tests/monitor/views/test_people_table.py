"""The table of people as HTML."""

import pandas as pd

from monitor.views.people_table import people_table

PEOPLE = pd.DataFrame(
    [(1, 1, 0.0, 65.0, 40, b"jpeg"), (1, 2, 30.0, 35.0, 3, None)],
    columns=["source_id", "subject", "first_seconds", "last_seconds", "samples", "thumbnail"],
)
SHARES = pd.DataFrame(
    [(1, 1, 40, 30, 0.25, 0.75)], columns=["source_id", "subject", "samples", "counted", "calm", "<b>"]
)


def test_a_row_tells_when_a_person_was_seen_and_what_dominates() -> None:
    html = people_table(PEOPLE, SHARES, ["calm", "<b>"], 80)
    assert html.count("<tr>") == 3
    assert "0:00 \N{EN DASH} 1:05" in html
    assert "data:image/jpeg;base64,anBlZw==" in html
    assert "&lt;b&gt; 75 %" in html
    assert "40 · 50 %" in html  # of all samples
    assert '<td class="number wide">75 %</td>' in html  # of these count
    assert "<b>" not in html


def test_a_person_without_thumbnail_or_scores_still_has_a_row() -> None:
    row = people_table(PEOPLE, SHARES, ["calm", "<b>"], 80).split("<tr>")[3]
    assert "faceless" in row
    assert row.count("%") == 1  # of the samples


def test_who_was_in_several_places_at_once_is_said() -> None:
    html = people_table(PEOPLE, SHARES, ["calm", "<b>"], 20)
    assert "40 · in several places at once" in html
    assert "200 %" not in html


def test_a_name_goes_before_the_number() -> None:
    html = people_table(PEOPLE.assign(name=["Ann & Ben", None]), SHARES, ["calm"], 80)
    assert "<td>Ann &amp; Ben</td>" in html
    assert "<td>2</td>" in html
    assert "<td>1</td>" not in html


def test_nobody_is_a_table_without_rows() -> None:
    assert people_table(PEOPLE.head(0), SHARES, ["calm"], 80).count("<tr>") == 1
