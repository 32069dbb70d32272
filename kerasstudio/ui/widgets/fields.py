"""Form fields that look alike: a line of text, a combo box, a switch.

Each paints its own box from the theme, so that "changed" (accent bar on the left), "default"
(grey text), "wrong" (red border) and focus look the same on all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

from kerasstudio.ui.theme import mono_font, px, tokens
from kerasstudio.ui.widgets.focus_ring import paint_focus_ring
from kerasstudio.ui.widgets.step_arrows import WIDTH, StepArrows, grain_of

FIELD_HEIGHT = 28
_RADIUS = 5.0
_BAR = 3.0
_INDENT = 9
_NOTCH = 120
_STEP_KEYS: dict[int, int] = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 1,
    Qt.Key.Key_PageDown: -1,
}


class FieldLook:
    """What a field shows of its state. Mixed into the widgets below."""

    changed = False
    wrong = False
    default = False
    reserved = 0
    """Pixels at the right end where no text may go, because a button is there."""

    def set_look(self, changed: bool, wrong: bool, default: bool, reserved: int = 0) -> None:
        """Mark as set by the person, as refused, or as holding Keras's default (grey)."""
        look = (changed, wrong, default, reserved)
        if look == (self.changed, self.wrong, self.default, self.reserved):
            return
        self.changed, self.wrong, self.default, self.reserved = look
        self.look_changed()

    def look_changed(self) -> None:
        """Repaint; the state is another."""
        raise NotImplementedError

    def text_color(self, enabled: bool) -> QColor:
        theme = tokens()
        if not enabled:
            return QColor(theme.text_faint)
        return QColor(theme.text_muted if self.default else theme.text)


