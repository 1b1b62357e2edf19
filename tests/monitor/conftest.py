"""Plugins and models to test with: made-up plugins, real packages that pip installs, and a tiny network."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from monitor.model.artifact import Artifact, Manifest, sha256
from tests.import_graph import Graph, import_graph, package_folders

ROOT = Path(__file__).parents[2]
MakePlugin = Callable[..., None]
PipInstall = Callable[[Path], Path]
PythonWith = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def graph() -> Graph:
    """Which file of the project's packages imports which."""
    return import_graph(ROOT / "monitor", *package_folders(ROOT))


@pytest.fixture
def make_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    """A function that makes a distribution with one plugin, and puts it on the path of this process."""

    def make(name: str, code: str, *, distribution: str | None = None, module: str | None = None) -> None:
        distribution = distribution or f"monitor-{name}"
        module = module or f"made_up_{distribution.replace('-', '_')}"
        folder = tmp_path / distribution
        information = folder / f"{distribution.replace('-', '_')}-0.9.dist-info"
        information.mkdir(parents=True)
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 0.9\n")
        (information / "entry_points.txt").write_text(f"[monitor]\n{name} = {module}\n")
        (folder / f"{module}.py").write_text(code)
        monkeypatch.syspath_prepend(folder)
        importlib.invalidate_caches()
        monkeypatch.delitem(sys.modules, module, raising=False)

    return make


@pytest.fixture(scope="session")
def pip_install(tmp_path_factory: pytest.TempPathFactory) -> PipInstall:
    """A function that installs a package as a user would, but into a folder of its own and without any download."""

    def install(package: Path) -> Path:
        target = tmp_path_factory.mktemp("site")
        quiet = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation"]
        command = [sys.executable, "-m", "pip", "install", *quiet, "--target", str(target), str(package)]
        subprocess.run(command, check=True, capture_output=True, text=True)
        return target

    return install


@pytest.fixture
def python_with(tmp_path: Path) -> PythonWith:
    """A function that runs Python in an empty folder, with what was installed into `site` importable."""

    def run(site: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    """A network small enough to compute by hand: convolution, ReLU, mean over the picture, two outputs, softmax."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    folder = tmp_path / "artifact"
    folder.mkdir()
    random = np.random.default_rng(0)
    kernel = random.normal(size=(4, 3, 3, 3)).astype(np.float32)
    weights = random.normal(size=(4, 2)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["picture", "kernel"], ["edges"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["edges"], ["features"]),
            helper.make_node("GlobalAveragePool", ["features"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        ],
        "tiny",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["batch", 3, 8, 8])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(kernel, "kernel"), numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "model.onnx")
    manifest = Manifest(
        name="tiny",
        version="1",
        sha256=sha256(folder / "model.onnx"),
        input_shape=(3, 8, 8),
        mean=(0, 0, 0),
        std=(1, 1, 1),
        colour="rgb",
        labels=("yes", "no"),
        licence="Apache-2.0",
        training_data="none",
        metrics={},
        trainer="by hand",
        commit="none",
    )
    return Artifact.write(folder, manifest)
