"""Colours for lines of Python, worked out line by line for those that are seen."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextCharFormat, QTextLayout

from kerasstudio.ui.theme import tokens

_WORDS = "|".join((*keyword.kwlist, "self"))
_PATTERN = re.compile(
    rf"(?P<comment>#.*$)|(?P<text>[rbf]?\"(?:\\.|[^\"\\])*\"|[rbf]?'(?:\\.|[^'\\])*')"
    rf"|(?P<keyword>\b(?:{_WORDS})\b)|(?P<number>\b\d[\d_.]*(?:e[+-]?\d+)?\b)"
    r"|(?P<name>(?<=def )\w+|(?<=class )\w+)"
)
_BRACES = re.compile(r"\{(?!\{)[^{}]*\}")
_TRIPLE = '"""'


class PythonColors:
    """`text_lines` says which lines are inside a text of several lines; `formats` colours one."""

    def __init__(self) -> None:
        self._formats: dict[str, QTextCharFormat] = {}
        self.recolor()

    def recolor(self) -> None:
        """Take the colours of the theme."""
        theme = tokens()
        for name, color in {
            "comment": theme.text_faint,
            "text": theme.success,
            "keyword": theme.accent,
            "number": theme.warning,
            "name": theme.categories["normalization"],
            "hole": theme.text,
        }.items():
            look = QTextCharFormat()
            look.setForeground(QColor(color))
            self._formats[name] = look

    def formats(self, line: str, in_text: bool) -> list[QTextLayout.FormatRange]:
        """What to colour how in a line."""
        if in_text:
            return [self._range(0, len(line), "text")]
        found: list[QTextLayout.FormatRange] = []
        for match in _PATTERN.finditer(line):
            kind = match.lastgroup
            if kind is None:
                continue
            found.append(self._range(match.start(), match.end(), kind))
            if kind == "text" and match[0].startswith("f"):
                for hole in _BRACES.finditer(match[0]):
                    start = match.start() + hole.start()
                    found.append(self._range(start, start + len(hole[0]), "hole"))
        return found

    def _range(self, start: int, end: int, kind: str) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = start, end - start, self._formats[kind]
        return made


def text_lines(lines: Sequence[str]) -> list[bool]:
    """For each line whether all of it is text: between triple quotes, or with them."""
    found: list[bool] = []
    inside = False
    for line in lines:
        quotes = line.count(_TRIPLE)
        found.append(inside or quotes > 0)
        if quotes % 2:
            inside = not inside
    return found
