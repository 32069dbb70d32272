"""`kerasstudio train FILE`: a run without a window."""

from __future__ import annotations

import shutil
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

import msgspec

from kerasstudio.cli.code import add_trust, trust
from kerasstudio.cli.codes import FAILED, OK, exit_code
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import read_project
from kerasstudio.cli.session import Session, noted_interruptions, worker_lost
from kerasstudio.cli.starting import with_start
from kerasstudio.graph.problems import Problem, in_words
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Control, EpochEnded, Failed, Points, RunChanged, Train
from kerasstudio.runtime.runs import RunRecord, create_run, now, read_run, studio_folder, update_run
from kerasstudio.runtime.states import RunStatus, has_ended

TICK = 0.2
LINE_SECONDS = 2.0


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a project (.kstudio)")
    parser.add_argument(
        "--epochs",
        metavar="N",
        type=_epochs,
        help="instead of the project's; 0 only measures the weights it starts from",
    )
    parser.add_argument("--batch-size", metavar="N", type=_positive, help="samples of one step")
    parser.add_argument("--seed", metavar="N", type=_seed, help="initial weights and shuffling")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="make the run folder in here (NAME.studio/runs)"
    )
    parser.add_argument(
        "--start",
        metavar="RUN_OR_FILE",
        help="the weights to start from, instead of the project's: fresh, a run (its number or "
        "folder), or a .keras or .h5 file whose layers have the same names",
    )
    parser.add_argument(
        "--checkpoint",
        choices=("best", "last"),
        default="best",
        help="with --start RUN: the weights of its best epoch (default) or of its last one",
    )
    add_trust(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace, console: Console) -> int:
    project = _with_settings(read_project(options.file), options)
    path = options.file.absolute()
    with Session(console) as session:
        ready = session.ready()
        trust(options, session, project)
        console.tell(f"Keras {ready.keras}, TensorFlow {ready.tensorflow}, {ready.device}")
        project, weights = with_start(
            session, console, project, path, options.start, options.checkpoint
        )
        folder = create_run(
            studio_folder(path), project, path.parent, runs=options.out and options.out.absolute()
        )
        console.tell(f"Run: {folder}")
        problems, interrupted = _follow(session, project, folder, path.parent, console, weights)
    record = read_run(folder)
    _show(record, project, console, problems, session.said)
    for problem in problems:
        if record.status == "refused":
            return exit_code(problem)
    return OK if record.status == "finished" and not interrupted else FAILED


def _follow(
    session: Session,
    project: Project,
    folder: Path,
    base: Path,
    console: Console,
    weights: str | None,
) -> tuple[tuple[Problem, ...], bool]:
    """Train until it has ended; problems, and whether the person stopped it."""
    worker, number = session.worker, session.worker.next_id()
    asked = 0
    with noted_interruptions() as noted, _Progress(console, project) as progress:
        worker.send(Train(number, project, str(folder), str(base), weights=weights))
        for report in session.reports(TICK):
            if noted.count > asked:
                asked = noted.count
                if asked > 1:
                    worker.kill()
                    _note_killed(folder)
                    return (), True
                progress.tell("Stopping after this batch; Ctrl+C again ends it at once.")
                worker.send(Control(worker.next_id(), "stop_batch"))
            if isinstance(report, RunChanged):
                progress.steps = report.steps or progress.steps
                if has_ended(report.status):
                    return report.problems, asked > 0
            elif isinstance(report, Points):
                progress.show(report)
            elif isinstance(report, EpochEnded):
                progress.epoch(report)
            elif isinstance(report, Failed) and report.id in (0, number):
                _note_failed(folder, report.problem)
                return (report.problem,), asked > 0
    problem = worker_lost(session)
    _note_failed(folder, problem, "killed")
    return (problem,), asked > 0


