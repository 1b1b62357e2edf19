"""The table of people as HTML."""

import pandas as pd

from monitor.people_table import people_table

PEOPLE = pd.DataFrame(
    [(1, 1, 0.0, 65.0, 40, b"jpeg"), (1, 2, 30.0, 35.0, 3, None)],
    columns=["source_id", "subject", "first_seconds", "last_seconds", "samples", "thumbnail"],
)
SHARES = pd.DataFrame([(1, 1, 40, 0.25, 0.75)], columns=["source_id", "subject", "samples", "calm", "<b>"])


def test_a_row_tells_when_a_person_was_seen_and_what_dominates() -> None:
    html = people_table(PEOPLE, SHARES, ["calm", "<b>"])
    assert html.count("<tr>") == 3
    assert "0:00 \N{EN DASH} 1:05" in html
    assert "data:image/jpeg;base64,anBlZw==" in html
    assert "&lt;b&gt; 75 %" in html
    assert "<b>" not in html


def test_a_person_without_thumbnail_or_scores_still_has_a_row() -> None:
    row = people_table(PEOPLE, SHARES, ["calm", "<b>"]).split("<tr>")[3]
    assert "faceless" in row
    assert "%" not in row


def test_nobody_is_a_table_without_rows() -> None:
    assert people_table(PEOPLE.head(0), SHARES, ["calm"]).count("<tr>") == 1
