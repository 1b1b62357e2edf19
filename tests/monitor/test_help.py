"""Every command of the program and of its plugins says what it does, and what each option and argument is for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from monitor.cli import make_app
from monitor.plugin.registry import Plugins

APP = make_app(Plugins())


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """A command and all below it, with the words that call them; a group's own arguments get a word each."""
    command = getattr(command, "loaded", command)
    yield path, command
    arguments = [parameter.name for parameter in command.params if parameter.param_type_name == "argument"]
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, *arguments, name))


EVERY = dict(commands(typer.main.get_command(APP)))


def test_commands_of_plugins_and_groups_are_among_them() -> None:
    assert {("run",), ("plugins", "new"), ("train", "face-fusion"), ("evaluate", "face-fusion"), ("similar",)} <= set(
        EVERY
    )


def test_the_version_is_that_of_the_distribution() -> None:
    shown = CliRunner().invoke(APP, ["--version"])
    assert (shown.exit_code, shown.output) == (0, f"emotion-monitor {version('emotion-monitor')}\n")


def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with() -> None:
    shown = typer.main.get_command(APP).commands  # type: ignore[attr-defined]
    assert {name: each.help for name, each in shown.items()} == {
        name: " ".join(EVERY[(name,)].help.split("\n\n")[0].split()) for name in shown
    }


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_everything_has_help(path: tuple[str, ...]) -> None:
    command = EVERY[path]
    shown = CliRunner().invoke(APP, [*path, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert shown.exit_code == 0, shown.output
    assert (command.help or "").strip()
    without = [parameter.name for parameter in command.params if not (getattr(parameter, "help", None) or "").strip()]
    assert without == []
    hidden = [
        parameter.name
        for parameter in command.params
        if parameter.param_type_name == "option" and parameter.opts[0] not in shown.output
    ]
    assert hidden == []
