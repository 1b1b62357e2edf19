"""What cleaning is worth to a model: who is trained on what, and what is compared. The trainings are stood in for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from monitor.emotions import SEVEN
from monitor_train.crowd import comparison
from monitor_train.crowd.comparison import CLEANED, RAW, GivenFaces, compare
from monitor_train.crowd.settings import Settings
from monitor_train.face.cache import Views
from monitor_train.face.data import Faces
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import Split
from tests.trainers.monitor_train.conftest import votes


class Constant(torch.nn.Module):
    """Says the class `answer` of everything."""

    def __init__(self, answer: int) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.eye(len(SEVEN))[[self.answer] * len(pictures)]


def test_both_learn_from_the_same_answers_and_are_measured_on_the_same_faces(
    make_ferplus: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = [votes(**{label: 7, "contempt": 3}) for label in SEVEN for _ in range(4)]
    data = make_ferplus(train=agreed, test=[*agreed, votes(contempt=10), votes(neutral=4, fear=3, anger=3)])
    runs: list[tuple[Faces, Faces, Settings]] = []

    def fit(source: GivenFaces, settings: Settings, run: Run) -> Constant:
        run.out.mkdir(parents=True)
        runs.append((source.faces("train"), source.faces("valid"), settings))
        return Constant(0 if settings.hard else settings.seed)

    def split_views(source: GivenFaces, split: Split, takes: Settings) -> tuple[Faces, Views]:
        faces = source.faces(split)
        return faces, Views(np.zeros((len(faces), 3, 2, 2), np.uint8), np.zeros((len(faces), 37, 2), np.float32))

    monkeypatch.setattr(comparison, "fit", fit)
    monkeypatch.setattr(comparison, "split_views", split_views)
    options: dict[str, Any] = {"method": "one-coin", "answers": 3, "pictures": 28, "workers": 20, "draws": 2}
    found = compare(data, Settings(), Run(tmp_path / "out"), **options, draw="votes")
    assert [settings.hard for *_, settings in runs] == [True, False] * 2
    assert [settings.seed for *_, settings in runs] == [0, 0, 1, 1]
    (raw, raw_valid, _), (cleaned, cleaned_valid, _) = runs[:2]
    assert set(raw.files) | set(raw_valid.files) == set(cleaned.files) | set(cleaned_valid.files)
    assert not set(raw.files) & set(raw_valid.files)
    assert "28 faces" in found["data"]
    assert found["rows"][RAW]["accuracy"] == pytest.approx([1 / 7] * 3)
    assert found["rows"][CLEANED]["average_recall"] == pytest.approx([1 / 7] * 3)
    assert found["gain"]["accuracy"] == pytest.approx([0] * 3)
    assert 0 < found["rows"][RAW]["labels"][0] <= 1
    again = compare(data, Settings(), Run(tmp_path / "out"), **options, draw="votes")
    assert again == found
    assert len(runs) == 4
