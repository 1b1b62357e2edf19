"""The question before what cannot be undone."""

from __future__ import annotations

import sys

import typer


def confirm(question: str, otherwise: str = "nothing was deleted") -> None:
    """Return where the answer is yes. Raises typer.Exit with code 1, having said `otherwise`, where it is no, where it
    is Ctrl-C or Ctrl-D, or where nobody is there to answer."""
    try:
        if typer.confirm(question):
            return
        answered = True
    except typer.Abort:
        answered = False
    if not (answered and sys.stdin.isatty()):
        print(flush=True)  # the question's line has not been ended
    how = "" if answered or sys.stdin.isatty() else "; give `--yes` where nobody can answer"
    print(f"monitor: {otherwise}{how}", file=sys.stderr)
    raise typer.Exit(1)
