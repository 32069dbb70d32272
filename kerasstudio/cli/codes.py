"""Exit codes, and which problem means which."""

from __future__ import annotations

from pathlib import Path

from kerasstudio.graph.problems import Place, Problem

OK = 0
FAILED = 1
UNUSABLE_INPUT = 2

_INPUT_ROOMS = ("file.", "data.", "import.", "input.", "weights.")
# What goes wrong with a file although the person gave a good one.
_NO_INPUT = {"file.disk_full", "cli.interrupted"}


def exit_code(problem: Problem) -> int:
    """2 when what was given cannot be used, 1 when it was tried and failed."""
    if problem.code in _NO_INPUT:
        return FAILED
    return UNUSABLE_INPUT if problem.code.startswith((*_INPUT_ROOMS, "cli.")) else FAILED


def input_error(
    code: str, message: str, *, expected: str = "", received: str = "", file: Path | None = None
) -> Problem:
    """What is wrong with something given on the command line, in three parts."""
    return Problem(
        code=code,
        message=message,
        expected=expected,
        received=received,
        place=Place(file=str(file) if file is not None else None),
    )
