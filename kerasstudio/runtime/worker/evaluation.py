"""Evaluating and predicting: on the test part after a run, or on other files later."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.atomic import write_atomic
from kerasstudio.runtime.evaluations import (
    PREDICTIONS_FILE,
    Evaluation,
    save_evaluation,
)
from kerasstudio.runtime.fitted_data import FittedData
from kerasstudio.runtime.protocol import Evaluate, Evaluated, Predict, Predicted
from kerasstudio.runtime.runs import update_run
from kerasstudio.runtime.worker.data import LoadedData, load
from kerasstudio.runtime.worker.data.other_files import load_rows
from kerasstudio.runtime.worker.restoring import Restored, base_of, by_output, restore_run
from kerasstudio.runtime.worker.verdicts import Verdict, judge, verdict

Report = Callable[..., None]

# Predictions of one Output above this many numbers are not kept beside the run.
MAX_KEPT = 20_000_000
BATCH = 256


def evaluate_part(
    model: keras.Model,
    data: LoadedData,
    part: str,
    folder: Path,
    losses: dict[str, keras.losses.Loss],
) -> Evaluation:
    """Evaluate a part of the data; writes `evaluation.json` and `predictions.npz`."""
    batches = data.dataset(part, BATCH)
    metrics = _metrics(model, batches)
    raw = by_output(data.fitted, model.predict(batches, verbose=0))
    targets = {name: values[data.indices[part]] for name, values in data.targets.items()}
    evaluation, verdicts = _assess(part, metrics, raw, targets, data.fitted, losses)
    left_out = save_predictions(folder, data.rows[part], verdicts)
    evaluation = msgspec.structs.replace(evaluation, left_out=left_out)
    save_evaluation(folder, evaluation)
    return evaluation


def answer_evaluate(request: Evaluate, progress: Report) -> Evaluated:
    """Evaluate on the run's own test part (the files are written anew), or on another file."""
    folder = Path(request.run_folder)
    progress("Building the model")
    run = restore_run(folder, request.checkpoint)
    if request.data is None:
        data = load(run.project, base_of(run.record), progress)
        if data.fitted.fingerprint != run.fitted.fingerprint:
            raise StudioError(_changed_data(run.fitted, data.fitted))
        if data.count("test") == 0:
            raise StudioError(
                Problem(code="data.no_test_part", message="The project has no test part.")
            )
        progress("Evaluating")
        metrics = evaluate_part(run.model, data, "test", folder, run.losses).metrics
        update_run(folder, test=metrics, evaluated=run.checkpoint)
        return Evaluated(request.id, request.run_folder, metrics, run.checkpoint)
    x, y, _ = rows_of(run, Path(request.data))
    if y is None:
        raise StudioError(
            Problem(
                code="data.no_target",
                message="The file has no target column: it can be predicted, not evaluated.",
                expected=", ".join(name for port in run.fitted.outputs for name in port.columns),
                place=Place(file=request.data),
            )
        )
    progress("Evaluating")
    values = run.model.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True)
    metrics = {name: float(value) for name, value in values.items()}
    return Evaluated(request.id, request.run_folder, metrics, run.checkpoint)


def answer_predict(request: Predict, progress: Report) -> Predicted:
    """Predict every row of a file into a CSV table."""
    progress("Building the model")
    run = restore_run(Path(request.run_folder), request.checkpoint)
    x, y, rows = _rows_to_predict(run, Path(request.data))
    progress("Predicting")
    raw = run.by_output(run.model.predict(x, batch_size=BATCH, verbose=0))
    true = run.by_output(y) if y is not None else {}
    verdicts = {
        name: verdict(values, true.get(name), run.losses.get(name)) for name, values in raw.items()
    }
    progress("Writing the table")
    write_table(Path(request.out), rows, verdicts, run.fitted)
    return Predicted(request.id, request.out, len(rows))


def write_table(
    path: Path, rows: np.ndarray, verdicts: dict[str, Verdict], fitted: FittedData
) -> None:
    """The CSV table: row number in the file, then for every Output what is true (where known),
    what is predicted, and scores. Raises `StudioError` when it cannot be written."""
    columns = [("row", [str(row) for row in rows])]
    for name, found in verdicts.items():
        prefix = "" if len(verdicts) == 1 else f"{name} "
        columns.extend(_columns(prefix, found, fitted.output(name).classes))
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([title for title, _ in columns])
            writer.writerows(zip(*(values for _, values in columns), strict=True))
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StudioError(
            Problem(
                code="file.write",
                message=f"The table cannot be written: {error.strerror or error}.",
                place=Place(file=str(path)),
                detail=str(error),
            )
        ) from error


