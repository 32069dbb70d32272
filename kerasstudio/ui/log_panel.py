"""What the workers and the program have said, with a filter."""

from __future__ import annotations

import html
from collections import deque
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.theme import mono_font, theme_changed, tokens
from kerasstudio.ui.widgets.search_field import SearchField

MOST_LINES = 5000
LEVELS = ("info", "warning", "error")


class LogPanel(QWidget):
    """Lines are shown at most ten times a second, and the newest 5,000 are kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: deque[tuple[str, str]] = deque(maxlen=MOST_LINES)
        self._waiting: list[tuple[str, str]] = []
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(mono_font())
        self.text.setMaximumBlockCount(MOST_LINES)
        self.text.setAccessibleName("Log")
        self.text.setUndoRedoEnabled(False)
        self.filter = SearchField("Filter the log", "Show lines with…")
        self.filter.textChanged.connect(self._show_all)
        self.level = QComboBox()
        self.level.addItems(("everything", "warnings and errors", "errors"))
        self.level.setAccessibleName("Least level shown")
        self.level.currentIndexChanged.connect(self._show_all)
        clear = QPushButton("Clear")
        clear.clicked.connect(self.clear)
        row = QHBoxLayout()
        row.addWidget(self.filter, 1)
        row.addWidget(self.level)
        row.addWidget(clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 10)
        column.addLayout(row)
        column.addWidget(self.text, 1)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(100)
        self._later.timeout.connect(self._show_waiting)
        theme_changed.connect(self._show_all)

    def add(self, text: str, level: str = "info", source: str = "") -> None:
        """Add a line (or several)."""
        time = datetime.now().astimezone().strftime("%H:%M:%S")
        for line in text.splitlines() or [""]:
            entry = (f"{time}  {source:<9} {line}", level)
            self._lines.append(entry)
            self._waiting.append(entry)
        if not self._later.isActive():
            self._later.start()

    def clear(self) -> None:
        self._lines.clear()
        self._waiting.clear()
        self.text.clear()

    def _show_waiting(self) -> None:
        waiting, self._waiting = self._waiting[-MOST_LINES:], []
        shown = [self._html(entry) for entry in waiting if self._passes(entry)]
        if not shown:
            return
        bar = self.text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        self.text.appendHtml("<br>".join(shown))
        if at_end:
            bar.setValue(bar.maximum())

    def _show_all(self) -> None:
        self.text.clear()
        self._waiting = list(self._lines)
        self._show_waiting()

    def _passes(self, entry: tuple[str, str]) -> bool:
        line, level = entry
        if LEVELS.index(level) < self.level.currentIndex():
            return False
        return self.filter.text().casefold() in line.casefold()

    @staticmethod
    def _html(entry: tuple[str, str]) -> str:
        line, level = entry
        theme = tokens()
        color = {"info": theme.text_muted, "warning": theme.warning, "error": theme.error}[level]
        return f'<span style="color:{color}; white-space:pre">{html.escape(line)}</span>'
