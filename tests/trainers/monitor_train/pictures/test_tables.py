"""Figures as tables: every number once, the confusion matrix with its names."""

from __future__ import annotations

from rich.table import Table

from monitor_train.pictures.tables import confusion_table, figure_table, flat

FIGURES = {
    "artifact": "small 7",
    "pictures": 36,
    "accuracy": 0.84567,
    "accuracy_interval": [0.8, 0.9],
    "recall": {"sad": 0.5, "glad": 1.0},
    "labels": ["sad", "glad"],
    "confusion": [[1, 2], [3, 4]],
}


def rows(table: Table) -> list[tuple[str, ...]]:
    return list(zip(*(list(map(str, column.cells)) for column in table.columns), strict=True))


def test_every_number_has_a_row() -> None:
    expected = [
        ("artifact", "small 7"),
        ("pictures", "36"),
        ("accuracy", "0.8457"),
        ("accuracy_interval", "0.8000 to 0.9000"),
        ("recall.sad", "0.5000"),
        ("recall.glad", "1.0000"),
    ]
    assert list(flat(FIGURES)) == expected
    assert rows(figure_table(FIGURES)) == expected


def test_the_confusion_matrix_has_the_truth_in_rows() -> None:
    table = confusion_table(FIGURES)
    assert [column.header for column in table.columns] == ["truth", "sad", "glad"]
    assert rows(table) == [("sad", "1", "2"), ("glad", "3", "4")]
