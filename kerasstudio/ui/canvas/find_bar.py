"""Finding a node by name, class, shape or a value on its card."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.theme import px, tokens
from kerasstudio.ui.widgets.labels import Label


class FindBar(QWidget):
    """Every letter goes to the first match, Enter and F3 to the next; `found(node)` tells."""

    found = Signal(str)
    closed = Signal()

    def __init__(self, model: SceneModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._canvas = model, parent
        self._place = 0
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find: name, class, shape, value")
        self.field.setAccessibleName("Find a node")
        self.field.setMinimumWidth(px(230))
        self.count = Label("", "muted", parent=self)
        self.count.setMinimumWidth(px(64))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.addWidget(self.field)
        row.addWidget(self.count)
        self.field.installEventFilter(self)
        self.field.textEdited.connect(lambda _text: self._go(0))
        self.hide()

    def open(self) -> None:
        self.adjustSize()
        self.move(self._canvas.width() - self.width() - 14, 14)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._go(self._place)

    def go_on(self, step: int) -> None:
        """To the next match (or the one before) without opening the bar, where something was
        looked for already."""
        if self.field.text().strip():
            self._go(self._place + step)
        else:
            self.open()

    def matches(self) -> list[str]:
        """Nodes in graph order all of whose typed words are on the card."""
        words = self.field.text().casefold().replace("x", "×").split()
        plain = self.field.text().casefold().split()
        if not plain:
            return []
        return [
            node
            for node in self._model.graph.nodes
            if _has(self._text(node), plain) or _has(self._text(node), words)
        ]

    def _text(self, node: str) -> str:
        face = self._model.face(node)
        shape = face.shape + " " + face.shape.replace(" ", "")
        return " ".join((face.title, face.name, *face.lines, shape)).casefold()

    def _go(self, place: int) -> None:
        found = self.matches()
        if not found:
            self.count.setText("none" if self.field.text().strip() else "")
            return
        self._place = place % len(found)
        self.count.setText(f"{self._place + 1} of {len(found)}")
        self.found.emit(found[self._place])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # While typing, keys are letters, not the window's actions.
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            steps: dict[int, Callable[[], None]] = {
                Qt.Key.Key_Escape: self._close,
                Qt.Key.Key_Return: lambda: self._go(self._place + (-1 if back else 1)),
                Qt.Key.Key_Enter: lambda: self._go(self._place + (-1 if back else 1)),
                Qt.Key.Key_F3: lambda: self._go(self._place + (-1 if back else 1)),
            }
            if (step := steps.get(event.key())) is not None:
                step()
                return True
        return super().eventFilter(watched, event)

    def _close(self) -> None:
        self.hide()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


def _has(text: str, words: list[str]) -> bool:
    return all(word in text for word in words)
