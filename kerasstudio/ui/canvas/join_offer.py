"""After a wire was replaced: the two tensors could be joined instead, here is how."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.inspection import NodeInfo, shape_text
from kerasstudio.ui.theme import px, tokens, ui_font
from kerasstudio.ui.widgets.labels import Label

STAYS_MS = 9000


class JoinOffer(QWidget):
    """`chosen(LayerType)`. It goes away by itself, with Esc, and with whatever is done next."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self._spot = QPointF()
        self._title = Label("", bold=True, parent=self)
        self._title.setFont(ui_font(12, QFont.Weight.DemiBold))
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 10)
        column.setSpacing(7)
        column.addWidget(self._title)
        column.addLayout(self._row)
        self.buttons: list[JoinButton] = []
        self.setAccessibleName("Join both tensors instead")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STAYS_MS)
        self._timer.timeout.connect(self.close_offer)
        self.hide()

    def open_at(self, spot: QPointF, replaced: str, kinds: Sequence[LayerType]) -> None:
        """Offer these layers beside `spot`; `replaced` is the layer whose wire has gone."""
        self._clear()
        self._title.setText(f"Replaced the wire from {replaced}. Keep both:")
        for kind in kinds:
            button = JoinButton(kind, self)
            button.clicked.connect(lambda _checked=False, kind=kind: self._choose(kind))
            self.buttons.append(button)
            self._row.addWidget(button)
        self._spot = spot
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def tell(self, kind: LayerType, info: NodeInfo | None, problem: str) -> None:
        """What Keras says of joining with this layer; those that work come first."""
        for button in self.buttons:
            if button.kind is kind:
                button.tell(info, problem)
        self.buttons.sort(key=lambda button: button.problem != "")
        for button in self.buttons:
            self._row.removeWidget(button)
            self._row.addWidget(button)
        self._place()

    def take_keys(self) -> None:
        """Put the keyboard on the first way."""
        if self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def close_offer(self) -> None:
        if self.isHidden():
            return
        had_keys = any(button.hasFocus() for button in self.buttons)
        self._timer.stop()
        self.hide()
        self._clear()
        if had_keys:
            self.left.emit()

    def _choose(self, kind: LayerType) -> None:
        self.close_offer()
        self.chosen.emit(kind)

    def _clear(self) -> None:
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []

    def _place(self) -> None:
        """As large as its words, beside the drop, inside of the canvas."""
        column = self.layout()
        if column is not None:
            column.activate()
        self.resize(self.sizeHint())
        area = self._canvas.rect()
        x = min(self._spot.x() + 18, area.width() - self.width() - 8)
        y = min(self._spot.y() + 18, area.height() - self.height() - 8)
        self.move(round(max(8.0, x)), round(max(8.0, y)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_offer()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)


class JoinButton(QPushButton):
    """One way to join: the layer, and the shape that comes out or why it does not work."""

    def __init__(self, kind: LayerType, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.problem = ""
        self.setFont(ui_font(12))
        self.setMinimumHeight(px(30))
        self._show("…")

    def tell(self, info: NodeInfo | None, problem: str) -> None:
        self.problem = problem
        works = info is not None and info.status == "ok" and bool(info.outputs)
        if works and info is not None:
            self._show(f"→ {shape_text(info.outputs[0])}")
        elif problem:
            self._show("shapes differ")
            self.setToolTip(problem)
            self.setAccessibleDescription(problem)
        self.setEnabled(not problem)

    def _show(self, what: str) -> None:
        self.setText(f"{self.kind.class_name} {what}")
        self.setAccessibleName(f"Join with {self.kind.class_name}: {what}")
