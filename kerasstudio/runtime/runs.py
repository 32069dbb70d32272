"""Runs as folders: `NAME.studio/runs/NNNN/` is the truth about a run.

| file | holds |
|---|---|
| `run.json` | `RunRecord`, replaced as a whole |
| `project.json` | the project as it was trained, in `.kstudio` form |
| `data.json` | the fitted encodings (`FittedData`) |
| `points.jsonl`, `epochs.jsonl` | encoded `Points` and `EpochEnded` messages (see `curves`) |
| `checkpoints/{last,best}/checkpoint.npz` | weights, optimizer, state |
| `evaluation.json`, `predictions.npz` | results on the test part (see `evaluations`) |
| `log.txt` | what the worker said |
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import OutputTraining
from kerasstudio.runtime.atomic import write_atomic
from kerasstudio.runtime.curves import Curves, history_of, read_curves, read_epochs
from kerasstudio.runtime.liveness import is_running, process_start
from kerasstudio.runtime.states import RUN_ENDED, RunStatus

__all__ = [
    "Curves",
    "RunRecord",
    "create_run",
    "list_runs",
    "read_curves",
    "read_project",
    "read_run",
    "studio_folder",
    "update_run",
]

RUN_FILE = "run.json"
PROJECT_FILE = "project.json"
LOG_FILE = "log.txt"


class RunRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What `run.json` holds.

    Times are ISO 8601 in UTC. `history` maps metric names to one value per epoch (None where it
    is no finite number). `outputs` are losses and metrics by Output layer id as they were really
    used, those chosen automatically included. `test` holds the metrics on the test part, of the
    weights that `evaluated` names: "best" are those of the epoch `best_epoch` (from 0). `base`
    is the folder that relative data paths start from. `started_from` says where the weights came
    from that it began with, if not fresh ones, and `start_summary` how many layers kept theirs.
    `pid` is the process that answers for the run and `pid_start` tells its life from another
    process with the same id. `folder` and `unreadable` are filled while reading and never
    written: a folder whose `run.json` cannot be read is listed with the reason in `unreadable`.
    """

    number: int = 0
    status: RunStatus = "preparing"
    reason: str = ""
    created: str = ""
    started: str = ""
    ended: str = ""
    seed: int = 0
    versions: dict[str, str] = {}
    device: str = ""
    base: str = ""
    data_fingerprint: str = ""
    parameters: int = 0
    outputs: dict[str, OutputTraining] = {}
    epochs: int = 0
    steps: int = 0
    epochs_done: int = 0
    batches_done: int = 0
    steps_per_second: float = 0.0
    history: dict[str, list[float | None]] = {}
    test: dict[str, float] = {}
    evaluated: Literal["best", "last", ""] = ""
    best_epoch: int | None = None
    best_value: float | None = None
    monitor: str = ""
    resumed_from: str = ""
    started_from: str = ""
    start_summary: str = ""
    problems: tuple[Problem, ...] = ()
    pid: int = 0
    pid_start: str = ""
    folder: str = ""
    unreadable: str = ""

    @property
    def ended_well(self) -> bool:
        """Whether there are results to look at."""
        return self.status in {"finished", "stopped"}

    @property
    def measured(self) -> str:
        """Which weights were evaluated, in words."""
        if self.evaluated == "best" and self.best_epoch is not None:
            return f"weights of epoch {self.best_epoch + 1}, the best"
        return "weights of the last epoch" if self.epochs_done else "weights it started from"


