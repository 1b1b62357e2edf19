"""Gives a scene model what tells how far a picture lies from its training pictures, and measures what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper
from sklearn.covariance import LedoitWolf
from statsmodels.stats.proportion import proportion_confint

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact, sha256
from monitor.model.familiarity import FAR_PERCENT, FILE, Familiarity
from monitor.model.picture_input import input_size, network_input, scene_picture
from monitor.model.reference import Reference
from monitor.model.runtimes import load
from monitor.sample import Frame
from monitor.sources import open_source
from monitor_train.pictures.inference import REFERENCE, one_at_a_time, outputs_of
from monitor_train.pictures.splits import DataSet
from monitor_train.scene.data import read

EVERY_SECONDS = 0.5
OUTPUT = "features"
LAYERS = ("/network/features/features.13/Add_output_0", "/network/layer3/layer3.22/relu_2/Relu_output_0")
"""What the middle layer is called in a MobileNetV2 and in a ResNet-101: the last one before the smallest pictures."""


def fit(folder: Path, source: DataSet, layer: str = "") -> Artifact:
    """Add the features of `layer` to the model in `folder`, and what those of training and validation pictures are.

    Raises ArtifactError where the network has no such layer.
    """
    artifact = Artifact.read(folder)
    expose(artifact.model, layer)
    digest = sha256(artifact.model)
    artifact = Artifact.write(folder, artifact.manifest.model_copy(update={"sha256": digest, "familiarity": None}))
    splits, runtime = read(source), load(artifact, REFERENCE)
    Reference.of(artifact, runtime).write(artifact)
    training, validation = (outputs_of(artifact, splits[name], runtime)[1] for name in ("train", "valid"))
    gaussian = LedoitWolf().fit(training.astype(np.float64))  # shrunk, so that it can be inverted
    known = Familiarity.of(gaussian.location_.astype(np.float32), gaussian.precision_.astype(np.float32), validation)
    (folder / FILE).write_bytes(known.to_bytes())
    return Artifact.write(folder, artifact.manifest.model_copy(update={"familiarity": sha256(folder / FILE)}))


def expose(path: Path, layer: str = "") -> None:
    """Give the ONNX model at `path` a second output: mean and standard deviation of each channel of `layer`.

    A model that has one stays as it is.
    """
    model = onnx.load(path)
    graph = model.graph
    if OUTPUT in [output.name for output in graph.output]:
        return
    known = [each.name for each in graph.input] + [name for node in graph.node for name in node.output]
    found = next((name for name in ([layer] if layer else LAYERS) if name in known), None)
    if found is None:
        raise ArtifactError(f"{path} has no layer {layer or ' or '.join(LAYERS)}; its layers are {', '.join(known)}")
    graph.node.extend(
        [
            helper.make_node("GlobalAveragePool", [found], ["features.mean"]),
            helper.make_node("Sub", [found, "features.mean"], ["features.apart"]),
            helper.make_node("Mul", ["features.apart", "features.apart"], ["features.squared"]),
            helper.make_node("GlobalAveragePool", ["features.squared"], ["features.variance"]),
            helper.make_node("Sqrt", ["features.variance"], ["features.deviation"]),
            helper.make_node("Concat", ["features.mean", "features.deviation"], ["features.both"], axis=1),
            helper.make_node("Flatten", ["features.both"], [OUTPUT]),
        ]
    )
    graph.output.append(helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, ["batch", None]))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def measure(
    folder: Path, source: DataSet, others: Sequence[Path] = (), runtime: str = REFERENCE
) -> list[dict[str, Any]]:
    """Of the test pictures and of each of `others`, videos sampled twice a second or pictures: how many, the median
    unfamiliarity in per cent, and the share that is far outside; that of the test pictures with Wilson's 95 % interval,
    which frames of one video, being alike, do not have."""
    artifact = Artifact.read(folder)
    known = artifact.familiarity()
    if known is None:
        raise ArtifactError(f"{artifact} does not know its training pictures; `monitor familiarity fit` adds them")
    loaded = load(artifact, runtime)
    test = outputs_of(artifact, read(source)["test"], loaded)[1]
    rows = [row(f"{source.format} test", known.unfamiliarity(test))]
    bounds = proportion_confint(round(rows[0]["far"] * len(test)), len(test), method="wilson")
    rows[0]["far_interval"] = [float(bound) for bound in bounds]
    for path in others:
        frames = list(_inputs(artifact, path))
        features = one_at_a_time(loaded, frames, len(frames))[1]
        rows.append(row(path.name, known.unfamiliarity(features)))
    return rows


def _inputs(artifact: Artifact, path: Path) -> Iterable[NDArray[np.float32]]:
    """What the network sees of a video, twice a second, or of pictures."""
    size = input_size(artifact.manifest)
    with closing(open_source(str(path), every_seconds=EVERY_SECONDS)) as opened:
        for frame in opened.samples():
            if isinstance(frame, Frame):
                yield network_input(scene_picture(frame.image, size)[None], artifact.manifest)


def row(name: str, unfamiliarity: NDArray[np.float64]) -> dict[str, Any]:
    """The figures of one set of pictures."""
    return {
        "pictures": name,
        "count": len(unfamiliarity),
        "median": float(np.median(unfamiliarity)),
        "far": float((unfamiliarity > FAR_PERCENT).mean()),
    }
