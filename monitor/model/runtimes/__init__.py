"""Runs a model artifact: a file for each runtime, and the choice among those that are registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.errors import RuntimeUnavailable
from monitor.model.artifact import Artifact
from monitor.model.configuration import configuration, configured
from monitor.model.reference import QUICK, Reference, made_inputs
from monitor.model.runtimes.onnxruntime import OnnxRuntime
from monitor.model.runtimes.openvino import OpenVino, compile_once, import_openvino
from monitor.model.runtimes.precision import PrecisionOption
from monitor.plugin.contracts import Runtime
from monitor.plugin.registry import Registration, plugins_in_use
from monitor.settings import Settings

__all__ = ["OnnxRuntime", "OpenVino", "compile_once", "configured", "import_openvino", "load"]


def load(artifact: Artifact, runtime: str = "auto", *, checked: bool = True) -> Runtime:
    """`artifact`, ready to run on one of the registered runtimes.

    A runtime works if it loads the model and, where a reference lies beside that, answers the same within its tolerance
    (not asked where the settings want a lower precision, or without `checked`). `auto` takes the first registered one
    that works; one asked for by name that does not work is an error, never a silent fallback.

    Raises RuntimeUnavailable, or ConfigError for a name that nobody registered or a wrong option.
    """
    plugins = plugins_in_use()
    if runtime != "auto":
        return _loaded(plugins.get("runtimes", runtime), artifact, checked)
    reasons = []
    for registration in plugins.runtimes.values():
        try:
            return _loaded(registration, artifact, checked)
        except RuntimeUnavailable as error:
            reasons.append(str(error))
    raise RuntimeUnavailable(f"no runtime can run {artifact}: {'; '.join(reasons)}")


def _loaded(registration: Registration, artifact: Artifact, checked: bool) -> Runtime:
    options = registration.read_options(runtime_options(configuration(), registration))
    loaded: Runtime = registration.thing(artifact) if options is None else registration.thing(artifact, options)
    if checked and not (isinstance(options, PrecisionOption) and options.is_lower):
        _check(loaded, artifact)
    return loaded


def _check(runtime: Runtime, artifact: Artifact) -> None:
    """Raises RuntimeUnavailable where `runtime` fails on the first pictures of the reference, or answers otherwise."""
    reference = Reference.read(artifact)
    if reference is None:
        return
    try:
        outputs = runtime.outputs(made_inputs(artifact.manifest, QUICK))
    except Exception as error:  # of whatever library stands behind a runtime
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise RuntimeUnavailable(f"{runtime.name} cannot run {artifact.manifest.name} ({reason})") from None
    agreement = reference.agreement(artifact.manifest, outputs)
    if not agreement.is_close:
        raise RuntimeUnavailable(
            f"{runtime.name} does not answer as {artifact.manifest.name} should: it is {agreement.difference:.2g} off, "
            f"{agreement.tolerance:g} is allowed; `monitor models check --runtime all` says more"
        )


def runtime_options(settings: Settings | None, registration: Registration) -> Mapping[str, Any]:
    """What config.toml says of a runtime; one that has an option `precision` gets the general one by default."""
    if settings is None:
        return {}
    given = settings.options.runtimes.get(registration.name, {})
    takes_precision = registration.options is not None and "precision" in registration.options.model_fields
    return {"precision": settings.precision, **given} if takes_precision else given
