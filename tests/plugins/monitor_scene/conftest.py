"""A scene model small enough to compute by hand: the brighter the picture, the more positive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from monitor.model.artifact import Artifact, Manifest, sha256


def write_brightness(folder: Path, size: int = 8, **facts: Any) -> Path:
    """An artifact whose logits are plus and minus the mean of its normalised input; `facts` change its manifest."""
    folder.mkdir(parents=True)
    signs = numpy_helper.from_array(np.array([[1.0, -1.0]], np.float32), "signs")
    shape = numpy_helper.from_array(np.array([-1, 1], np.int64), "shape")
    nodes = [
        helper.make_node("ReduceMean", ["pictures"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Reshape", ["mean", "shape"], ["column"]),
        helper.make_node("MatMul", ["column", "signs"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["batch", 3, size, size])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 2])],
        [signs, shape],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, folder / "model.onnx")
    manifest = {
        "name": "brightness",
        "version": "1",
        "sha256": sha256(folder / "model.onnx"),
        "input_shape": (3, size, size),
        "mean": (0.5, 0.5, 0.5),
        "std": (0.25, 0.25, 0.25),
        "colour": "rgb",
        "labels": ("positive", "negative"),
        "licence": "none",
        "training_data": "none",
        "metrics": {},
        "trainer": "tests",
        "commit": "0" * 40,
    }
    return Artifact.write(folder, Manifest.model_validate(manifest | facts)).folder


@pytest.fixture
def brightness(tmp_path: Path) -> Callable[..., Path]:
    """`brightness(**facts)` writes the artifact and gives its folder."""
    return lambda **facts: write_brightness(tmp_path / "artifact", **facts)
