"""From a trained network to an artifact: calibrated, as ONNX, small, and checked against torch."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from scipy.optimize import minimize_scalar
from torch import Tensor, nn

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact, Manifest, sha256
from monitor.model.reference import Reference
from monitor.model.runtimes import OnnxRuntime

TOLERANCE = 5e-3
"""Largest difference of a probability between torch and the artifact, whose weights have half precision; of vectors,
largest difference of their cosine from 1."""
PROBABILITIES, VECTOR = "probabilities", "vector"
"""Names of outputs."""


class Calibrated(nn.Module):
    """Probabilities (B, classes) instead of logits, softened by a temperature.

    A network that gives several logits, as landmark fusion does with its branches, gives as many probabilities.
    """

    def __init__(self, network: nn.Module, temperature: float, outputs: tuple[str, ...] = (PROBABILITIES,)) -> None:
        """`outputs`: their names; the first is the one that counts."""
        super().__init__()
        self.network = network
        self.temperature = temperature
        self.outputs = outputs

    def forward(self, pictures: Tensor) -> Tensor | tuple[Tensor, ...]:
        logits = self.network(pictures)
        if isinstance(logits, Tensor):
            return torch.softmax(logits / self.temperature, dim=1)
        return tuple(torch.softmax(each / self.temperature, dim=1) for each in logits)


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The temperature with the least negative log likelihood (Guo et al., "On calibration of modern neural networks",
    2017, section 4.2); logits (N, classes), labels (N,)."""
    rows, wide = np.arange(len(labels)), logits.astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = wide / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x))


def write_onnx(network: Calibrated, shape: tuple[int, int, int], path: Path) -> None:
    """Write `network`, (B, *shape) -> (B, classes), with its weights in half precision, for any batch size."""
    outputs = network.outputs
    network = network.eval().float().cpu()
    network.training = True  # the outermost module's alone: so the exporter keeps weights apart that are equal
    with warnings.catch_warnings():
        # torch prefers its newer exporter, which needs one more package and gains nothing on a plain network like this
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "Constant folding")  # the runtimes do it themselves
        warnings.filterwarnings("ignore", "Converting a tensor to a Python")  # the size of a picture is fixed
        torch.onnx.export(
            network,
            (torch.zeros(2, *shape),),
            str(path),
            dynamo=False,
            # norms stay apart from convolutions, and names as they are, so that `monitor_train.pictures.weights` finds
            # everything; the runtimes fold what can be folded when they load the model
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            input_names=["pictures"],
            output_names=list(outputs),
            dynamic_axes={name: {0: "batch"} for name in ("pictures", *outputs)},
        )
    network.eval()
    model = onnx.load(path)
    halve(model)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def halve(model: onnx.ModelProto) -> None:
    """Keep the large weights as float16; the runtimes widen them once, when they load the model."""
    graph = model.graph
    casts = []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < 1024:
            continue
        name, values = weight.name, numpy_helper.to_array(weight)
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def check_parity(network: Calibrated, artifact: Artifact, batch: NDArray[np.float32]) -> float:
    """The largest difference of torch and artifact on `batch` (N, C, S, S), over all outputs.

    Of vectors it is how far the least of their cosines is from 1. Raises ArtifactError above TOLERANCE.
    """
    with torch.inference_mode():
        found = network.eval()(torch.from_numpy(batch))
    largest = 0.0
    expected = [found] if isinstance(found, Tensor) else found
    for name, own, given in zip(network.outputs, expected, OnnxRuntime(artifact).outputs(batch), strict=True):
        difference = turned(given, own.numpy()) if name == VECTOR else float(np.abs(given - own.numpy()).max())
        if not difference <= TOLERANCE:
            raise ArtifactError(
                f"{artifact.model} differs from torch by {difference:.2g} in the output {name}, more than {TOLERANCE}"
            )
        largest = max(largest, difference)
    return largest


def turned(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How far the least cosine of the vectors (N, length) of `one` and `other` is from 1."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float(1 - ((one * other).sum(1) / lengths).min())


def write_artifact(folder: Path, network: Calibrated, manifest: Manifest) -> Artifact:
    """The artifact of `network` in `folder`, with that manifest but for the digest, and what it answers to the made
    pictures that runtimes are judged by."""
    folder.mkdir(parents=True, exist_ok=True)
    write_onnx(network, manifest.input_shape, folder / manifest.file)
    artifact = Artifact.write(folder, manifest.model_copy(update={"sha256": sha256(folder / manifest.file)}))
    Reference.of(artifact, OnnxRuntime(artifact)).write(artifact)
    return artifact


def write_measured(
    folder: Path,
    network: Calibrated,
    manifest: Manifest,
    batch: NDArray[np.float32],
    measure: Callable[[Path], dict[str, Any]],
) -> Path:
    """The artifact of `network` in `folder`, with what `measure(folder)` says of it as the metrics of its manifest.

    `batch` (N, C, S, S): inputs on which artifact and torch must agree. Raises ArtifactError where they do not.
    """
    artifact = write_artifact(folder, network, manifest)
    parity = check_parity(network, artifact, batch)
    metrics = measure(folder)
    if PROBABILITIES in network.outputs:
        metrics["temperature"] = round(network.temperature, 4)
    metrics["parity_with_torch"] = float(f"{parity:.1e}")
    return Artifact.write(folder, artifact.manifest.model_copy(update={"metrics": metrics})).folder


def new_manifest(
    name: str,
    labels: Sequence[str],
    terms: tuple[str, str],
    commit: str,
    *,
    size: int,
    mean: tuple[float, ...],
    std: tuple[float, ...],
    colour: Literal["grey", "rgb"] = "rgb",
    **facts: Any,
) -> Manifest:
    """The manifest of a network of square pictures, without digest and metrics.

    `terms`: what the training data is, and the licence of the weights; `facts`: other fields of the manifest.
    """
    training_data, licence = terms
    return Manifest(
        name=name,
        sha256="0" * 64,
        input_shape=(len(mean), size, size),
        mean=mean,
        std=std,
        colour=colour,
        labels=tuple(labels),
        licence=licence,
        training_data=training_data,
        metrics={},
        trainer=name,
        commit=commit,
        **{"version": "1", **facts},
    )


@cache
def commit() -> str:
    """Commit of the project's working tree, with "+" where it differs from it; "unknown" outside of a clone."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", str(here)) else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
