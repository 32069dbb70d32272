"""Colours for Python in a short text that is edited or shown as a whole."""

from __future__ import annotations

from PySide6.QtGui import QSyntaxHighlighter, QTextDocument

from kerasstudio.ui.code.python_colors import PythonColors

_TRIPLE = '"""'


class PythonHighlighter(QSyntaxHighlighter):
    """The colours of the Code pane; a docstring in triple quotes counts as text."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._colors = PythonColors()

    def recolor(self) -> None:
        """Take the colours of the theme."""
        self._colors.recolor()
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        inside = self.previousBlockState() == 1
        quotes = text.count(_TRIPLE)
        self.setCurrentBlockState(1 if inside != (quotes % 2 == 1) else 0)
        for part in self._colors.formats(text, inside or quotes > 0):
            self.setFormat(part.start, part.length, part.format)
