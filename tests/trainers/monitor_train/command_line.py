"""The command line of the trainers in this process, and what stands in for the work that a command starts, or has left
unfinished."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner, Result


def run(app: typer.Typer, *words: object) -> Result:
    """`monitor WORDS`, which must succeed."""
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def interrupted(folder: Path) -> Path:
    """The `folder` of a run that can be continued."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "last.ckpt").touch()
    return folder


class Spy:
    """Stands for a function; keeps what it was called with."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.calls = answer, []

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls.append((arguments, named))
        return self.answer
