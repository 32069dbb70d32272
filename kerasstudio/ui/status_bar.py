"""The bar below: where training is, a message, the problems, and what the worker does."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from kerasstudio.runtime.protocol import Ready
from kerasstudio.ui.run_feed import RunView
from kerasstudio.ui.theme import px, tokens
from kerasstudio.ui.widgets.labels import Label, LinkButton, Tone, tone_color
from kerasstudio.ui.workers import WorkerClient

HEIGHT = 30
MESSAGE_MS = 8000
WIDEST_STEP = "step 8,888 / 8,888 · 8,888 steps/s · 88:88 left"


class StatusBar(QWidget):
    """`problems_chosen` when the count of problems is pressed, `cancel_chosen` when what
    `show_task` tells of is to end."""

    problems_chosen = Signal()
    cancel_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(px(HEIGHT))
        self.epoch = Label("", "muted")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(220)
        self.progress.setAccessibleName("Progress of the run")
        self.step = Label("", "muted")
        self._step_width = self.step.fontMetrics().horizontalAdvance(WIDEST_STEP)
        self.message = Label("", "muted")
        self.task = Label("", "muted")
        self.cancel = LinkButton("Cancel")
        self.cancel.clicked.connect(self.cancel_chosen)
        self.problems = LinkButton("", "muted")
        self.problems.clicked.connect(self.problems_chosen)
        self.light = WorkerLight()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(18)
        for widget in (self.epoch, self.progress, self.step, self.task, self.cancel, self.message):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.problems)
        row.addWidget(self.light)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(MESSAGE_MS)
        self._forget.timeout.connect(lambda: self.message.setText(""))
        self.show_run(None)
        self.show_task("")
        self.show_problems(0, 0, known=False)

    def show_task(self, text: str) -> None:
        """Something that goes on until it is done or cancelled; "" when it is over."""
        self.task.setText(text + "…" if text else "")
        self.task.setVisible(bool(text))
        self.cancel.setVisible(bool(text))

    def say(self, text: str, tone: Tone = "muted") -> None:
        """A message for a few seconds."""
        self.message.set_tone(tone)
        self.message.setText(text)
        self._forget.start()

    def show_run(self, view: RunView | None) -> None:
        running = view is not None and not view.ended
        self.progress.setVisible(running)
        # A fixed width while the numbers run, so that nothing beside them moves.
        self.step.setMinimumWidth(self._step_width if running else 0)
        if view is None:
            self.epoch.setText("")
            self.step.setText("")
            return
        if view.ended:
            self.epoch.setText(f"run {view.number} {view.status}")
            done = view.record.epochs_done or view.epoch
            self.step.setText(f"{done} epochs" if done != 1 else "1 epoch")
            return
        if view.status == "preparing":
            self.epoch.setText(f"run {view.number}: preparing")
            self.step.setText("")
            self.progress.setValue(0)
            return
        self.epoch.setText(f"epoch {min(view.epoch + 1, view.epochs)} / {view.epochs}")
        self.progress.setValue(round(view.fraction * 1000))
        parts = [f"step {view.step} / {view.steps}"] if view.steps else []
        if view.status in ("paused", "stopping"):
            parts.append(view.status)
        elif view.steps_per_second:
            parts.append(f"{_speed(view.steps_per_second)} steps/s")
        if view.seconds_left is not None and view.status == "running":
            parts.append(f"{duration(view.seconds_left)} left")
        self.step.setText(" · ".join(parts))

    def show_problems(self, errors: int, others: int, known: bool = True) -> None:
        """The count; nothing while there is no model (`known` False)."""
        self.problems.setVisible(known)
        parts = []
        if errors:
            parts.append("1 error" if errors == 1 else f"{errors} errors")
        if others:
            parts.append("1 warning" if others == 1 else f"{others} warnings")
        self.problems.setText(", ".join(parts) or "no problems")
        self.problems.set_tone("error" if errors else "warning" if others else "muted")


class WorkerLight(QWidget):
    """A light and words: "starting TensorFlow 4 s", "ready: Keras 3.15, TensorFlow 2.21, CPU"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Label("the worker is not started", "muted")
        self._tone: Tone = "muted"
        self._client: WorkerClient | None = None
        self._death = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 0, 0)
        row.addWidget(self.words)
        self._tick = QTimer(self)
        self._tick.setInterval(500)
        self._tick.timeout.connect(self._show)

    def watch(self, client: WorkerClient) -> None:
        self._client = client
        client.state_changed.connect(self._show)
        client.died.connect(self._died)
        self._show()

    def _died(self, reason: str) -> None:
        self._death = reason
        self._show()

    def _show(self, _state: str = "") -> None:
        client = self._client
        if client is None:
            return
        state = client.state
        tone: Tone = "muted"
        if client.refused:
            text, tone = client.refused, "error"
        elif state == "starting":
            stage = client.stage if client.stage != "starting" else "starting TensorFlow"
            text, tone = f"{stage} {int(client.seconds_starting)} s", "warning"
        elif client.ready is not None and state in ("ready", "busy"):
            text = ready_words(client.ready)
            tone = "accent" if state == "busy" else "ok"
        elif state == "dead":
            text = "the worker ended; a new one starts" if client.restarts else "no worker"
            tone = "error"
        else:
            text = f"{state} the worker"
        if state == "starting":
            if not self._tick.isActive():
                self._tick.start()
        else:
            self._tick.stop()
        self._tone = tone
        self.words.setText(text)
        self.setToolTip(self._details(client))
        self.setAccessibleName(text)
        self.update()

    def _details(self, client: WorkerClient) -> str:
        lines = [f"process {client.pid}"] if client.pid else []
        if client.ready is not None:
            ready = client.ready
            lines.append(f"Keras {ready.keras}, TensorFlow {ready.tensorflow}, {ready.device}")
        if self._death:
            lines.append(f"The last one {self._death}.")
        return "\n".join(lines)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = tone_color(self._tone)
        middle = self.height() / 2
        halo = QColor(color)
        halo.setAlphaF(0.25 if tokens().dark else 0.18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(QRectF(0, middle - 6, 12, 12))
        painter.setBrush(color)
        painter.drawEllipse(QRectF(2.5, middle - 3.5, 7, 7))


def ready_words(ready: Ready) -> str:
    keras = ".".join(ready.keras.split(".")[:2])
    tensorflow = ".".join(ready.tensorflow.split(".")[:2])
    return f"ready: Keras {keras}, TensorFlow {tensorflow}, {ready.device}"


def duration(seconds: float) -> str:
    """ "0:26", "12:03", "1:02:05"."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def _speed(steps: float) -> str:
    return f"{steps:.0f}" if steps >= 10 else f"{steps:.1f}"
