"""What networks are computed in: the setting, what a runtime offers, and what an artifact asks for."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.engine.models import make_analyzer
from monitor.errors import ConfigError, RuntimeUnavailable
from monitor.model.artifact import Artifact
from monitor.model.runtimes import configured, import_openvino, load
from monitor.model.runtimes.precision import chosen_precision
from monitor.plugin.registry import Plugins
from monitor.settings import load_settings

OFFERED = ("fp32", "bf16")


@pytest.fixture
def needy(artifact: Artifact) -> Artifact:
    """An artifact that asks for single precision."""
    return Artifact.write(artifact.folder, artifact.manifest.model_copy(update={"full_precision": True}))


def test_auto_is_what_a_runtime_offers_first(artifact: Artifact) -> None:
    assert chosen_precision("some", artifact, "auto", OFFERED) == "fp32"
    assert chosen_precision("some", artifact, "auto", ("fp16", "fp32")) == "fp16"
    assert chosen_precision("some", artifact, "fp32", OFFERED) == "fp32"
    assert chosen_precision("some", artifact, "bf16", OFFERED) == "bf16"


def test_an_artifact_that_needs_single_precision_gets_it(needy: Artifact) -> None:
    assert chosen_precision("some", needy, "auto", ("fp16", "fp32")) == "fp32"
    assert chosen_precision("some", needy, "bf16", OFFERED) == "fp32"


def test_what_a_runtime_does_not_offer_is_an_error_that_says_what_it_does(artifact: Artifact) -> None:
    with pytest.raises(RuntimeUnavailable, match="some computes in fp32 or bf16 here, not in fp16"):
        chosen_precision("some", artifact, "fp16", OFFERED)


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The precisions that a stand-in for OpenVINO, on a processor that can bfloat16, is asked for."""
    asked: list[object] = []

    class Core:
        def get_property(self, device: str, name: str) -> list[str]:
            return ["FP32", "BF16"]

        def read_model(self, path: object) -> SimpleNamespace:
            return SimpleNamespace(reshape=lambda shape: None)

        def compile_model(self, model: object, device: str, options: dict[str, object]) -> object:
            asked.append(options.get("INFERENCE_PRECISION_HINT"))
            return model

    monkeypatch.setattr("monitor.model.runtimes.openvino.compiled_folder", lambda runtime, sha256: None)
    monkeypatch.setitem(sys.modules, "openvino", SimpleNamespace(Core=Core, Type=import_openvino().Type))
    return asked


@pytest.mark.parametrize(("precision", "hint"), [("auto", "f32"), ("fp32", "f32"), ("bf16", "bf16")])
def test_openvino_is_asked_for_what_was_chosen(
    artifact: Artifact, hints: list[object], precision: str, hint: str
) -> None:
    with configured(load_settings(precision=precision)):
        load(artifact, "openvino")
    assert hints == [hint]


def test_a_runtimes_own_option_goes_before_the_general_setting(artifact: Artifact, hints: list[object]) -> None:
    own = {"runtimes": {"openvino": {"precision": "fp32"}}}
    with configured(load_settings(precision="bf16", options=own)):
        load(artifact, "openvino")
    assert hints == ["f32"]


def test_auto_passes_over_a_runtime_that_cannot_do_it_and_a_name_does_not(
    artifact: Artifact, hints: list[object]
) -> None:
    with configured(load_settings(options={"runtimes": {"openvino": {"precision": "fp16"}}})):
        assert load(artifact).name == "onnxruntime"
        with pytest.raises(RuntimeUnavailable, match="openvino computes in fp32 or bf16 here, not in fp16"):
            load(artifact, "openvino")
    with (
        configured(load_settings(precision="bf16")),
        pytest.raises(RuntimeUnavailable, match="onnxruntime computes in fp32"),
    ):
        load(artifact, "onnxruntime")


def test_an_option_that_does_not_exist_is_named(artifact: Artifact) -> None:
    with (
        configured(load_settings(options={"runtimes": {"openvino": {"precison": "fp32"}}})),
        pytest.raises(ConfigError, match=r"options\.runtimes\.openvino.*'precison'; did you mean 'precision'"),
    ):
        load(artifact, "openvino")


def test_analyzers_are_made_with_the_runtimes_of_their_settings(plugins: Plugins) -> None:
    settings = load_settings(precision="bf16", runtime="onnxruntime")
    with pytest.raises(RuntimeUnavailable, match="onnxruntime computes in fp32 here, not in bf16"):
        make_analyzer(settings, plugins.get("analyzers", "scene-sentiment"))


def test_in_single_precision_openvino_and_onnxruntime_agree_closely(artifact: Artifact) -> None:
    batch = np.random.default_rng(1).uniform(0, 1, (5, 3, 8, 8)).astype(np.float32)
    with configured(load_settings(precision="fp32")):
        found, expected = (load(artifact, name).run(batch) for name in ("openvino", "onnxruntime"))
    np.testing.assert_allclose(found, expected, atol=1e-5)
