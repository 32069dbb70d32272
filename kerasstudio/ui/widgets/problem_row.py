"""Problems and checks as lines of a page: a mark, the words, and the fixes as buttons."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kerasstudio.graph.problems import Fix, Problem
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.labels import Label, LinkButton, TextBlock, Tone

_MARKS: dict[str, tuple[str, Tone, str]] = {
    "ok": ("✓", "ok", "fine"),
    "hint": ("i", "accent", "hint"),
    "warning": ("!", "warning", "warning"),
    "error": ("✕", "error", "error"),
}


class CheckRow(QWidget):
    """One line. `severity` is "ok" or that of a problem."""

    fix_chosen = Signal(object)

    def __init__(
        self,
        severity: str,
        message: str,
        details: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
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
        self.words = TextBlock(message, "text" if severity != "ok" else "muted")
        column.addWidget(self.words)
        for detail in details:
            column.addWidget(TextBlock(detail, "muted"))
        self.buttons: list[LinkButton] = []
        if fixes:
            buttons = QWidget()
            flow = FlowLayout(buttons, gap=10)
            for fix in fixes:
                button = LinkButton(fix.label)
                button.clicked.connect(lambda _=False, fix=fix: self.fix_chosen.emit(fix))
                self.buttons.append(button)
                flow.addWidget(button)
            column.addWidget(buttons)


class CheckList(QWidget):
    """Many lines; `fix_chosen(Fix)` when a button of one is pressed."""

    fix_chosen = Signal(object)

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
            self._add(
                CheckRow(problem.severity, problem.message, details_of(problem), problem.fixes)
            )
        for text in shown[0]:
            self._add(CheckRow("ok", text))

    def _add(self, row: CheckRow) -> None:
        row.fix_chosen.connect(self.fix_chosen)
        self.rows.append(row)
        self._column.addWidget(row)


def details_of(problem: Problem) -> tuple[str, ...]:
    """What was expected and received, one line each, as far as the problem says."""
    lines = []
    if problem.expected:
        lines.append(f"expected: {problem.expected}")
    if problem.received:
        lines.append(f"received: {problem.received}")
    return tuple(lines)
