"""Weights come back from checkpoints and artifacts as they went in, and only into the network they belong to."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from monitor.errors import ConfigError
from monitor.model.artifact import Artifact
from monitor_train.face.fusion_network import FusionNetwork
from monitor_train.face.landmark_network import LandmarkNetwork
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import Profile
from monitor_train.pictures.weights import artifact_weights, read_checkpoint, take_weights


def landmark_network(profile: Profile) -> LandmarkNetwork:
    return LandmarkNetwork(3, profile.size, profile.landmarks, profile.landmark_cell, profile.landmark_stride).eval()


@torch.inference_mode()
def assert_alike(one: nn.Module, other: nn.Module) -> None:
    """Up to the half precision of the weights."""
    faces = torch.rand(4, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    expected = one(faces)
    torch.testing.assert_close(other(faces), expected, rtol=0, atol=0.01 * float(expected.abs().max()))


def test_an_artifact_gives_every_weight_back(fusion_model: tuple[FusionNetwork, Artifact]) -> None:
    fusion, artifact = fusion_model
    weights = artifact_weights(artifact)
    own = {name: value for name, value in fusion.state_dict().items() if not name.endswith("num_batches_tracked")}
    assert set(weights) == set(own)
    for name, value in own.items():
        assert weights[name].dtype == torch.float32
        torch.testing.assert_close(weights[name], value, rtol=1e-3, atol=1e-5)


def test_both_branches_can_be_read_from_an_artifact(
    fusion_model: tuple[FusionNetwork, Artifact], tiny: Profile
) -> None:
    fusion, artifact = fusion_model
    image, landmark = FaceNetwork(tiny, 3).eval(), landmark_network(tiny)
    take_weights(image, artifact_weights(artifact, "image."), artifact)
    take_weights(landmark, artifact_weights(artifact, "landmark."), artifact)
    assert_alike(fusion.image, image)
    assert_alike(fusion.landmark, landmark)


def without(weights: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {each: value for each, value in weights.items() if each != name}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        pytest.param(lambda w: without(w, "trunk.4.weight"), r"trunk\.4\.weight", id="one is missing"),
        pytest.param(lambda w: w | {"more": torch.zeros(1)}, "more", id="one too many"),
        pytest.param(lambda w: w | {"amend.mean": torch.zeros(3, 3)}, r"amend\.mean", id="of another size"),
        pytest.param(lambda w: {}, r"trunk\.0\.weight", id="none"),
    ],
)
def test_weights_of_another_network_are_refused(
    tiny: Profile, change: Callable[[dict[str, Tensor]], dict[str, Tensor]], name: str
) -> None:
    network = landmark_network(tiny)
    weights = {each: value.clone() + 1 for each, value in network.state_dict().items()}
    before = {each: value.clone() for each, value in network.state_dict().items()}
    with pytest.raises(
        ConfigError, match=f"^some/file.ckpt is of another network or profile: its {name} does not fit$"
    ):
        take_weights(network, change(weights), Path("some/file.ckpt"))
    for each, value in network.state_dict().items():
        assert torch.equal(value, before[each])
    take_weights(network, {each: value for each, value in weights.items() if "num_batches" not in each}, "here")
    assert torch.equal(network.classify.bias, weights["classify.bias"])


def write_text(path: Path) -> None:
    path.write_text("These are not the weights you are looking for.\n")


def write_code(path: Path) -> None:
    path.write_bytes(pickle.dumps(print, protocol=2))


NO_CHECKPOINTS: dict[str, Callable[[Path], object]] = {
    "text": write_text,
    "empty": lambda path: path.write_bytes(b""),
    "noise": lambda path: path.write_bytes(bytes(range(256)) * 8),
    "half a zip": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)),
    "a folder": lambda path: path.mkdir(),
    "missing": lambda path: None,
    "a list": lambda path: torch.save([torch.zeros(3)], path),
    "other contents": lambda path: torch.save({"weights": torch.zeros(3)}, path),
    "pickled code": write_code,
    "a whole module": lambda path: torch.save(nn.Linear(2, 2), path),
}


@pytest.mark.parametrize("kind", NO_CHECKPOINTS)
def test_a_file_that_is_no_checkpoint_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "model.ckpt"
    NO_CHECKPOINTS[kind](path)
    with pytest.raises(ConfigError, match=r"model\.ckpt is not a checkpoint of this program: \S") as caught:
        read_checkpoint(path)
    assert "\n" not in str(caught.value)


def test_a_checkpoint_is_read(tmp_path: Path) -> None:
    torch.save({"state_dict": {"a": torch.ones(2)}, "seconds": 3.0}, tmp_path / "model.ckpt")
    assert read_checkpoint(tmp_path / "model.ckpt")["seconds"] == 3.0
