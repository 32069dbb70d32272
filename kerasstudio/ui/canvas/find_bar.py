"""Finding nodes, frames and notes by name, type, argument values or shape."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from kerasstudio.graph.finding import Finder, Found
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.icons import icon
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.theme import px, theme_changed, tokens, ui_font
from kerasstudio.ui.widgets.labels import Label

HELP = "a name, a type, a value · units=64 · rate>0.3 · 28, 28, *"


_MANY = 500


class FindBar(QWidget):
    """Every letter goes to the first match, Enter and F3 to the next; `found(Found)` tells. What is
    not in the graph that is shown comes last."""

    found = Signal(object)
    closed = Signal()

    def __init__(self, model: SceneModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._canvas = model, parent
        self._finder = Finder(model.catalogue)
        self._tasks = Tasks(self)
        self._place = 0
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find in the drawing")
        self.field.setAccessibleName("Find in the drawing")
        self.field.setAccessibleDescription(HELP)
        self.field.setMinimumWidth(px(250))
        self.count = Label("", "muted", parent=self)
        self.count.setMinimumWidth(px(60))
        self.help = Label(HELP, "faint", parent=self)
        self.help.setFont(ui_font(11))
        self.back = self._button("Find the one before", lambda: self._step(-1))
        self.next = self._button("Find the next", lambda: self._step(1))
        self.close_button = self._button("Close", self._close)
        row = QHBoxLayout()
        row.setSpacing(4)
        for widget in (self.field, self.count, self.back, self.next, self.close_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 7)
        column.setSpacing(5)
        column.addLayout(row)
        column.addWidget(self.help)
        self.field.installEventFilter(self)
        self.field.textEdited.connect(lambda _text: self._go(0))
        theme_changed.connect(self._dress)
        self._dress()
        self._show_count([])
        self.hide()

    def open(self) -> None:
        if len(self._model.project.layers) > _MANY:
            # Their words are at hand when the first letter is typed.
            project = self._model.project
            self._tasks.run(lambda: self._finder.collected(project), self._finder.keep)
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
            self._step(step)
        else:
            self.open()

    def wait(self) -> None:
        """Wait for what is done in another thread."""
        self._tasks.wait()

    def matches(self) -> list[Found]:
        """All that the text asks for."""
        model = self._model
        return self._finder.find(model.project, self.field.text(), model.inspection, model.graph_id)

    def _step(self, step: int) -> None:
        self._go(self._place + step)

    def _go(self, place: int) -> None:
        found = self.matches()
        self._place = place % len(found) if found else 0
        self._show_count(found)
        if found:
            here = self._model.graph_id
            self.found.emit(found[self._place])
            if self._model.graph_id != here:
                # In another graph the same matches stand in another order.
                self._place = self.matches().index(found[self._place])

    def _show_count(self, found: list[Found]) -> None:
        text = f"{self._place + 1} of {len(found)}" if found else ""
        asked = bool(self.field.text().strip())
        self.count.setText(text if found or not asked else "none")
        for button in (self.back, self.next):
            button.setEnabled(len(found) > 1)

    def _button(self, name: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setIconSize(QSize(14, 14))
        button.setFixedSize(px(26), px(26))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _on=False: slot())
        return button

    def _dress(self) -> None:
        for button, name in (
            (self.back, "up"),
            (self.next, "down"),
            (self.close_button, "close"),
        ):
            button.setIcon(icon(name))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # While typing, keys are letters, not the window's actions.
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = -1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            keys: dict[int, Callable[[], None]] = {
                Qt.Key.Key_Escape: self._close,
                Qt.Key.Key_Return: lambda: self._step(step),
                Qt.Key.Key_Enter: lambda: self._step(step),
                Qt.Key.Key_F3: lambda: self._step(step),
                Qt.Key.Key_Down: lambda: self._step(1),
                Qt.Key.Key_Up: lambda: self._step(-1),
            }
            if (do := keys.get(event.key())) is not None:
                do()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

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
