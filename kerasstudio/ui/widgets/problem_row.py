"""Problems and checks as lines of a page: a mark, the words, and the fixes as buttons."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kerasstudio.graph.problems import Fix, Problem
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.fix_button import FixButton
from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.labels import Label, TextBlock, Tone
from kerasstudio.ui.widgets.message_text import MessageText
from kerasstudio.ui.widgets.original_text import OriginalText

_MARKS: dict[str, tuple[str, Tone, str]] = {
    "ok": ("✓", "ok", "fine"),
    "hint": ("i", "accent", "hint"),
    "warning": ("!", "warning", "warning"),
    "error": ("✕", "error", "error"),
}


class CheckRow(QWidget):
    """One line. `severity` is "ok" or that of a problem; `original` is what Keras said."""

    fix_chosen = Signal(object)
    fix_previewed = Signal(object)

    def __init__(
        self,
        severity: str,
        message: str,
        details: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        original: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        mark, tone, word = _MARKS[severity]
        sign = Label(mark, tone, bold=True)
        sign.setFixedWidth(px(12))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        sign.setAccessibleName(word)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        row.addLayout(column, 1)
        self.words = MessageText(message, "text" if severity != "ok" else "muted")
        column.addWidget(self.words)
        for detail in details:
            column.addWidget(TextBlock(detail, "muted"))
        self.buttons: list[FixButton] = []
        if fixes:
            buttons = QWidget()
            flow = FlowLayout(buttons, gap=10, line_gap=2)
            for fix in fixes:
                button = FixButton(fix)
                button.chosen.connect(self.fix_chosen)
                button.previewed.connect(self.fix_previewed)
                self.buttons.append(button)
                flow.addWidget(button)
            column.addWidget(buttons)
        if original:
            column.addWidget(OriginalText(original))


class CheckList(QWidget):
    """Many lines; `fix_chosen(Fix)` when a button of one is pressed, `fix_previewed(Fix or None)`
    while one is pointed at."""

    fix_chosen = Signal(object)
    fix_previewed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._shown: tuple[tuple[str, ...], tuple[Problem, ...]] | None = None
        self.rows: list[CheckRow] = []

    def show_checks(self, fine: Iterable[str], problems: Iterable[Problem]) -> None:
        """Problems first, the worst on top, then what is fine."""
        shown = (tuple(fine), tuple(problems))
        if shown == self._shown:
            return
        self._shown = shown
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        order = ("error", "warning", "hint")
        for problem in sorted(shown[1], key=lambda problem: order.index(problem.severity)):
            details, fixes = details_of(problem), problem.fixes
            self._add(CheckRow(problem.severity, problem.message, details, fixes, problem.detail))
        for text in shown[0]:
            self._add(CheckRow("ok", text))

    def _add(self, row: CheckRow) -> None:
        row.fix_chosen.connect(self.fix_chosen)
        row.fix_previewed.connect(self.fix_previewed)
        self.rows.append(row)
        self._column.addWidget(row)


def details_of(problem: Problem) -> tuple[str, ...]:
    """What was expected and received, one line each, as far as the problem says."""
    lines = []
    if problem.expected and problem.expected not in problem.message:
        lines.append(f"expected: {problem.expected}")
    if problem.received and problem.received not in problem.message:
        lines.append(f"received: {problem.received}")
    return tuple(lines)
