"""The table of losses and read-outs, made from pictures, and not made twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.model.artifact import Artifact
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataSet
from monitor_train.retrieval import comparison
from monitor_train.retrieval.comparison import FIGURES, METRICS, TAUGHT, compare, lines
from monitor_train.retrieval.evaluate import evaluate
from monitor_train.retrieval.readouts import READOUTS
from tests.trainers.monitor_train.retrieval.conftest import QUICK

pytestmark = pytest.mark.usefixtures("small_trunk")


def test_from_pictures_to_the_table(feelings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(QUICK, epochs=1)

    def run() -> dict[str, Any]:
        return compare(DataSet(feelings, "folders"), settings, Run(tmp_path, accelerator="cpu"), (4, 2))

    figures = run()
    assert json.loads((tmp_path / "comparison.json").read_text()) == figures
    rows = figures["rows"]
    trainings = [*METRICS, "softmax+sentiment, 2 channels", TAUGHT]
    trained = [f"{name}, {readout}" for name in trainings for readout in READOUTS]
    assert list(rows) == ["untouched, cosine", "untouched, euclidean", *trained]
    assert figures["lengths"] == {**dict.fromkeys(trainings, 20), "softmax+sentiment, 2 channels": 6}
    for loss in trainings:
        alone = evaluate(tmp_path / loss / "artifact", DataSet(feelings, "folders"))
        row = rows[f"{loss}, joined vector"]
        assert row["accuracy"] == alone["accuracy"]
        assert row["calibration_error"] == pytest.approx(alone["calibration_error"], abs=0.01)
        assert row["map"] == pytest.approx(alone["map"], abs=0.02)  # the artifact has weights of half precision
        told = Artifact.read(tmp_path / loss / "artifact").manifest.training_data
        assert ("sentiment vector by" in told) == (loss != "softmax")
        assert ("labels by 3 earlier networks" in told) == (loss == TAUGHT)
    whole = f"{TAUGHT}, joined vector"
    for name, gain in figures["gains"].items():
        assert gain["map"] == pytest.approx(rows[whole]["map"] - rows[name]["map"])
    assert set(figures["gains"]) == set(rows) - {whole}

    table = lines(figures)
    assert [line[0] for line in table[:-1]] == list(rows)
    assert table[0][1] == "-"
    low, high = rows["softmax, logits"]["map_interval"]
    assert table[3][2] == f"{rows['softmax, logits']['map']:.4f}\n{low:.4f} to {high:.4f}"
    for column, name in enumerate(FIGURES, 1):
        best = max(READOUTS, key=lambda each, name=name: rows[f"softmax, {each}"][name])
        gain = rows[whole][name] - rows[f"softmax, {best}"][name]
        first, _, last = table[-1][column].splitlines()
        assert float(first) == pytest.approx(gain, abs=6e-5)
        assert last == f"over {best}"

    def again(*_: object, **__: object) -> None:
        raise AssertionError("a finished training was repeated")

    monkeypatch.setattr(comparison, "train", again)
    assert run() == figures


def test_an_interrupted_comparison_goes_on(feelings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each training says whether it was begun; those that are finished are not asked."""
    (tmp_path / "softmax").mkdir()
    (tmp_path / "softmax" / "last.ckpt").touch()
    asked = []

    class EnoughError(Exception):
        pass

    def train(source: DataSet, settings: Any, run: Run) -> Path:
        asked.append((run.out.name, settings.metric, run.resume))
        raise EnoughError

    monkeypatch.setattr(comparison, "train", train)
    with pytest.raises(EnoughError):
        compare(DataSet(feelings, "folders"), QUICK, Run(tmp_path))
    monkeypatch.setattr(comparison, "METRICS", {"softmax+triplet": "triplet"})
    monkeypatch.setattr(comparison, "WHOLE", "softmax+triplet")
    with pytest.raises(EnoughError):
        compare(DataSet(feelings, "folders"), QUICK, Run(tmp_path))
    assert asked == [("softmax", "none", True), ("softmax+triplet", "triplet", False)]


def test_gains_are_in_pairs(feelings: Path) -> None:
    """The last line is over the best row of softmax alone, which is another one for another figure."""
    rows = {name: dict.fromkeys(FIGURES, 0.5) for name in (*(f"softmax, {each}" for each in READOUTS), "untouched")}
    for row in rows.values():
        row |= {f"{name}_interval": [0.4, 0.6] for name in FIGURES}
    rows["softmax, logits"]["map"] = 0.6
    gains = {name: dict.fromkeys(FIGURES, 0.1 * k) for k, name in enumerate(rows)}
    for gain in gains.values():
        gain |= {f"{name}_interval": [0.0, 0.0] for name in FIGURES}
    *_, last = lines({"rows": rows, "gains": gains})
    assert [cell.splitlines()[-1] for cell in last[1:]] == [
        "over logits" if name == "map" else "over pooled" for name in FIGURES
    ]
    assert np.allclose(
        [float(cell.split()[0]) for cell in last[1:]], [0.1 if name == "map" else 0.0 for name in FIGURES]
    )
