"""The notebooks and the Python guide are true: everything in them runs, on the demo clip."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from skimage import data

from monitor import api
from monitor.emotions import FACES
from monitor.store import Store
from tests.made_pictures import encoded

DOCS = Path(__file__).parents[1] / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def _video(demo_clip: Path) -> None:
    shutil.copy(demo_clip, "talk.mp4")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code), "stored without outputs"
    NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(tmp_path)}}).execute()
    tables = [
        output.data["text/plain"] for cell in code for output in cell.outputs if output.output_type == "execute_result"
    ]
    assert any("happiness" in table for table in tables)
    with Store("notebook.db") as store:
        assert {session.state for session in store.sessions()} == {"finished"}
        assert all(len(store.observations(session)) > 2 for session in store.sessions())


def test_there_are_two_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["comparing", "recording"]


def test_every_example_of_the_python_guide_runs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("group.jpg").write_bytes(encoded(data.astronaut(), "JPEG"))
    examples = re.findall(r"^```python\n(.*?)^```", (DOCS / "python.md").read_text(encoding="utf-8"), re.M | re.S)
    plot, stream, pictures, stored = examples
    assert len(plot.splitlines()) <= 20
    exec(plot, {})
    assert "happiness" in capsys.readouterr().out
    html = Path("talk.html").read_text(encoding="utf-8")
    assert all(f'"name":"{emotion}"' in html for emotion in FACES)
    exec(stream.replace("rtsp://camera.local/door", "talk.mp4"), {})
    assert len(capsys.readouterr().out.splitlines()) >= 4
    exec(pictures, {})
    assert capsys.readouterr().out.startswith("1 (")
    exec(stored, {})
    assert "finished" in capsys.readouterr().out
    api._recognizer.cache_clear()
