"""OpenCLIP as a detector: the library itself with a tiny network of chance weights, and a made module whose answers can
be computed by hand. No weights are downloaded in a test."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from monitor.errors import ConfigError
from monitor_train.scene.anp.detectors import OpenClip

ANPS = ("red_thing", "green_thing", "blue_old_thing")
COLOURS = {"red": (1.0, 0.0, 0.0), "green": (0.0, 1.0, 0.0), "blue": (0.0, 0.0, 1.0)}


class FakeClip:
    """The common space is that of colours."""

    logit_scale = torch.tensor(2.0)
    texts = 0

    def eval(self) -> FakeClip:
        return self

    def encode_text(self, prompts: list[str], normalize: bool) -> torch.Tensor:
        FakeClip.texts += 1
        assert normalize
        assert prompts[2] == "a photo of a blue old thing"
        return torch.tensor([COLOURS[prompt.split()[4]] for prompt in prompts])

    def encode_image(self, batch: torch.Tensor, normalize: bool) -> torch.Tensor:
        assert normalize
        return batch / batch.norm(dim=1, keepdim=True)


@pytest.fixture
def clip(monkeypatch: pytest.MonkeyPatch) -> type[FakeClip]:
    def create(architecture: str, pretrained: str) -> tuple[FakeClip, None, object]:
        if pretrained == "gone":
            raise RuntimeError("Pretrained weights (gone) not found")
        return FakeClip(), None, lambda image: torch.from_numpy(np.asarray(image, np.float32)).mean((0, 1)) / 255

    module = ModuleType("open_clip")
    vars(module).update(create_model_and_transforms=create, get_tokenizer=lambda architecture: list)
    monkeypatch.setitem(sys.modules, "open_clip", module)
    monkeypatch.setattr(FakeClip, "texts", 0)
    return FakeClip


def picture(colour: tuple[int, int, int]) -> np.ndarray:
    return np.asarray(Image.new("RGB", (5, 4), colour))


def test_the_nearest_prompt_is_most_probable(clip: type[FakeClip], tmp_path: Path) -> None:
    detector = OpenClip(ANPS, "ViT", "best", tmp_path / "prompts.npz")
    answers = detector([picture((0, 0, 200)), picture((200, 150, 0))], "a.png")
    assert detector.anps == ANPS
    assert answers.shape == (2, 3)
    assert answers.argmax(axis=1).tolist() == [2, 0]
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
    expected = np.exp(np.exp(2.0) * np.array([0.8, 0.6, 0.0]))
    np.testing.assert_allclose(answers[1], expected / expected.sum(), atol=1e-5)


def test_prompts_are_encoded_once(clip: type[FakeClip], tmp_path: Path) -> None:
    for _ in range(2):
        OpenClip(ANPS, "ViT", "best", tmp_path / "prompts.npz")
    assert clip.texts == 1
    OpenClip(ANPS, "ViT", "other", tmp_path / "prompts.npz")
    OpenClip((*ANPS, "red_sun"), "ViT", "other", tmp_path / "prompts.npz")
    assert clip.texts == 3


def test_weights_that_are_not_there(clip: type[FakeClip], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="OpenCLIP cannot load ViT with gone: Pretrained weights"):
        OpenClip(ANPS, "ViT", "gone", tmp_path / "prompts.npz")


def test_without_open_clip_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(ConfigError, match=r"needs OpenCLIP .*pip install open-clip-torch"):
        OpenClip(ANPS, "ViT", "best", tmp_path / "prompts.npz")


TINY = {
    "embed_dim": 8,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


def test_the_library_itself_is_asked_as_it_wants_to_be(tmp_path: Path) -> None:
    """The same probabilities as by the library's own functions, from weights in a file."""
    import open_clip

    (tmp_path / "tiny-clip.json").write_text(json.dumps(TINY), encoding="utf-8")
    open_clip.add_model_config(tmp_path)
    torch.manual_seed(0)
    model, _, prepare = open_clip.create_model_and_transforms("tiny-clip", pretrained_image=False, load_weights=False)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, tmp_path / "tiny.safetensors")
    regions = [picture((255, 0, 0)), picture((0, 90, 30))]
    detector = OpenClip(ANPS, "tiny-clip", str(tmp_path / "tiny.safetensors"), tmp_path / "prompts.npz")
    with torch.inference_mode():
        words = ["a photo of a red thing", "a photo of a green thing", "a photo of a blue old thing"]
        texts = model.eval().encode_text(open_clip.get_tokenizer("tiny-clip")(words), normalize=True)
        images = model.encode_image(torch.stack([prepare(Image.fromarray(each)) for each in regions]), normalize=True)
        expected = (model.logit_scale.exp() * images @ texts.T).softmax(1)
    np.testing.assert_allclose(detector(regions, "any"), expected, rtol=1e-4)
