"""The Markdown of a note as a page to paint: without HTML, and without loading anything."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPainter,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from kerasstudio.ui.theme import drawing_font, drawing_mono, tokens

PADDING = 12.0
TEXT_SIZE = 13
EMPTY = "Double-click to write.\n\nMarkdown: **bold**, *italic*, lists, `code`, links."
_LONGEST = 8_000
_HEADINGS = {1: 19, 2: 16, 3: 14}
_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
LINKS = ("http", "https", "mailto")
"""What a click opens; all else is only shown."""


def _shown(text: str) -> str:
    """What of a text is laid out: nobody reads more on a note, and it would take long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


class NotePage(QTextDocument):
    """A note's text laid out in `width` scene pixels."""

    def __init__(self, text: str, width: float) -> None:
        super().__init__()
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setDefaultFont(drawing_font(TEXT_SIZE))
        self.setIndentWidth(18)
        self._is_empty = not text.strip()
        self.setMarkdown(EMPTY if self._is_empty else _shown(text), _FEATURES)
        self._dress()
        self.setTextWidth(max(1.0, width - 2 * PADDING))

    def paint(self, painter: QPainter, box: QRectF) -> None:
        """Paint what fits into `box`, the note's whole rectangle."""
        theme = tokens()
        inner = box.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        context = QAbstractTextDocumentLayout.PaintContext()
        faint = self._is_empty
        palette = QPalette()
        palette.setColor(
            QPalette.ColorRole.Text, QColor(theme.note_faint if faint else theme.note_text)
        )
        palette.setColor(QPalette.ColorRole.Link, QColor(theme.note_link))
        context.palette = palette
        context.clip = QRectF(0, 0, inner.width(), inner.height() + PADDING / 2)
        painter.save()
        painter.translate(inner.topLeft())
        painter.setClipRect(context.clip)
        self.documentLayout().draw(painter, context)
        painter.restore()

    def link_at(self, at: QPointF) -> str:
        """The target of the link at a point of the note's rectangle; "" for none."""
        return self.documentLayout().anchorAt(at - QPointF(PADDING, PADDING))

    @property
    def wanted_height(self) -> float:
        """How high a note must be to show all."""
        return self.size().height() + 2 * PADDING

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Pictures are not fetched, neither from the disk nor from the network."""
        return None

    def _dress(self) -> None:
        """Sizes of headings, code in its own letters, links in the note's colour."""
        theme = tokens()
        # All in one: else the page would be laid out after each change.
        whole = QTextCursor(self)
        whole.beginEditBlock()
        block = self.begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            shape = QTextBlockFormat()
            shape.setTopMargin(0.0 if block == self.begin() else (8.0 if level else 4.0))
            shape.setBottomMargin(3.0 if level else 1.0)
            cursor = QTextCursor(block)
            cursor.mergeBlockFormat(shape)
            if level:
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                look = QTextCharFormat()
                look.setFont(drawing_font(_HEADINGS.get(level, 13), QFont.Weight.DemiBold))
                cursor.mergeCharFormat(look)
            self._dress_pieces(block, theme.note_link, theme.note_code)
            block = block.next()
        whole.endEditBlock()

    def _dress_pieces(self, block: Any, link: str, code: str) -> None:
        pieces = [piece.fragment() for piece in block]
        for piece in pieces:
            form, look = piece.charFormat(), QTextCharFormat()
            if form.isAnchor():
                look.setForeground(QColor(link))
                look.setFontUnderline(True)
            elif form.fontFixedPitch():
                look.setFont(drawing_mono(TEXT_SIZE - 1))
                look.setBackground(QColor(code))
            else:
                continue
            cursor = QTextCursor(self)
            cursor.setPosition(piece.position())
            cursor.setPosition(piece.position() + piece.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(look)
