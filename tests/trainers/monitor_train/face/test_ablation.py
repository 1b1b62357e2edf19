"""The tables of what the parts of landmark fusion are worth: all runs, each once, and written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest
import torch

from monitor.errors import ConfigError
from monitor_train.face import ablation as face_ablation
from monitor_train.face.expression import FaceExpression
from monitor_train.face.fusion import Settings, read_image
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.settings import Run

pytestmark = pytest.mark.usefixtures("tiny")

QUICK = Settings(profile="tiny", epochs=1, batch_size=20, views=1)
ROWS = ("no weighting", "confidence only", "agreement only", "both", "both, w = 0.0")


class PowerCutError(Exception):
    """What ends a run in the test."""


@pytest.fixture(scope="module")
def ablated(
    portrait_set: FaceSet, image_branch: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str], dict[str, Any]]:
    """Folder, the runs in the order of their trainings, and figures, of an ablation that was interrupted once."""
    out, runs = tmp_path_factory.mktemp("ablation"), []
    fit: Callable[..., Path] = face_ablation.fit

    def watched(branch: object, seen: object, settings: Settings, run: Run) -> Path:
        if len(runs) == 2 and "power cut" not in runs:
            runs.append("power cut")
            raise PowerCutError
        runs.append(run.out.name)
        return fit(branch, seen, settings, run)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_ablation, "WEIGHTS", (0.0, 0.6, 1.0))
        patch.setattr(face_ablation, "fit", watched)
        with pytest.raises(PowerCutError):
            face_ablation.ablation(portrait_set, image_branch, QUICK, Run(out, accelerator="cpu"))
        figures = face_ablation.ablation(portrait_set, image_branch, QUICK, Run(out, accelerator="cpu"))
    return out, runs, figures


def test_the_four_rows_and_the_sweep_are_run() -> None:
    chosen = {name: (each.confidence, each.disagreement) for name, each in face_ablation.variants(Settings())}
    assert chosen == {
        "no weighting": (False, 1.0),
        "confidence only": (True, 1.0),
        "agreement only": (False, 0.6),
        "both": (True, 0.6),
        **{f"both, w = {w}": (True, w) for w in (0.0, 0.2, 0.4, 0.8)},
    }


def test_an_interrupted_ablation_goes_on_without_training_twice(ablated: tuple[Path, list[str], Any]) -> None:
    _, runs, _ = ablated
    names = [name.replace(" ", "_") for name in ROWS]
    assert runs == [*names[:2], "power cut", *names[2:]]


def test_everything_is_written_down(ablated: tuple[Path, list[str], dict[str, Any]]) -> None:
    out, _, figures = ablated
    assert json.loads((out / "ablation.json").read_text()) == figures
    assert set(figures) == {*ROWS, "affinity", "made"}
    assert [figures[name]["w"] for name in ROWS] == [1.0, 1.0, 0.6, 0.6, 0.0]
    images = {figures[name]["image"]["accuracy"] for name in ROWS}
    assert len(images) == 1  # all stand on the same image branch
    for name in ROWS:
        row = figures[name]
        assert row["pictures"] == 24
        assert row["accuracy"] - row["image"]["accuracy"] == pytest.approx(row["fusion"]["difference"])
    picture = cv2.imread(str(out / "sweep.png"))
    assert picture is not None
    assert picture.std() > 10


def test_the_tables_hold_the_figures(ablated: tuple[Path, list[str], dict[str, Any]]) -> None:
    out, _, figures = ablated
    tables = [table.splitlines() for table in (out / "ablation.md").read_text().strip().split("\n\n")]
    assert [len(table) - 2 for table in tables] == [5, 3, 2, 12]
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)
    for line, name in zip(tables[0][3:], ROWS[:4], strict=True):
        accuracy, gain = 100 * figures[name]["accuracy"], 100 * figures[name]["fusion"]["difference"]
        assert line.startswith(f"| {name} | {accuracy:.2f} |")
        assert f"| {gain:+.2f} (" in line
    assert [line.split("|")[1].strip() for line in tables[1][2:]] == ["0.0", "0.6", "1.0"]
    right = figures["both"]["fusion"]["who_is_right"]
    assert tables[2][2:] == [
        f"| image right | {right['both']} | {right['image_only']} |",
        f"| image wrong | {right['landmark_only']} | {right['neither']} |",
    ]


@pytest.fixture
def leaning(image_branch: Path, portrait_set: FaceSet) -> FaceExpression:
    """An image branch to whose answers the other faces matter much."""
    branch = read_image(image_branch, portrait_set, QUICK)
    with torch.no_grad():
        branch.network.amend.share.fill_(3.0)
    return branch


def test_only_the_mean_of_the_batch_changes_answers(
    leaning: FaceExpression, portrait_set: FaceSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_ablation, "BATCH_SIZES", (1, 8, 64))
    table = face_ablation.affinity_figures(leaning, portrait_set)
    assert [(row["affinity"], row["batch_size"], row["shuffled"]) for row in table] == [
        (affinity, size, shuffled)
        for affinity in ("batch", "average")
        for size in (1, 8, 64)
        for shuffled in (False, True)
    ]
    changed = {(row["affinity"], row["batch_size"], row["shuffled"]): row["changed"] for row in table}
    assert [changed["average", size, shuffled] for size in (1, 8, 64) for shuffled in (False, True)] == [0] * 6
    assert changed["batch", 8, True] > 0  # as listed, a batch is mostly of one class
    assert changed["batch", 64, False] > 0
    assert changed["batch", 1, True] == 0
    assert len({row["accuracy"] for row in table if row["affinity"] == "average"}) == 1
    assert leaning.network.amend.affinity == "average"


def test_figures_are_those_of_the_artifact(ablated: tuple[Path, list[str], dict[str, Any]]) -> None:
    """The affinity of the finished ablation: the running mean changes no answer."""
    _, _, figures = ablated
    assert all(row["changed"] == 0 for row in figures["affinity"] if row["affinity"] == "average")
    accuracies = {row["accuracy"] for row in figures["affinity"] if row["affinity"] == "average"}
    assert accuracies == {figures["both"]["image"]["accuracy"]}


def test_another_ablation_in_the_same_folder_is_refused(
    ablated: tuple[Path, list[str], dict[str, Any]], portrait_set: FaceSet, image_branch: Path
) -> None:
    with pytest.raises(ConfigError, match=r"ablation\.json is of another image branch or of other settings"):
        face_ablation.ablation(portrait_set, image_branch, replace(QUICK, seed=1), Run(ablated[0], accelerator="cpu"))
