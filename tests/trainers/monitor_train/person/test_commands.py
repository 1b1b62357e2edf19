"""The commands of people as a person types them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer

from monitor.errors import ConfigError
from monitor_people.head_pose import MESH_DEPTH
from monitor_people.head_pose import mean_face as shipped
from monitor_train.face import cache, ferplus
from monitor_train.face.cache import Meshes
from monitor_train.person import appearance
from monitor_train.person.settings import Settings
from monitor_train.pictures.settings import Run
from tests.plugins.monitor_scene.conftest import write_brightness
from tests.trainers.monitor_train.command_line import Spy, interrupted, run


def test_options_reach_the_training(app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = Spy(write_brightness(tmp_path / "artifact"))
    monkeypatch.setattr(appearance, "train", train)
    words = "--epochs 0 --batch-size 9 --learning-rate 0.5 --init random --resume"
    run(app, "train", "person-appearance", "--data", "d", "--out", interrupted(Path("o")), *words.split())
    settings = Settings(epochs=0, batch_size=9, learning_rate=0.5, init="random")
    assert train.calls == [((Path("d"), settings, Run(Path("o"), resume=True)), {})]


def test_the_mean_face_is_made_of_faces_that_have_a_mesh(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    faces = [(shipped() + random.normal(0, 0.003, (478, 3))) * (0.2, 0.2, 0.2 / MESH_DEPTH) + 0.5 for _ in range(6)]
    points = np.array([*faces, np.full((478, 3), np.nan)], np.float32)
    monkeypatch.setattr(ferplus, "read", lambda data, split: SimpleNamespace(files=()))
    monkeypatch.setattr(cache, "meshes", lambda *_: Meshes(points))
    assert "mean of 6 faces" in run(app, "mean-face", "--data", "d", "--out", tmp_path / "mean.npy").output
    assert np.load(tmp_path / "mean.npy").shape == (478, 3)


def test_the_old_name_says_where_it_is_now(app: typer.Typer) -> None:
    with pytest.raises(
        ConfigError, match="`monitor train mean-face` is now `monitor mean-face`, with the same options"
    ):
        run(app, "train", "mean-face", "--data", "d", "--out", "o")
