"""OpenVINO on the CPU: the default there."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import RuntimeUnavailable
from monitor.model.artifact import Artifact
from monitor.model.compiled import compiled_folder
from monitor.model.runtimes.precision import PrecisionOption, chosen_precision
from monitor.settings import Precision

OPENVINO_OPTIONS = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False}
"""One thread, on any core: the decoder and the face stage keep the others busy, and threads of one small network that
wait for each other on busy cores take several times as long as one of them alone."""
CONVERTER = "openvino.tools.ovc"
HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16"}
"""OpenVINO's names of precisions."""
FASTER: tuple[Precision, ...] = ("bf16", "fp16")
"""Those that some processors compute in faster than in single precision."""
_loading = Lock()
"""What OpenVINO does not bear from two threads at once. It sets the locale of the process to C while it reads a model,
and then back to the one it found: it would stay C, in which Python takes text files for ASCII."""


def import_openvino() -> Any:
    """OpenVINO, without its telemetry: a process forked at every import, which tells Intel through Google Analytics;
    and without its converter of other formats, which takes three quarters of its import.

    Raises ImportError.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # what makes its import fail
    if "openvino" not in sys.modules:
        sys.modules[CONVERTER] = None  # type: ignore[assignment]  # OpenVINO goes on without it
        try:
            import openvino
        finally:
            sys.modules.pop(CONVERTER, None)
    import openvino

    with _loading:  # makes tables of types; two threads that did so at once, in their first inference, would never end
        openvino.Type.f32.to_dtype()
        openvino.Type(np.float32)
    return openvino


def compile_once(core: Any, model: Any, sha256: str, options: Mapping[str, Any]) -> Any:
    """`model`, read by `core` or the path of its file, compiled for the CPU with OPENVINO_OPTIONS and `options`.

    Done once for each machine: the next start reads what this one made. OpenVINO itself compiles again where that is of
    another version or processor, or damaged.
    """
    folder = compiled_folder("openvino", sha256)
    kept = {} if folder is None else {"CACHE_DIR": str(folder)}
    with _loading:
        return core.compile_model(model, "CPU", {**OPENVINO_OPTIONS, **options, **kept})


def compile_for_one(core: Any, artifact: Artifact, options: Mapping[str, Any]) -> Any:
    """The network of `artifact` for one sample at a time, compiled with `options` as by `compile_once`.

    As such it is kept in a file beside what is compiled: by the file OpenVINO knows that it has compiled it before, of
    a network in memory it goes through all weights first, which takes longer than the rest and as much memory again.
    """
    digest = artifact.manifest.sha256
    folder = compiled_folder("openvino", digest)
    kept = None if folder is None else folder / f"one-sample-{version()}" / "model.xml"
    if kept is not None and kept.is_file():
        try:
            return compile_once(core, str(kept), digest, options)
        except RuntimeError:  # the file is damaged; it is made anew
            rmtree(kept.parent, ignore_errors=True)
    with _loading:
        model = core.read_model(artifact.model)
        model.reshape([1, *artifact.manifest.input_shape])
        is_kept = kept is not None and _keep(model, kept)
    return compile_once(core, str(kept) if is_kept else model, digest, options)


def _keep(model: Any, path: Path) -> bool:
    """Write `model` to `path`, and its weights beside that; whether that worked.

    OpenVINO orders weights differently each time: the folder of the two appears at once, or is another process's.
    """
    import openvino

    with TemporaryDirectory(dir=path.parents[1], ignore_cleanup_errors=True) as made, suppress(OSError, RuntimeError):
        openvino.save_model(model, Path(made) / path.name, compress_to_fp16=False)  # the disk may be full
        Path(made).rename(path.parent)
    return path.is_file()


def version() -> str:
    """Of OpenVINO, as a part of a file's name: another may read a network in another way."""
    import openvino

    number: str = openvino.__version__.partition("/")[0]
    return number


class OpenVino:
    """OpenVINO on the CPU, in single precision; in bfloat16 or half precision where that is asked for and the processor
    has units for it.

    Samples run one at a time, because rounding would otherwise make an answer depend on the size of its batch; on CPUs
    a batch is hardly faster.
    """

    name = "openvino"

    def __init__(self, artifact: Artifact, options: PrecisionOption | None = None) -> None:
        """Raises RuntimeUnavailable where OpenVINO does not load, the model does not, or the precision is not to be
        had."""
        try:
            openvino = import_openvino()
        except ImportError as error:
            raise RuntimeUnavailable(f"openvino does not load here ({error})") from None
        wanted = options.precision if options else "auto"
        try:
            core = openvino.Core()
            capable = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
            faster: list[Precision] = [name for name in FASTER if name.upper() in capable]
            precision = chosen_precision(self.name, artifact, wanted, ("fp32", *faster))
            hint = {"INFERENCE_PRECISION_HINT": HINTS[precision]}
            self._model: Any = compile_for_one(core, artifact, hint)
        except RuntimeError as error:
            raise RuntimeUnavailable(f"openvino cannot run {artifact.model}: {str(error).splitlines()[0]}") from None

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._answers(batch, self._model.outputs[:1])[0]

    def outputs(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        return self._answers(batch, self._model.outputs)

    def _answers(self, batch: NDArray[np.float32], wanted: Sequence[Any]) -> list[NDArray[np.float32]]:
        rows: list[list[NDArray[np.float32]]] = [[] for _ in wanted]
        for sample in batch:
            answer = self._model(sample[None])
            for of_output, output in zip(rows, wanted, strict=True):
                of_output.append(answer[output].copy())  # because OpenVINO uses its memory again
        return [np.concatenate(of_output) for of_output in rows]
