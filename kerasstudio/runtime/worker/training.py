"""One run from `Train` to an ended status: everything durable goes to the run folder."""

from __future__ import annotations

import platform
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasstudio import __version__
from kerasstudio.graph.problems import Fix, Problem, StudioError, in_words
from kerasstudio.graph.project import Project
from kerasstudio.graph.warm_start import summary
from kerasstudio.runtime import runs
from kerasstudio.runtime.curves import copy_curves, history_of
from kerasstudio.runtime.fitted_data import save_fitted
from kerasstudio.runtime.protocol import LogLine, Message, Progress, RunChanged, Train
from kerasstudio.runtime.run_weights import BEST, LAST, checkpoint_path, choose_checkpoint
from kerasstudio.runtime.states import RunStatus
from kerasstudio.runtime.worker.checkpoints import (
    CheckpointState,
    read_state,
    restore_checkpoint,
    snapshot,
    write_checkpoint,
)
from kerasstudio.runtime.worker.control import RunControl
from kerasstudio.runtime.worker.device import device_in_words
from kerasstudio.runtime.worker.evaluation import evaluate_part
from kerasstudio.runtime.worker.failures import problem_of
from kerasstudio.runtime.worker.feed import Feed
from kerasstudio.runtime.worker.fitting import Fit, FitResult, NotFinite
from kerasstudio.runtime.worker.layer_weights import WeightState, describe
from kerasstudio.runtime.worker.preparing import Prepared, Refused, prepare

Send = Callable[[Message], None]


def train(request: Train, control: RunControl, send: Send) -> None:
    """Carry out one run on the calling thread. Every way to end leaves a status and a reason in
    `run.json` and in the last `RunChanged`; nothing is raised for what goes wrong in a run."""
    run = Run(request, control, send)
    try:
        run.carry_out()
    except Refused as error:
        run.end("refused", error.problems[0].message, error.problems)
    except NotFinite as error:
        problem = _not_finite(error, request.project)
        run.end("failed", problem.message, (problem,))
    except Exception as error:  # noqa: BLE001 (whatever TensorFlow or a layer raises ends the run)
        problem = problem_of(error, "training", request.project)
        run.end("failed", problem.message, (problem,))


