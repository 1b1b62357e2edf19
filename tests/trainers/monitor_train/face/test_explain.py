"""Where the branches look: Grad-CAM++ against its formula, and maps of a real face."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage.data import astronaut
from torch import nn
from typer.testing import CliRunner

from monitor.cli import make_app
from monitor.errors import ArtifactError, ConfigError
from monitor.model.artifact import Artifact, Manifest
from monitor.plugin.registry import Plugins
from monitor.sample import Face, Frame, Sample
from monitor_face.detection.mediapipe_detector import MediaPipeDetector
from monitor_face.expression.analyzer import SHIPPED, FaceFusion
from monitor_train.face import explain as face_explain
from monitor_train.face import profile as face_profile
from monitor_train.face.explain import activation_map, answer, explain, explanation_figure
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import Profile
from monitor_train.pictures.export import Calibrated, write_artifact
from monitor_train.pictures.splits import DataError


@pytest.fixture
def model(fusion_model: tuple[nn.Module, Artifact]) -> Artifact:
    """An untrained model of three classes."""
    return fusion_model[1]


@pytest.fixture
def only_tiny(tiny: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pictures are as large as the compact profile's, which would be found first."""
    monkeypatch.setattr(face_profile, "PROFILES", {"tiny": tiny})


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "portrait.png"
    cv2.imwrite(str(path), astronaut()[:, :, ::-1])
    return path


