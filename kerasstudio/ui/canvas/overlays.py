"""Small things that lie on the canvas: the hint line, the empty text, words beside the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from kerasstudio.graph.costs import totals
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.project import Project
from kerasstudio.ui.theme import px, tokens, ui_font
from kerasstudio.ui.widgets.amounts import amount_text, bytes_text, plural
from kerasstudio.ui.widgets.labels import Label

SAID_MS = 3500
_SEPARATOR = " · "
_HOW_TO_BEGIN = (
    "A model begins with an Input and ends with an Output.",
    "Drag from port to port to wire.",
)
_WHILE_OPENING = (
    "A process that can do nothing else reads the file.",
    "Cancel is at the bottom of the window.",
)


class HintLine(Label):
    """What there is and the keys worth knowing, bottom left; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", "muted", parent=parent)
        self._parts: list[str] = []
        self._room = 10_000
        self._picture: QPixmap | None = None
        self._of: tuple[object, ...] = ()
        self.setFont(ui_font(12))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_drawing(
        self, count: int, project: Project, inspection: Inspection, keys: Sequence[str]
    ) -> None:
        """Of so many nodes: their number, what they take, and the keys worth knowing."""
        self._parts = [plural(count, "node"), *_costs(project, inspection), *keys] if count else []
        self._show_parts()

    def say(self, text: str) -> None:
        """Show a text of another kind."""
        self._parts = [text]
        self._show_parts()

    def set_room(self, width: int) -> None:
        """Say no more than fits into so many pixels: the last goes first."""
        if width != self._room:
            self._room = width
            self._show_parts()

    def _show_parts(self) -> None:
        parts = list(self._parts)
        while len(parts) > 1 and self.fontMetrics().horizontalAdvance(_SEPARATOR.join(parts)) > (
            self._room
        ):
            parts.pop()
        self.setText(_SEPARATOR.join(parts))
        self.adjustSize()

    def paintEvent(self, event: QPaintEvent) -> None:
        """On a ground of its own: cards may lie below. From a picture: it is painted as often as
        what lies below, and says the same for long."""
        if not self.text():
            return
        theme, ratio = tokens(), self.devicePixelRatioF()
        of = (self.text(), self.size(), ratio, theme, self.font().key(), self.isEnabled())
        if self._picture is None or of != self._of:
            self._of = of
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            ground = QColor(theme.canvas)
            ground.setAlphaF(0.85)
            self._picture.fill(ground)
            painter = QPainter(self._picture)
            self.paint_text(painter)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)


def _costs(project: Project, inspection: Inspection) -> list[str]:
    """What the model takes, as far as Keras has told."""
    if not inspection.total:
        return []
    cost = totals(project, inspection)
    parts = [f"{amount_text(inspection.total)} params"]
    if cost.multiply_adds:
        parts.append(f"{amount_text(cost.multiply_adds)} multiply-adds")
    if cost.activation_bytes:
        parts.append(f"{bytes_text(cost.activation_bytes)} at batch {cost.batch}")
    return parts


class EmptyText(QWidget):
    """What to do with an empty canvas, or what is being opened into it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(px(380), px(132))
        self._words, self._task = "", ""
        self.show_key("")

    def show_key(self, key: str) -> None:
        """The key that adds a layer; without one, the double click is told."""
        self._words = f"Drag a layer here, or {f'press {key}' if key else 'double-click'}"
        self.setAccessibleName(f"The canvas is empty. {self._words}")
        self.update()

    def show_task(self, text: str) -> None:
        """What is going on ("Opening net.keras"), "" when nothing is any more."""
        self._task = f"{text}…" if text else ""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        title = QFontMetrics(ui_font(16, QFont.Weight.DemiBold)).elidedText(
            self._task or self._words, Qt.TextElideMode.ElideMiddle, self.width() - px(32)
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(theme.border_strong), 1.2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(theme.text))
        painter.setFont(ui_font(16, QFont.Weight.DemiBold))
        painter.drawText(QRectF(0, px(24), self.width(), px(26)), middle, title)
        painter.setPen(QColor(theme.text_muted))
        painter.setFont(ui_font(13))
        for row, text in enumerate(_WHILE_OPENING if self._task else _HOW_TO_BEGIN):
            painter.drawText(QRectF(0, px(58 + 22 * row), self.width(), px(22)), middle, text)


class Saying(QLabel):
    """A few words beside the mouse that go away by themselves."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setObjectName("saying")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setWordWrap(True)
        self.setMaximumWidth(px(420))
        self.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAID_MS)
        self._timer.timeout.connect(self.hide)

    def say(self, text: str, spot: QPointF) -> None:
        theme = tokens()
        self.setText(text)
        self.setStyleSheet(
            f"QLabel#saying {{ background: {theme.raised}; color: {theme.text};"
            f" border: 1px solid {theme.error_border}; border-radius: 6px; padding: 6px 9px; }}"
        )
        self.setFixedWidth(min(px(420), self.fontMetrics().horizontalAdvance(text) + 26))
        self.setFixedHeight(self.heightForWidth(self.width()))
        area = self._canvas.rect()
        x = min(spot.x() + 14, area.width() - self.width() - 8)
        y = min(spot.y() + 16, area.height() - self.height() - 8)
        self.move(int(max(8, x)), int(max(8, y)))
        self.show()
        self.raise_()
        self._timer.start()
