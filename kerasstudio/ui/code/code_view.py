"""Python text with line numbers and marked lines, quick for thousands of lines.

Only what is seen is coloured, and a new text replaces only the lines that differ, so that the
place the person looks at stays where it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from kerasstudio.ui.code.python_colors import PythonColors, text_lines
from kerasstudio.ui.theme import mono_font, theme_changed, tokens

CHUNK = 250
"""Lines put into the document in one go; more would hold the window up."""
_GAP = 10


class CodeView(QPlainTextEdit):
    """`line_chosen(number)`: the person clicked a line, or went to it with the keys."""

    line_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = PythonColors()
        self._lines: list[str] = []
        self._text_lines: list[bool] = []
        self._colored: set[int] = set()
        self._coloring = False
        self._marked: list[tuple[int, int]] = []
        self._wanted: list[str] = []
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setUndoRedoEnabled(False)
        self.setFont(_plain_mono())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("codeView")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName("Python code of the model and its training")
        self._numbers = _LineNumbers(self)
        self._filling = QTimer(self)
        self._filling.setInterval(0)
        self._filling.timeout.connect(self._fill)
        self.blockCountChanged.connect(lambda _count: self._make_room())
        self.updateRequest.connect(self._scrolled)
        theme_changed.connect(self._recolor)
        self._make_room()

    # ------------------------------------------------------------------ text

    def show_text(self, text: str) -> None:
        """Show another text: only the lines that differ are touched."""
        self._wanted = text.split("\n")
        if self._wanted and not self._wanted[-1]:
            self._wanted.pop()
        self._text_lines = text_lines(self._wanted)
        self._fill()

    @property
    def is_filled(self) -> bool:
        """Whether all of the text is there already."""
        return self._lines == self._wanted

    def _fill(self) -> None:
        """Put in as many of the lines that differ as one turn may take."""
        old, new = self._lines, self._wanted
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        behind = 0
        most = min(len(old), len(new)) - first
        while behind < most and old[-1 - behind] == new[-1 - behind]:
            behind += 1
        gone = len(old) - first - behind
        coming = new[first : len(new) - behind]
        complete = len(coming) <= CHUNK
        self._replace(first, gone, coming[:CHUNK])
        if complete:
            self._filling.stop()
        elif not self._filling.isActive():
            self._filling.start()

    def _replace(self, first: int, gone: int, coming: list[str]) -> None:
        if not gone and not coming:
            return
        bar = self.verticalScrollBar()
        top = bar.value()
        own = self.textCursor()
        place = own.blockNumber(), own.positionInBlock()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        if not self._lines:
            cursor.insertText("\n".join(coming))
        elif first == len(self._lines):
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText("".join(f"\n{line}" for line in coming))
        else:
            block = self.document().findBlockByNumber(first)
            cursor.setPosition(block.position())
            last = self.document().findBlockByNumber(first + gone - 1) if gone else block
            if gone:
                end = last.position() + last.length() - 1
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                if coming:
                    cursor.insertText("\n".join(coming))
                else:
                    self._remove_lines(cursor, first, gone)
            else:
                cursor.insertText("".join(f"{line}\n" for line in coming))
        cursor.endEditBlock()
        self._lines[first : first + gone] = coming
        self._colored = {number for number in self._colored if number < first}
        self._put_cursor(*place, first, gone, len(coming))
        if first + gone <= top:
            bar.setValue(top + len(coming) - gone)
        else:
            bar.setValue(top)
        self._color_visible()

    def _put_cursor(self, line: int, column: int, first: int, gone: int, came: int) -> None:
        """The person's cursor stays in its line; a selection in what changed is given up."""
        if line >= first + gone:
            line += came - gone
        elif line >= first:
            line = min(line, first + max(0, came - 1))
        block = self.document().findBlockByNumber(min(line, self.blockCount() - 1))
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(column, max(0, block.length() - 1)))
        self.setTextCursor(cursor)

    def _remove_lines(self, cursor: QTextCursor, first: int, gone: int) -> None:
        """Whole lines with one of the ends of line beside them."""
        document = self.document()
        start = document.findBlockByNumber(first).position()
        last = document.findBlockByNumber(first + gone - 1)
        end = last.position() + last.length()
        if first + gone >= len(self._lines):
            end, start = end - 1, max(0, start - 1)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()

    # ------------------------------------------------------------------ marked lines

    @property
    def marked(self) -> list[tuple[int, int]]:
        """First and last line of what is marked."""
        return self._marked

    def mark(self, spans: Sequence[tuple[int, int]], reveal: tuple[int, int] | None) -> None:
        """Mark lines, and bring those of `reveal` into view where they are not."""
        self._marked = list(spans)
        self.viewport().update()
        self._numbers.update()
        if reveal is not None and not self._is_seen(*reveal):
            first, last = reveal
            shown = max(1, self.viewport().height() // max(1, self.fontMetrics().height()))
            room = max(0, (shown - (last - first + 1)) // 3)
            self.verticalScrollBar().setValue(max(0, first - room))

    def show_line(self, line: int) -> None:
        """Scroll so that a line is the first that is seen."""
        self.verticalScrollBar().setValue(line)

    def _is_seen(self, first: int, last: int) -> bool:
        top = self.firstVisibleBlock().blockNumber()
        shown = self.viewport().height() // max(1, self.fontMetrics().height())
        return first < top + shown - 1 and last >= top

    # ------------------------------------------------------------------ colours

    def _recolor(self) -> None:
        self._colors.recolor()
        self._colored.clear()
        self._color_visible()
        self._numbers.update()

    def _scrolled(self, _rect: QRect, dy: int) -> None:
        if dy:
            self._numbers.scroll(0, dy)
        else:
            self._numbers.update()
        self._color_visible()

    def _color_visible(self) -> None:
        """Colour what is seen and was not before. (That repaints, which asks for this again.)"""
        if self._coloring:
            return
        self._coloring = True
        fresh: list[QTextBlock] = []
        block = self.firstVisibleBlock()
        bottom = self.viewport().height()
        offset = self.contentOffset()
        while block.isValid():
            if self.blockBoundingGeometry(block).translated(offset).top() > bottom:
                break
            number = block.blockNumber()
            if number not in self._colored and number < len(self._text_lines):
                self._colored.add(number)
                formats = self._colors.formats(block.text(), self._text_lines[number])
                block.layout().setFormats(formats)
                fresh.append(block)
            block = block.next()
        if fresh:
            start, last = fresh[0].position(), fresh[-1]
            end = last.position() + last.length()
            self.document().markContentsDirty(start, end - start)
        self._coloring = False

    # ------------------------------------------------------------------ line numbers

    def numbers_width(self) -> int:
        """How wide the column of line numbers is, in pixels."""
        digits = max(3, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * digits + 2 * _GAP

    def paint_numbers(self, painter: QPainter, rect: QRect) -> None:
        """The numbers of the lines that are seen; those of marked lines stand out."""
        theme = tokens()
        block = self.firstVisibleBlock()
        offset = self.contentOffset()
        width = self._numbers.width()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(offset)
            if place.top() > rect.bottom():
                break
            number = block.blockNumber()
            marked = any(first <= number <= last for first, last in self._marked)
            line = QRect(0, round(place.top()), width - _GAP, round(place.height()))
            painter.setPen(QColor(theme.accent if marked else theme.text_faint))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, str(number + 1))
            if marked:
                bar = QRect(width - 3, line.top(), 2, line.height())
                painter.fillRect(bar, QColor(theme.accent))
            block = block.next()

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)
        self._place_numbers()

    def _place_numbers(self) -> None:
        inside = self.contentsRect()
        self._numbers.setGeometry(
            QRect(inside.left(), inside.top(), self.numbers_width(), inside.height())
        )

    def _choose(self) -> None:
        cursor = self.textCursor()
        if not cursor.hasSelection():
            self.line_chosen.emit(cursor.blockNumber())

    # ------------------------------------------------------------ Qt

    def sizeHint(self) -> QSize:
        return QSize(420, 300)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_numbers()
        self._color_visible()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._color_visible()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.textCursor().blockNumber()
        super().keyPressEvent(event)
        if self.textCursor().blockNumber() != before:
            self._choose()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._marked:
            painter = QPainter(self.viewport())
            color = QColor(tokens().accent_soft)
            block = self.firstVisibleBlock()
            offset = self.contentOffset()
            while block.isValid():
                place = self.blockBoundingGeometry(block).translated(offset)
                if place.top() > event.rect().bottom():
                    break
                number = block.blockNumber()
                if any(first <= number <= last for first, last in self._marked):
                    line = QRect(
                        QPoint(0, round(place.top())),
                        QSize(self.viewport().width(), round(place.height())),
                    )
                    painter.fillRect(line, color)
                block = block.next()
            painter.end()
        super().paintEvent(event)


def _plain_mono() -> QFont:
    """The fixed-width font without ligatures: what is read is what is copied."""
    font = mono_font()
    for feature in ("calt", "liga"):
        font.setFeature(QFont.Tag(feature), 0)
    return font


class _LineNumbers(QWidget):
    """The column left of the text."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._view.font())
        self._view.paint_numbers(painter, event.rect())