def paint_box(painter: QPainter, widget: QWidget, look: FieldLook) -> None:
    """The box of a field: ground, border, focus ring, accent bar."""
    theme = tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
    if look.wrong:
        border = QColor(theme.error)
    elif widget.underMouse() and widget.isEnabled():
        border = QColor(theme.text_faint)
    else:
        border = QColor(theme.border)
    painter.setPen(QPen(border, 1.0))
    painter.setBrush(QColor(theme.field))
    painter.drawRoundedRect(box, _RADIUS, _RADIUS)
    if widget.hasFocus():
        paint_focus_ring(
            painter, QRectF(widget.rect()), _RADIUS, border.name() if look.wrong else None
        )
    if look.changed:
        painter.save()
        painter.setClipRect(QRectF(0, 0, _BAR, widget.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        painter.drawRoundedRect(QRectF(widget.rect()), _RADIUS, _RADIUS)
        painter.restore()


class FieldLine(FieldLook, QLineEdit):
    """A line of text in the fixed-width font. In a number's field Up and Down, the wheel while it
    has the keyboard, and two little arrows ask for a step (`stepped`, with its grain: Shift fine,
    Ctrl and the page keys coarse); Escape asks to take the typing back (`reverted`)."""

    stepped = Signal(int, str)
    reverted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrame(False)
        self.setStyleSheet("background: transparent; border: none; padding: 0;")
        self.setFixedHeight(px(FIELD_HEIGHT))
        self.setTextMargins(_INDENT - 2, 0, 4, 0)
        self.setFont(mono_font())
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._arrows: StepArrows | None = None
        self._turned = 0

    @property
    def step_room(self) -> int:
        """Pixels that the little arrows take at the right end."""
        return 0 if self._arrows is None else WIDTH

    def set_steps(self) -> None:
        """Make it a number's field."""
        self._arrows = StepArrows(self)
        self._arrows.stepped.connect(self.stepped)
        self._arrows.hide()
        self.look_changed()

    def minimumSizeHint(self) -> QSize:
        """Room for a short number, whatever stands beside it."""
        return QSize(px(58) + self.reserved, px(FIELD_HEIGHT))

    def look_changed(self) -> None:
        self.setTextMargins(_INDENT - 2, 0, 4 + self.reserved + self.step_room, 0)
        self.update()

    def _show_arrows(self) -> None:
        if self._arrows is not None:
            self._arrows.setVisible(self.isEnabled() and (self.hasFocus() or self.underMouse()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_box(painter, self, self)
        if not self.hasFocus():
            # Grey for defaults; the style sheet knows one colour for all text.
            text = self.text() or self.placeholderText()
            color = self.text_color(self.isEnabled())
            painter.setPen(color if self.text() else QColor(tokens().text_faint))
            room = self.rect().adjusted(_INDENT, 0, -6 - self.reserved - self.step_room, 0)
            words = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(
                room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words
            )
            return
        painter.end()
        super().paintEvent(event)

    def event(self, event: QEvent) -> bool:
        # Undo is the document's: every legal text has reached it already.
        if isinstance(event, QKeyEvent) and _is_undo(event):
            event.ignore()
            return False
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        direction = _STEP_KEYS.get(key)
        if self._arrows is not None and direction is not None:
            page = key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
            self.stepped.emit(direction, "coarse" if page else grain_of(event.modifiers()))
            return
        if key == Qt.Key.Key_Escape:
            self.reverted.emit()
            event.ignore()
            return
        super().keyPressEvent(event)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # Enter commits and stays; it must not press a default button

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Passing over a field scrolls the page; the wheel moves the number that has the keys."""
        if self._arrows is None or not self.hasFocus():
            event.ignore()
            return
        # Shift turns a wheel sideways.
        self._turned += event.angleDelta().y() or event.angleDelta().x()
        steps = int(self._turned / _NOTCH)
        self._turned -= steps * _NOTCH
        if steps:
            self.stepped.emit(steps, grain_of(event.modifiers()))
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._arrows is not None:
            self._arrows.setGeometry(self.width() - WIDTH - 2, 1, WIDTH, self.height() - 2)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_arrows()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_arrows()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_arrows()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._turned = 0
        self._show_arrows()
        self.update()
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


def _is_undo(event: QKeyEvent) -> bool:
    keys = QKeySequence.StandardKey
    return event.matches(keys.Undo) or event.matches(keys.Redo)


class FieldCombo(FieldLook, QComboBox):
    """A combo box. The wheel only scrolls the page: a value never changes by passing over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(px(FIELD_HEIGHT))
        self.setFont(mono_font())
        self.setMaxVisibleItems(16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.shown_text: str | None = None
        self._late: tuple[str, ...] = ()

    def add_late(self, texts: Sequence[str]) -> None:
        """Items that are added when the person first wants to choose: a form has many boxes,
        some of a hundred items, and most are never opened."""
        self._late = tuple(texts)

    def fill(self) -> None:
        """Add the late items now."""
        late, self._late = self._late, ()
        if late:
            current = self.currentText()
            for text in [self.itemText(index) for index in range(self.count())]:
                if text in late:
                    self.removeItem(self.findText(text))
            self.addItems(late)
            self.choose(current)

    def choose(self, text: str) -> None:
        """Make the item with this text the current one, adding it where there is none."""
        index = self.findText(text)
        if index < 0:
            self.addItem(text)
            index = self.count() - 1
        self.setCurrentIndex(index)
        self.update()

    def showPopup(self) -> None:
        self.fill()
        # The list may be wider than the box: class names are long.
        self.view().setMinimumWidth(min(self.view().sizeHintForColumn(0) + 28, 420))
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.fill()
        super().keyPressEvent(event)

    def look_changed(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), px(FIELD_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_box(painter, self, self)
        text = self.currentText() if self.shown_text is None else self.shown_text
        room = self.rect().adjusted(_INDENT, 0, -22 - self.reserved, 0)
        painter.setPen(self.text_color(self.isEnabled()))
        metrics = QFontMetrics(self.font())
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
        paint_chevron(painter, QRect(self.width() - 20, 0, 12, self.height()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def paint_chevron(painter: QPainter, room: QRect) -> None:
    """The small downward angle of combo boxes and menus, in the middle of `room`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(
        QPen(QColor(tokens().text_muted), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    middle = QRectF(room).center()
    points = [QPointF(-3.5, -1.7), QPointF(0, 1.8), QPointF(3.5, -1.7)]
    painter.drawPolyline(QPolygonF([middle + point for point in points]))


class FieldSwitch(FieldLook, QAbstractButton):
    """A yes-or-no field: a check mark in a box like the others, toggled by click or Space."""

    def __init__(self, parent: QWidget | None = None, boxed: bool = True) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFixedHeight(px(FIELD_HEIGHT if boxed else 22))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._boxed = boxed

    def look_changed(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        wide = QFontMetrics(self.font()).horizontalAdvance(self.text()) + 44
        return QSize(max(56, wide), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = tokens()
        if self._boxed:
            paint_box(painter, self, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = _INDENT if self._boxed else 1
        track = QRectF(left, self.height() / 2 - 7, 26, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        on = QColor(theme.accent) if self.isEnabled() else QColor(theme.text_faint)
        off = QColor(theme.border_strong)
        painter.setBrush(on if self.isChecked() else off)
        painter.drawRoundedRect(track, 7, 7)
        painter.setBrush(QColor(theme.on_accent) if self.isChecked() else QColor(theme.text_muted))
        center = track.right() - 7 if self.isChecked() else track.left() + 7
        painter.drawEllipse(QPointF(center, track.center().y()), 5, 5)
        if self.hasFocus() and not self._boxed:
            paint_focus_ring(painter, QRectF(self.rect()))
        words = self.text() or ("true" if self.isChecked() else "false")
        painter.setPen(self.text_color(self.isEnabled()))
        room = self.rect().adjusted(left + 34, 0, -4, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