@pytest.fixture(scope="module")
def two_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portrait, and beside it a darker one, mirrored."""
    path = tmp_path_factory.mktemp("pictures") / "two.png"
    left = astronaut()[:, :, ::-1]
    cv2.imwrite(str(path), np.hstack([left, (0.6 * left[:, ::-1]).astype(np.uint8)]))
    return path


def test_the_map_is_that_of_the_formula() -> None:
    """One convolution, cut off at 0, and a mean: with a slope of w / 16 everywhere, alpha is 1 / (2 + sum(A) w / 16)
    and the weight of a map the sum of alpha w / 16 over its 16 places; maps that speak against the answer have none."""

    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.maps = nn.Sequential(nn.Conv2d(1, 3, 1, bias=False), nn.ReLU())

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            means = self.maps(pictures).mean((2, 3))
            return torch.stack([means @ torch.tensor([3.0, 0.5, -1.0]), means.sum(1) * 0 - 9], 1)

    network = Small()
    network.maps[0].weight.data = torch.tensor([1.0, -2.0, 4.0]).view(3, 1, 1, 1)
    picture = torch.tensor([[1.0, -1.0, 0.5, 2.0], [0.0, -3.0, 1.0, 1.0], [2.0, 2.0, -1.0, 0.0], [0.0, 1.0, -2.0, 3.0]])
    maps = [np.maximum(gain * picture.numpy(), 0) for gain in (1.0, -2.0, 4.0)]
    expected = np.zeros((4, 4))
    for shown, slope in zip(maps, (3 / 16, 0.5 / 16, -1 / 16), strict=True):
        for _place in range(16):
            alpha = slope**2 / (2 * slope**2 + shown.sum() * slope**3)
            expected += alpha * max(slope, 0) * shown
    assert expected.min() == 0
    found = activation_map(network, network.maps, picture[None, None])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected / expected.max(), atol=1e-6)


def test_the_map_is_that_of_the_formula_where_slopes_differ() -> None:
    """A fully connected layer, so that every place has a slope of its own; by derivatives of exp(score)."""
    torch.manual_seed(0)
    maps_of = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), nn.ReLU())
    network = nn.Sequential(maps_of, nn.Flatten(), nn.Linear(4 * 36, 3))
    picture = torch.randn(1, 1, 8, 8)
    with torch.no_grad():
        maps = maps_of(picture)
        best = int(network(picture).argmax())
        slopes = network[2].weight[best].view(4, 6, 6)
        total = torch.zeros(6, 6)
        for channel in range(4):
            weight = 0.0
            for slope in slopes[channel].flatten().tolist():
                first, second, third = slope, slope**2, slope**3  # each times exp(score), which all have in common
                weight += second / (2 * second + float(maps[0, channel].sum()) * third) * max(first, 0.0)
            total += weight * maps[0, channel]
    small = (total - total.min()).numpy()
    expected = cv2.resize(small / small.max(), (8, 8), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(activation_map(network, maps_of, picture), expected, atol=1e-5)


def test_where_nothing_speaks_for_the_answer_the_map_is_empty() -> None:
    maps_of = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    network = nn.Sequential(maps_of, nn.Flatten(), nn.Linear(2 * 36, 2))
    nn.init.constant_(network[2].weight, -1.0)
    assert not activation_map(network, maps_of, torch.rand(1, 1, 8, 8)).any()


@pytest.fixture(scope="module", autouse=True)
def one_detector() -> Iterator[None]:
    """A detector that is made once, and sees the faces of each picture once."""
    detector = MediaPipeDetector()
    found: dict[bytes, list[Face]] = {}

    class Remembering:
        def detect(self, frame: NDArray[np.uint8]) -> list[Face]:
            key = frame.tobytes()
            if key not in found:
                found[key] = list(detector.detect(frame))
            return found[key]

        def close(self) -> None:
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_explain, "MediaPipeDetector", Remembering)
        yield
    detector.close()


def seen_by(model: Artifact, picture: Path) -> list[dict[str, float]]:
    """What the analyzer says of the faces in a picture, from the left."""
    image = np.ascontiguousarray(cv2.imread(str(picture))[:, :, ::-1])
    faces = sorted(face_explain.MediaPipeDetector().detect(image), key=lambda face: face.box)
    sample = Sample(Frame(image, 0.0, 1, 0, source_name="picture"), tuple(faces))
    return [dict(each.scores) for each in FaceFusion(model.folder, "onnxruntime").analyze([sample])[0]]


@pytest.mark.usefixtures("only_tiny")
def test_every_face_is_explained(model: Artifact, two_faces: Path, tmp_path: Path) -> None:
    explanations = explain(two_faces, model.folder)
    assert len(explanations) == 2
    for explained, scores in zip(explanations, seen_by(model, two_faces), strict=True):
        assert explained.face.shape == (64, 64, 2)
        assert explained.face[:, :, 1].max() > 200
        assert explained.labels == ("a", "b", "c")
        assert explained.probabilities.shape == (3, 3)
        np.testing.assert_allclose(explained.probabilities[0], list(scores.values()), atol=1e-5)
        for found in (explained.image_map, explained.landmark_map):
            assert found.shape == (64, 64)
            assert found.dtype == np.float32
            assert found.min() >= 0
            assert found.max() <= 1
            assert found.std() > 0.02
    one, other = explanations
    assert np.abs(one.image_map - other.image_map).max() > 0.02

    pictures = []
    for name, rows in (("one", [one]), ("other", [other]), ("both", explanations)):
        explanation_figure(rows, tmp_path / "figures" / f"{name}.png")
        picture = cv2.imread(str(tmp_path / "figures" / f"{name}.png"))
        assert picture is not None
        pictures.append(picture)
    assert pictures[0].shape == pictures[1].shape
    assert (pictures[0] != pictures[1]).mean() > 0.01
    assert pictures[2].shape[0] > 1.5 * pictures[0].shape[0]


@pytest.mark.usefixtures("only_tiny")
def test_the_command_says_and_draws_it(model: Artifact, portrait: Path, tmp_path: Path) -> None:
    arguments = ["explain", "face-fusion", str(portrait), "-o", str(tmp_path / "why.png"), "--artifact"]
    result = CliRunner().invoke(make_app(Plugins()), [*arguments, str(model.folder)])
    assert result.exit_code == 0, result.output
    [scores] = seen_by(model, portrait)
    best = max(scores, key=scores.__getitem__)
    assert result.output.startswith(f"face 1: {best} {scores[best]:.2f} (picture alone: ")
    assert cv2.imread(str(tmp_path / "why.png")) is not None


def test_the_shipped_model_can_be_explained(portrait: Path) -> None:
    if Artifact.read(SHIPPED).manifest.input_shape[0] == 1:
        pytest.skip("the shipped model sees no landmarks")
    [explained] = explain(portrait, SHIPPED)
    assert answer(explained.labels, explained.probabilities[0]).startswith("happiness ")
    assert explained.image_map.max() == pytest.approx(1, abs=0.2)
    assert explained.landmark_map.max() == pytest.approx(1, abs=0.2)


@pytest.mark.usefixtures("only_tiny")
def test_a_picture_without_a_face_is_one_clear_error(model: Artifact, tmp_path: Path) -> None:
    nothing: NDArray[np.uint8] = np.full((200, 300, 3), 120, np.uint8)
    cv2.imwrite(str(tmp_path / "wall.png"), nothing)
    with pytest.raises(ConfigError, match=r"no face was found in .*wall\.png"):
        explain(tmp_path / "wall.png", model.folder)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(DataError, match=r"text\.png is not a picture that can be read"):
        explain(tmp_path / "text.png", model.folder)


def test_a_model_of_another_size_is_refused(model: Artifact, portrait: Path) -> None:
    """The compact profile has pictures of this size, and wider networks."""
    with pytest.raises(ConfigError, match=r"small 7.* is of another network or profile: its trunk\.\S+ does not fit"):
        explain(portrait, model.folder)


def test_a_model_that_sees_no_landmarks_is_refused(
    tiny: Profile, manifest: Callable[..., Manifest], portrait: Path, tmp_path: Path
) -> None:
    plain = write_artifact(tmp_path / "plain", Calibrated(FaceNetwork(tiny, 3), 1.0), manifest(labels=("a", "b", "c")))
    with pytest.raises(ArtifactError, match="has no landmark branch to explain"):
        explain(portrait, plain.folder)