def now() -> str:
    """The time as run records keep it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def studio_folder(project_path: Path) -> Path:
    """The folder beside a project file that holds its runs: `a/NAME.kstudio` → `a/NAME.studio`."""
    return project_path.with_suffix(".studio")


def create_run(
    studio: Path,
    project: Project,
    base: Path | str,
    resumed_from: str = "",
    runs: Path | None = None,
) -> Path:
    """Make the next numbered run folder with the project's snapshot, status "preparing".

    It is made in `studio/runs`, or in the folder `runs` where given. The calling process answers
    for the run until a worker takes it over. Raises `StudioError` when it cannot be made."""
    parent = runs or studio / "runs"
    try:
        folder = _next_folder(parent)
        write_atomic(folder / PROJECT_FILE, _encode_project(project))
        record = RunRecord(
            number=int(folder.name),
            created=now(),
            seed=project.training.seed,
            epochs=project.training.epochs,
            base=str(base),
            resumed_from=resumed_from,
            pid=os.getpid(),
            pid_start=process_start(os.getpid()),
        )
        _write_record(folder, record)
    except OSError as error:
        raise StudioError(
            Problem(
                code="file.run_folder",
                message=f"No run folder could be made in {parent}: {error.strerror or error}.",
                expected="a folder that can be written, with space on its disk",
                place=Place(file=str(parent)),
                detail=str(error),
            )
        ) from error
    return folder


def read_run(folder: Path) -> RunRecord:
    """The record of one run. A run that has not ended although its process is gone reads as
    "killed". Raises `StudioError` when the folder holds no readable `run.json`."""
    path = folder / RUN_FILE
    try:
        record = msgspec.json.decode(path.read_bytes(), type=RunRecord)
    except FileNotFoundError as error:
        raise StudioError(_unreadable(path, "there is no run.json in the folder", error)) from error
    except OSError as error:
        raise StudioError(_unreadable(path, error.strerror or str(error), error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StudioError(_unreadable(path, "it is not a run record", error)) from error
    record = msgspec.structs.replace(record, folder=str(folder), unreadable="")
    if record.status not in RUN_ENDED and not is_running(record.pid, record.pid_start):
        record = msgspec.structs.replace(
            record,
            status="killed",
            reason="The process that trained this run ended without saying so.",
        )
    if record.status not in RUN_ENDED or record.status == "killed":
        record = _with_latest(folder, record)
    return record


def list_runs(studio: Path) -> list[RunRecord]:
    """All runs of a studio folder by number. Folders that are not numbered are not ours and left
    out; a numbered one that cannot be read is listed as failed, the reason in `unreadable`."""
    try:
        folders = [entry for entry in (studio / "runs").iterdir() if entry.name.isdecimal()]
    except OSError:
        return []
    records = []
    for folder in sorted(folders, key=lambda entry: (int(entry.name), entry.name)):
        if not folder.is_dir():
            continue
        try:
            records.append(read_run(folder))
        except StudioError as error:
            message = error.problem.message
            records.append(
                RunRecord(
                    number=int(folder.name),
                    status="failed",
                    reason=message,
                    folder=str(folder),
                    unreadable=message,
                )
            )
    return records


def update_run(folder: Path, **changes: Any) -> RunRecord:
    """Replace fields of `run.json` as a whole. Raises `StudioError` or `OSError`."""
    try:
        stored = msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=RunRecord)
    except (OSError, msgspec.DecodeError) as error:
        raise StudioError(_unreadable(folder / RUN_FILE, str(error), error)) from error
    record = msgspec.structs.replace(stored, **changes)
    _write_record(folder, record)
    return msgspec.structs.replace(record, folder=str(folder))


def take_over(folder: Path) -> RunRecord:
    """Make the calling process answer for the run (a worker that begins it)."""
    pid = os.getpid()
    return update_run(folder, pid=pid, pid_start=process_start(pid), started=now())


def read_project(folder: Path) -> Project:
    """The project as this run trained it. Raises `StudioError`."""
    path = folder / PROJECT_FILE
    try:
        return _decode_project(path.read_bytes())
    except OSError as error:
        raise StudioError(_unreadable(path, error.strerror or str(error), error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StudioError(_unreadable(path, "it is not a project", error)) from error


def _with_latest(folder: Path, record: RunRecord) -> RunRecord:
    """`run.json` is written once a second at most; `epochs.jsonl` has every epoch."""
    epochs = list(read_epochs(folder))
    if len(epochs) <= record.epochs_done:
        return record
    return msgspec.structs.replace(
        record,
        epochs_done=epochs[-1].epoch + 1,
        batches_done=max(record.batches_done, epochs[-1].batches),
        history=history_of(folder),
    )


def _write_record(folder: Path, record: RunRecord) -> None:
    clean = msgspec.structs.replace(record, folder="", unreadable="")
    data = msgspec.json.format(msgspec.json.encode(clean), indent=2)
    write_atomic(folder / RUN_FILE, data + b"\n", durable=record.status in RUN_ENDED)


def _next_folder(runs: Path) -> Path:
    """Two programs may race for a number: `mkdir` decides."""
    runs.mkdir(parents=True, exist_ok=True)
    taken = [int(entry.name) for entry in runs.iterdir() if entry.name.isdecimal()]
    number = max(taken, default=0) + 1
    while True:
        folder = runs / f"{number:04d}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _encode_project(project: Project) -> bytes:
    return msgspec.json.format(msgspec.json.encode(project, order="sorted"), indent=1)


def _decode_project(data: bytes) -> Project:
    return msgspec.json.decode(data, type=Project)


def _unreadable(path: Path, why: str, error: Exception) -> Problem:
    return Problem(
        code="file.run",
        message=f"{path.parent.name}/{path.name} cannot be read: {why}.",
        expected="a run folder written by KerasStudio",
        place=Place(file=str(path)),
        detail=str(error),
    )
