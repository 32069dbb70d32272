"""Writing in a note, in its place: Markdown as it is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from kerasstudio.ui.theme import px, tokens, ui_font
from kerasstudio.ui.widgets.labels import Label

_HELP = "Markdown · Ctrl+Enter or Esc: done"


class NoteEditor(QWidget):
    """`write(note, text)` takes what was typed, when the editor is left in whatever way: nothing
    that was typed is lost, and undo brings back what was before."""

    closed = Signal()

    def __init__(self, write: Callable[[str, str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._write = write
        self.note: str | None = None
        self.setObjectName("noteEditor")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = QPlainTextEdit(self)
        self.field.setAccessibleName("Text of the note, Markdown")
        self.field.setTabChangesFocus(True)
        self.field.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.field.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.field.setPlaceholderText("# Heading\n- list, **bold**, `code`, [link](https://…)")
        self.help = Label(_HELP, "faint", parent=self)
        self.help.setFont(ui_font(11))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 7, 8, 5)
        column.setSpacing(3)
        column.addWidget(self.field, 1)
        column.addWidget(self.help)
        self.field.installEventFilter(self)
        self.hide()

    def open(self, note: str, text: str, box: QRectF, zoom: float) -> None:
        """Edit `text` over `box` (viewport pixels)."""
        self.note = note
        self.field.setPlainText(text)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self._dress()
        self.place(box, zoom)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self, box: QRectF, zoom: float) -> None:
        """Over the note, as large as it at least, in letters of its size."""
        self.field.setFont(ui_font(min(max(12, round(13 * zoom)), 30)))
        self.help.setFont(ui_font(11))
        width = max(px(240), round(box.width()) + 6)
        height = max(px(132), round(box.height()) + 6)
        self.setFixedSize(width, height)
        self.move(round(box.x()) - 3, round(box.y()) - 3)

    def take(self) -> None:
        """Take what was typed and close."""
        note, self.note = self.note, None
        if note is None:
            return
        self.hide()
        self._write(note, self.field.toPlainText())
        self.closed.emit()

    def give_up(self) -> None:
        """Close; the note is gone."""
        if self.note is not None:
            self.note = None
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # While typing, keys are letters, not the window's actions.
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            ends = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and bool(
                event.modifiers() & Qt.KeyboardModifier.ControlModifier
            )
            if ends or event.key() == Qt.Key.Key_Escape:
                self.take()
                return True
        elif event.type() == QEvent.Type.FocusOut and not self._has_menu(event):
            self.take()
        return super().eventFilter(watched, event)

    @staticmethod
    def _has_menu(event: QEvent) -> bool:
        """Whether the focus only went to the field's own menu."""
        reason = getattr(event, "reason", None)
        return reason is not None and reason() == Qt.FocusReason.PopupFocusReason

    def _dress(self) -> None:
        theme = tokens()
        self.setStyleSheet(
            f"QWidget#noteEditor {{ background: {theme.note}; border: 2px solid {theme.accent};"
            f" border-radius: 6px; }}"
            f"QPlainTextEdit {{ background: transparent; border: none; padding: 0;"
            f" color: {theme.note_text}; }}"
            f"QLabel {{ color: {theme.note_faint}; background: transparent; }}"
        )
