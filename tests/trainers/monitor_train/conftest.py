"""Two small and easy data sets, and a profile of the face networks that trains in seconds.

One set is laid out as FER+: faces are discs, the mouth tells the class. The other has real faces in folders: a portrait
that is given other expressions, so that the face mesh finds landmarks that tell the class.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
import typer
from numpy.typing import NDArray

from monitor.cli import make_app
from monitor.demo.face import HAPPY, NEUTRAL, SURPRISED, DemoFace, Expression
from monitor.model import reference
from monitor.model.artifact import Artifact, Manifest
from monitor.plugin.registry import Plugins
from monitor.sample import Box
from monitor.testing.samples import PORTRAIT_MESH
from monitor_face.detection.mesh import FaceMesh
from monitor_train.face import cache as face_cache
from monitor_train.face.ferplus import COLUMNS, FOLDERS, LABELS, USAGES, VOTES
from monitor_train.face.profile import PROFILES, Convolution, Profile
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.settings import Run

if TYPE_CHECKING:
    from monitor_train.face.fusion_network import FusionNetwork

MOUTHS = {"neutral": (14, 1), "surprise": (6, 8)}
"""Half axes of the mouth, in pixels: a line, an open mouth."""

EXPRESSIONS = {
    "happiness": (Expression(), HAPPY),
    "neutral": (NEUTRAL.towards(Expression(), 0.2), NEUTRAL),
    "surprise": (NEUTRAL.towards(SURPRISED, 0.6), SURPRISED),
}
"""Class -> its weakest and its strongest expression."""
COUNTS = {"train": 20, "valid": 8, "test": 8}
"""Pictures of each class."""
TINY = Profile(
    size=64,
    colour="grey",
    width=8,
    cell=8,
    stride=4,
    landmarks=(
        Convolution(5, 8, pool=True),
        Convolution(3, 16, pool=True),
        Convolution(3, 16),
        Convolution(3, 32),
        Convolution(3, 32),
        Convolution(4, 32),
    ),
    landmark_cell=4,
    landmark_stride=2,
)


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    """The whole command line."""
    return make_app(Plugins())


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """So small a network gains nothing from threads, and on a busy machine they spend their time waiting."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session", autouse=True)
def few_resamplings() -> Iterator[None]:
    """Intervals of few resamplings, where they are not what a test is about."""
    from monitor_train.pictures import measures

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measures, "RESAMPLINGS", 50)
        yield


@pytest.fixture(scope="session", autouse=True)
def few_made_pictures() -> Iterator[None]:
    """Artifacts answer to few of the made pictures that runtimes are judged by, which is another test's matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "SAMPLES", 4)
        yield


@pytest.fixture(scope="session", autouse=True)
def plugins_loaded_once() -> Iterator[None]:
    """As in a process of the command line."""
    with Plugins().in_use():
        yield


@pytest.fixture(scope="session", autouse=True)
def each_face_fitted_once() -> Iterator[None]:
    """The face mesh of a picture is fitted once, however many tests look at it."""
    found: dict[bytes, NDArray[np.float32] | None] = {}

    class Remembering(FaceMesh):
        def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32] | None:
            key = hashlib.sha256(repr((image.shape, box)).encode() + image.tobytes()).digest()
            if key not in found:
                found[key] = super().__call__(image, box)
            return found[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_cache, "FaceMesh", Remembering)
        yield


@pytest.fixture(scope="module")
def all_resamplings(few_resamplings: None) -> Iterator[None]:
    """Intervals as commands give them."""
    from monitor_train.pictures import measures

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measures, "RESAMPLINGS", 2000)
        yield


@pytest.fixture(scope="session")
def tiny() -> Iterator[Profile]:
    """The profile "tiny": pictures of the compact one, and networks a fifth as wide."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROFILES, "tiny", TINY)
        yield TINY


@pytest.fixture(scope="session")
def manifest() -> Callable[..., Manifest]:
    """`manifest(labels=...)`: that of a model of grey faces of 64 pixels, with the facts named, not yet written."""

    def make(**facts: Any) -> Manifest:
        channels = facts.get("input_shape", (1, 64, 64))[0]
        known: dict[str, Any] = {
            "name": "small",
            "version": "7",
            "sha256": "0" * 64,
            "input_shape": (1, 64, 64),
            "mean": (0.5, 0.0)[:channels],
            "std": (0.25, 1.0)[:channels],
            "colour": "grey",
            "labels": LABELS,
            "licence": "none",
            "training_data": "none",
            "metrics": {},
            "trainer": "test",
            "commit": "0" * 40,
        }
        return Manifest(**known | facts)

    return make


