"""A field in which the person says what shape comes out of a layer that is code."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.ui.widgets.labels import Label, TextBlock

MOST_AXES = 12


class OutputField(QWidget):
    """`said(TensorSpec)` when a shape was typed and Enter or the button pressed."""

    said = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setAccessibleName("Shape that comes out")
        self.field.setMinimumWidth(60)
        self.button = QPushButton("Set")
        self.error = Label("", "error")
        self.error.hide()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(TextBlock("What shape comes out? Without the batch, as in 28, 28, 3"))
        column.addLayout(row)
        column.addWidget(self.error)
        self.field.returnPressed.connect(self._say)
        self.button.clicked.connect(self._say)
        self.field.textEdited.connect(lambda _text: self.error.hide())

    def suggest(self, shape: tuple[int | None, ...]) -> None:
        """The most likely answer: what comes in."""
        text = ", ".join("?" if axis is None else str(axis) for axis in shape[1:])
        if not self.field.isModified() and self.field.text() != text:
            self.field.setText(text)

    def _say(self) -> None:
        shape = read_shape(self.field.text())
        if shape is None:
            self.error.setText("Whole numbers with commas between; ? where any size may come.")
            self.error.show()
            return
        self.field.setModified(False)
        self.said.emit(TensorSpec((None, *shape)))


def read_shape(text: str) -> tuple[int | None, ...] | None:
    """ "28, 28, ?" → (28, 28, None); None for what is no shape."""
    parts = [part.strip() for part in text.strip().strip("()").split(",") if part.strip()]
    if len(parts) > MOST_AXES:
        return None
    shape: list[int | None] = []
    for part in parts:
        if part in ("?", "None"):
            shape.append(None)
        elif part.isdecimal() and 0 < int(part) < 1 << 31:
            shape.append(int(part))
        else:
            return None
    return tuple(shape)
