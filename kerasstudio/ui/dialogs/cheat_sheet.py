"""All keys and gestures on one sheet (?), made from the tables of actions and gestures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.actions import ActionSet
from kerasstudio.ui.dialogs.key_lines import Topic, as_html, columns, key_lines, matching
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.key_caps import KeyCaps, is_mouse
from kerasstudio.ui.widgets.labels import Label, LinkButton
from kerasstudio.ui.widgets.layout_items import take_widgets

COLUMNS = 3


class CheatSheet(QDialog):
    """Typing in the field on top leaves only matching lines. `change_wanted`: the person wants
    other keys."""

    change_wanted = Signal()

    def __init__(
        self,
        actions: ActionSet,
        parent: QWidget,
        gestures: Callable[[str], bool] = lambda _gesture: True,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys and gestures")
        self.resize(min(px(1180), parent.width() - 40), min(px(720), parent.height() - 40))
        self._topics = key_lines(actions, gestures)
        self.title = f"{actions.key_map.scheme.title} key map"
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search by what it does, or by key…")
        self.search.setAccessibleName("Search keys")
        self.search.textChanged.connect(self.show_matching)
        self._content = QWidget()
        self._columns = QHBoxLayout(self._content)
        self._columns.setSpacing(36)
        scroll = QScrollArea()
        scroll.setWidget(self._content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        # The arrow keys scroll it.
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scroll.setAccessibleName("Keys by topic")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addLayout(self._top())
        column.addWidget(scroll, 1)
        self.show_matching("")
        self.search.setFocus()

    def _top(self) -> QHBoxLayout:
        change = LinkButton("Change keys…")
        change.clicked.connect(self._change)
        pdf = QPushButton("Save as PDF…")
        pdf.clicked.connect(self._choose_pdf)
        printing = QPushButton("Print…")
        printing.clicked.connect(self._print)
        for button in (pdf, printing):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Label(self.title, bold=True))
        row.addWidget(change)
        row.addWidget(self.search, 1)
        row.addWidget(pdf)
        row.addWidget(printing)
        return row

    def show_matching(self, text: str) -> None:
        """Show only lines that hold the typed words."""
        for widget in take_widgets(self._columns):
            widget.hide()
            widget.deleteLater()
        shown = matching(self._topics, text)
        if not shown:
            self._columns.addWidget(Label(f'No key matches "{text.strip()}".', "muted"))
            return
        for topics in columns(shown, COLUMNS):
            self._columns.addWidget(_column(topics), 1)

    # ------------------------------------------------------------------ paper

    def save_pdf(self, path: Path) -> None:
        """Write the whole sheet as a PDF of A4 pages."""
        writer = QPdfWriter(str(path))
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setTitle(self.title)
        self._document().print_(writer)

    def _document(self) -> QTextDocument:
        document = QTextDocument(self)
        document.setHtml(as_html(self._topics, f"KerasStudio: {self.title}"))
        return document

    def _choose_pdf(self) -> None:
        dialog = QFileDialog(self, "Save the keys as PDF", "keys.pdf", "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(lambda name: self.save_pdf(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # looks for printers

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self._document().print_(printer))
        dialog.finished.connect(dialog.deleteLater)
        QDialog.open(dialog)

    def _change(self) -> None:
        self.close()
        self.change_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter in the field must not press a button.
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


def _column(topics: list[Topic]) -> QWidget:
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(0, 1)
    row = 0
    for name, lines in topics:
        grid.addWidget(Label(name, bold=True), row, 0, 1, 2)
        row += 1
        for what, chords in lines:
            words = Label(what, "muted")
            words.setWordWrap(True)
            grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_caps(chords), row, 1, Qt.AlignmentFlag.AlignTop)
            row += 1
        grid.setRowMinimumHeight(row, 14)
        row += 1
    grid.setRowStretch(row, 1)
    return widget


def _caps(chords: tuple[str, ...]) -> QWidget:
    """Two chords a line; a habit of the hand is a sentence."""
    if any(" " in chord and not is_mouse(chord) for chord in chords):
        sentence = Label("; ".join(chords))
        sentence.setWordWrap(True)
        return sentence
    if len(chords) <= 2:
        return KeyCaps(chords)
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    for start in range(0, len(chords), 2):
        column.addWidget(KeyCaps(chords[start : start + 2]))
    return box
