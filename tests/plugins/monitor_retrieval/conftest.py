"""A model whose vectors can be computed by hand, and an index that was made with it."""

from __future__ import annotations

import colorsys
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from monitor.model.artifact import Artifact, Manifest, sha256
from monitor.sample import Frame, Sample
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_retrieval.index.location import model_identity
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import LIBRARY, Moment, thumbnail

LABELS = ("amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness")
WEIGHTS = np.random.default_rng(8).normal(0, 6, (12, 8)).astype(np.float32)
"""From a vector to the logits of LABELS."""
BRIGHTER = 0.1
"""Added to every mean colour, so that black has a direction too."""


def write_model(folder: Path, size: int = 8, numbers: int = 12, outputs: int = 2, **facts: Any) -> Path:
    """An artifact of two outputs: `probabilities`, and `vector`, the mean colours of the four quadrants (plus BRIGHTER)
    at unit length, repeated to `numbers`; `outputs=1` leaves the vector out, `facts` change the manifest."""
    folder.mkdir(parents=True)
    widen = np.tile(np.eye(12, dtype=np.float32), numbers // 12 + 1)[:, :numbers]
    nodes = [
        helper.make_node("AveragePool", ["pictures"], ["means"], kernel_shape=[size // 2] * 2, strides=[size // 2] * 2),
        helper.make_node("Flatten", ["means"], ["colours"]),
        helper.make_node("ReduceL2", ["colours"], ["length"], axes=[1], keepdims=1),
        helper.make_node("Div", ["colours", "length"], ["direction"]),
        helper.make_node("MatMul", ["direction", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("MatMul", ["direction", "widen"], ["vector"]),
    ]
    answers = [
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 8]),
        helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", numbers]),
    ]
    graph = helper.make_graph(
        nodes,
        "quadrants",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["batch", 3, size, size])],
        answers[:outputs],
        [numpy_helper.from_array(WEIGHTS, "weights"), numpy_helper.from_array(widen, "widen")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, folder / "model.onnx")
    manifest = {
        "name": "quadrants",
        "version": "1",
        "sha256": sha256(folder / "model.onnx"),
        "input_shape": (3, size, size),
        "mean": (-BRIGHTER,) * 3,
        "std": (1.0,) * 3,
        "colour": "rgb",
        "labels": LABELS,
        "licence": "none",
        "training_data": "none",
        "metrics": {},
        "trainer": "tests",
        "commit": "0" * 40,
    }
    return Artifact.write(folder, Manifest.model_validate(manifest | facts)).folder


def by_hand(image: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The probabilities and the vector of a picture whose sides are even and whose quadrants are of one colour each."""
    height, width, _ = image.shape
    corners = image[height // 4 :: height // 2, width // 4 :: width // 2] / 255 + BRIGHTER  # (2, 2, 3)
    vector = corners.transpose(2, 0, 1).ravel()
    vector /= np.linalg.norm(vector)
    powers = np.exp(vector @ WEIGHTS)
    return powers / powers.sum(), vector


def quadrants(hue: float, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """A picture, uint8 (height, width, 3), of four colours: `hue` in degrees, and 20, 40 and 60 degrees further."""
    colours = [colorsys.hsv_to_rgb((hue + 20 * corner) % 360 / 360, 0.9, 0.9) for corner in range(4)]
    small = np.array(colours).reshape(2, 2, 3)
    return np.kron(small, np.ones((height // 2, width // 2, 1)) * 255).round().astype(np.uint8)


@pytest.fixture
def made_model(tmp_path: Path) -> Path:
    """Folder of an artifact for `affective-retrieval`, name `quadrants`, version 1: its vector, float32 (12,), is the
    mean colour of each quadrant at unit length, its probabilities are those of LABELS. Pictures of alike hues have
    alike vectors; see `quadrants` and `by_hand`."""
    return write_model(tmp_path / "made-model")


@pytest.fixture
def other_model(tmp_path: Path) -> Path:
    """Folder of another artifact than `made_model`: version 2, vectors of 24 numbers."""
    return write_model(tmp_path / "other-model", numbers=24, version="2")


def seen_by(analyzer: AffectiveRetrieval, image: NDArray[np.uint8], session: int, source: str, **facts: Any) -> Moment:
    """What a run would keep of a picture."""
    (seen,) = analyzer.analyze([Sample(Frame(image, 0.0, 1, 0, source_name=source))])[0]
    assert seen.vector is not None
    return Moment(seen.vector, session, source, scores=seen.scores, thumbnail=thumbnail(image), **facts)


@pytest.fixture(scope="session")
def recorded_index(tmp_path_factory: pytest.TempPathFactory) -> MomentIndex:
    """The index that `made_index` copies for each test."""
    folder = tmp_path_factory.mktemp("recorded")
    analyzer = AffectiveRetrieval(write_model(folder / "made-model"), "onnxruntime")
    index = MomentIndex(folder / "made.moments", model=model_identity(analyzer.artifact), create=True)
    index.append(
        [
            *(
                seen_by(
                    analyzer,
                    quadrants(15 * number),
                    1,
                    "morning.mp4",
                    seconds=number / 2,
                    novelty=None if number < 4 else number / 100,
                )
                for number in range(24)
            ),
            *(seen_by(analyzer, quadrants(30 * number), 2, "evening.mp4", seconds=number / 2) for number in range(12)),
            *(
                seen_by(analyzer, quadrants(hue), LIBRARY, "wheel", seconds=float(place), file=f"{hue}.png")
                for place, hue in enumerate(range(0, 360, 45))
            ),
        ]
    )
    return index


@pytest.fixture
def made_index(tmp_path: Path, recorded_index: MomentIndex) -> MomentIndex:
    """An index in the folder `made.moments`, beside a store that would be `made.db`, of vectors of `made_model`:

    * session 1, source `morning.mp4`: 24 frames at 0, 0.5, … 11.5 s, whose hue is 15 degrees times their number, and
      whose novelty is missing for the first four, then their number / 100;
    * session 2, source `evening.mp4`: 12 frames at 0, 0.5, … 5.5 s, hue 30 degrees times their number, no novelty;
    * library `wheel`: 8 pictures `0.png`, `45.png`, … `315.png`, named after their hue.
    """
    copy = shutil.copytree(recorded_index.folder, tmp_path / "made.moments")
    return MomentIndex(copy, model=recorded_index.model, create=True)
