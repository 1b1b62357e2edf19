"""Which file imports which, read from the code without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

Graph = dict[str, set[str]]
"""Module -> modules that it imports, all of them files of the packages that were read."""


def import_graph(*packages: Path) -> Graph:
    """Every file of `packages`, folders with an `__init__.py`, by its dotted name, and what it imports of them.

    Imports inside functions count as those at the top do; what is imported for type checkers alone does not.
    """
    files = {_name(path, package): path for package in packages for path in sorted(package.rglob("*.py"))}
    return {
        name: {target for wanted in _imports(path, name) for target in _files_of(wanted, files)} - {name}
        for name, path in files.items()
    }


def package_folders(root: Path) -> list[Path]:
    """The packages in plugins, trainers and dashboards."""
    inits = (path for part in ("plugins", "trainers", "dashboards") for path in (root / part).glob("*/__init__.py"))
    return sorted(path.parent for path in inits)


def package(module: str) -> str:
    """The package that a module is in."""
    return module.split(".")[0]


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of two or more modules that all import each other, directly or through others (Tarjan's algorithm)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in order:
                visit(other)
            if other in stack:
                lowest[module] = min(lowest[module], lowest[other])
        if lowest[module] == order[module]:
            place = stack.index(module)
            group, stack[place:] = stack[place:], []
            if len(group) > 1:
                found.append(sorted(group))

    for module in sorted(graph):
        if module not in order:
            visit(module)
    return found


def _name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, module: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(module, names) of every import statement that runs; no names for `import module`."""
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the whole name"
            yield node.module or "", tuple(alias.name for alias in node.names)
        pending += ast.iter_child_nodes(node)


def _files_of(wanted: tuple[str, tuple[str, ...]], files: Mapping[str, Path]) -> Iterator[str]:
    """The files behind one import: `from package import name` means the file `name` where there is one."""
    module, names = wanted
    inner = [f"{module}.{name}" for name in names]
    yield from (name for name in inner if name in files)
    if module in files and not (inner and all(name in files for name in inner)):
        yield module