@pytest.fixture(scope="session")
def fusion_model(
    tiny: Profile,
    manifest: Callable[..., Manifest],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[FusionNetwork, Artifact]:
    """A landmark fusion of the classes a, b and c, with every number as training might have left it, and its
    artifact."""
    import torch

    from monitor_train.face.fusion import OUTPUTS
    from monitor_train.face.fusion_network import FusionNetwork, Weighting
    from monitor_train.face.landmark_network import LandmarkNetwork
    from monitor_train.face.network import FaceNetwork
    from monitor_train.pictures.export import Calibrated, write_artifact

    torch.manual_seed(0)
    landmark = LandmarkNetwork(3, tiny.size, tiny.landmarks, tiny.landmark_cell, tiny.landmark_stride)
    network = FusionNetwork(FaceNetwork(tiny, 3), landmark, Weighting()).eval()
    with torch.no_grad():
        for tensor in (*network.parameters(), *network.buffers()):
            if tensor.is_floating_point():
                tensor += 0.1 * torch.rand_like(tensor) + 0.05
        network.merge_image.load_state_dict(network.image.classify.state_dict())  # as `keep_image` has it
        for block in network.image.trunk.stages[2::2]:  # both norms are added up, so they learn the same
            block.shortcut[1].bias.copy_(block.norm2.bias)
    facts = manifest(labels=("a", "b", "c"), input_shape=(2, 64, 64))
    folder = tmp_path_factory.mktemp("fusion") / "artifact"
    return network, write_artifact(folder, Calibrated(network, 1.3, OUTPUTS), facts)


def portrait_with(face: DemoFace, label: str, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Grey (112, 112) around the face, a little rolled, scaled, shifted and noisy, with an expression of that class."""
    weakest, strongest = EXPRESSIONS[label]
    picture = face.picture(weakest.towards(strongest, float(generator.uniform())))
    scale, roll = 112 / generator.uniform(115, 145), generator.uniform(-8, 8)
    matrix = cv2.getRotationMatrix2D((225, 126), roll, scale)
    matrix[:, 2] += 56 - np.array([225, 126]) + generator.uniform(-4, 4, 2)
    view = cv2.warpAffine(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), matrix, (112, 112))
    return np.clip(view + generator.normal(0, 5, view.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of three classes: 20 pictures of each to train on, 8 to validate, 8 to test."""
    from skimage.data import astronaut

    face = DemoFace(astronaut(), np.load(PORTRAIT_MESH, allow_pickle=False))
    generator = np.random.default_rng(0)
    data = tmp_path_factory.mktemp("portraits")
    for split, count in COUNTS.items():
        for label in EXPRESSIONS:
            folder = data / split / label
            folder.mkdir(parents=True)
            for index in range(count):
                cv2.imwrite(str(folder / f"{split}{index:02d}.png"), portrait_with(face, label, generator))
    return data


@pytest.fixture(scope="session")
def portrait_set(portraits: Path, tmp_path_factory: pytest.TempPathFactory) -> FaceSet:
    """The portraits, whose meshes are fitted once for all tests."""
    return FaceSet(portraits, "folders", tmp_path_factory.mktemp("meshes"))


@pytest.fixture(scope="session")
def image_branch(portrait_set: FaceSet, tiny: Profile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoint of a tiny image branch that knows the portraits' classes a little."""
    from monitor_train.face.expression import fit
    from monitor_train.face.settings import Settings

    settings = Settings(profile="tiny", epochs=3, batch_size=12, learning_rate=0.2, average=0.9, balance=0.0)
    return fit(portrait_set, settings, Run(tmp_path_factory.mktemp("image"), accelerator="cpu"))


def draw_face(label: str, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Grey (48, 48): a bright disc with two eyes and a mouth, a little different every time."""
    picture = np.full((48, 48), int(generator.integers(20, 80)), np.uint8)
    x, y = (int(each) for each in generator.integers(-2, 3, 2))
    skin = int(generator.integers(160, 240))
    cv2.ellipse(picture, (24 + x, 24 + y), (20, 23), 0, 0, 360, skin, -1)
    for eye in (16, 32):
        cv2.circle(picture, (eye + x, 18 + y), 3, 40, -1)
    cv2.ellipse(picture, (24 + x, 35 + y), MOUTHS[label], 0, 0, 360, 30, -1)
    return picture


def votes(**counts: int) -> list[int]:
    """Ten numbers in the order of the csv file."""
    return [counts.get(column, 0) for column in COLUMNS[2:]]


def write_ferplus(
    folder: Path,
    pictures: dict[str, list[tuple[str, list[int], NDArray[np.uint8]]]],
    duplicates: list[str] | None = None,
) -> Path:
    """Write (file name, votes, picture) by split, the way Microsoft publishes FER+."""
    folder.mkdir(exist_ok=True)
    usages = {split: usage for usage, split in USAGES.items()}
    with (folder / VOTES).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for split, entries in pictures.items():
            (folder / FOLDERS[split]).mkdir(exist_ok=True)
            for name, counts, picture in entries:
                writer.writerow([usages[split], name, *counts])
                cv2.imwrite(str(folder / FOLDERS[split] / name), picture)
    if duplicates is not None:
        (folder / "test_duplicates.txt").write_text("".join(f"{name}\n" for name in duplicates))
    return folder


@pytest.fixture(scope="session")
def easy_ferplus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of the eight classes, 96 faces to train on, 32 to validate, 24 to test, 4 of them listed as duplicates."""
    generator = np.random.default_rng(0)
    pictures = {}
    for split, count in (("train", 96), ("valid", 32), ("test", 24)):
        entries = []
        for index in range(count):
            label = ("neutral", "surprise")[index % 2]
            other = LABELS[(LABELS.index(label) + 3) % 8]
            entries.append((f"{split}{index:04d}.png", votes(**{label: 8, other: 2}), draw_face(label, generator)))
        pictures[split] = entries
    return write_ferplus(tmp_path_factory.mktemp("ferplus"), pictures, [f"test{index:04d}.png" for index in range(4)])


@pytest.fixture
def make_ferplus(tmp_path: Path) -> Callable[..., Path]:
    """`make_ferplus(train=[votes, ...], duplicates=[...])` writes a data set, one picture per list of votes."""

    def make(duplicates: list[str] | None = None, **splits: list[list[int]]) -> Path:
        generator = np.random.default_rng(1)
        pictures = {
            split: [
                (f"{split}{index}.png", counts, draw_face("neutral", generator)) for index, counts in enumerate(rows)
            ]
            for split, rows in splits.items()
        }
        return write_ferplus(tmp_path / "data", pictures, duplicates)

    return make
