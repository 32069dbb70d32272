"""A proposal for data that a person chose: kinds, roles, encodings, split and windows.

Every decision that leaves something out comes with its reason, as a hint.
"""

from __future__ import annotations

import re
from itertools import pairwise

from kerasstudio.graph.data_spec import (
    Column,
    ColumnKind,
    DataSpec,
    Encoding,
    Missing,
    Source,
    Split,
    Window,
)
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.problems import Place, Problem, StudioError

# By how surely the name means "this is to be predicted".
_TARGET_NAMES = (
    ("target", "targets", "label", "labels", "y", "class", "classes", "outcome", "output"),
    ("species", "cultivar", "quality", "diagnosis", "survived", "category", "digit", "variety"),
    ("price", "sales", "value", "score", "rating", "medv", "result", "type", "churn", "income"),
)
_TARGET_PART = re.compile(r"(^|_)(target|label|labels|class|y)($|_)")
_ID_NAMES = {
    "id",
    "index",
    "idx",
    "no",
    "nr",
    "row",
    "row_id",
    "rowid",
    "unnamed: 0",
    "uuid",
    "key",
}
_TIME_NAMES = {"date", "time", "year", "month", "week", "day", "datetime", "timestamp", "period"}
_DATE = re.compile(
    r"^\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ]\d|$)|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}($| )"
)
_EMPTY_CELLS: dict[str, str] = {
    "drop_row": '"{0}" is empty (or not finite) in {1:,} rows; those rows are left out.',
    "mean": '"{0}" is empty (or not finite) in {1:,} rows; there it gets the mean of the others.',
    "most_frequent": '"{0}" is empty in {1:,} rows; there it gets the most frequent value.',
}
MOST_TARGET_CLASSES = 100
LONGEST_WINDOW = 24


