"""A problem: what is wrong, what was expected, what was received, where, and what mends it.

Problems come from three places: `structure` (at once), the worker (Keras's shape
inference), `preflight` (training settings against data). All are values of this one class, so
the canvas, the Problems panel and the command line show them the same way.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Severity = Literal["error", "warning", "hint"]


class Fix(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mend the person can choose. `kind` names a function in `fixes`, `arguments` are its
    keyword arguments (JSON values), `label` is the text of the button ("insert Flatten")."""

    label: str
    kind: str
    arguments: dict[str, Any] = {}


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where: any part may be absent. `wire` is a key of `Graph.wires`; `row` counts from 1 as a
    spreadsheet shows it; `output` is the layer id of an Output (training settings)."""

    graph: str | None = None
    node: str | None = None
    layer: str | None = None
    argument: str | None = None
    port: str | None = None
    wire: str | None = None
    output: str | None = None
    file: str | None = None
    column: str | None = None
    row: int | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """`code` is stable and documented ("structure.cycle", "shape.rank"); `message` is one
    sentence for a person; `advice` says what to do where no fix can; `detail` is the original
    text of Keras or Python, if any."""

    code: str
    message: str
    severity: Severity = "error"
    expected: str = ""
    received: str = ""
    place: Place = Place()
    fixes: tuple[Fix, ...] = ()
    detail: str = ""
    advice: str = ""


class StudioError(Exception):
    """An expected failure, carried as a `Problem` (a broken file, a missing column)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def in_words(problem: Problem) -> str:
    """The problem as plain text lines, for the command line and the log."""
    lines = [problem.message]
    if problem.expected:
        lines.append(f"  expected: {problem.expected}")
    if problem.received:
        lines.append(f"  received: {problem.received}")
    place = msgspec.structs.asdict(problem.place)
    where = ", ".join(f"{key} {value}" for key, value in place.items() if value is not None)
    if where:
        lines.append(f"  where: {where}")
    if problem.advice:
        lines.append(f"  what to do: {problem.advice}")
    if problem.fixes:
        lines.append("  fix: " + "; ".join(fix.label for fix in problem.fixes))
    return "\n".join(lines)
