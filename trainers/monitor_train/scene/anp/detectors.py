"""Who says which adjective-noun pairs describe a region: OpenCLIP without training, or a trained bank."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from monitor.errors import ArtifactError, ConfigError
from monitor.model.artifact import Artifact
from monitor.model.picture_input import input_size, network_input, scene_picture
from monitor.model.runtimes import OnnxRuntime
from monitor_train.pictures.terminal import progress
from monitor_train.scene.anp.bank import TRAINED
from monitor_train.scene.anp.cross_fitting import folds_of
from monitor_train.scene.anp.vocabulary import split_anp

OPEN_CLIP = "pip install open-clip-torch"
PROMPT_BATCH = 256


class AnpDetector(Protocol):
    """Gives every region a distribution over pairs."""

    anps: tuple[str, ...]
    """The K pairs."""

    def __call__(self, regions: Sequence[NDArray[np.uint8]], name: str) -> NDArray[np.floating[Any]]:
        """Probabilities (R, K) of the regions, uint8 RGB (H, W, 3) each, of the picture known as `name`."""


class OpenClip:
    """Zero-shot: the pair whose prompt lies nearest to the region in CLIP's common space."""

    def __init__(self, anps: Sequence[str], architecture: str, weights: str, cache: Path) -> None:
        """`architecture` and `weights` as open_clip names them; the features of the prompts are kept in `cache`.

        Raises ConfigError where open_clip is missing or cannot have the weights.
        """
        try:
            import open_clip
        except ImportError as error:
            raise ConfigError(f"the detector openclip needs OpenCLIP ({error}): {OPEN_CLIP}") from None
        try:
            model, _, self._prepare = open_clip.create_model_and_transforms(architecture, pretrained=weights)
        except (OSError, RuntimeError, ValueError) as error:
            raise ConfigError(f"OpenCLIP cannot load {architecture} with {weights}: {error}") from None
        self.anps = tuple(anps)
        self._model: Any = model.eval()
        self._texts = self._prompts(open_clip.get_tokenizer(architecture), cache, f"{architecture} {weights}")

    @torch.inference_mode()
    def __call__(self, regions: Sequence[NDArray[np.uint8]], name: str) -> NDArray[np.floating[Any]]:
        batch = torch.stack([self._prepare(Image.fromarray(region)) for region in regions])
        features = self._model.encode_image(batch, normalize=True)
        logits = self._model.logit_scale.exp() * features @ self._texts.T
        return np.asarray(logits.softmax(1).numpy())

    @torch.inference_mode()
    def _prompts(self, tokenize: Any, cache: Path, model: str) -> torch.Tensor:
        """The features of one prompt per pair, (K, F), from `cache` where it holds exactly these."""
        key = "\n".join([model, *self.anps])
        if cache.is_file():
            with np.load(cache, allow_pickle=False) as kept:
                if str(kept["key"]) == key:
                    return torch.from_numpy(kept["features"])
        prompts = [f"a photo of a {' '.join(split_anp(anp, 'vocabulary'))}".replace("_", " ") for anp in self.anps]
        parts = [prompts[start : start + PROMPT_BATCH] for start in range(0, len(prompts), PROMPT_BATCH)]
        features = torch.cat(
            [self._model.encode_text(tokenize(part), normalize=True) for part in progress(parts, "prompts", len(parts))]
        )
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, key=key, features=features.numpy())
        return features


class Bank:
    """A bank made by `monitor train anp-bank`. Of a picture that it was trained on it asks the head that was not."""

    def __init__(self, folder: Path) -> None:
        """Raises ArtifactError where the folder holds no bank."""
        try:
            self._trained = frozenset((folder / TRAINED).read_text(encoding="utf-8").splitlines())
        except FileNotFoundError:
            raise ArtifactError(
                f"{folder / TRAINED} is missing: {folder} was not made by `monitor train anp-bank`"
            ) from None
        self._folder = folder
        self._runtimes: dict[Path, OnnxRuntime] = {}
        self._manifest = Artifact.read(folder / "artifact").manifest
        self._size = input_size(self._manifest)
        self.anps = self._manifest.labels

    def __call__(self, regions: Sequence[NDArray[np.uint8]], name: str) -> NDArray[np.floating[Any]]:
        pictures = np.stack([scene_picture(region, self._size) for region in regions])
        return self._runtime(name).run(network_input(pictures, self._manifest))

    def folder_for(self, name: str) -> Path:
        """The artifact that is asked about a picture: one that was not trained on it, where there are such."""
        if name in self._trained and (self._folder / "folds").is_dir():
            return self._folder / "folds" / str(folds_of([name])[0])
        return self._folder / "artifact"

    def _runtime(self, name: str) -> OnnxRuntime:
        folder = self.folder_for(name)
        if folder not in self._runtimes:
            self._runtimes[folder] = OnnxRuntime(Artifact.read(folder))
        return self._runtimes[folder]