def guess(
    sources: tuple[Source, ...], summary: DataSummary, target: str | None = None
) -> tuple[DataSpec, tuple[Problem, ...]]:
    """(proposal, hints that say why) for described sources. `target` names the column to predict.

    Raises `StudioError` when there is no such column."""
    columns, hints = _distinct_names(summary.columns)
    if target is not None and all(column.name != target for column in columns):
        raise StudioError(
            Problem(
                code="data.missing_column",
                message=f'The data has no column "{target}" to be predicted.',
                expected=f"one of: {', '.join(column.name for column in columns)}",
                received=target,
                place=Place(column=target),
            )
        )
    time = _time_column(columns, summary)
    ignored = _ignored(columns, summary, time, target)
    chosen = target or _target(columns, set(ignored))
    series = time is not None and _is_measured(columns, chosen)
    if time is not None and not series and not _are_dates(_texts(summary)[time]):
        # A year in a table that is no series is a number like any other.
        ignored.pop(time, None)
    hints += [_hint(name, reason) for name, reason in ignored.items() if name != chosen]
    found = tuple(
        _column(
            column,
            is_target=column.name == chosen,
            ignore=column.name in ignored and column.name != chosen,
            series=series,
            rows=summary.rows,
        )
        for column in columns
    )
    hints += [
        _hint(column.name, _EMPTY_CELLS[column.missing].format(column.name, seen.missing))
        for column, seen in zip(found, columns, strict=True)
        if column.role != "ignore" and column.missing in _EMPTY_CELLS
    ]
    window = Window()
    split = Split(method="random")
    if series:
        split = Split(method="ordered")
        window = Window(length=max(1, min(LONGEST_WINDOW, summary.rows // 12)), horizon=1)
        hints.append(
            _hint(
                chosen or "",
                f'"{time}" counts up, so this is taken as a series: {window.length} rows tell the '
                "next one, and the last rows are kept for the test.",
            )
        )
    elif any(column.role == "target" and column.encoding != "none" for column in found):
        split = Split(method="stratified")
    if chosen is None:
        hints.append(_hint("", "No column looks like a target: choose what is to be predicted."))
    return DataSpec(sources=sources, columns=found, split=split, window=window), tuple(hints)


def _distinct_names(
    columns: tuple[ColumnSummary, ...],
) -> tuple[list[ColumnSummary], list[Problem]]:
    kept: dict[str, ColumnSummary] = {}
    hints = []
    for column in columns:
        if column.name in kept:
            hints.append(
                _hint(column.name, f'A second file also has a column "{column.name}": left out.')
            )
        else:
            kept[column.name] = column
    return list(kept.values()), hints


def _column(found: ColumnSummary, is_target: bool, ignore: bool, series: bool, rows: int) -> Column:
    kind: ColumnKind = found.kind
    encoding: Encoding = "none"
    if is_target and kind in {"category", "text"} and found.classes is not None:
        kind, encoding = "category", "index"
    elif is_target and kind == "integer" and not series and _few(found, rows):
        encoding = "index"
    elif not is_target and kind == "category":
        encoding = "one_hot"
    role = "target" if is_target else "ignore" if ignore else "feature"
    missing = _rule_for_empty_cells(found, encoding, is_target, series)
    return Column(found.name, found.source, kind, role, encoding, missing)  # type: ignore[arg-type]


def _rule_for_empty_cells(
    found: ColumnSummary, encoding: Encoding, is_target: bool, series: bool
) -> Missing:
    """Nothing is made up for a target or in a series: those rows are left out.

    A word among numbers and a hole in an array may be mistakes: they stay questions."""
    if not found.missing or found.shape or (found.bad_count and encoding == "none"):
        return "refuse"
    if is_target or series:
        return "drop_row"
    numeric = encoding == "none" and found.kind in {"number", "integer"}
    return "mean" if numeric else "most_frequent"


def _few(found: ColumnSummary, rows: int) -> bool:
    """Whether whole numbers are rather classes: few different ones, each several times."""
    if found.distinct is None or found.classes is None or found.distinct < 2:
        return False
    return found.distinct <= MOST_TARGET_CLASSES and found.distinct * 5 <= max(rows, 10)


def _ignored(
    columns: list[ColumnSummary], summary: DataSummary, time: str | None, target: str | None
) -> dict[str, str]:
    """The columns no model should see, with the reason for each."""
    reasons: dict[str, str] = {}
    texts = _texts(summary)
    for column in columns:
        name = column.name
        if name == time:
            reasons[name] = f'"{name}" tells when a row was taken and is ignored.'
        elif _is_id(column, summary.rows):
            reasons[name] = f'"{name}" numbers the rows and is ignored.'
        elif column.missing and column.missing >= summary.rows:
            reasons[name] = f'"{name}" is empty and is ignored.'
        elif column.distinct is not None and column.distinct <= 1 and not column.shape:
            reasons[name] = f'"{name}" is the same in every row and is ignored.'
        elif column.kind == "text" or _are_dates(texts.get(name, [])):
            what = "dates" if _are_dates(texts.get(name, [])) else "free text"
            reasons[name] = f'"{name}" holds {what} and is ignored.'
    if len(columns) - len(reasons) < 1:
        # All of them look useless: let the person decide.
        return {name: why for name, why in reasons.items() if name != columns[-1].name}
    return reasons


def _is_id(column: ColumnSummary, rows: int) -> bool:
    name = column.name.lower().strip()
    named = name in _ID_NAMES or name.endswith(("_id", " id")) or name.startswith("unnamed")
    if column.shape or column.kind not in {"integer", "text", "category"}:
        return False
    if column.kind != "integer":
        return named and (column.distinct is None or column.distinct * 2 > rows)
    counts_up = (
        column.minimum is not None
        and column.maximum is not None
        and column.maximum - column.minimum == rows - 1
        and column.minimum in (0, 1)
        and (column.distinct is None or column.distinct == rows)
    )
    return (named and (column.distinct is None or column.distinct * 2 > rows)) or (
        counts_up and rows > 20
    )


def _target(columns: list[ColumnSummary], ignored: set[str]) -> str | None:
    left = [column for column in columns if column.name not in ignored]
    for names in _TARGET_NAMES:
        for column in reversed(left):
            if column.name.lower().strip() in names:
                return column.name
    for column in reversed(left):
        if _TARGET_PART.search(column.name.lower()):
            return column.name
    arrays = [column for column in left if column.shape]
    singles = [column for column in left if not column.shape]
    if arrays:
        # Images and their labels: the array of single values is what they are told apart by.
        return singles[-1].name if singles else None
    return singles[-1].name if singles and (len(columns) > 1 or not arrays) else None


def _is_measured(columns: list[ColumnSummary], name: str | None) -> bool:
    found = next((column for column in columns if column.name == name), None)
    return found is not None and found.kind in {"number", "integer"} and not found.shape


def _time_column(columns: list[ColumnSummary], summary: DataSummary) -> str | None:
    """The first column when it counts time upwards, row by row."""
    if len(columns) < 2 or columns[0].shape:
        return None
    first = columns[0]
    texts = _texts(summary).get(first.name, [])
    words = set(re.split(r"[^a-z]+", first.name.lower()))
    named = bool(words & _TIME_NAMES)
    if _are_dates(texts):
        rising = all(before <= after for before, after in pairwise(texts))
        return first.name if rising or named else None
    if not named or first.kind not in {"number", "integer"} or first.bad_count:
        return None
    numbers = [float(text) for text in texts if text]
    rising = all(before < after for before, after in pairwise(numbers))
    return first.name if rising and len(numbers) > 1 else None


def _texts(summary: DataSummary) -> dict[str, list[str]]:
    """The preview, by column."""
    return {
        column.name: [row[number] for row in summary.preview]
        for number, column in enumerate(summary.columns)
    }


def _are_dates(texts: list[str]) -> bool:
    filled = [text for text in texts if text]
    return bool(filled) and all(_DATE.match(text) for text in filled)


def _hint(name: str, reason: str) -> Problem:
    return Problem(
        code="data.guess", message=reason, severity="hint", place=Place(column=name or None)
    )
