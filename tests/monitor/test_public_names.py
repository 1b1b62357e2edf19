"""What `import monitor` promises, and what plugins may import of the engine and of each other: exactly what the guide
lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import monitor
from tests.import_graph import Graph, package

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
DASHBOARD = "monitor_dashboard"
WITH_THE_DASHBOARD = re.compile(r"monitor\.(shares|(store|readout|views)\.\w+)")
"""What the guide says the dashboard reads beside what is listed for plugins."""
FOR_TESTS = {"monitor.testing"}
"""What plugins need for their tests only."""


def used(graph: Graph) -> dict[str, set[str]]:
    """Module -> the other packages that import it."""
    found: dict[str, set[str]] = {}
    for module, targets in graph.items():
        for target in targets:
            if package(module) not in ("monitor", package(target)):
                found.setdefault(target, set()).add(package(module))
    return found


@pytest.fixture(scope="module")
def listed() -> set[str]:
    """Modules in the tables of the guide's chapter on imports."""
    chapter = GUIDE.read_text(encoding="utf-8").split("## What a plugin may import", 1)[1].split("\n## ", 1)[0]
    cells = re.findall(r"^\| (`monitor[^|]+) \| [^|]+ \|$", chapter, re.MULTILINE)
    return {module for cell in cells for module in re.findall(r"`([^`]+)`", cell)}


def test_every_public_name_is_there_and_documented() -> None:
    assert sorted(monitor.__all__) == [
        "Analyzer",
        "Artifact",
        "Face",
        "Frame",
        "MonitorError",
        "Observation",
        "Register",
        "Result",
        "Sample",
        "analyze",
        "hookimpl",
        "open_store",
        "recognize",
        "stream",
    ]
    for name in monitor.__all__:
        assert getattr(monitor, name).__doc__


def test_packages_use_of_others_only_what_the_guide_lists(graph: Graph, listed: set[str]) -> None:
    unlisted = {
        target: by
        for target, by in used(graph).items()
        if target not in listed and not (by == {DASHBOARD} and WITH_THE_DASHBOARD.fullmatch(target))
    }
    assert unlisted == {}, "use what docs/plugins.md lists, or list more there"


def test_the_guide_lists_nothing_that_no_plugin_needs(graph: Graph, listed: set[str]) -> None:
    needed = {target for target, by in used(graph).items() if by != {DASHBOARD}}
    assert listed & set(graph) >= FOR_TESTS
    assert listed - needed == FOR_TESTS, "take out of docs/plugins.md what is needed no more"


def test_imports_across_packages_are_found_with_who_makes_them() -> None:
    graph = {
        "monitor.cli": {"monitor.run"},
        "monitor.run": set(),
        "monitor_a.page": {"monitor.run", "monitor_a.parts"},
        "monitor_a.parts": set(),
        "monitor_b": {"monitor.run", "monitor_a.parts"},
    }
    assert used(graph) == {"monitor.run": {"monitor_a", "monitor_b"}, "monitor_a.parts": {"monitor_b"}}
