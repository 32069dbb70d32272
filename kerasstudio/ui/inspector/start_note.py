"""What the selected layers begin training with, and the choice to start them fresh."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kerasstudio.graph.warm_start import LayerStart
from kerasstudio.ui.canvas.card_painter import paint_start_disc, start_color
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.labels import Label, LinkButton, TextBlock

_WORDS = {"kept": "weights kept", "partly": "weights partly kept", "new": "new weights"}


class StartNote(QWidget):
    """Of one layer the state and the reason, of several how many are kept; hidden where training
    starts from fresh weights."""

    def __init__(self, warm: WarmStart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._warm = warm
        self._layers: tuple[str, ...] = ()
        self.disc = StartDisc()
        self.state = Label("", bold=True)
        self.reason = TextBlock("", "muted")
        self.fresh = LinkButton("Start fresh")
        self.fresh.setToolTip("New weights for this layer when training starts; can be undone")
        self.fresh.clicked.connect(lambda: self._warm.start_fresh(self._layers))
        self.keep = LinkButton("Keep weights")
        self.keep.setToolTip("Take the weights that fit again; can be undone")
        self.keep.clicked.connect(lambda: self._warm.keep_weights(self._layers))
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.disc)
        head.addWidget(self.state)
        head.addStretch(1)
        head.addWidget(self.keep)
        head.addWidget(self.fresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.reason)

    def show_layers(self, layers: Sequence[str]) -> None:
        """Tell of these layers, as far as anything is known of their weights."""
        known = {key: told for key in layers if (told := self._warm.starts.get(key)) is not None}
        self._layers = tuple(known)
        self.setVisible(bool(known))
        if not known:
            return
        start = self._warm.start
        states = [told.state for told in known.values()]
        state = states[0] if len(set(states)) == 1 else "partly"
        self.disc.show_state(state)
        self.state.setText(_WORDS[state])
        self.reason.setText(_told(tuple(known.values()), start.words))
        self.keep.setVisible(self._warm.chosen_fresh(known))
        self.fresh.setVisible(any(each != "new" for each in states))


class StartSummary(QWidget):
    """Of the whole model; hidden where training starts from fresh weights."""

    def __init__(self, warm: WarmStart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._warm = warm
        self.title = TextBlock("")
        self.summary = TextBlock("", "muted")
        self.fresh = LinkButton("Start all fresh")
        self.fresh.setToolTip("New weights for every layer when training starts; can be undone")
        self.fresh.clicked.connect(warm.use_fresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self.title, self.summary, self.fresh):
            column.addWidget(widget)

    def refresh(self) -> None:
        start = self._warm.start
        self.setVisible(not start.is_fresh)
        self.title.setText(f"Training starts from {start.words}.")
        self.summary.setText(self._warm.summary)


class StartDisc(QWidget):
    """The mark of the cards: full for kept, half for partly, empty for new."""

    def __init__(self) -> None:
        super().__init__()
        self._state = "new"
        self.setFixedSize(12, 16)

    def show_state(self, state: str) -> None:
        self._state = state
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(12, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = start_color(self._state)
        paint_start_disc(painter, self._state, QPointF(6, self.height() / 2), 4.5, color)


def _told(starts: tuple[LayerStart, ...], source: str) -> str:
    """ "From run 3, best epoch. Its 2 weights fit." """
    if len(starts) == 1:
        (only,) = starts
        taken = f"From {source}. " if only.state != "new" else ""
        return f"{taken}{only.reason}"
    counts = {
        word: sum(each.state == state for each in starts)
        for state, word in (("kept", "kept"), ("partly", "partly kept"), ("new", "new"))
    }
    return f"From {source}: " + ", ".join(f"{n} {word}" for word, n in counts.items() if n) + "."
