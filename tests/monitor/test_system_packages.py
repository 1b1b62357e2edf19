from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.errors import MonitorError
from monitor.system_packages import explained_imports

REASON = "cannot open shared object file: No such file or directory"


@pytest.mark.parametrize(
    ("library", "fix"),
    [
        ("libGL.so.1", "apt-get install libgl1"),
        ("libgthread-2.0.so.0", "apt-get install libglib2.0-0"),
        ("libunheard.so.3", "install the system package that holds libunheard.so.3"),
    ],
)
def test_a_missing_shared_library_is_named_with_its_package(library, fix):
    with pytest.raises(MonitorError) as caught, explained_imports():
        raise ImportError(f"{library}: {REASON}")
    assert str(caught.value) == f"the shared library {library} is missing on this system: {fix}"


def test_any_other_import_error_passes_unchanged():
    error = ModuleNotFoundError("No module named 'cv2'")
    with pytest.raises(ModuleNotFoundError) as caught, explained_imports():
        raise error
    assert caught.value is error


@pytest.mark.parametrize("name", ["mediapipe", "yunet", "face-fusion"])
def test_what_the_plugin_registers_explains_a_slim_system(tmp_path, name):
    (tmp_path / "cv2.py").write_text(f"raise ImportError('libGL.so.1: {REASON}')")
    kind = "analyzers" if name == "face-fusion" else "face_detectors"
    options = {"model": "any.onnx"} if name == "yunet" else {}
    code = f"""
from monitor.errors import MonitorError
from monitor.plugin.registry import Plugins
try:
    Plugins().get({kind!r}, {name!r}).make({options!r})
except MonitorError as error:
    print(error)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}
    )
    assert result.stdout.endswith("apt-get install libgl1\n")


def test_a_command_that_misses_a_library_ends_with_one_line(tmp_path, clip):
    (tmp_path / "cv2.py").write_text(f"raise ImportError('libGL.so.1: {REASON}')")
    result = subprocess.run(
        [sys.executable, "-m", "monitor", "run", str(clip)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert result.returncode == 2
    assert (
        result.stderr
        == "monitor: error: the shared library libGL.so.1 is missing on this system: apt-get install libgl1\n"
    )
