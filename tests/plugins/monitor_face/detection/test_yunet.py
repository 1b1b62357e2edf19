from __future__ import annotations

import cv2
import numpy as np
import pytest

from monitor.engine.boxes import overlap
from monitor.errors import ConfigError
from monitor.plugin.registry import Plugins
from monitor_face.detection.yunet import YuNetDetector
from monitor_face.options import YuNetOptions


@pytest.fixture
def yunet(yunet_model):
    detector = YuNetDetector(YuNetOptions(model=yunet_model))
    yield detector
    detector.close()


def test_it_finds_what_the_other_detector_finds(yunet, detector, portrait):
    (face,) = yunet.detect(portrait)
    (other,) = detector.detect(portrait)
    assert face.score > 0.8
    assert overlap(np.array([face.box]), np.array([other.box]))[0, 0] > 0.5
    np.testing.assert_allclose(face.mesh[:, :2], other.mesh[:, :2], atol=0.01)


def test_the_size_of_the_picture_may_change_from_one_to_the_next(yunet, portrait):
    wide = np.full((1080, 3840, 3), 100, np.uint8)
    wide[300:812, 2000:2512] = portrait
    assert len(yunet.detect(portrait)) == 1
    (face,) = yunet.detect(wide)
    middle = (face.box[0] + face.box[2]) / 2 * 3840, (face.box[1] + face.box[3]) / 2 * 1080
    np.testing.assert_allclose(middle, (2000 + 225, 300 + 123), atol=25)


@pytest.mark.parametrize("size", [(1, 1), (40, 30), (32, 32), (64, 32), (20, 300), (300, 20)])
def test_small_and_narrow_pictures_have_no_faces_out_of_nowhere(yunet, portrait, size):
    assert len(yunet.detect(portrait)) == 1
    assert yunet.detect(np.zeros((*size, 3), np.uint8)) == []


def test_a_face_in_a_small_picture_lies_where_it_is(yunet, portrait):
    small = cv2.resize(portrait[80:240, 150:310], (56, 56), interpolation=cv2.INTER_AREA)
    (face,) = yunet.detect(small)
    middle = (face.box[0] + face.box[2]) / 2 * 160 + 150, (face.box[1] + face.box[3]) / 2 * 160 + 80
    np.testing.assert_allclose(middle, (225, 123), atol=15)


def test_colours_are_not_swapped(yunet, portrait):
    (face,) = yunet.detect(portrait)
    swapped = yunet.detect(np.ascontiguousarray(portrait[..., ::-1]))
    assert swapped == [] or swapped[0].score < face.score


def test_a_missing_model_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"\[options.face_detectors.yunet\] model: there is no file .*yunet\.onnx"):
        YuNetDetector(YuNetOptions(model=tmp_path / "yunet.onnx"))


@pytest.mark.parametrize("content", [b"", b"this is no model", b"\x08\x07" + bytes(64)])
def test_a_file_that_is_no_model_is_named(tmp_path, capfd, content):
    path = tmp_path / "garbage.onnx"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"garbage\.onnx is not a YuNet model in ONNX format"):
        YuNetDetector(YuNetOptions(model=path))
    assert capfd.readouterr().err == ""


def test_a_model_for_something_else_is_named(tmp_path, capfd):
    onnx = pytest.importorskip("onnx")
    shape = [1, 3, 64, 64]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["input"], ["output"])],
        "other",
        [onnx.helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, shape)],
        [onnx.helper.make_tensor_value_info("output", onnx.TensorProto.FLOAT, shape)],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(ConfigError, match=r"other\.onnx is not a YuNet model"):
        YuNetDetector(YuNetOptions(model=tmp_path / "other.onnx"))
    assert capfd.readouterr().err == ""


def test_the_options_need_a_model():
    with pytest.raises(ConfigError, match=r"face_detectors\.yunet.*model"):
        Plugins().get("face_detectors", "yunet").make({})
