"""The problems of data files, worded once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from kerasstudio.graph.problems import Fix, Place, Problem, StudioError


def set_column(label: str, name: str, field: str, value: object) -> Fix:
    """A fix that changes one field of a column."""
    return Fix(label, "set_column", {"name": name, "field": field, "value": value})


def fault(
    code: str,
    message: str,
    path: Path | str | None = None,
    *,
    expected: str = "",
    received: str = "",
    column: str | None = None,
    row: int | None = None,
    fixes: Iterable[Fix] = (),
    detail: str = "",
) -> StudioError:
    """An error about a data file, ready to be raised."""
    return StudioError(
        Problem(
            code=code,
            message=message,
            expected=expected,
            received=received,
            place=Place(file=None if path is None else str(path), column=column, row=row),
            fixes=tuple(fixes),
            detail=detail,
        )
    )


def listed(names: Iterable[str], most: int = 8) -> str:
    """ "a, b, c" or "a, b and 12 more"."""
    names = list(names)
    if len(names) <= most:
        return ", ".join(names)
    return ", ".join(names[:most]) + f" and {len(names) - most} more"


def unknown_column(name: str, have: Iterable[str], path: Path, fixable: bool = True) -> StudioError:
    """A column that the project names and the file does not have. Not `fixable`: a file that a
    finished run is tried on."""
    have = list(have)
    close = get_close_matches(name, have, n=1)
    hint = f' The most similar one is "{close[0]}".' if close else ""
    return fault(
        "data.missing_column",
        f'{path.name} has no column "{name}".{hint}',
        path,
        expected=f"one of: {listed(have)}",
        received=name,
        column=name,
        fixes=[set_column(f'ignore "{name}"', name, "role", "ignore")] if fixable else [],
    )
