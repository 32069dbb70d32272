"""The checkpoints of a run as files, and a run's weights as what a project starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime.runs import read_run
from kerasstudio.runtime.weight_store import WeightStore, read_stored

CHECKPOINT_FILE = "checkpoint.npz"
LAST = "last"
BEST = "best"

Which = Literal["best", "last"]


def checkpoint_path(run_folder: Path, which: str) -> Path:
    """Where a run keeps its "best" or "last" weights."""
    return run_folder / "checkpoints" / which / CHECKPOINT_FILE


def choose_checkpoint(run_folder: Path, wanted: str = BEST) -> Which:
    """Which weights stand for a run: those of its best epoch where they are kept, else the last."""
    best = wanted == BEST and checkpoint_path(run_folder, BEST).exists()
    return "best" if best else "last"


def start_from_run(store: WeightStore, run_folder: Path, wanted: str = BEST) -> Start:
    """Take the weights of a run of this project into its store: what it starts from then, though
    the run goes on or is deleted. Raises `StudioError`."""
    which = choose_checkpoint(run_folder, wanted)
    path, number = checkpoint_path(run_folder, which), read_run(run_folder).number
    if not path.is_file():
        raise StudioError(
            Problem(
                code="file.no_checkpoint",
                message=f"Run {number} has no weights yet: its first epoch is not over.",
                place=Place(file=str(path)),
            )
        )
    if not read_stored(path).layers:
        raise StudioError(
            Problem(
                code="weights.nameless",
                message=f"Run {number} does not say which weights belong to which layer: "
                "it was trained by an older version.",
                expected="a run of this version; the old one can be continued or exported",
                place=Place(file=str(path)),
            )
        )
    try:
        name = store.add(path, f"run {number} {which}")
    except OSError as error:
        raise StudioError(
            Problem(
                code="file.write",
                message=f"The weights of run {number} cannot be kept: {error.strerror or error}.",
                expected="a folder that can be written, with space on its disk",
                place=Place(file=str(store.folder)),
                detail=str(error),
            )
        ) from error
    return Start(name, run_label(number, which), number, which)


def run_label(number: int, which: Which) -> str:
    return f"run {number}, {which} epoch"