class Run:
    """The run folder, its record, and what the program is told."""

    def __init__(self, request: Train, control: RunControl, send: Send) -> None:
        self.folder = Path(request.run_folder)
        self._request = request
        self._control = control
        self._send = send
        self._steps: int | None = None
        self._written = 0.0

    def carry_out(self) -> None:
        request, project = self._request, self._request.project
        runs.take_over(self.folder)
        self._change("preparing")
        state = self._resume_state()
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.showwarning = self._show_warning
            prepared = prepare(
                project,
                Path(request.base),
                self._progress,
                resumes=state is not None,
                weights=None if request.weights is None else Path(request.weights),
            )
            for problem in prepared.warnings:
                self._log(in_words(problem), "warning")
            self._tell_start(prepared)
            self._compare_data(prepared)
            result = self._fit(prepared, state)
            self._finish(prepared, result)

    # ------------------------------------------------------------------ steps

    def _resume_state(self) -> CheckpointState | None:
        """The state to go on from, the earlier curves copied into this run; None for a new one."""
        if self._request.resume_from is None:
            return None
        source = Path(self._request.resume_from)
        try:
            state = read_state(source)
        except StudioError as error:
            raise Refused((error.problem,)) from error
        epochs = self._request.project.training.epochs
        if state.epochs_done >= epochs:
            wanted = state.epochs_done + max(1, epochs)
            raise Refused(
                (
                    Problem(
                        code="train.nothing_left",
                        message=(
                            f"The earlier run has done {state.epochs_done} epochs already; "
                            f"{epochs} are wanted in all."
                        ),
                        expected=f"more than {state.epochs_done} epochs",
                        received=str(epochs),
                        fixes=(
                            Fix(
                                f"train {wanted} epochs",
                                "set_training",
                                {"field": "epochs", "value": wanted},
                            ),
                        ),
                    ),
                )
            )
        copy_curves(source, self.folder, state.epochs_done, state.batches_done)
        best = checkpoint_path(source, BEST)
        if best.exists() and self._request.project.training.checkpoint is not None:
            target = checkpoint_path(self.folder, BEST)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(best, target)
        return state

    def _tell_start(self, prepared: Prepared) -> None:
        """Say from which weights the run begins, and keep it in its record."""
        started, start = prepared.started, self._request.project.training.start
        if started is None:
            return
        said = summary(started.given.starts, prepared.project)
        steps = "goes on" if started.optimizer else "starts anew"
        self._log(f"Started from {start.words}. {said} The optimizer {steps}.")
        runs.update_run(self.folder, started_from=start.words, start_summary=said)

    def _compare_data(self, prepared: Prepared) -> None:
        """Say when a run is continued with other data than it began with."""
        if self._request.resume_from is None:
            return
        before = runs.read_run(Path(self._request.resume_from)).data_fingerprint
        now = prepared.data.summary.fingerprint
        if before and before != now:
            self._log(
                f"The data has changed since run {Path(self._request.resume_from).name} "
                f"({before[:8]}, now {now[:8]}): rows it was trained on may be in the validation "
                "and test parts now.",
                "warning",
            )

    def _fit(self, prepared: Prepared, state: CheckpointState | None) -> FitResult:
        spec, model = prepared.project.training, prepared.model
        history: dict[str, list[float | None]] = {}
        if state is not None:
            try:
                restore_checkpoint(model, Path(self._request.resume_from or ""))
            except StudioError as error:
                raise Refused((error.problem,)) from error
            history = history_of(self.folder)
        save_fitted(self.folder, prepared.data.fitted)
        self._steps = prepared.steps
        self._change(
            "running",
            versions=versions(),
            device=device_in_words(),
            outputs=spec.outputs,
            data_fingerprint=prepared.data.summary.fingerprint,
            parameters=model.count_params(),
            epochs=spec.epochs,
            steps=prepared.steps,
            epochs_done=state.epochs_done if state is not None else 0,
            batches_done=state.batches_done if state is not None else 0,
            history=history,
        )
        if not spec.epochs:
            return self._measure(prepared)
        with Feed(
            self._request.id,
            self.folder,
            self._send,
            prepared.steps,
            spec.epochs,
            state.batches_done if state is not None else 0,
        ) as feed:
            fit = Fit(
                model,
                spec,
                prepared.steps,
                self.folder,
                feed,
                self._control,
                self._on_pause,
                self._on_epoch,
                self._log,
                validates=prepared.validation is not None,
                validation_steps=prepared.validation_steps,
                kept=_kept(prepared),
            )
            if state is not None:
                fit.resume(state, history)
            return fit.run(prepared.training, prepared.validation)

    def _measure(self, prepared: Prepared) -> FitResult:
        """No epochs: the weights it starts from are kept as they are, to be evaluated."""
        taken = snapshot(prepared.model, optimizer=True, learned=False)
        write_checkpoint(self.folder, LAST, taken, _kept(prepared))
        return FitResult(0, 0, {}, stopped="Measured without training.")

    def _finish(self, prepared: Prepared, result: FitResult) -> None:
        """Evaluate the weights that stand for this run, then say how it ended."""
        kept: dict[str, Any] = {
            "epochs_done": result.epochs_done,
            "batches_done": result.batches_done,
            "history": result.history,
            "best_epoch": result.best_epoch,
            "best_value": result.best_value,
            "steps_per_second": round(result.steps_per_second, 2),
        }
        runs.update_run(self.folder, **kept)
        if prepared.data.count("test") > 0:
            self._progress("Evaluating on the test part")
            kept["evaluated"] = which = choose_checkpoint(self.folder)
            if which == BEST:
                restore_checkpoint(prepared.model, self.folder, BEST, optimizer=False)
            evaluation = evaluate_part(
                prepared.model, prepared.data, "test", self.folder, prepared.losses
            )
            kept["test"] = evaluation.metrics
        done = result.epochs_done
        all_done = "The only epoch is done." if done == 1 else f"All {done} epochs are done."
        reason = result.stopped or all_done
        self.end("stopped" if result.by_person else "finished", reason, **kept)

    # ------------------------------------------------------------------ telling

    def end(
        self,
        status: RunStatus,
        reason: str,
        problems: tuple[Problem, ...] = (),
        **changes: Any,
    ) -> None:
        """The last word on this run. A folder that can no longer be written (full disk) does not
        keep the program from hearing it."""
        for problem in problems:
            self._log(in_words(problem), "error")
        try:
            runs.update_run(
                self.folder,
                status=status,
                reason=reason,
                problems=problems,
                ended=runs.now(),
                **changes,
            )
        except (OSError, StudioError) as error:
            self._send(LogLine(f"The run's record cannot be written: {error}", "error"))
        self._tell(status, reason, problems)

    def _change(self, status: RunStatus, **changes: Any) -> None:
        runs.update_run(self.folder, status=status, **changes)
        self._tell(status)

    def _tell(
        self, status: RunStatus, reason: str = "", problems: tuple[Problem, ...] = ()
    ) -> None:
        self._send(
            RunChanged(
                id=self._request.id,
                run_folder=str(self.folder),
                status=status,
                reason=reason,
                steps=self._steps,
                epochs=self._request.project.training.epochs,
                problems=problems,
            )
        )

    def _on_pause(self, paused: bool) -> None:
        self._change("paused" if paused else "running")

    def _on_epoch(self, fit: Fit) -> None:
        """Keep the record up to date, at most once a second (`epochs.jsonl` has every epoch)."""
        now = tf.timestamp().numpy()
        if now - self._written < 1.0:
            return
        self._written = now
        runs.update_run(
            self.folder,
            epochs_done=fit.epochs_done,
            batches_done=fit.feed.batches,
            history=fit.history,
            steps_per_second=round(fit.feed.mean_speed(), 2),
        )

    def _progress(self, text: str, done: float | None = None) -> None:
        self._send(Progress(id=self._request.id, text=text, done=done))

    def _log(self, text: str, level: Any = "info") -> None:
        self._send(LogLine(text=text, level=level))
        try:
            with (self.folder / runs.LOG_FILE).open("a", encoding="utf-8") as file:
                file.write(f"{runs.now()} {level} {text}\n")
        except OSError as error:
            self._send(LogLine(text=f"log.txt cannot be written: {error}", level="warning"))

    def _show_warning(self, message: Any, *where: Any, **more: Any) -> None:
        self._log(str(message), "warning")


def _kept(prepared: Prepared) -> CheckpointState:
    """What checkpoints say of the model: whose its weights are."""
    state = describe(prepared.project, prepared.built.layers, prepared.model)
    return CheckpointState(**{name: getattr(state, name) for name in WeightState.__struct_fields__})


def versions() -> dict[str, str]:
    return {
        "kerasstudio": __version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _not_finite(error: NotFinite, project: Project) -> Problem:
    """NaN or infinity while training, in words."""
    rate = project.training.optimizer.config.get("learning_rate")
    shown = f"The learning rate is {rate}." if isinstance(rate, int | float) else ""
    return Problem(
        code="train.not_finite",
        message=(
            f"The loss became {error.value} in epoch {error.epoch}, batch {error.step}: "
            "training was stopped."
        ),
        expected=(
            "a finite loss: try a smaller learning rate, clipnorm=1 in the optimizer, "
            "or inputs scaled to about -1 to 1"
        ),
        received=f"{error.value}. {shown}".strip(),
    )
