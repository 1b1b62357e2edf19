"""Workers: what is said of each, and whom to doubt."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from monitor_labels.answers import Answers
from monitor_labels.workers import CHANCE, HASTY, SAME, worker_table
from tests.plugins.monitor_labels.made_answers import LABELS, answers_of_made_workers, made_answers


def test_two_workers_agree_as_cohen_has_it() -> None:
    random = np.random.default_rng(0)
    first = random.integers(0, 3, 50)
    second = np.where(random.random(50) < 0.7, first, random.integers(0, 3, 50))
    rows = [(f"{n}", worker, LABELS[said[n]]) for worker, said in (("a", first), ("b", second)) for n in range(50)]
    table = worker_table(made_answers(rows)).set_index("worker")
    assert table.loc["a", "agreement"] == table.loc["b", "agreement"] == (first == second).mean()
    assert table["kappa"].tolist() == pytest.approx([cohen_kappa_score(first, second)] * 2)
    assert (table["doubts"] == "").all()


def test_spammers_are_doubted_and_accuracy_is_that_of_known_pictures() -> None:
    answers, truth = answers_of_made_workers(90, 4)
    table = worker_table(answers, truth).set_index("worker")
    assert table.loc["w0", "doubts"] == f"{SAME}, {CHANCE}"
    assert (table.drop("w0")["doubts"] == "").all()
    own = answers.table[answers.table["worker"] == "w3"]
    assert table.loc["w3", "accuracy"] == np.mean([truth[row.task] == row.label for row in own.itertuples()])
    assert table.loc["w0", "commonest_share"] == 1
    assert worker_table(answers)["accuracy"].isna().all()


def test_haste_is_a_third_of_the_usual_time_and_few_answers_say_nothing() -> None:
    answers, _ = answers_of_made_workers(90, 4)
    table = answers.table.assign(seconds=np.where(answers.table["worker"] == "w4", 0.5, 3.0))
    found = worker_table(Answers(table, LABELS)).set_index("worker")
    assert found.loc["w4", "doubts"] == HASTY
    assert found.loc["w4", "seconds"] == 0.5
    few = made_answers([(f"{n}", "a", "fear") for n in range(9)])
    assert worker_table(few)["doubts"].tolist() == [""]
    assert worker_table(few)["kappa"].isna().all()
