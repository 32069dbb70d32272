"""The confusion matrix: rows are true classes, columns predicted ones; a click names a cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

MOST_CLASSES_WITH_NUMBERS = 30


@dataclass(frozen=True)
class MatrixColors:
    """Colours as "#rrggbb": `right` for the diagonal, `wrong` for the rest, `empty` for zeros."""

    muted: str
    on_bright: str
    on_dark: str
    right: str
    wrong: str
    empty: str
    focus: str


class ConfusionMatrix(QWidget):
    """Counts shown as squares; a darker square is a larger share of its true class.

    `cell_chosen(true, predicted)` carries class indices, (-1, -1) when the choice is taken back.
    Arrow keys move the chosen cell.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, colors: MatrixColors) -> None:
        super().__init__()
        self._colors = colors
        self._classes: tuple[str, ...] = ()
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._chosen: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Confusion matrix")

    def show_counts(self, classes: tuple[str, ...], counts: npt.ArrayLike) -> None:
        """`counts` has one row a true class and one column a predicted class."""
        self._classes = classes
        self._counts = np.asarray(counts, dtype=np.int64).reshape(len(classes), len(classes))
        self._chosen = None
        right = int(np.trace(self._counts))
        self.setAccessibleDescription(
            f"{right} of {int(self._counts.sum())} samples right, {len(classes)} classes"
        )
        self.update()

    def set_colors(self, colors: MatrixColors) -> None:
        self._colors = colors
        self.update()

    def choose(self, cell: tuple[int, int] | None) -> None:
        if cell == self._chosen:
            return
        self._chosen = cell
        self.cell_chosen.emit(*(cell or (-1, -1)))
        self.update()

    def sentence(self, true: int, predicted: int) -> str:
        """What a cell says, in words."""
        count = int(self._counts[true, predicted])
        total = int(self._counts[true].sum())
        share = f" ({count / total:.0%} of its {total})" if total else ""
        what = "right" if true == predicted else f"taken for {self._classes[predicted]}"
        return f"{self._classes[true]}: {count} {what}{share}"

    # ------------------------------------------------------------ geometry

    def _grid(self) -> tuple[float, float, float]:
        """Left, top and cell size in pixels."""
        labels = QFontMetricsF(self.font())
        widest = max((labels.horizontalAdvance(name) for name in self._classes), default=0.0)
        left = min(widest, self.width() * 0.3) + 26.0
        top, bottom = 4.0, labels.height() + 26.0
        count = max(1, len(self._classes))
        size = min((self.width() - left - 4.0) / count, (self.height() - top - bottom) / count)
        return left, top, max(2.0, min(size, 88.0))

    def _cell_at(self, position: QPoint) -> tuple[int, int] | None:
        left, top, size = self._grid()
        column, row = int((position.x() - left) // size), int((position.y() - top) // size)
        count = len(self._classes)
        if position.x() >= left and 0 <= row < count and 0 <= column < count:
            return row, column
        return None

    # ------------------------------------------------------------ Qt

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, top, size = self._grid()
        count = len(self._classes)
        totals = np.maximum(1, self._counts.sum(axis=1))
        gap = 1.0 if size > 6 else 0.0
        for row in range(count):
            for column in range(count):
                number = int(self._counts[row, column])
                cell = QRectF(left + column * size, top + row * size, size - gap, size - gap)
                color = QColor(self._colors.empty)
                if number:
                    color = QColor(self._colors.right if row == column else self._colors.wrong)
                    share = number / float(totals[row])
                    color.setAlphaF(0.35 + 0.65 * (share if row == column else min(1.0, 3 * share)))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color)
                painter.drawRoundedRect(cell, min(4.0, size / 6), min(4.0, size / 6))
                if number and count <= MOST_CLASSES_WITH_NUMBERS and size >= 16:
                    painter.setPen(self._readable_on(color))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(number))
        self._paint_labels(painter, left, top, size)
        if self._chosen is not None:
            row, column = self._chosen
            painter.setBrush(Qt.BrushStyle.NoBrush)
            pen = painter.pen()
            pen.setColor(QColor(self._colors.focus))
            pen.setWidthF(2.0)
            painter.setPen(pen)
            painter.drawRoundedRect(
                QRectF(left + column * size, top + row * size, size - gap, size - gap), 4, 4
            )
        painter.end()

    def _readable_on(self, color: QColor) -> QColor:
        """Dark or light text, whichever stands out on the cell as it is blended."""
        ground, share = QColor(self._colors.empty), color.alphaF()
        red = share * color.red() + (1 - share) * ground.red()
        green = share * color.green() + (1 - share) * ground.green()
        blue = share * color.blue() + (1 - share) * ground.blue()
        bright = 0.299 * red + 0.587 * green + 0.114 * blue > 140
        return QColor(self._colors.on_bright if bright else self._colors.on_dark)

    def _paint_labels(self, painter: QPainter, left: float, top: float, size: float) -> None:
        metrics = QFontMetricsF(self.font())
        painter.setPen(QColor(self._colors.muted))
        count = len(self._classes)
        every = max(1, int(np.ceil(metrics.height() / size)))
        for index in range(0, count, every):
            name = metrics.elidedText(
                self._classes[index], Qt.TextElideMode.ElideRight, left - 26.0
            )
            row = QRectF(18.0, top + index * size, left - 24.0, size)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        bottom = top + count * size + 2.0
        wide = max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0)
        every = max(1, int(np.ceil(min(wide, 60.0) / size)))
        for index in range(0, count, every):
            name = metrics.elidedText(
                self._classes[index], Qt.TextElideMode.ElideRight, size * every - 2
            )
            column = QRectF(left + index * size, bottom, size * every, metrics.height())
            align = Qt.AlignmentFlag.AlignHCenter if every == 1 else Qt.AlignmentFlag.AlignLeft
            painter.drawText(column, align, name)
        under = QRectF(left, bottom + metrics.height(), count * size, metrics.height() + 4)
        painter.drawText(under, Qt.AlignmentFlag.AlignCenter, "predicted")
        painter.save()
        painter.translate(12.0, top + count * size / 2)
        painter.rotate(-90)
        painter.drawText(
            QRectF(-100, -metrics.height() / 2, 200, metrics.height()),
            Qt.AlignmentFlag.AlignCenter,
            "true",
        )
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position().toPoint())
        self.choose(None if cell == self._chosen else cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        count = len(self._classes)
        if event.key() == Qt.Key.Key_Escape and self._chosen is not None:
            self.choose(None)
        elif event.key() in steps and count:
            step = steps[Qt.Key(event.key())]
            row, column = self._chosen or (0, 0)
            if self._chosen is not None:
                row, column = row + step[0], column + step[1]
            self.choose((min(max(row, 0), count - 1), min(max(column, 0), count - 1)))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._cell_at(event.pos())
            if cell is not None:
                QToolTip.showText(event.globalPos(), self.sentence(*cell), self)
                return True
        return super().event(event)
