"""Colours for Python in a text pane."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from kerasstudio.ui.theme import tokens

_WORDS = "|".join(keyword.kwlist)
_PATTERN = re.compile(
    rf"(?P<comment>#.*$)|(?P<text>[rbf]?\"(?:\\.|[^\"\\])*\"|[rbf]?'(?:\\.|[^'\\])*')"
    rf"|(?P<keyword>\b(?:{_WORDS})\b)|(?P<number>\b\d[\d_.]*(?:e[+-]?\d+)?\b)"
)


class PythonHighlighter(QSyntaxHighlighter):
    """Comments, texts, keywords and numbers; a docstring in triple quotes counts as text."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self.recolor()

    def recolor(self) -> None:
        theme = tokens()
        colors = {
            "comment": theme.text_faint,
            "text": theme.success,
            "keyword": theme.accent,
            "number": theme.warning,
        }
        for name, color in colors.items():
            look = QTextCharFormat()
            look.setForeground(QColor(color))
            self._formats[name] = look
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        inside = self.previousBlockState() == 1
        quotes = text.count('"""')
        if inside or quotes:
            self.setFormat(0, len(text), self._formats["text"])
            self.setCurrentBlockState(1 if inside != (quotes % 2 == 1) else 0)
            return
        self.setCurrentBlockState(0)
        for match in _PATTERN.finditer(text):
            if match.lastgroup is not None:
                look = self._formats[match.lastgroup]
                self.setFormat(match.start(), match.end() - match.start(), look)
