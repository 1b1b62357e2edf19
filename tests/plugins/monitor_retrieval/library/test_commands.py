"""`monitor library` as a person types it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from monitor_retrieval.index.moment_index import MomentIndex
from tests.plugins.monitor_retrieval.command_line import made_config, made_store, monitor
from tests.plugins.monitor_retrieval.conftest import quadrants

Output = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, made_model: Path) -> Path:
    """A working directory with a model, no index, and a folder `sea` of three pictures and one that is broken."""
    made_config(tmp_path, made_model)
    (tmp_path / "sea").mkdir()
    for hue in (10, 100, 200):
        Image.fromarray(quadrants(hue)).save(tmp_path / "sea" / f"{hue}.png")
    (tmp_path / "sea" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "sea" / "notes.txt").write_text("no picture either")
    return tmp_path


def listed(output: Output) -> list[dict[str, object]]:
    output.readouterr()
    assert monitor("library", "list", "--json") == 0
    answer: list[dict[str, object]] = json.loads(output.readouterr().out)
    return answer


def refusal(output: Output) -> str:
    return output.readouterr().err.strip().splitlines()[-1]


def test_a_library_is_added_asked_listed_and_removed(
    folder: Path, capsys: Output, caplog: pytest.LogCaptureFixture
) -> None:
    assert listed(capsys) == []
    assert monitor("library", "add", "sea") == 0
    assert capsys.readouterr().out == "library sea: 3 pictures added; 1 cannot be read\n"
    assert "picture broken.png cannot be read" in caplog.text
    assert listed(capsys) == [{"name": "sea", "pictures": 3}]
    assert monitor("similar", "sea/100.png", "--library", "sea", "--json") == 0
    found = json.loads(capsys.readouterr().out)["moments"]
    assert found[0]["file"] == "100.png"
    assert len(found) == 3
    assert monitor("library", "remove", "sea") == 0
    assert capsys.readouterr().out == "library sea: 3 pictures removed\n"
    assert listed(capsys) == []


def test_a_name_that_is_there_is_refused_unless_it_is_to_be_replaced(folder: Path, capsys: Output) -> None:
    assert monitor("library", "add", "sea", "--name", "blue") == 0
    assert monitor("library", "add", "sea", "--name", "blue") == 2
    assert "there is a library 'blue' already; give another --name, or --replace it" in refusal(capsys)
    (folder / "sea" / "10.png").unlink()
    assert monitor("library", "add", "sea", "--name", "blue", "--replace") == 0
    assert listed(capsys) == [{"name": "blue", "pictures": 2}]


def test_a_replacement_that_fails_leaves_the_library_as_it_was(folder: Path, capsys: Output) -> None:
    assert monitor("library", "add", "sea") == 0
    for picture in (folder / "sea").glob("*0.png"):
        picture.unlink()
    assert monitor("library", "add", "sea", "--replace") == 2
    assert "none of the 1 pictures in this folder can be read" in refusal(capsys)
    assert listed(capsys) == [{"name": "sea", "pictures": 3}]


KILLED = """
import os, signal, sys
from lancedb.table import LanceTable
from monitor.cli import main

def then_killed(write):
    def killed(*args, **options):
        write(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)
    return killed

for write in ("add", "delete", "optimize"):
    setattr(LanceTable, write, then_killed(getattr(LanceTable, write)))
sys.argv = ["monitor", "library", "add", "sea", "--replace"]
main()
"""


def test_a_replacement_that_is_killed_leaves_the_old_library_or_the_new_one(folder: Path, capsys: Output) -> None:
    assert monitor("library", "add", "sea") == 0
    (folder / "sea" / "10.png").unlink()
    killed = subprocess.run([sys.executable, "-c", KILLED], check=False)  # after its first write
    assert killed.returncode == -signal.SIGKILL
    assert listed(capsys) == [{"name": "sea", "pictures": 2}]


def test_the_table_of_libraries(folder: Path, capsys: Output) -> None:
    assert monitor("library", "list") == 0
    assert "`monitor library add DIR` makes one" in capsys.readouterr().out
    assert monitor("library", "add", "sea", "--name", "[blue]") == 0
    assert monitor("library", "list") == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["[blue]", "3"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "nowhere"], "nowhere: the folder cannot be read (No such file or directory)"),
        (["remove", "see"], "unknown library 'see'; did you mean 'sea'?"),
    ],
)
def test_bad_input_is_one_line(folder: Path, capsys: Output, arguments: list[str], message: str) -> None:
    assert monitor("library", "add", "sea") == 0
    capsys.readouterr()
    assert monitor("library", *arguments) == 2
    assert message in refusal(capsys)


def test_without_a_model_the_error_says_how_to_get_one(folder: Path, capsys: Output) -> None:
    (folder / "config.toml").write_text('[options.analyzers.affective-retrieval]\nartifact = "gone"\n')
    assert monitor("library", "add", "sea") == 2
    assert "gone is not a model artifact" in refusal(capsys)


def test_after_a_change_of_model_everything_can_be_looked_at_again(
    folder: Path, made_index: MomentIndex, other_model: Path, capsys: Output
) -> None:
    made_store(folder / "made.db")
    made_config(folder, other_model)
    assert monitor("library", "add", "sea") == 2
    assert "`monitor library rebuild` computes them again" in refusal(capsys)
    assert monitor("library", "rebuild") == 0
    assert capsys.readouterr().out == "looked at 44 moments again\n"
    assert monitor("library", "add", "sea") == 0
    assert monitor("similar", "sea/100.png", "--top", "1", "--json") == 0
    assert MomentIndex(folder / "made.moments").libraries() == {"sea": 3, "wheel": 8}
