"""The way into the blocks, above the drawing: each part of it leads back there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from kerasstudio.ui import icons
from kerasstudio.ui.canvas.link_marks import LinkChip
from kerasstudio.ui.theme import tokens, ui_font
from kerasstudio.ui.widgets.labels import Label, LinkButton
from kerasstudio.ui.widgets.layout_items import take_widgets

_LONGEST = 24
_MOST = 5


class Breadcrumb(QWidget):
    """`chosen(number)`: go back to where so many steps lead. Hidden in the main graph."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 5, 12, 5)
        self._row.setSpacing(7)
        self.buttons: list[LinkButton] = []
        self._shown: tuple[object, ...] = ()
        self.setAccessibleName("Where this block is")
        self.hide()

    def show_way(
        self, names: Sequence[str], number: int, calls: int, key: str, root: str = "Model"
    ) -> None:
        """`names` of the blocks from outside in; the last one is shown, is called `calls` times
        and has the link number `number`. `key` leads out."""
        shown = (tuple(names), number, calls, key, root, tokens().dark)
        self.setVisible(bool(names))
        if shown == self._shown:
            return
        self._shown = shown
        for widget in take_widgets(self._row):
            widget.hide()
            widget.deleteLater()
        self.buttons = []
        if names:
            self._fill([root, *names], number, calls, key)
            self.raise_()

    def _fill(self, names: list[str], number: int, calls: int, key: str) -> None:
        out = f" ({key})" if key else ""
        skipped = len(names) - _MOST
        for place, name in enumerate(names[:-1]):
            if 0 < place <= skipped:
                if place == 1:
                    self._add(Label("…", "muted"))
                    self._add_arrow()
                continue
            button = LinkButton(_cut(name))
            button.setFont(ui_font(13))
            button.setToolTip(f"Back to {name}{out if place == len(names) - 2 else ''}")
            button.setAccessibleName(f"Back to {name}")
            button.clicked.connect(lambda _checked=False, place=place: self.chosen.emit(place))
            self.buttons.append(button)
            self._add(button)
            self._add_arrow()
        here = Label(_cut(names[-1]), bold=True)
        here.setFont(ui_font(13, QFont.Weight.DemiBold))
        here.setToolTip(names[-1])
        self._add(here)
        if calls > 1:
            chip = LinkChip(number, f"shared × {calls}", self)
            chip.setToolTip(
                f"This block stands in the model {calls} times: what is changed here changes in "
                "all of them. The shapes are those of the first one."
            )
            self._add(chip)
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(self.sizeHint())

    def _add(self, widget: QWidget) -> None:
        self._row.addWidget(widget)
        widget.show()

    def _add_arrow(self) -> None:
        arrow = QLabel(self)
        arrow.setPixmap(icons.pixmap("right", tokens().text_muted, 12, self.devicePixelRatioF()))
        self._add(arrow)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
