"""Small things that lie on the canvas: the hint line, the empty text, words beside the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from kerasstudio.graph.costs import totals
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.project import Project
from kerasstudio.ui.theme import tokens, ui_font
from kerasstudio.ui.widgets.amounts import amount_text, bytes_text, plural
from kerasstudio.ui.widgets.labels import Label

SAID_MS = 3500


class HintLine(Label):
    """What there is and the keys worth knowing, bottom left; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", "muted", parent=parent)
        self.setFont(ui_font(12))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_drawing(self, count: int, project: Project, inspection: Inspection) -> None:
        """Of so many nodes: their number, what they take, and the keys worth knowing."""
        parts = [plural(count, "node"), *_costs(project, inspection)] if count else []
        parts += ["Tab add layer", "F frame all"] if count else []
        self.setText(" · ".join(parts))
        self.adjustSize()


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
    """What to do with an empty canvas."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(380, 132)
        self.setAccessibleName("The canvas is empty: drag a layer here, or press Tab")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(theme.border_strong), 1.2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(theme.text))
        painter.setFont(ui_font(16, QFont.Weight.DemiBold))
        painter.drawText(QRectF(0, 24, self.width(), 26), middle, "Drag a layer here, or press Tab")
        painter.setPen(QColor(theme.text_muted))
        painter.setFont(ui_font(13))
        for row, text in enumerate(
            (
                "A model begins with an Input and ends with an Output.",
                "Drag from port to port to wire.",
            )
        ):
            painter.drawText(QRectF(0, 58 + 22 * row, self.width(), 22), middle, text)


class Saying(QLabel):
    """A few words beside the mouse that go away by themselves."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setObjectName("saying")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setWordWrap(True)
        self.setMaximumWidth(420)
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
        self.setFixedWidth(min(420, self.fontMetrics().horizontalAdvance(text) + 26))
        self.setFixedHeight(self.heightForWidth(self.width()))
        area = self._canvas.rect()
        x = min(spot.x() + 14, area.width() - self.width() - 8)
        y = min(spot.y() + 16, area.height() - self.height() - 8)
        self.move(int(max(8, x)), int(max(8, y)))
        self.show()
        self.raise_()
        self._timer.start()
