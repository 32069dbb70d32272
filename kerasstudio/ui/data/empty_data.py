"""The Data page before there is data: what to do, and the samples."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kerasstudio.ui.data.samples import SAMPLES
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.labels import Label, LinkButton, TextBlock


class EmptyData(QWidget):
    """`choose_requested()`: open the file dialog. `sample_chosen(path)`. `closed()`: back to the
    data there is, offered only then."""

    choose_requested = Signal()
    sample_chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = Card("Choose the data to train on")
        card.setMaximumWidth(px(620))
        card.body.addWidget(
            TextBlock(
                "A CSV table, or NumPy arrays in an .npz or .npy file. Choose a file, or drop it "
                "on this page. Columns, roles and encodings are proposed and can be changed.",
                "muted",
            )
        )
        self.choose_button = QPushButton("Choose a file…")
        self.choose_button.setObjectName("primary")
        self.choose_button.clicked.connect(self.choose_requested)
        self.back = QPushButton("Back")
        self.back.clicked.connect(self.closed)
        buttons = QHBoxLayout()
        buttons.addWidget(self.choose_button)
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        self.error = TextBlock("", "error")
        self.error.hide()
        card.body.addWidget(self.error)
        self.progress = TextBlock("", "muted")
        self.progress.hide()
        card.body.addWidget(self.progress)
        card.body.addSpacing(8)
        card.body.addWidget(Label("Or take a sample", bold=True))
        self.samples: dict[str, LinkButton] = {}
        for sample in SAMPLES:
            row = QHBoxLayout()
            link = LinkButton(sample.title)
            link.setFixedWidth(px(90))
            link.setAccessibleName(f"sample {sample.title}")
            link.clicked.connect(lambda _=False, path=sample.path: self.sample_chosen.emit(path))
            self.samples[sample.path] = link
            row.addWidget(link, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(TextBlock(sample.about, "muted"), 1)
            card.body.addLayout(row)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card, 100)
        middle.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addLayout(middle)
        column.addStretch(2)

    def show_error(self, text: str) -> None:
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def show_progress(self, text: str) -> None:
        self.progress.setText(text)
        self.progress.setVisible(bool(text))
