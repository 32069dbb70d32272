"""`Model.fit` on the training thread: live values, control, patience, checkpoints.

Normally several batches run in one call of TensorFlow (`executions`). Where that cannot be done
(several replicas, eager mode, a data set of unknown length) `fit` runs batch by batch and the own
values are recovered from Keras's running means; `Fit.run` is the one place that chooses.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf

from kerasstudio.graph.training_spec import TrainingSpec
from kerasstudio.runtime.run_weights import BEST, LAST
from kerasstudio.runtime.worker.checkpoints import (
    CheckpointState,
    Snapshot,
    restore_arrays,
    snapshot,
    write_checkpoint,
)
from kerasstudio.runtime.worker.control import RunControl, StopTraining
from kerasstudio.runtime.worker.executions import Executor, Table, counter
from kerasstudio.runtime.worker.feed import Feed
from kerasstudio.runtime.worker.monitors import Monitor, direction

# Writing checkpoints takes at most this part of the training time; a killed run loses little.
CHECKPOINT_SHARE = 0.1


class NotFinite(Exception):  # noqa: N818 (a verdict, not a programming error)
    """The loss became NaN or infinite at global batch `batch` (from 1)."""

    def __init__(self, epoch: int, step: int, value: float) -> None:
        super().__init__(f"epoch {epoch}, batch {step}: {value}")
        self.epoch, self.step, self.value = epoch, step, value


class FitResult(msgspec.Struct):
    """How `fit` ended. `stopped` says why when it was not at the last epoch."""

    epochs_done: int
    batches_done: int
    history: dict[str, list[float | None]]
    stopped: str = ""
    by_person: bool = False
    best_epoch: int | None = None
    best_value: float | None = None
    steps_per_second: float = 0.0


class Fit:
    """One fit. `on_pause(paused)` and `on_epoch(fit)` are called on the training thread. `kept` is
    what checkpoints say of the model beside its arrays (`layer_weights.describe`)."""

    def __init__(
        self,
        model: keras.Model,
        spec: TrainingSpec,
        steps: int,
        folder: Path,
        feed: Feed,
        control: RunControl,
        on_pause: Callable[[bool], None],
        on_epoch: Callable[[Fit], None],
        said: Callable[[str], None],
        validates: bool,
        validation_steps: int = 0,
        kept: CheckpointState | None = None,
    ) -> None:
        self.model = model
        self.feed = feed
        self.epochs_done = 0
        self.history: dict[str, list[float | None]] = {}
        self._kept = kept or CheckpointState()
        self._spec = spec
        self._steps = steps
        self._validation_steps = validation_steps
        self._folder = folder
        self._control = control
        self._on_pause = on_pause
        self._on_epoch = on_epoch
        self._said = said
        self._best = self._monitor(spec.checkpoint, validates)
        self._patience = self._monitor(spec.early_stopping, validates)
        self._stopped = ""
        self._best_taken: Snapshot | None = None
        self._patience_taken: Snapshot | None = None
        self._best_unsaved = False
        self._saved_at = time.monotonic()
        self._save_seconds: float | None = None
        self._epoch_begun = 0.0
        self._executor: Executor | None = None

    # ------------------------------------------------------------------ running

    def resume(self, state: CheckpointState, history: dict[str, list[float | None]]) -> None:
        """Go on after `state`, whose weights are in the model already."""
        self.epochs_done = state.epochs_done
        self.history = {name: list(values) for name, values in history.items()}
        for monitor, kept in ((self._best, state.best), (self._patience, state.patience)):
            if monitor is not None:
                monitor.restore(kept)

    def run(self, training: tf.data.Dataset, validation: tf.data.Dataset | None) -> FitResult:
        """Fit until the last epoch, patience, or a stop. Raises `NotFinite`, `OSError` (full
        disk) and what TensorFlow raises."""
        model = self.model
        callbacks: list[keras.callbacks.Callback] = [_Epochs(self)]
        fast = self._fast_possible(training)
        if fast:
            training, validation = self._use_executors(training, validation)
        else:
            callbacks.append(_Batches(self))
        kind = _QuietCallbacks if fast else keras.callbacks.CallbackList
        by_person = False
        try:
            model.fit(
                training,
                epochs=self._spec.epochs,
                initial_epoch=self.epochs_done,
                validation_data=validation,
                verbose=0,
                shuffle=False,
                callbacks=kind(callbacks, add_history=True, model=model, epochs=self._spec.epochs),
            )
        except StopTraining:
            model.optimizer.finalize_variable_values(model.trainable_weights)
            self._stopped = self._control.reason(self.feed.epoch + 1, self.feed.step)
            by_person = True
        finally:
            model.train_function = model.test_function = None
            self.feed.flush()
        if self._control.stop_at_epoch_end:
            by_person = True
            self._stopped = self._stopped or self._control.reason(self.feed.epoch + 1, 0)
        speed = self.feed.mean_speed()
        self._restore_best()
        self.save()
        best = self._best or self._patience
        return FitResult(
            epochs_done=self.epochs_done,
            batches_done=self.feed.batches,
            history=self.history,
            stopped=self._stopped,
            by_person=by_person,
            best_epoch=best.best_epoch if best is not None else None,
            best_value=best.best if best is not None else None,
            steps_per_second=speed,
        )

    def save(self) -> None:
        """Write "last" and, when it improved since, "best". Raises `OSError`."""
        begun = time.monotonic()
        state = msgspec.structs.replace(
            self._kept,
            epochs_done=self.epochs_done,
            batches_done=self.feed.batches,
            best=self._best.state() if self._best is not None else {},
            patience=self._patience.state() if self._patience is not None else {},
        )
        if self._best_unsaved and self._best_taken is not None:
            write_checkpoint(self._folder, BEST, self._best_taken, state)
            self._best_unsaved = False
        last = snapshot(self.model, optimizer=True, learned=False)
        write_checkpoint(self._folder, LAST, last, state)
        self._saved_at = time.monotonic()
        self._save_seconds = min(self._save_seconds or 1e9, self._saved_at - begun)

    # ------------------------------------------------------------------ called back

    def start_epoch(self, epoch: int) -> None:
        self._epoch_begun = time.monotonic()
        self.feed.start_epoch(epoch)

    def end_epoch(self, epoch: int, logs: dict[str, Any]) -> None:
        """Epoch values are complete, validation included."""
        values = {name: float(value) for name, value in logs.items()}
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        for name in values:
            column = self.history.setdefault(name, [None] * self.epochs_done)
            column.append(finite.get(name))
        self.epochs_done = epoch + 1
        best = self._follow(epoch, values)
        self.feed.end_epoch(finite, time.monotonic() - self._epoch_begun, best)
        self._on_epoch(self)
        if time.monotonic() - self._saved_at >= (self._save_seconds or 0.0) / CHECKPOINT_SHARE:
            self.save()
        if self._control.stop_at_epoch_end or self._stopped:
            self.model.stop_training = True

    def _before(self) -> None:
        """Before every execution: pause, stop."""
        control = self._control
        if control.paused:
            self.feed.pause()
            self._on_pause(True)
            control.wait_while_paused()
            self.feed.resume()
            if not control.stop_now:
                self._on_pause(False)
        if control.stop_now:
            raise StopTraining
        self.feed.begin()

    def _after(self, table: Table) -> None:
        """After every execution: the values of its batches; the first column is the loss."""
        assert self._executor is not None  # noqa: S101
        self.note(self._executor.names, table)

    def note(self, names: tuple[str, ...], table: Table) -> None:
        """Values of finished batches. Raises `NotFinite` when a loss is no finite number."""
        losses = table[:, names.index("loss")] if "loss" in names else table[:, 0]
        if np.isfinite(losses).all():
            self.feed.add(names, table)
            return
        bad = int(np.flatnonzero(~np.isfinite(losses))[0])
        self.feed.add(names, table[: bad + 1])
        raise NotFinite(self.feed.epoch + 1, self.feed.step, float(losses[bad]))

    # ------------------------------------------------------------------ inside

    def _fast_possible(self, training: tf.data.Dataset) -> bool:
        model = self.model
        return (
            not model.run_eagerly
            and model.distribute_strategy.num_replicas_in_sync == 1
            and int(training.cardinality()) == self._steps
        )

    def _use_executors(
        self, training: tf.data.Dataset, validation: tf.data.Dataset | None
    ) -> tuple[tf.data.Dataset, tf.data.Dataset | None]:
        """Put executors in the place of Keras's functions; what `fit` shall iterate over."""
        model, steps = self.model, self._validation_steps
        self._executor = Executor(
            model, model.train_step, training, self._steps, self._before, self._after
        )
        model.train_function = self._executor
        if validation is None:
            return counter(self._steps), None
        model.test_function = Executor(
            model,
            model.test_step,
            validation,
            steps,
            self._before,
            _nothing,
            own_values=False,
        )
        return counter(self._steps), counter(steps)

    def _monitor(self, spec: Any, validates: bool) -> Monitor | None:
        """A follower for early stopping or checkpoints; without validation "val_loss" cannot be
        had, and the training value of the same name takes its place."""
        if spec is None:
            return None
        name = spec.monitor
        if name.startswith("val_") and not validates:
            name = name.removeprefix("val_")
            self._said(f"There is no validation: {name} is followed in place of {spec.monitor}.")
        mode = direction(self.model, name, spec.mode)
        return Monitor(name, mode, getattr(spec, "min_delta", 0.0))

    def _follow(self, epoch: int, values: dict[str, float]) -> bool:
        """Note the monitored values; whether the checkpoint's metric is the best so far."""
        taken: Snapshot | None = None
        best = False
        if self._best is not None and self._best.follow(epoch, values.get(self._best.name)):
            best = self._best_unsaved = True
            taken = self._best_taken = snapshot(self.model, optimizer=False, learned=False)
        patience, spec = self._patience, self._spec.early_stopping
        if patience is not None and spec is not None:
            if patience.follow(epoch, values.get(patience.name)):
                if spec.restore_best_weights:
                    self._patience_taken = taken or snapshot(
                        self.model, optimizer=False, learned=False
                    )
                best = best or self._best is None
            elif patience.wait >= spec.patience:
                self._stopped = (
                    f"Early stopping: {patience.name} has not improved for {patience.wait} "
                    f"epochs; the best was epoch {(patience.best_epoch or 0) + 1}."
                )
        return best

    def _restore_best(self) -> None:
        """What Keras's `EarlyStopping(restore_best_weights=True)` does at the end. Without a
        checkpoint of its own this epoch is the best one that is kept."""
        if self._patience_taken is not None:
            path = self._folder / "checkpoints"
            restore_arrays(self.model, self._patience_taken, path, optimizer=False)
            if self._best is None:
                self._best_taken, self._best_unsaved = self._patience_taken, True


