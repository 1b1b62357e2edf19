"""A model artifact: a folder with ``manifest.json`` beside its ``model.onnx``.

Labels, sizes and normalisation live in the manifest and nowhere else; the code reads them from there.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.errors import ArtifactError
from monitor.model import familiarity

MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """What is known about a model. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    file: str = "model.onnx"
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    format: Literal["onnx"] = "onnx"
    input_shape: tuple[int, int, int]
    """(channels, height, width) of one picture, in pixels."""
    mean: tuple[float, ...]
    """Per channel, in units of pixel / 255; the network sees (pixel / 255 - mean) / std."""
    std: tuple[float, ...]
    colour: Literal["grey", "rgb", "bgr"]
    labels: tuple[str, ...]
    """In output order."""
    full_precision: bool = False
    """Whether a runtime must compute in single precision: fine differences of the outputs count, not only the largest
    of a few probabilities."""
    licence: str
    training_data: str
    familiarity: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """Digest of `familiarity.npz`, which knows the training pictures; None where there is no such file."""
    metrics: dict[str, float | int | str | list[float]]
    """Measured by `monitor evaluate` on data that was used neither to train nor to tune."""
    trainer: str
    commit: str
    """Commit of this project that trained the model."""

    @property
    def identity(self) -> str:
        """Name, version and the beginning of the digest: what tells one model from another."""
        return f"{self.name} {self.version} {self.sha256[:12]}"


class Artifact:
    """A manifest whose model file was checked against its digest.

    >>> Artifact.read("my_plugin/artifact").manifest.labels  # doctest: +SKIP
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    def __repr__(self) -> str:
        return f"Artifact({self.manifest.name} {self.manifest.version}, {self.folder})"

    @property
    def model(self) -> Path:
        """Path of the ONNX file."""
        return self.folder / self.manifest.file

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """The artifact in `folder`. Raises ArtifactError where a file is missing, unknown or altered."""
        folder = Path(folder)
        path = folder / MANIFEST
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise ArtifactError(f"{path} is missing: {folder} is not a model artifact") from None
        except ValidationError as error:
            problem = error.errors()[0]
            key = ".".join(map(str, problem["loc"])) or "manifest"
            raise ArtifactError(f"{path}: {key}: {problem['msg']}") from None
        artifact = cls(folder, manifest)
        _check(artifact.model, manifest.sha256)
        if manifest.familiarity is not None:
            _check(folder / familiarity.FILE, manifest.familiarity)
        return artifact

    def familiarity(self) -> familiarity.Familiarity | None:
        """What tells how far a picture lies from the training pictures; None for a model without it."""
        if self.manifest.familiarity is None:
            return None
        return familiarity.Familiarity.read(self.folder / familiarity.FILE)

    @classmethod
    def write(cls, folder: str | Path, manifest: Manifest) -> Self:
        """Write `manifest` beside the model file that already lies in `folder`, and read both back."""
        folder = Path(folder)
        text = json.dumps(manifest.model_dump(mode="json", exclude_none=True), indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        return cls.read(folder)


def _check(path: Path, digest: str) -> None:
    """Raises ArtifactError where there is no such file, or it is another than the manifest names."""
    if not path.is_file():
        raise ArtifactError(f"{path} is missing; the manifest beside it names it")
    found = sha256(path)
    if found != digest:
        raise ArtifactError(
            f"{path}: sha256 is {found[:12]}…, the manifest says {digest[:12]}…; "
            "the file was altered or only half copied"
        )


def sha256(path: Path) -> str:
    """Hex digest of the file at `path`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
