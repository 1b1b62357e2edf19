"""Segmenters against networks that say what they are told to: none of the real ones can be downloaded in a test."""

from __future__ import annotations

import hashlib
import sys
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from torchvision.models import detection

from monitor.engine.boxes import overlap
from monitor.errors import ConfigError
from monitor_train.scene.anp import segmenters
from monitor_train.scene.anp.regions import SCENE, WHOLE, Region, regions_of
from monitor_train.scene.anp.saliency import cut
from monitor_train.scene.anp.segmenters import (
    MaskRcnn,
    PanopticFpn,
    SalientWindows,
    bounding_box,
    checked,
    salient_windows,
)

PICTURE = np.random.default_rng(0).integers(0, 256, (20, 40, 3), np.uint8)


def test_the_box_around_a_mask() -> None:
    mask = np.zeros((10, 20), bool)
    mask[2:5, 4] = mask[3, 4:9] = True
    assert bounding_box(mask) == (4 / 20, 2 / 10, 9 / 20, 5 / 10)


def test_without_detectron2_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "detectron2", None)
    with pytest.raises(ConfigError, match=r"needs Detectron2 .*setuptools<81'.* 'git\+https"):
        PanopticFpn()


def test_without_pkg_resources_the_error_says_which_setuptools_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise ModuleNotFoundError("No module named 'pkg_resources'", name="pkg_resources")

    monkeypatch.setitem(sys.modules, "detectron2", Broken("detectron2"))
    with pytest.raises(ConfigError, match=r"\(No module named 'pkg_resources'\): pip install 'setuptools<81'$"):
        PanopticFpn()


def test_a_checkpoint_must_have_the_digest_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    with pytest.raises(ConfigError, match=r"--weights .*model\.pkl is missing"):
        PanopticFpn(path)
    path.write_bytes(b"weights")
    own = hashlib.sha256(b"weights").hexdigest()
    assert checked(path, own.upper()) == str(path)
    with pytest.raises(ConfigError, match=f"has the SHA-256 digest {own}, and no --digest was given"):
        PanopticFpn(path)
    with pytest.raises(ConfigError, match=f"has the SHA-256 digest {own}, not abc"):
        PanopticFpn(path, "abc")


def test_panoptic_fpn_itself_finds_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Detectron2 as it is installed, without trained weights: what it finds means nothing, but has labels and boxes."""
    pytest.importorskip("detectron2", reason="Detectron2 is not installed; it is built from source")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of Detectron2's own code
        from detectron2 import model_zoo
        from detectron2.data import MetadataCatalog

        monkeypatch.setattr(model_zoo, "get_checkpoint_url", lambda name: "")
        torch.manual_seed(0)
        found = regions_of(PanopticFpn(), np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8), "a.png")
    known = MetadataCatalog.get("coco_2017_train_panoptic_separated")
    assert (len(known.thing_classes), len(known.stuff_classes)) == (80, 54)
    assert found
    assert {region.label for region in found} <= {*known.thing_classes, *known.stuff_classes, SCENE}


def test_panoptic_segments_become_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a module laid out as Detectron2's documentation has it."""
    seen = []

    class DefaultPredictor:
        def __init__(self, settings: SimpleNamespace) -> None:
            assert settings.file == settings.MODEL.WEIGHTS == "COCO-PanopticSegmentation/panoptic_fpn_R_101_3x.yaml"

        def __call__(self, picture: np.ndarray) -> dict[str, object]:
            seen.append(picture)
            numbers = torch.zeros(20, 40, dtype=torch.int32)
            numbers[10:] = 5
            numbers[:10, :20] = 9
            segments = [{"id": 5, "isthing": False, "category_id": 1}, {"id": 9, "isthing": True, "category_id": 0}]
            return {"panoptic_seg": (numbers, segments)}

    settings = SimpleNamespace(MODEL=SimpleNamespace(), DATASETS=SimpleNamespace(TRAIN=["coco"]))
    settings.merge_from_file = lambda file: setattr(settings, "file", file)
    classes = SimpleNamespace(thing_classes=["person"], stuff_classes=["things", "grass"])
    parts = {
        "": {"model_zoo": SimpleNamespace(get_config_file=lambda name: name, get_checkpoint_url=lambda name: name)},
        ".config": {"get_cfg": lambda: settings},
        ".data": {"MetadataCatalog": SimpleNamespace(get=lambda name: classes)},
        ".engine": {"DefaultPredictor": DefaultPredictor},
    }
    for name, content in parts.items():
        module = ModuleType(f"detectron2{name}")
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, f"detectron2{name}", module)

    found = PanopticFpn()(PICTURE, "a.png")
    assert found == [Region("grass", (0.0, 0.5, 1.0, 1.0)), Region("person", (0.0, 0.0, 0.5, 0.5))]
    np.testing.assert_array_equal(seen[0], PICTURE[:, :, ::-1])  # Detectron2 wants BGR