class _Epochs(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells `Fit` of epochs, and that validation begins."""

    def __init__(self, fit: Fit) -> None:
        super().__init__()
        self._fit = fit

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._fit.start_epoch(epoch)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._fit.feed.flush()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._fit.end_epoch(epoch, logs or {})


class _Batches(keras.callbacks.Callback):  # type: ignore[misc]
    """Batch by batch: control before, own values after each batch.

    Keras reports the mean m_n of the epoch so far; the own value of batch n is
    n·m_n - (n-1)·m_(n-1) for batches of equal size (the last of an epoch may be smaller, its
    value is then off by the ratio of the sizes)."""

    def __init__(self, fit: Fit) -> None:
        super().__init__()
        self._fit = fit
        self._means: dict[str, float] = {}
        self._count = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._means, self._count = {}, 0

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._fit._before()

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._fit._before()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        means = {name: float(value) for name, value in (logs or {}).items()}
        n = self._count = self._count + 1
        own = [n * mean - (n - 1) * self._means.get(name, 0.0) for name, mean in means.items()]
        self._means = means
        self._fit.note(tuple(means), np.array([own], np.float32))


class _QuietCallbacks(keras.callbacks.CallbackList):  # type: ignore[misc]
    """Without the calls around each batch, which `Executor` makes unnecessary."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        pass

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        pass

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        pass

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        pass


def _nothing(table: Table) -> None:
    """Validation batches are not reported one by one."""
