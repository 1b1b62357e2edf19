"""Cleaning: crowd-kit's Dawid-Skene against slow expectation maximisation, and what each method gives back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor_labels import crowd_kit
from monitor_labels.answers import Answers
from monitor_labels.cleaning import Cleaned, clean
from monitor_labels.text_file import LabelsError
from tests.plugins.monitor_labels.made_answers import LABELS, answers_of_made_workers, made_answers

Posterior = dict[str, list[float]]
Confusions = dict[tuple[str, int, int], float]


def slow_dawid_skene(answers: Answers, rounds: int) -> tuple[Posterior, Confusions]:
    """Dawid and Skene 1979, equations 2.3 to 2.5, in loops: of each picture, and of worker, truth, answer."""
    given = [(row.task, row.worker, LABELS.index(row.label)) for row in answers.table.itertuples()]
    tasks, workers = sorted({task for task, _, _ in given}), sorted({worker for _, worker, _ in given})
    classes = range(len(LABELS))
    posterior = {}
    for task in tasks:
        own = [label for each, _, label in given if each == task]
        posterior[task] = [own.count(label) / len(own) for label in classes]
    errors: Confusions = {}
    for _ in range(rounds):
        prior = [sum(posterior[task][true] for task in tasks) / len(tasks) for true in classes]
        for worker in workers:
            for true in classes:
                mine = [(task, label) for task, each, label in given if each == worker]
                total = sum(posterior[task][true] for task, _ in mine)
                for said in classes:
                    count = sum(posterior[task][true] for task, label in mine if label == said)
                    errors[worker, true, said] = count / total if total else 0.0
        for task in tasks:
            likely = []
            for true in classes:
                product = prior[true]
                for each, worker, label in given:
                    if each == task:
                        product *= max(errors[worker, true, label], 1e-10)
                likely.append(product)
            posterior[task] = [each / sum(likely) for each in likely]
    return posterior, errors


def test_dawid_skene_is_slow_expectation_maximisation() -> None:
    answers, _ = answers_of_made_workers(30, 4)
    cleaned = clean(answers, "dawid-skene")
    posterior, errors = slow_dawid_skene(answers, 60)
    found = cleaned.table.set_index("task")[list(LABELS)]
    for task, expected in posterior.items():
        assert found.loc[task].tolist() == pytest.approx(expected, abs=5e-3)
    for row in cleaned.confusions.itertuples():
        expected_share = errors[row.worker, LABELS.index(row.truth), LABELS.index(row.answer)]
        assert row.probability == pytest.approx(expected_share, abs=0.01)


def test_dawid_skene_sees_through_workers_that_the_majority_follows() -> None:
    answers, truth = answers_of_made_workers(150, 4)
    right = {}
    for method in ("majority", "dawid-skene"):
        table = clean(answers, method).table
        right[method] = np.mean([truth[row.task] == row.label for row in table.itertuples()])
    assert right["dawid-skene"] > right["majority"]
    confusions = clean(answers).confusions.set_index(["worker", "truth", "answer"])["probability"]
    assert confusions["w0", "fear", "neutral"] == pytest.approx(1)
    assert confusions["w1", "fear", "happiness"] > 0.5 > confusions["w4", "fear", "happiness"]


@pytest.mark.parametrize("method", ["majority", "dawid-skene", "one-coin", "mace", "glad"])
def test_every_method_gives_probabilities_for_every_label(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from crowdkit.aggregation import GLAD, MACE

    if method in ("mace", "glad"):  # one restart and few steps, so that the test stays short
        small = {"mace": lambda: MACE(n_restarts=1, n_iter=5), "glad": lambda: GLAD(n_iter=1, m_step_max_iter=2)}
        monkeypatch.setitem(clean.__globals__["METHODS"], method, small[method])
    answers, _ = answers_of_made_workers(12, 4)
    table = answers.table[answers.table["label"] != "fear"]
    cleaned = clean(Answers(table, LABELS), method)
    probabilities = cleaned.table[list(LABELS)].to_numpy()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(len(probabilities)))
    assert (cleaned.table["fear"] == 0).all()
    assert cleaned.table["answers"].tolist() == table.groupby("task").size().sort_index().tolist()
    assert set(cleaned.confusions["worker"]) == set(table["worker"])


def test_ties_are_marked_and_single_answers_stay() -> None:
    rows = [("1", "a", "fear"), ("1", "b", "neutral"), ("2", "a", "happiness")]
    table = clean(made_answers(rows), "majority").table
    assert table[["label", "answers", "tied"]].to_numpy().tolist() == [["neutral", 2, True], ["happiness", 1, False]]


def test_tables_are_read_back_and_others_are_refused(tmp_path: Path) -> None:
    answers, _ = answers_of_made_workers(12, 3)
    cleaned = clean(answers, "majority")
    cleaned.write(tmp_path / "cleaned")
    read = Cleaned.read(tmp_path / "cleaned")
    assert (read.labels, read.method) == (LABELS, "majority")
    assert read.table.equals(cleaned.table)
    assert read.confusions.equals(cleaned.confusions)
    answers.write(tmp_path / "labels.parquet")
    with pytest.raises(LabelsError, match="of another kind; `monitor labels clean`"):
        Cleaned.read(tmp_path)


def test_unknown_methods_and_missing_packages_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="unknown method 'dawid'; did you mean 'dawid-skene'"):
        clean(made_answers([("1", "a", "fear")]), "dawid")
    monkeypatch.setattr(crowd_kit.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"needs crowd-kit: pip install 'emotion-monitor\[train\]'"):
        clean(made_answers([("1", "a", "fear")]))
