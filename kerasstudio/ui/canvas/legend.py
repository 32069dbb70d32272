"""What the signs on the canvas mean, and the scale of the heat overlay."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from kerasstudio.graph.axes import WORDS, usual_axes
from kerasstudio.graph.costs import Measure
from kerasstudio.ui.canvas.wire_styles import (
    ERROR_COLOR,
    RANKS,
    UNKNOWN_COLOR,
    VALUE_KINDS,
    WAITING_COLOR,
    wire_dashes,
    wire_width,
)
from kerasstudio.ui.theme import mono_font, px, tokens, ui_font
from kerasstudio.ui.tokens import Tokens
from kerasstudio.ui.widgets.amounts import amount_text, bytes_text, plural

_ROW = 19
_PAD = 12
_LINE = 34
_WIDTH = 262
TITLES: dict[Measure, str] = {
    "parameters": "parameters",
    "multiply_adds": "multiply-adds (×+) a sample",
    "memory": "activation memory",
}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Plate(QWidget):
    """A small sheet above the canvas. It is painted again with every frame of the canvas below, so
    it is kept as a picture; `stale` after it has something else to say."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = QPixmap()
        self._of: object = None

    def stale(self) -> None:
        self._of = None
        self.update()

    def paint_plate(self, painter: QPainter) -> None:
        """Paint it once."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        of = (self.size().toTuple(), ratio, tokens(), px(100))
        if of != self._of:
            self._of = of
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _paint_ground(painter, QRectF(self.rect()))
            self.paint_plate(painter)
            painter.end()
        QPainter(self).drawPixmap(0, 0, self._picture)


class Legend(Plate):
    """Wires by number of axes and type of values, letters of axes, marks on cards. A click hides
    it (`hidden_wanted`)."""

    hidden_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = 1
        self.fit(10_000)
        self.setAccessibleName("Legend")
        self.setAccessibleDescription("\n".join(words for _kind, _sign, words in self._rows()))
        self.setToolTip("Click to hide (K)")
        self.hide()

    def fit(self, height: int) -> None:
        """Take no more room from top to bottom than this: in more columns where one is too long."""
        row, pad = px(_ROW), px(_PAD)
        count = len(self._rows())
        fitting = max(6, (height - 2 * pad) // row)
        self._columns = -(-count // fitting)
        longest = max(map(len, self._split()))
        self.setFixedSize(px(_WIDTH) * self._columns, 2 * pad + longest * row)
        self.stale()

    def _split(self) -> list[list[tuple[str, int | str, str]]]:
        """The rows by column, about equally long; no column ends with a title."""
        rows = self._rows()
        share = -(-len(rows) // self._columns)
        columns: list[list[tuple[str, int | str, str]]] = []
        for _ in range(self._columns):
            cut = share
            if len(rows) > cut and rows[cut - 1][0] == "title":
                cut -= 1
            columns.append(rows[:cut])
            rows = rows[cut:]
        columns[-1] += rows
        return columns

    @staticmethod
    def _rows() -> list[tuple[str, int | str, str]]:
        """(kind, what is drawn, what it means)."""
        rows: list[tuple[str, int | str, str]] = [("title", "", "Wires: axes")]
        for rank in range(2, RANKS):
            letters = " ".join(usual_axes(rank))
            rows.append(("wire", rank, f"{letters}  ({rank - 1}-D a sample)"))
        rows.append(("title", "", "Wires: values"))
        for number, kind in enumerate(VALUE_KINDS):
            rows.append(("wire", 2 + RANKS * number, kind))
        rows += [
            ("wire", ERROR_COLOR, "does not fit"),
            ("wire", WAITING_COLOR, "waits for a layer before it"),
            ("wire", UNKNOWN_COLOR, "not known yet"),
            ("title", "", "Axes"),
        ]
        words = [f"{letter} {word}" for letter, word in WORDS.items()]
        rows += [("text", "", "   ".join(words[:4])), ("text", "", "   ".join(words[4:]))]
        rows += [("title", "", "Cards"), ("dot", "", "changed since the last training")]
        return rows

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hidden_wanted.emit()

    def paint_plate(self, painter: QPainter) -> None:
        theme = tokens()
        for number, rows in enumerate(self._split()):
            left, y = px(_PAD) + number * px(_WIDTH), px(_PAD)
            for row in rows:
                self._paint_row(painter, row, left, y, theme)
                y += px(_ROW)

    def _paint_row(
        self, painter: QPainter, row: tuple[str, int | str, str], x: int, y: int, theme: Tokens
    ) -> None:
        kind, sign, words = row
        middle, left = y + px(_ROW) / 2, x
        if kind == "wire" and isinstance(sign, int):
            self._paint_wire(painter, sign, left, middle)
            left += _LINE + 10
        elif kind == "dot":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawEllipse(QPointF(left + _LINE / 2, middle), 3.5, 3.5)
            left += _LINE + 10
        title = kind == "title"
        painter.setFont(ui_font(11, QFont.Weight.DemiBold if title else QFont.Weight.Normal))
        painter.setPen(QColor(theme.text_muted if title else theme.text))
        room = QRectF(left, y, x + px(_WIDTH) - px(_PAD) - left, px(_ROW))
        painter.drawText(room, _LEFT, words)

    @staticmethod
    def _paint_wire(painter: QPainter, style: int, left: float, middle: float) -> None:
        theme = tokens()
        color = {
            ERROR_COLOR: theme.error,
            WAITING_COLOR: theme.node_border,
            UNKNOWN_COLOR: theme.wire,
        }.get(style, theme.rank(style % RANKS))
        pen = QPen(QColor(color), wire_width(style))
        if wire_dashes(style):
            pen.setDashPattern(wire_dashes(style))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(left, middle), QPointF(left + _LINE, middle))


class HeatScale(Plate):
    """From which colour to which the overlay goes, and what that is in numbers."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = self._low = self._high = self._note = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(px(280), px(66))
        self.hide()

    def show_scale(
        self, measure: Measure | None, low: int, high: int, unknown: int, batch: int
    ) -> None:
        """Tell the ends of the scale; None hides it."""
        if measure is None:
            self.hide()
            return
        text = bytes_text if measure == "memory" else amount_text
        self._title = TITLES[measure]
        if measure == "memory":
            self._title += f" at batch size {batch}"
        self._low, self._high = (text(low), text(high)) if high else ("0", "0")
        self._note = f"{plural(unknown, 'layer')} not known" if unknown else ""
        words = f"Heat: {self._title}, from {self._low} to {self._high}. {self._note}"
        self.setAccessibleName(words)
        self.show()
        self.stale()

    @property
    def words(self) -> str:
        """What it says."""
        return self.accessibleName()

    def paint_plate(self, painter: QPainter) -> None:
        theme = tokens()
        painter.setFont(ui_font(11, QFont.Weight.DemiBold))
        painter.setPen(QColor(theme.text))
        pad = px(_PAD)
        wide = self.width() - 2 * pad
        painter.drawText(QRectF(pad, px(6), wide, px(16)), _LEFT, self._title)
        bar = QRectF(pad, px(26), wide, px(9))
        fill = QLinearGradient(bar.topLeft(), bar.topRight())
        for number, color in enumerate(theme.heat):
            fill.setColorAt(number / (len(theme.heat) - 1), QColor(color))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setFont(mono_font(11))
        painter.setPen(QColor(theme.text_muted))
        below = QRectF(pad, px(39), wide, px(18))
        painter.drawText(below, _LEFT, self._low)
        painter.drawText(below, _RIGHT, self._high)
        if self._note:
            painter.setFont(ui_font(11))
            room = QFontMetricsF(painter.font()).elidedText(
                self._note, Qt.TextElideMode.ElideRight, wide / 2
            )
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, room)


def _paint_ground(painter: QPainter, box: QRectF) -> None:
    theme = tokens()
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(QColor(theme.surface))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
