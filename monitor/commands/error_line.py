"""How a command says what went wrong."""

from __future__ import annotations

import sys

EXIT_CODE = 2


def print_error(problem: object) -> int:
    """Print one line on standard error; the exit code that goes with it."""
    print(f"monitor: error: {' '.join(str(problem).split())}", file=sys.stderr)
    return EXIT_CODE