def save_predictions(
    folder: Path, rows: np.ndarray, verdicts: dict[str, Verdict]
) -> tuple[str, ...]:
    """Write `predictions.npz`; returns the Outputs that were too large to be kept."""
    arrays: dict[str, np.ndarray] = {"row": np.asarray(rows, np.int64)}
    left_out = []
    for name, found in verdicts.items():
        if found.predicted.size > MAX_KEPT:
            left_out.append(name)
            continue
        arrays[f"{name}.predicted"] = found.predicted
        if found.true is not None:
            arrays[f"{name}.true"] = found.true
        if found.scores is not None and found.scores.size <= MAX_KEPT:
            arrays[f"{name}.scores"] = found.scores.astype(np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    write_atomic(folder / PREDICTIONS_FILE, buffer.getvalue())
    return tuple(left_out)


def rows_of(run: Restored, path: Path) -> tuple[Any, Any, np.ndarray]:
    """(x, y or None, row numbers) of another file, prepared like the training data."""
    return load_rows(run.project, run.fitted, path)


def _rows_to_predict(run: Restored, path: Path) -> tuple[Any, Any, np.ndarray]:
    """As `rows_of`; a target that is empty or new in the file does not hinder a prediction."""
    try:
        return rows_of(run, path)
    except StudioError as error:
        targets = {name for port in run.fitted.outputs for name in port.columns}
        if error.problem.place.column not in targets:
            raise
        return load_rows(run.project, run.fitted, path, with_targets=False)


def _assess(
    part: str,
    metrics: dict[str, float],
    raw: dict[str, np.ndarray],
    targets: dict[str, Any],
    fitted: FittedData,
    losses: dict[str, keras.losses.Loss],
) -> tuple[Evaluation, dict[str, Verdict]]:
    verdicts = {
        name: verdict(values, targets.get(name), losses.get(name)) for name, values in raw.items()
    }
    outputs = tuple(
        judge(name, found, fitted.output(name).classes)
        for name, found in verdicts.items()
        if found.true is not None
    )
    rows = len(next(iter(raw.values()))) if raw else 0
    return Evaluation(part, rows, metrics, outputs), verdicts


def _metrics(model: keras.Model, batches: Any) -> dict[str, float]:
    values = model.evaluate(batches, verbose=0, return_dict=True)
    return {name: float(value) for name, value in values.items()}


def _columns(
    prefix: str, found: Verdict, classes: tuple[str, ...]
) -> Iterator[tuple[str, list[str]]]:
    """Titles and cells of one Output. An output of several numbers has one column for each."""

    def name(value: Any) -> str:
        index = int(value)
        return classes[index] if 0 <= index < len(classes) else str(index)

    shown: Callable[[Any], str] = name if found.kind == "classes" else _number
    if found.true is not None:
        yield from _spread(f"{prefix}true", found.true, shown)
    yield from _spread(f"{prefix}predicted", found.predicted, shown)
    scores = found.scores
    if scores is None:
        return
    if found.kind == "classes" and scores.ndim == found.predicted.ndim + 1:
        yield from _spread(f"{prefix}score", scores.max(-1), _number)
    else:
        yield from _spread(f"{prefix}score", scores, _number)


def _spread(
    title: str, values: np.ndarray, shown: Callable[[Any], str]
) -> Iterator[tuple[str, list[str]]]:
    flat = values.reshape(len(values), -1)
    for index in range(flat.shape[1]):
        label = title if flat.shape[1] == 1 else f"{title} {index}"
        yield label, [shown(value) for value in flat[:, index]]


def _number(value: Any) -> str:
    return f"{value:.7g}" if isinstance(value, float | np.floating) else str(value)


def _changed_data(before: FittedData, now: FittedData) -> Problem:
    return Problem(
        code="data.changed",
        message=(
            "The data has changed since this run: its test part may hold rows the model was "
            "trained on. A file can be evaluated by itself."
        ),
        expected=f"the data as it was, with the fingerprint {before.fingerprint[:8]}",
        received=f"the fingerprint {now.fingerprint[:8]}",
    )