class FakeRcnn:
    """Says two objects, of which one is uncertain."""

    def eval(self) -> FakeRcnn:
        return self

    def __call__(self, pictures: list[torch.Tensor]) -> list[dict[str, torch.Tensor]]:
        assert pictures[0].shape == (3, 20, 40)
        assert pictures[0].max() <= 1
        boxes = torch.tensor([[4.0, 5.0, 20.0, 30.0], [0.0, 0.0, 8.0, 8.0]])
        return [{"boxes": boxes, "labels": torch.tensor([18, 1]), "scores": torch.tensor([0.9, 0.3])}]


def test_objects_of_mask_rcnn_become_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "maskrcnn_resnet50_fpn_v2", lambda **_: FakeRcnn())
    assert MaskRcnn()(PICTURE, "a.png") == [Region("dog", pytest.approx((0.1, 0.25, 0.5, 1.0)))]


def test_mask_rcnn_without_its_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(**_: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr(detection, "maskrcnn_resnet50_fpn_v2", unreachable)
    with pytest.raises(ConfigError, match=r"cannot download the weights of Mask R-CNN \(no route\)"):
        MaskRcnn()


def test_salient_windows_are_the_fullest_that_differ() -> None:
    """Against a search that looks at all windows again for every one that it takes."""
    saliency = cv2.GaussianBlur(np.random.default_rng(0).random((80, 80)).astype(np.float32) ** 8, (0, 0), 6)
    left = [(x / 14, y / 14, x / 14 + 0.5, y / 14 + 0.5) for y in range(8) for x in range(8)]
    expected: list[tuple[float, float, float, float]] = []
    while left and len(expected) < 3:
        best = max(left, key=lambda box: cut(saliency, box).sum())
        expected.append(best)
        left = [box for box in left if overlap(np.array([box]), np.array([best]))[0, 0] < 1 / 3]
    found = salient_windows(saliency)
    np.testing.assert_allclose(found, expected)
    assert len(found) == 3
    assert salient_windows(np.zeros((8, 8), np.float32)) == []


def test_the_whole_picture_and_its_windows_are_named_by_a_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    class Named:
        def __init__(self, init: str, convention: str) -> None:
            assert (init, convention) == ("weights", "tensorflow")

        def labels(self, pictures: list[np.ndarray]) -> list[str]:
            return [f"{len(picture)} rows" for picture in pictures]

    monkeypatch.setattr(segmenters, "Frozen", Named)
    found = SalientWindows("weights", "tensorflow")(PICTURE, "a.png")
    assert found[0] == Region("20 rows", WHOLE)
    assert 1 < len(found) <= 4
    assert {region.label for region in found[1:]} == {"10 rows"}


def test_a_classifier_must_have_been_trained() -> None:
    with pytest.raises(ConfigError, match="--segmenter salient names regions with a trained ImageNet classifier"):
        SalientWindows("random", "torchvision")
