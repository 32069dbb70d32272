"""Finding a node by name, class, shape or a value on its card, inside of blocks too."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from kerasstudio.graph.cards import card_lines, card_title
from kerasstudio.graph.project import Graph
from kerasstudio.ui.canvas.card_face import shapes_line
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
        self.field.textEdited.connect(lambda _text: self._begin())
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
        """Nodes all of whose typed words are on the card, in graph order, graph by graph."""
        words = self.field.text().casefold().replace("x", "×").split()
        plain = self.field.text().casefold().split()
        if not plain:
            return []
        return [
            node
            for graph in self._model.project.graphs.values()
            for node in graph.nodes
            if _has(text := self._text(graph, node), plain) or _has(text, words)
        ]

    def _text(self, graph: Graph, node: str) -> str:
        """What stands on a card; of the graph that is shown the very face."""
        model = self._model
        if graph.id == model.graph_id:
            face = model.face(node)
            title, name, lines, shape = face.title, face.name, face.lines, face.shape
        else:
            layer = model.project.layers[graph.nodes[node].layer]
            title, name = card_title(layer), layer.name
            lines = card_lines(layer, model.catalogue.layer_type(layer))
            info = model.info(node)
            shape = shapes_line(info) if info is not None else ""
        return " ".join((title, name, *lines, shape, shape.replace(" ", ""))).casefold()

    def _begin(self) -> None:
        """To the first match in the graph that is shown; else to the first in another one."""
        here = self._model.graph.nodes
        places = (number for number, node in enumerate(self.matches()) if node in here)
        self._go(next(places, 0))

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
