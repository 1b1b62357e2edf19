"""Agreement beyond chance, against published examples and plain formulas."""

from __future__ import annotations

from itertools import permutations

import pytest

from monitor_labels.agreement import agreement
from monitor_labels.answers import Answers
from tests.plugins.monitor_labels.made_answers import answers_of_made_workers, made_answers

FLEISS = [
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
]
"""A widely printed example: ten subjects, fourteen raters, kappa 0.210."""


def slow_alpha(answers: Answers) -> float:
    """Nominal alpha from the coincidences of all ordered pairs within a picture, one by one."""
    coincidences: dict[tuple[str, str], float] = {}
    for _, own in answers.table.groupby("task"):
        if len(own) > 1:
            for pair in permutations(own["label"], 2):
                coincidences[pair] = coincidences.get(pair, 0.0) + 1 / (len(own) - 1)
    total = sum(coincidences.values())
    of_label = {label: sum(n for (first, _), n in coincidences.items() if first == label) for label in answers.labels}
    observed = sum(n for (first, second), n in coincidences.items() if first != second) / total
    pairs = permutations(answers.labels, 2)
    expected = sum(of_label[first] * of_label[second] for first, second in pairs) / (total * (total - 1))
    return 1 - observed / expected


def test_fleiss_kappa_of_the_printed_example() -> None:
    labels = tuple("abcde")
    rows = []
    for subject, counts in enumerate(FLEISS):
        said = [label for label, count in zip(labels, counts, strict=True) for _ in range(count)]
        rows += [(f"{subject}", f"rater {rater}", label) for rater, label in enumerate(said)]
    found = agreement(made_answers(rows, labels))
    assert found.kappa == pytest.approx(0.210, abs=5e-4)
    assert (found.raters, found.pictures) == (14, 10)


def test_alpha_is_that_of_all_pairs_and_pictures_with_one_answer_play_no_part() -> None:
    answers, _ = answers_of_made_workers(40, 3)
    rows = list(answers.table[["task", "worker", "label"]].itertuples(index=False, name=None))
    found = agreement(made_answers(rows))
    assert found.alpha == pytest.approx(slow_alpha(answers), abs=1e-9)
    assert agreement(made_answers([*rows, ("alone.png", "w9", "fear")])) == found


def test_kappa_takes_the_pictures_with_the_commonest_number_of_answers() -> None:
    answers, _ = answers_of_made_workers(40, 3)
    rows = list(answers.table[["task", "worker", "label"]].itertuples(index=False, name=None))
    found = agreement(made_answers([*rows, ("two.png", "w1", "fear"), ("two.png", "w2", "neutral")]))
    assert (found.raters, found.pictures) == (3, 40)
    assert found.kappa == agreement(answers).kappa


def test_agreement_without_two_answers_or_two_labels_is_not_defined() -> None:
    assert agreement(made_answers([("1", "a", "fear"), ("2", "b", "neutral")])).alpha is None
    assert agreement(made_answers([("1", "a", "fear"), ("1", "b", "fear")])).kappa is None
