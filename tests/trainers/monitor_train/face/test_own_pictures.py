"""The walk from labels to a better model on a camera that is made up, from its recordings to the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from monitor.model.artifact import Artifact, Manifest
from monitor_train.face import expression, own_pictures
from monitor_train.face.evaluate import evaluate
from monitor_train.face.ferplus import LABELS
from monitor_train.face.network import FaceNetwork
from monitor_train.face.own_pictures import SIDE, askew, compare
from monitor_train.face.profile import Profile
from monitor_train.face.settings import PROFILES, Settings
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.export import Calibrated, write_artifact
from monitor_train.pictures.settings import Run
from tests.trainers.monitor_train.conftest import votes


def test_the_camera_shows_a_dark_bluish_view_that_is_turned() -> None:
    white = np.full((48, 48, 3), 255, np.uint8)
    seen = askew(white)
    assert seen.shape == (SIDE, SIDE, 3)
    np.testing.assert_allclose(seen.mean((0, 1)), np.multiply(255, own_pictures.LIGHT), atol=2)
    striped = white.copy()
    striped[:24] = 0  # the upper half is dark, and its border lies level
    y, x = np.indices((SIDE, SIDE)) - SIDE / 2
    bright = (askew(striped).mean(axis=2) > 28) & (x**2 + y**2 < (SIDE / 2) ** 2)  # outside, the border is repeated
    assert np.degrees(np.arctan2(x[bright].mean(), y[bright].mean())) == pytest.approx(own_pictures.ROLL, abs=3)


@pytest.fixture
def shipped(
    tiny: Profile, manifest: Callable[..., Manifest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Artifact:
    """A small model that has learnt nothing, in place of the shipped one."""
    torch.manual_seed(0)
    artifact = write_artifact(tmp_path / "shipped", Calibrated(FaceNetwork(tiny, len(LABELS)), 1.0), manifest())
    monkeypatch.setattr(own_pictures, "SHIPPED", artifact.folder)
    monkeypatch.setitem(PROFILES, "finished", replace(PROFILES["finished"], profile="tiny"))
    return artifact


def test_both_ways_of_choosing_are_labelled_learnt_and_measured(
    make_ferplus: Callable[..., Path], shipped: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = [votes(**{label: 8, "unknown": 2}) for label in LABELS for _ in range(3)]
    data, out = make_ferplus(valid=agreed * 2, test=agreed), tmp_path / "out"
    learnt: list[set[str]] = []

    def train(source: FaceSet, settings: Settings, run: Run, start: Path) -> Path:
        assert (start, settings.epochs) == (shipped.folder, 1)
        learnt.append({file.name for split in ("train", "valid") for file in source.faces(split).files})  # type: ignore[arg-type]
        return expression.train(source, settings, run, start)

    monkeypatch.setattr(own_pictures, "train", train)
    found = compare(data, Run(out, accelerator="cpu"), pictures=20, answers=3, draws=2, epochs=1)
    assert [len(names) for names in learnt] == [20] * 4
    assert len({frozenset(names) for names in learnt}) == 4
    assert all(name.startswith("valid") for names in learnt for name in names)

    before = evaluate(shipped.folder, FaceSet(out / "pictures", "crowd", None))
    assert before["pictures"] == 24
    for figure in ("accuracy", "average_recall"):
        assert found["shipped"][figure] == pytest.approx([before[figure], *before[f"{figure}_interval"]])
    assert list(found["rows"]) == [
        "20 pictures, by random", "20 pictures, by uncertainty", "gain, by random", "gain, by uncertainty",
    ]  # fmt: skip
    for way in ("random", "uncertainty"):
        runs = [Artifact.read(out / f"{way}-{draw}" / "artifact").manifest.metrics["accuracy"] for draw in (1, 2)]
        assert found["rows"][f"20 pictures, by {way}"]["accuracy"][0] == pytest.approx(np.mean(runs))
        assert found["rows"][f"gain, by {way}"]["accuracy"][0] == pytest.approx(np.mean(runs) - before["accuracy"])

    assert compare(data, Run(out, accelerator="cpu"), pictures=20, answers=3, draws=2, epochs=1) == found
    assert len(learnt) == 4  # what is finished is not repeated
