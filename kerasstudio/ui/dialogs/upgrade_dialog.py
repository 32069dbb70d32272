"""What was changed in a file of Keras 1 or 2: layer, before, after, why."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.graph.upgrade_report import (
    Change,
    UpgradeReport,
    after_text,
    before_text,
    change_text,
    counted,
    heading,
    layers_text,
)
from kerasstudio.ui.theme import mono_font
from kerasstudio.ui.widgets.fold import Fold
from kerasstudio.ui.widgets.labels import Label, TextBlock, Tone
from kerasstudio.ui.widgets.line import Line

STRETCHES = (3, 3, 3, 5)


class UpgradeDialog(QDialog):
    """Beside the window, not in its way. What matters comes first; spellings fold away."""

    def __init__(self, name: str, report: UpgradeReport, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("upgradeDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Changes in {name}")
        self.report = report
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(14)
        self.quiet: Fold | None = None
        if report.lost:
            column.addWidget(_section("What Keras 3 cannot do", report.lost, "warning"))
        if report.done:
            column.addWidget(_section("Other layers and values, same predictions", report.done))
        if report.quiet:
            is_open = not report.lost and not report.done
            self.quiet = Fold(_quiet_title(report), is_open)
            self.quiet.body.addWidget(_rows(report.quiet))
            column.addWidget(self.quiet)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        copy = buttons.addButton("Copy as text", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 12, 14)
        outer.setSpacing(16)
        outer.addWidget(TextBlock(heading(report)))
        outer.addWidget(scroll, 1)
        outer.addWidget(buttons)
        self.resize(860, 520)

    def _copy(self) -> None:
        changes = self.report.lost + self.report.done + self.report.quiet
        lines = [heading(self.report), *(change_text(each) for each in changes)]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _quiet_title(report: UpgradeReport) -> str:
    renamed = counted(len(report.of_kinds("renamed")), "new name")
    removed = counted(len(report.of_kinds("removed")), "argument")
    return f"{renamed}, {removed} without effect left out"


def _section(title: str, changes: list[Change], tone: Tone = "text") -> QWidget:
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addWidget(Label(title, tone, bold=True))
    column.addWidget(_rows(changes))
    return widget


def _rows(changes: list[Change]) -> QWidget:
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(7)
    for number, stretch in enumerate(STRETCHES):
        grid.setColumnStretch(number, stretch)
    for number, title in enumerate(("Layer", "Before", "After", "Why")):
        grid.addWidget(Label(title, "muted"), 0, number)
    top = Qt.AlignmentFlag.AlignTop
    for change in changes:
        row = grid.rowCount()
        grid.addWidget(Line(), row, 0, 1, 4)
        layer = TextBlock(layers_text(change) or "compilation")
        layer.setToolTip(", ".join(change.layers))
        before = TextBlock(_breakable(before_text(change) or change.before), "muted")
        after = TextBlock(_breakable(after_text(change)))
        for block in (before, after):
            block.setFont(mono_font())
        why = TextBlock(change.why[:1].upper() + change.why[1:], "muted")
        for place, block in enumerate((layer, before, after, why)):
            grid.addWidget(block, row + 1, place, top)
    return widget


def _breakable(text: str) -> str:
    """Long names may go on in the next line behind these signs."""
    for sign in "=_(.":
        text = text.replace(sign, f"{sign}\u200b")
    return text
