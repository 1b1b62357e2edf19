"""What is handed on: the wheel and the source archive that hatchling builds."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def test_the_wheel_carries_its_licence_and_all_models(built: Path) -> None:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        about = message_from_bytes(wheel.read(metadata))
        licence = wheel.read(metadata.replace("METADATA", "licenses/LICENSE")).decode()
    assert (about["License-Expression"], about["License-File"]) == ("Apache-2.0", "LICENSE")
    assert licence == (ROOT / "LICENSE").read_text()
    for plugin in ("monitor_face", "monitor_scene", "monitor_retrieval"):
        assert {f"{plugin}/artifact/manifest.json", f"{plugin}/artifact/model.onnx"} <= set(names)
    assert "monitor/store/migrations/versions/0001_first_tables.py" in names
    assert not [name for name in names if name.startswith(("tests/", "trainers/", "plugins/"))]


def test_the_source_archive_carries_its_licence_and_the_tests(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "pyproject.toml", "constraints.txt", "tests/conftest.py"} <= names