class _Progress:
    """A bar on a terminal, a line now and then elsewhere, nothing with `--json` elsewhere."""

    def __init__(self, console: Console, project: Project) -> None:
        self.steps: int | None = None
        self._console = console
        self._epochs = project.training.epochs
        self._bar: Any = None
        self._values: dict[str, float] = {}
        self._said = 0.0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, points: Points) -> None:
        if not self._console.terminal or self.steps is None:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._console.clear_status()
            # Some terminals do not tell their size (0 × 0); there tqdm would show nothing.
            known = shutil.get_terminal_size((0, 0)) != (0, 0)
            self._bar = tqdm(
                total=self._epochs * self.steps,
                dynamic_ncols=known,
                ncols=None if known else 80,
                nrows=None if known else 24,
                bar_format="{desc} {percentage:3.0f}% |{bar:20}| {remaining} left{postfix}",
            )
        self._bar.n = min(self._bar.total, points.epoch * self.steps + points.step)
        loss = points.values.get("loss") or [None]
        if loss[-1] is not None:
            self._values["loss"] = loss[-1]
        self._describe(points.epoch)

    def epoch(self, ended: EpochEnded) -> None:
        self._values = dict(ended.values)
        if self._bar is not None:
            self._describe(ended.epoch)
        elif not self._console.json and not self._console.terminal:
            last = ended.epoch + 1 == self._epochs
            if last or ended.epoch == 0 or time.monotonic() - self._said >= LINE_SECONDS:
                self._said = time.monotonic()
                self._console.tell(
                    f"Epoch {ended.epoch + 1}/{self._epochs}: {_values(ended.values)}"
                )

    def tell(self, text: str) -> None:
        if self._bar is not None:
            self._bar.clear()
        self._console.tell(text)

    def _describe(self, epoch: int) -> None:
        self._bar.set_description(f"Epoch {epoch + 1}/{self._epochs}", refresh=False)
        self._bar.set_postfix_str(_values(self._values), refresh=False)
        self._bar.refresh()


def _show(
    record: RunRecord,
    project: Project,
    console: Console,
    problems: tuple[Problem, ...],
    said: set[str],
) -> None:
    found = problems or record.problems
    if not found and record.status not in ("finished", "stopped"):
        console.tell(f"error: {record.reason}")
    for problem in found:
        if in_words(problem) not in said:
            console.problem(problem)
    console.say(f"{record.status}: {record.reason}" if not found else record.status)
    if record.parameters and record.status in ("finished", "stopped"):
        console.say(
            f"  {record.epochs_done} epoch{'' if record.epochs_done == 1 else 's'}, "
            f"{record.parameters:,} parameters, "
            f"{record.steps_per_second:,.0f} steps/s"
        )
    if record.test:
        console.say(f"  test ({record.measured}): {_values(record.test)}")
    if record.started_from:
        console.say(f"  started from {record.started_from}: {record.start_summary}")
    console.say(f"  run: {record.folder}")
    console.result(
        {
            "ok": record.status == "finished",
            "run": record.folder,
            "status": record.status,
            "reason": record.reason,
            "epochs": record.epochs_done,
            "epochs_wanted": project.training.epochs,
            "history": record.history,
            "test": record.test,
            "evaluated": record.evaluated,
            "steps_per_second": record.steps_per_second,
            "parameters": record.parameters,
            "best_epoch": None if record.best_epoch is None else record.best_epoch + 1,
            "seed": record.seed,
            "started_from": record.started_from or "fresh weights",
            "kept": record.start_summary,
            "versions": record.versions,
            "device": record.device,
            "problems": found,
        }
    )


def _with_settings(project: Project, options: Namespace) -> Project:
    changes = {
        name: value
        for name in ("epochs", "batch_size", "seed")
        if (value := getattr(options, name)) is not None
    }
    training = msgspec.structs.replace(project.training, **changes)
    return msgspec.structs.replace(project, training=training)


def _note_killed(folder: Path) -> None:
    if read_run(folder).status in ("finished", "stopped"):
        return  # it had ended just before
    update_run(folder, status="killed", reason="Ended at once by Ctrl+C.", ended=now())


def _note_failed(folder: Path, problem: Problem, status: RunStatus = "failed") -> None:
    update_run(folder, status=status, reason=problem.message, problems=(problem,), ended=now())


def _values(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in values.items() if value is not None)


def _positive(text: str) -> int:
    return _whole(text, 1, 10_000_000)


def _epochs(text: str) -> int:
    return _whole(text, 0, 10_000_000)


def _seed(text: str) -> int:
    return _whole(text, 0, 2**31 - 1)


def _whole(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise ArgumentTypeError(
            f"expected a whole number from {least} to {most}, received {text!r}"
        )
    return number
