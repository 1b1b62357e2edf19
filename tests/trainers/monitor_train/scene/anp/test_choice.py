"""Options choose what looks at the pictures; what is missing is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor_train.scene.anp import choice as anp_choice
from monitor_train.scene.anp.choice import make_detector, make_segmenter, region_describer
from monitor_train.scene.anp.options import Choice
from monitor_train.scene.anp.regions import RegionFile, WholePicture


def test_what_was_chosen_can_be_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "regions.json"
    path.write_text("{}")
    segmenter, by_what = make_segmenter(Choice("file", path))
    assert isinstance(segmenter, RegionFile)
    path.write_text('{"a.png": []}')
    assert make_segmenter(Choice("file", path))[1] != by_what
    segmenter, by_what = make_segmenter(Choice("whole"))
    assert isinstance(segmenter, WholePicture)
    assert by_what == {"segmenter": "whole"}


@pytest.mark.parametrize(("installed", "expected"), [(None, "maskrcnn"), (object(), "detectron2")])
def test_auto_takes_detectron2_where_it_is(monkeypatch: pytest.MonkeyPatch, installed: object, expected: str) -> None:
    monkeypatch.setattr(anp_choice.importlib.util, "find_spec", lambda name: installed)
    monkeypatch.setattr(anp_choice, "MaskRcnn", WholePicture)
    monkeypatch.setattr(anp_choice, "PanopticFpn", lambda weights, digest: WholePicture())
    assert make_segmenter(Choice("auto"))[1] == {"segmenter": expected}


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice("detectron"), "unknown segmenter 'detectron'; did you mean 'detectron2'"),
        (Choice("file"), "--segmenter file needs --regions"),
        (Choice("whole", detector="clip"), "unknown detector 'clip'; did you mean 'openclip'"),
        (Choice("whole", detector="bank"), "--detector bank needs --bank"),
        (Choice("whole", detector="openclip"), "--detector openclip needs --vocabulary"),
        (Choice("whole", saliency="ittti"), "unknown saliency 'ittti'; did you mean 'itti'"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, choice: Choice, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        region_describer(choice, tmp_path)


def test_detectron2_by_name_is_no_silent_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "detectron2", None)
    with pytest.raises(ConfigError, match="the segmenter detectron2 needs Detectron2"):
        make_segmenter(Choice("detectron2"))


def test_openclip_by_name_is_no_silent_fallback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "open_clip", None)
    (tmp_path / "list.txt").write_text("good_day\n")
    with pytest.raises(ConfigError, match="the detector openclip needs OpenCLIP"):
        make_detector(Choice(vocabulary=tmp_path / "list.txt"), tmp_path)
