"""Start, pause and stop on the Train page, and how far the run is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QPushButton, QWidget

from kerasstudio.graph.problems import Problem
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.labels import TextBlock
from kerasstudio.ui.widgets.problem_row import CheckList

_REPAINT_MS = 100


class RunCard(Card):
    """`start` begins training the open project. Values arrive often; the card repaints at most
    ten times a second."""

    def __init__(
        self,
        run_feed: RunFeed,
        warm: WarmStart,
        start: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Run", parent=parent)
        self._feed, self._warm = run_feed, warm
        self.train = QPushButton("▶  Train")
        self.train.setObjectName("primary")
        self.train.clicked.connect(lambda: start())
        self.pause = QPushButton("Pause")
        self.pause.clicked.connect(self._pause_or_resume)
        self.stop = QPushButton("Stop")
        menu = QMenu(self.stop)
        self.stop_batch: QAction = menu.addAction("after this batch")
        self.stop_epoch: QAction = menu.addAction("after this epoch")
        self.stop_batch.triggered.connect(lambda: run_feed.stop("batch"))
        self.stop_epoch.triggered.connect(lambda: run_feed.stop("epoch"))
        self.stop.setMenu(menu)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.train, 2)
        buttons.addWidget(self.pause, 1)
        buttons.addWidget(self.stop, 1)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("progress of the run")
        self.status = TextBlock("", "muted")
        self.train_on = QPushButton("Train on from these weights")
        self.train_on.setToolTip("The next run starts from the best weights of this one")
        self.train_on.clicked.connect(self._train_on)
        self.problems = CheckList()
        self.body.addLayout(buttons)
        self.body.addWidget(self.progress)
        self.body.addWidget(self.status)
        self.body.addWidget(self.train_on)
        self.body.addWidget(self.problems)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_REPAINT_MS)
        self._later.timeout.connect(self.refresh)
        run_feed.points_received.connect(self._values_came)
        run_feed.epoch_ended.connect(self._values_came)
        run_feed.run_changed.connect(self._run_changed)
        run_feed.current_changed.connect(self._run_changed)
        run_feed.start_failed.connect(self._start_failed)
        run_feed.runs_changed.connect(self.refresh)
        warm.start_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the current run as it is now."""
        view, running = self._feed.current, self._feed.is_running
        steering = running and view is not None and view.status in ("running", "paused")
        self.train.setEnabled(not running)
        self.pause.setEnabled(steering)
        self.pause.setText("Resume" if view is not None and view.status == "paused" else "Pause")
        self.stop.setEnabled(running and view is not None)
        self.progress.setVisible(view is not None and not view.ended)
        # What was trained is the natural beginning of what is trained next.
        trained = view is not None and view.ended and view.record.epochs_done > 0
        self.train_on.setVisible(
            trained and view is not None and self._warm.start.run != view.number
        )
        if view is None:
            self.status.setText("Not trained yet.")
            return
        self.progress.setValue(round(view.fraction * 1000))
        self.status.setText(run_text(view))
        self.problems.show_checks((), view.problems)

    def _pause_or_resume(self) -> None:
        view = self._feed.current
        if view is not None and view.status == "paused":
            self._feed.resume()
        else:
            self._feed.pause()

    def _train_on(self) -> None:
        if self._feed.current is not None:
            self._warm.use_run(self._feed.current.key)

    def _values_came(self, _view: object, _values: object) -> None:
        if not self._later.isActive():
            self._later.start()

    def _run_changed(self, _view: object) -> None:
        self.refresh()

    def _start_failed(self, problem: Problem) -> None:
        self.refresh()
        self.status.setText("The run did not start.")
        self.problems.show_checks((), (problem,))


def run_text(view: RunView) -> str:
    """ "Run 7: epoch 13 of 20, step 27 of 45, 212 steps/s, 0:26 left"."""
    head = f"Run {view.number}"
    if view.ended:
        reason = f": {view.reason}" if view.reason and view.status != "finished" else ""
        return f"{head} {view.status} after {plural(view.epoch, 'epoch')}{reason}"
    if view.status == "preparing":
        return f"{head} is being prepared. {view.reason}".strip()
    parts = [f"epoch {min(view.epoch + 1, view.epochs)} of {view.epochs}"]
    if view.steps:
        parts.append(f"step {view.step} of {view.steps}")
    if view.steps_per_second:
        parts.append(f"{view.steps_per_second:,.0f} steps/s")
    if view.seconds_left is not None:
        minutes, seconds = divmod(round(view.seconds_left), 60)
        parts.append(f"{minutes}:{seconds:02} left")
    state = "" if view.status == "running" else f" ({view.status})"
    return f"{head}{state}: " + ", ".join(parts)
