from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data

from monitor_people.appearance.network import Appearance
from monitor_train.person.appearance import same_person_auc, train, write_model
from monitor_train.person.pictured_people import PicturedPerson
from monitor_train.person.settings import Settings
from monitor_train.person.training import AppearanceTraining, Crops, fit
from monitor_train.pictures.classifier import begun
from monitor_train.pictures.settings import CHANCE, Run
from monitor_train.pictures.splits import DataError

SETTINGS = Settings(size=32, init=CHANCE, epochs=1, batch_size=9)


@pytest.fixture(scope="module")
def people() -> list[PicturedPerson]:
    """Twenty tints of one portrait."""
    random = np.random.default_rng(0)
    portrait = np.ascontiguousarray(data.astronaut()[:256:2, 100:356:2])
    matte = np.full(portrait.shape[:2], 255, np.uint8)
    box = (0.3, 0.2, 0.7, 0.7)
    return [PicturedPerson((portrait * random.uniform(0.3, 1, 3)).astype(np.uint8), matte, box) for _ in range(20)]


def test_vectors_do_not_depend_on_the_batch() -> None:
    torch.manual_seed(0)
    network = Crops(SETTINGS).train()
    crops = torch.rand(6, 3, 32, 32)
    with torch.no_grad():
        together, alone = network(crops), torch.cat([network(each[None]) for each in crops])
    assert torch.allclose(together, alone, atol=1e-5)


def test_same_person_auc_by_hand() -> None:
    apart = np.eye(3, dtype=np.float32).repeat(2, axis=0)
    assert same_person_auc(apart) == 1
    assert same_person_auc(np.ones((6, 3), np.float32)) == 0.5


def test_it_trains_and_the_runtime_gives_the_same_vectors(people: list[PicturedPerson], tmp_path: Path) -> None:
    trained = fit(people, SETTINGS, Run(tmp_path, accelerator="cpu"))
    assert isinstance(trained, AppearanceTraining)
    initial = begun(AppearanceTraining, 0, SETTINGS).state_dict()
    learnt = {name for name, value in trained.state_dict().items() if not torch.equal(value, initial[name])}
    assert any(name.endswith("weight") for name in learnt - {"network.whitening.weight"})
    assert not any("running" in name for name in learnt)  # norms stay as they came
    folder = write_model(tmp_path / "artifact", trained, people)
    appearance = Appearance(folder, "onnxruntime")
    vector = appearance(people[0].image, people[0].box)
    assert vector.shape == (2 * 96,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no pictures"):
        train(tmp_path, SETTINGS, Run(tmp_path / "out"))
