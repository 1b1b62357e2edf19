"""What imports what: nothing heavy at start-up, and arrows one way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.store import Store
from tests.import_graph import Graph, circles, import_graph, package, package_folders

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "torchvision", "lightning", "mediapipe", "onnxruntime", "openvino", "lancedb", "streamlit", "fastapi"}
HEAVY |= {"uvicorn", "pandas", "sqlalchemy", "scipy", "cv2", "av"}

CODE = """
import json, sys
import monitor.cli, monitor.plugin.registry
plugins = monitor.plugin.registry.Plugins()
monitor.cli.make_app(plugins)
listed = list(sys.modules)
names, started = [plugin.name for plugin in plugins.all()], list(sys.modules)
import monitor.store
with monitor.store.Store(sys.argv[1]) as store:
    store.sessions()
print(json.dumps([names, listed, started, list(sys.modules)]))
"""

FLOORS = (
    ("sample", "errors", "mistakes", "settings", "system_packages", "emotions"),
    ("sources",),
    ("plugin",),
    ("shares", "moments", "quality"),
    ("model",),
    ("store",),
    ("live",),
    ("sinks",),
    ("engine",),
    ("readout",),
    ("views",),
    ("demo",),
    ("testing",),
    ("builtin", "api", "commands", "cli", "__main__", ""),
)
"""Rooms of `monitor/` from the ground up; the empty name is the package itself. A file imports from its own floor or
from lower ones."""


def floor(module: str) -> int:
    """The floor of a file of `monitor/`."""
    _, room, *_ = [*module.split("."), ""]
    floors = [number for number, rooms in enumerate(FLOORS) if room in rooms]
    assert floors, f"{module}: its room is in none of FLOORS; give it a place there"
    return floors[0]


def upward(graph: Graph) -> list[str]:
    """Imports within `monitor/` that go to a higher floor, and those that leave it."""
    inside = {module: targets for module, targets in graph.items() if package(module) == "monitor"}
    return sorted(
        f"{module} imports {target}"
        for module, targets in inside.items()
        for target in targets
        if package(target) != "monitor" or floor(target) > floor(module)
    )


def test_starting_up_with_every_plugin_and_reading_a_store_import_nothing_that_they_do_not_need(tmp_path: Path) -> None:
    Store(tmp_path / "made.db", create=True).close()
    command = [sys.executable, "-c", CODE, str(tmp_path / "made.db")]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    plugins, listed, modules, read = json.loads(result.stdout)
    assert set(listed) & (HEAVY | {"numpy", "pydantic"}) == set()  # the list of commands imports none of them
    assert {name for name in listed if name.startswith("monitor.commands.")} == {"monitor.commands.error_line"}
    assert {"monitor", "face", "retrieval", "train", "dashboard"} <= set(plugins)
    assert {"monitor_face", "monitor_retrieval", "monitor_train", "monitor_dashboard"} <= set(modules)
    assert set(modules) & HEAVY == set()
    assert set(read) & (HEAVY - {"pandas", "sqlalchemy"} | {"alembic", "plotly"}) == set()


def test_a_run_begins_without_tables_and_statistics() -> None:
    """They take most of a second, which the first observation does not wait for."""
    code = "import sys, monitor.engine.run; print({'pandas', 'scipy.optimize', 'scipy.cluster'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "set()\n"


def test_nothing_in_the_engine_imports_from_a_higher_floor_or_from_a_plugin(graph: Graph) -> None:
    assert upward(graph) == []


def test_no_files_import_each_other_in_a_circle(graph: Graph) -> None:
    assert circles(graph) == []


def test_no_plugin_uses_another(graph: Graph) -> None:
    plugins = {path.name for path in package_folders(ROOT) if path.parent.name == "plugins"}
    crossing = [
        f"{module} imports {target}"
        for module, targets in graph.items()
        for target in targets
        if package(module) in plugins and package(target) in plugins - {package(module)}
    ]
    assert crossing == []


# -- the checks themselves


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files by dotted name, with an `__init__.py` in every folder of a package."""
    for name, code in files.items():
        path = root / f"{name.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
        for folder in path.relative_to(root).parents[:-1]:
            (root / folder / "__init__.py").touch()


def test_imports_are_found_in_functions_but_not_those_for_type_checkers(tmp_path: Path) -> None:
    code = "from __future__ import annotations\nimport os\nfrom typing import TYPE_CHECKING\n"
    code += "if TYPE_CHECKING:\n    from monitor.store import Store\n\n\n"
    code += "def late():\n    from monitor.engine import run, nothing\n    import monitor.views.figures\n"
    others = {"monitor.store.database": "", "monitor.engine.run": "", "monitor.views.figures": ""}
    write(tmp_path, {"monitor.sample": code} | others)
    graph = import_graph(tmp_path / "monitor")
    assert graph["monitor.sample"] == {"monitor.engine", "monitor.engine.run", "monitor.views.figures"}
    assert graph["monitor.engine.run"] == set()
    assert upward(graph) == [f"monitor.sample imports {target}" for target in sorted(graph["monitor.sample"])]


def test_an_import_of_a_plugin_by_the_engine_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"monitor.cli": "import monitor_face.yunet", "monitor_face.yunet": "from monitor import cli"})
    graph = import_graph(tmp_path / "monitor", tmp_path / "monitor_face")
    assert upward(graph) == ["monitor.cli imports monitor_face.yunet"]
    assert circles(graph) == [["monitor.cli", "monitor_face.yunet"]]


def test_a_room_without_a_floor_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"monitor.cellar": "import monitor.sample", "monitor.sample": ""})
    with pytest.raises(AssertionError, match=r"monitor\.cellar: its room is in none of FLOORS"):
        upward(import_graph(tmp_path / "monitor"))


def test_circles_are_found_whatever_their_length() -> None:
    ring = {str(number): {str((number + 1) % 5)} for number in range(5)}
    tail = {"a": {"b", "0"}, "b": {"c"}, "c": {"b"}, "alone": set()}
    assert circles(ring | tail) == [["0", "1", "2", "3", "4"], ["b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set(), "d": {"a", "c"}}) == []
