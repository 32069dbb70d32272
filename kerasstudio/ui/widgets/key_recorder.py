"""A field that takes the next key press, whatever it means elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kerasstudio.ui.key_chords import event_chords, shown
from kerasstudio.ui.theme import px, tokens
from kerasstudio.ui.widgets.focus_ring import paint_focus_ring
from kerasstudio.ui.widgets.key_caps import paint_caps


class KeyRecorder(QWidget):
    """`recorded(chord)` after a press, `given_up` after Esc or when the focus goes. One press ends
    it, so nobody is trapped."""

    recorded = Signal(str)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chord = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Press the keys. Escape gives up")
        self._waiting = False

    def begin(self) -> None:
        """Wait for a press."""
        self._waiting, self.chord = True, ""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(200), px(30))

    def event(self, event: QEvent) -> bool:
        if self._waiting and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if self._waiting and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._take(event)
            event.accept()
            return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        chords = event_chords(event)
        if not chords:
            return
        self._waiting = False
        if chords[0] == "Esc":
            self.given_up.emit()
        else:
            # A sign is meant as it is typed ("?"), not with the Shift it takes on this keyboard.
            self.chord = chords[-1] if len(chords) > 1 else chords[0]
            self.recorded.emit(self.chord)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._waiting:
            self._waiting = False
            self.given_up.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(box, 5, 5)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 5)
        room = box.adjusted(10, 0, -6, 0)
        if self.chord:
            paint_caps(painter, room, (shown(self.chord),))
            return
        painter.setPen(QColor(theme.text_muted))
        words = "Press the keys… (Esc gives up)" if self._waiting else ""
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
