"""TensorRT and CUDA for real, with the models that ship. Skipped without a GPU, failed under MONITOR_REQUIRE_GPU=1.

MONITOR_REQUIRE_GPU=1 pytest -m gpu
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import RuntimeUnavailable
from monitor.model.artifact import Artifact
from monitor.model.reference import QUICK, Reference, made_inputs
from monitor.model.runtimes.nvidia import find_gpu
from monitor.model.runtimes.onnxruntime import OnnxRuntime
from monitor.model.runtimes.onnxruntime_cuda import OnnxRuntimeCuda
from monitor.model.runtimes.tensorrt import TensorRt, TensorRtOptions
from monitor_face.expression.analyzer import SHIPPED as FACE
from monitor_people.appearance.network import SHIPPED as APPEARANCE
from monitor_retrieval.analyzer import SHIPPED as RETRIEVAL
from monitor_scene.analyzer import SHIPPED as SCENE

pytestmark = pytest.mark.gpu


@pytest.fixture(autouse=True)
def _gpu() -> None:
    """A GPU with its libraries."""
    try:
        find_gpu("this test", 0)
    except RuntimeUnavailable as error:
        if os.environ.get("MONITOR_REQUIRE_GPU") == "1":
            pytest.fail(f"{error}, and MONITOR_REQUIRE_GPU=1 asks for one")
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests of this file build engines, each once."""
    return tmp_path_factory.mktemp("engines")


@pytest.mark.parametrize("folder", [FACE, SCENE, RETRIEVAL, APPEARANCE], ids=lambda path: path.parent.name)
@pytest.mark.parametrize("runtime", [TensorRt, OnnxRuntimeCuda])
def test_it_reproduces_the_reference_at_every_batch_size(
    folder: Path, runtime: type[OnnxRuntime], engines: Path
) -> None:
    artifact = Artifact.read(folder)
    loaded = runtime(artifact, TensorRtOptions(cache=engines))
    reference = Reference.read(artifact)
    assert reference is not None
    inputs = made_inputs(artifact.manifest, len(reference.outputs[0]))
    for batch in (1, 7, 32, 50):
        first = np.concatenate([loaded.run(inputs[start : start + batch]) for start in range(0, len(inputs), batch)])
        agreement = reference.agreement(artifact.manifest, [first, *loaded.outputs(inputs[:QUICK])[1:]])
        assert agreement.is_close, (batch, agreement)


def test_an_engine_is_built_once(engines: Path) -> None:
    def built() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in engines.rglob("*.engine")}

    TensorRt(Artifact.read(FACE), TensorRtOptions(cache=engines))
    before = built()
    assert before
    TensorRt(Artifact.read(FACE), TensorRtOptions(cache=engines))
    assert built() == before
