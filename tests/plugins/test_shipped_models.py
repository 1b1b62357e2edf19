"""The models that ship, on pictures whose answers anybody would agree with; broken weights must not pass.

The pictures are scikit-image's, and its portrait with expressions made by the demo. What is checked of each model is
checked of copies with broken weights too, whose manifests are in order: there the same check has to fail.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from skimage import data

from monitor.demo import face as demo
from monitor.model.artifact import Artifact, sha256
from monitor.plugin.contracts import Analyzer, FaceDetector
from monitor.sample import Frame, Observation, Sample
from monitor.testing.samples import PORTRAIT_MESH
from monitor_face.expression.analyzer import SHIPPED as FACE
from monitor_face.expression.analyzer import FaceFusion
from monitor_retrieval.analyzer import SHIPPED as RETRIEVAL
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_scene.analyzer import SHIPPED as SCENE
from monitor_scene.analyzer import SceneSentiment

Answers = Mapping[str, Observation]
"""Picture -> what was said of it."""

EXPRESSIONS = {
    "neutral": demo.NEUTRAL,
    "happiness": demo.HAPPY,
    "surprise": demo.SURPRISED,
    "sadness": demo.SAD,
    "anger": demo.ANGRY,
}
PLEASANT = ("chelsea", "rocket", "hubble_deep_field")
"""A cat, a rocket that rises, a sky of galaxies."""
UNPLEASANT = ("microaneurysms", "cell", "text")
"""A diseased retina, a smear under the microscope, a grey scrap of print."""
EVOKED = {
    "chelsea": "contentment",
    "hubble_deep_field": "awe",
    "colorwheel": "awe",
    "moon": "disgust",
    "cell": "disgust",
    "brick": "sadness",
    "checkerboard": "sadness",
}
"""What the model of similar moments names first; the moon fills the picture as a blotch that looks like the cell."""
ALIKE = {"hubble_deep_field": "colorwheel", "moon": "cell", "brick": "checkerboard"}


def face_problems(answers: Answers) -> list[str]:
    """What speaks against the face model: clear expressions are named, each is seen most where it was made."""
    problems = [
        f"{label} is taken for {best(answers[label])}"
        for label in ("happiness", "surprise")
        if best(answers[label]) != label
    ]
    for label in ("happiness", "surprise", "sadness", "anger"):
        most = max(answers, key=lambda picture: answers[picture].scores[label])
        if most != label:
            problems.append(f"{label} is seen most in the picture of {most}")
    return problems


def scene_problems(answers: Answers) -> list[str]:
    """What speaks against the scene model: pleasant pictures are positive, unpleasant ones negative."""
    wrong = {True: "negative", False: "positive"}
    return [
        f"{picture} is {wrong[pleasant]}"
        for pictures, pleasant in ((PLEASANT, True), (UNPLEASANT, False))
        for picture in pictures
        if (answers[picture].scores["positive"] > 0.5) is not pleasant
    ]


def retrieval_problems(answers: Answers) -> list[str]:
    """What speaks against the model of similar moments: emotions are named, and alike pictures lie close, not in one
    place."""
    problems = [
        f"{picture} evokes {best(answers[picture])}, not {emotion}"
        for picture, emotion in EVOKED.items()
        if best(answers[picture]) != emotion
    ]
    for picture, alike in [*ALIKE.items(), *((b, a) for a, b in ALIKE.items())]:
        likeness = {
            other: float(np.dot(answers[picture].vector, answers[other].vector))
            for other in (*ALIKE, *ALIKE.values())
            if other != picture
        }
        closest = max(likeness, key=likeness.__getitem__)
        if closest != alike or not 0.5 < likeness[alike] < 0.99:
            problems.append(f"{closest} lies closest to {picture}; {alike} has a cosine of {likeness[alike]:.3f}")
    return problems


def best(seen: Observation) -> str:
    """The label with the highest probability."""
    return max(seen.scores, key=seen.scores.__getitem__)


@dataclass(frozen=True)
class Model:
    """A model that ships, and how to find out whether it is in order."""

    folder: Path
    make: Callable[[Path], Analyzer]
    problems: Callable[[Answers], list[str]]
    faces: bool


MODELS = {
    "face-fusion": Model(FACE, FaceFusion, face_problems, True),
    "scene-sentiment": Model(SCENE, SceneSentiment, scene_problems, False),
    "affective-retrieval": Model(RETRIEVAL, AffectiveRetrieval, retrieval_problems, False),
}


def zeroed(kernel: NDArray[np.floating], _: np.random.Generator) -> NDArray[np.floating]:
    return np.zeros_like(kernel)


def shuffled(kernel: NDArray[np.floating], generator: np.random.Generator) -> NDArray[np.floating]:
    return generator.permutation(kernel.ravel()).reshape(kernel.shape)


DAMAGES = {
    "all zeroed": (zeroed, slice(None)),
    "all shuffled": (shuffled, slice(None)),
    "first shuffled": (shuffled, slice(0, 1)),
    "last zeroed": (zeroed, slice(-1, None)),
}
"""What is done to which of the kernels, in the order of the file."""


def damaged(folder: Path, into: Path, damage: str) -> Path:
    """A copy of the artifact in `folder` with broken kernels, whose digest is in order."""
    change, which = DAMAGES[damage]
    shutil.copytree(folder, into)
    model = onnx.load(into / "model.onnx")
    generator = np.random.default_rng(0)
    kernels = [tensor for tensor in model.graph.initializer if len(tensor.dims) > 1]
    for tensor in kernels[which]:
        values = change(numpy_helper.to_array(tensor), generator)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    onnx.save(model, into / "model.onnx")
    manifest = Artifact.read(folder).manifest.model_copy(update={"sha256": sha256(into / "model.onnx")})
    return Artifact.write(into, manifest).folder


@pytest.fixture(scope="module")
def faces() -> dict[str, Sample]:
    """The portrait with each expression, its face found."""
    from monitor_face.detection.mediapipe_detector import MediaPipeDetector

    portrait = demo.DemoFace(np.asarray(data.astronaut()), np.load(PORTRAIT_MESH, allow_pickle=False))
    detector: FaceDetector = MediaPipeDetector()
    samples = {}
    for name, expression in EXPRESSIONS.items():
        image = portrait.picture(expression)
        (face,) = detector.detect(image)
        samples[name] = Sample(Frame(image, 0.0, 1, 0, source_name=name), (replace(face, track=1),))
    detector.close()
    return samples


@pytest.fixture(scope="module")
def scenes() -> dict[str, Sample]:
    """Pictures of scikit-image that lie in its package."""
    return {
        name: Sample(Frame(picture(name), 0.0, 1, 0, source_name=name)) for name in {*PLEASANT, *UNPLEASANT, *EVOKED}
    }


def picture(name: str) -> NDArray[np.uint8]:
    """One of scikit-image's pictures as uint8 (height, width, 3)."""
    image = np.asarray(getattr(data, name)())
    if image.ndim == 2:
        image = np.stack([image] * 3, axis=-1)
    return np.ascontiguousarray(image[..., :3])


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> Model:
    return MODELS[request.param]


@pytest.fixture
def problems(
    model: Model, faces: dict[str, Sample], scenes: dict[str, Sample]
) -> Iterator[Callable[[Path], list[str]]]:
    """A function that runs the model of an artifact on the pictures; what is wrong with its answers."""

    def find(folder: Path) -> list[str]:
        samples = faces if model.faces else scenes
        analyzer = model.make(folder)
        with np.errstate(invalid="ignore"):  # where the weights are nothing but zeros
            answers = analyzer.analyze(list(samples.values()))
        analyzer.close()
        return model.problems({name: seen for name, (seen,) in zip(samples, answers, strict=True)})

    return find


def test_the_shipped_model_answers_as_anybody_would(model: Model, problems: Callable[[Path], list[str]]) -> None:
    assert problems(model.folder) == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_broken_weights_do_not_pass(
    model: Model, problems: Callable[[Path], list[str]], damage: str, tmp_path: Path
) -> None:
    assert problems(damaged(model.folder, tmp_path / "broken", damage))
