"""How good a model is on one part of the data: `evaluation.json` of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.atomic import write_atomic

EVALUATION_FILE = "evaluation.json"
PREDICTIONS_FILE = "predictions.npz"

OutputKind = Literal["classes", "labels", "values"]


class ClassScore(msgspec.Struct, frozen=True, omit_defaults=True):
    """One class: `precision` and `recall` are None where nothing was predicted (or is there)."""

    name: str
    support: int
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None


class OutputEvaluation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One Output.

    "classes": `matrix[true][predicted]` counts samples (positions, where an output has several),
    `accuracy` is its trace over its sum. "labels": independent yes/no labels, one `ClassScore`
    each. "values": errors of numbers; `r2` is None when all true values are equal.
    """

    name: str
    kind: OutputKind
    classes: tuple[ClassScore, ...] = ()
    matrix: tuple[tuple[int, ...], ...] = ()
    accuracy: float | None = None
    mean_absolute_error: float | None = None
    root_mean_squared_error: float | None = None
    r2: float | None = None
    bias: float | None = None


class Evaluation(msgspec.Struct, frozen=True, omit_defaults=True):
    """`part` is "test", or the path of another file; `metrics` are those of `Model.evaluate`.
    `left_out` outputs were too large for `predictions.npz`."""

    part: str
    rows: int
    metrics: dict[str, float] = {}
    outputs: tuple[OutputEvaluation, ...] = ()
    left_out: tuple[str, ...] = ()


def save_evaluation(folder: Path, evaluation: Evaluation) -> None:
    """Write `evaluation.json` into a run folder. Raises `OSError`."""
    data = msgspec.json.format(msgspec.json.encode(evaluation), indent=1)
    write_atomic(folder / EVALUATION_FILE, data)


def load_evaluation(folder: Path) -> Evaluation:
    """Read `evaluation.json`. Raises `StudioError` when it is missing or broken."""
    path = folder / EVALUATION_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Evaluation)
    except FileNotFoundError as error:
        raise StudioError(
            Problem(
                code="file.no_evaluation",
                message="This run has not been evaluated.",
                place=Place(file=str(path)),
            )
        ) from error
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StudioError(
            Problem(
                code="file.evaluation",
                message="The evaluation of this run cannot be read.",
                place=Place(file=str(path)),
                detail=str(error),
            )
        ) from error
