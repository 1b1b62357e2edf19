"""What a model answers to made pictures, computed once in single precision and kept beside it, to judge runtimes by.

The pictures are the same everywhere: smooth patches of light and shadow at two scales, of every brightness and
contrast, from a generator whose numbers NumPy promises never to change. So only the answers are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact, Manifest
from monitor.plugin.contracts import Runtime

FILE = "reference.npz"
"""Beside a model that has one; it names the digest of the model that it belongs to."""
SAMPLES = 256
"""Pictures that the probabilities are kept for."""
QUICK = 2
"""Pictures that all other outputs are kept for, and that a runtime has to answer before it is used."""
TOLERANCE = 0.02
"""Largest difference of a probability; other numbers are taken as parts of the largest of them."""
FINE_TOLERANCE = 0.001
"""The same for models whose manifest asks for full precision."""
LEAST_SAME_TOP = 0.995
"""Share of samples whose most probable label has to be the same."""
SCALES = {4: 0.35, 16: 0.15}
"""Patches along a side -> how strongly they differ, in brightness from 0 to 1."""


def made_inputs(manifest: Manifest, count: int) -> NDArray[np.float32]:
    """Input (count, channels, height, width) of the network; a sample is the same whatever the count."""
    channels, height, width = manifest.input_shape
    mean, std = (np.array(each, np.float32).reshape(-1, 1, 1) for each in (manifest.mean, manifest.std))
    pictures = np.stack([_picture(seed, channels, height, width) for seed in range(count)])
    return np.asarray((pictures - mean) / std, np.float32)


def _picture(seed: int, channels: int, height: int, width: int) -> NDArray[np.float32]:
    """(channels, height, width), from 0 to 1."""
    random = np.random.RandomState(seed)
    picture = np.full((channels, height, width), random.uniform(0.1, 0.9))
    contrast = random.uniform(0.2, 2.0)
    for patches, strength in SCALES.items():
        grey = random.uniform(-1, 1, (1, patches, patches))
        colour = random.uniform(-0.5, 0.5, (channels, patches, patches))
        picture += contrast * strength * (_between(height, patches) @ (grey + colour) @ _between(width, patches).T)
    return picture.clip(0, 1).astype(np.float32)


def _between(length: int, knots: int) -> NDArray[np.float64]:
    """(length, knots): weights of linear interpolation between equally distant knots; each row sums to 1."""
    places = np.linspace(0, knots - 1, length)[:, None]
    return np.clip(1 - np.abs(places - np.arange(knots)), 0, 1)


@dataclass(frozen=True)
class Agreement:
    """How close one runtime's answers are to the reference."""

    difference: float
    """The largest; NaN where an answer is no number."""
    same_top: float | None
    """Share of samples with the same most probable label; None for a model without labels."""
    tolerance: float

    @property
    def is_close(self) -> bool:
        """Whether the runtime may be used."""
        return self.difference <= self.tolerance and (self.same_top is None or self.same_top >= LEAST_SAME_TOP)


@dataclass(frozen=True)
class Reference:
    """Answers of one model to `made_inputs`."""

    outputs: tuple[NDArray[np.float32], ...]
    """Each output of the model: the first, where it has labels, for SAMPLES pictures, the others for QUICK."""

    @classmethod
    def of(cls, artifact: Artifact, runtime: Runtime) -> Self:
        """What `runtime` answers, one picture at a time."""
        inputs = made_inputs(artifact.manifest, SAMPLES if artifact.manifest.labels else QUICK)
        first = np.concatenate([runtime.run(picture[None]) for picture in inputs])
        quick = [runtime.outputs(picture[None])[1:] for picture in inputs[:QUICK]]
        return cls((first, *(np.concatenate(rows) for rows in zip(*quick, strict=True))))

    @classmethod
    def read(cls, artifact: Artifact) -> Self | None:
        """The one beside `artifact`; None where there is none, or one of an earlier model.

        Raises ArtifactError where the file is damaged.
        """
        path = artifact.folder / FILE
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as kept:
                if str(kept["sha256"]) != artifact.manifest.sha256:
                    return None
                return cls(tuple(kept[f"output_{number}"] for number in range(len(kept.files) - 1)))
        except (OSError, KeyError, ValueError, BadZipFile) as error:
            raise ArtifactError(
                f"{path} cannot be read ({error}); `monitor models reference {artifact.folder}` makes it again"
            ) from None

    def write(self, artifact: Artifact) -> Path:
        """Keep it beside `artifact`; the path of the file."""
        path = artifact.folder / FILE
        named = {f"output_{number}": output for number, output in enumerate(self.outputs)}
        np.savez_compressed(path, sha256=np.array(artifact.manifest.sha256), **named)
        return path

    def agreement(self, manifest: Manifest, outputs: Sequence[NDArray[np.float32]]) -> Agreement:
        """How close `outputs` are, each for as many of the pictures as it has rows."""
        pairs = [
            (expected[: len(found)], found[: len(expected)])
            for expected, found in zip(self.outputs, outputs, strict=False)
        ]
        scales = [1.0 if number == 0 and manifest.labels else _largest(pair[0]) for number, pair in enumerate(pairs)]
        differences = [
            _largest(found - expected) / scale for (expected, found), scale in zip(pairs, scales, strict=True)
        ]
        same_top = None
        if manifest.labels:
            expected, found = pairs[0]
            same_top = float(np.mean(expected.argmax(axis=1) == found.argmax(axis=1)))
        return Agreement(float(np.max(differences)), same_top, FINE_TOLERANCE if manifest.full_precision else TOLERANCE)


def _largest(numbers: NDArray[np.float32]) -> float:
    return float(np.abs(numbers).max())
