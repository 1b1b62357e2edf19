"""Shows where the two branches of landmark fusion look (Kanamori, Kanamori, Endo and Mitani, tables 9 and 10), by
Grad-CAM++ (Chattopadhyay, Sarkar, Howlader and Balasubramanian 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor, nn

from monitor.errors import ArtifactError, ConfigError
from monitor.model.artifact import Artifact
from monitor.model.runtimes import OnnxRuntime
from monitor_face.detection.mediapipe_detector import MediaPipeDetector
from monitor_face.expression.face_input import FaceInput
from monitor_train.face.landmark_network import LandmarkNetwork
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import profile_of
from monitor_train.pictures.figures import save
from monitor_train.pictures.layouts import read_picture
from monitor_train.pictures.weights import artifact_weights, take_weights


@dataclass(frozen=True)
class Explanation:
    """What a model says of one face, and why."""

    face: NDArray[np.uint8]
    """(S, S, C) as the network sees it, the heatmap in the last channel."""
    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]
    """(3, K): of the whole, of the image branch, of the landmark branch."""
    image_map: NDArray[np.float32]
    landmark_map: NDArray[np.float32]
    """(S, S) from 0 to 1: what speaks for the branch's own answer, where."""


def explain(picture: Path, artifact: Path) -> list[Explanation]:
    """One explanation for each face in `picture`, from the left. Raises ConfigError where there is no face, DataError
    where the picture cannot be read, and ArtifactError for a model without landmark branch."""
    model = Artifact.read(artifact)
    takes = FaceInput(model.manifest)
    if not takes.with_heatmap:
        raise ArtifactError(f"{model} has no landmark branch to explain")
    labels, own = model.manifest.labels, profile_of(takes.size)
    image = FaceNetwork(own, len(labels)).eval()
    landmark = LandmarkNetwork(len(labels), own.size, own.landmarks, own.landmark_cell, own.landmark_stride).eval()
    for network, part in ((image, "image."), (landmark, "landmark.")):
        take_weights(network, artifact_weights(model, part), model)

    frame = read_picture(picture)
    detector = MediaPipeDetector()
    try:
        faces = sorted(detector.detect(frame), key=lambda face: face.box[0])
    finally:
        detector.close()
    if not faces:
        raise ConfigError(f"no face was found in {picture}")
    runtime = OnnxRuntime(model)
    explanations = []
    for face in faces:
        seen = takes(frame, face.mesh, face.box)
        batch = takes.batch(seen[None])
        inputs = torch.from_numpy(batch)
        explanations.append(
            Explanation(
                seen.transpose(1, 2, 0),
                labels,
                np.concatenate(runtime.outputs(batch)),
                activation_map(image, image.trunk, inputs[:, :-1]),
                activation_map(landmark, landmark.fifth, inputs[:, -1:], landmark.places[4]),
            )
        )
    return explanations


def grad_cam_plus_plus(network: nn.Module, layer: nn.Module, inputs: Tensor) -> Tensor:
    """What speaks for the best class of `network` at the output of `layer`, (H, W) from 0 to 1 (Chattopadhyay et al.,
    equations 10, 12 and 19); `inputs` (1, C, S, S)."""
    kept: list[Tensor] = []
    hook = layer.register_forward_hook(lambda module, given, output: kept.append(output))
    try:
        scores = network(inputs.requires_grad_())
    finally:
        hook.remove()
    [maps] = kept
    [slopes] = torch.autograd.grad(scores.amax(), maps)
    weighed = 2 * slopes**2 + maps.sum((2, 3), keepdim=True) * slopes**3
    alpha = torch.where(weighed != 0, slopes**2 / weighed, 0.0)
    weights = (alpha * slopes.relu()).sum((2, 3), keepdim=True)
    [[activation]] = (weights * maps).sum(1, keepdim=True).relu().detach()
    scaled: Tensor = activation / activation.amax().clamp(min=1e-12)
    return scaled


def activation_map(
    network: nn.Module, layer: nn.Module, inputs: Tensor, place: tuple[float, float] | None = None
) -> NDArray[np.float32]:
    """Grad-CAM++ (S, S), from 0 to 1, of what `network` answers to `inputs` (1, C, S, S), at the output of `layer`.

    `place`: where the layer's first unit is centred, in pixels, and the distance to the next; without it the layer
    covers the picture evenly. Where no unit is centred nothing is said.
    """
    size = inputs.shape[-1]
    small = grad_cam_plus_plus(network, layer, inputs).numpy()
    step = size / len(small)
    first, step = place or (step / 2, step)
    back = np.array([[1 / step, 0, (0.5 - first) / step], [0, 1 / step, (0.5 - first) / step]])
    border = cv2.BORDER_REPLICATE if place is None else cv2.BORDER_CONSTANT
    large = cv2.warpAffine(small, back, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=border)
    return np.asarray(large, np.float32)


def explanation_figure(explanations: list[Explanation], path: Path) -> None:
    """A row for each face: the picture, what the image branch looks at, the landmarks, what their branch looks at."""
    figure = Figure(figsize=(10, 2.9 * len(explanations)), layout="constrained")
    for row, explained in zip(figure.subplots(len(explanations), 4, squeeze=False), explanations, strict=True):
        picture = explained.face[:, :, :-1].repeat(3 // (explained.face.shape[2] - 1), axis=2)
        heatmap = explained.face[:, :, -1:].repeat(3, axis=2)
        whole, image, landmark = (answer(explained.labels, each) for each in explained.probabilities)
        panels = (
            (picture, None, f"together: {whole}"),
            (picture, explained.image_map, f"picture: {image}"),
            (heatmap, None, "landmarks"),
            (heatmap, explained.landmark_map, f"landmarks: {landmark}"),
        )
        for axes, (shown, over, title) in zip(row, panels, strict=True):
            axes.imshow(shown)
            if over is not None:
                axes.imshow(over, cmap="jet", alpha=0.45, vmin=0, vmax=1)
            axes.set_title(title, fontsize=9)
            axes.set_axis_off()
    save(figure, path)


def answer(labels: tuple[str, ...], probabilities: NDArray[np.float32]) -> str:
    """The label of the largest probability, with it."""
    best = int(probabilities.argmax())
    return f"{labels[best]} {probabilities[best]:.2f}"
