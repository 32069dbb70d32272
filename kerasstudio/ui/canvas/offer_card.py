"""A few words beside the mouse with what can be done now as buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kerasstudio.ui.canvas.passing_card import PassingCard, take_out
from kerasstudio.ui.theme import px, ui_font
from kerasstudio.ui.widgets.announce import announce
from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.labels import LinkButton, TextBlock

STAYS_MS = 12_000
WIDTH = 380

Choice = tuple[str, Callable[[], object]]


class OfferCard(PassingCard):
    """Says what happened, or could not be done, and what can be done about it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, STAYS_MS)
        self.text = TextBlock("", parent=self)
        self.text.setFont(ui_font(12))
        self.buttons: list[LinkButton] = []
        self._row = QWidget(self)
        self._flow = FlowLayout(self._row, gap=14)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 9, 12, 10)
        self._column.setSpacing(6)
        self._column.addWidget(self.text)
        self._column.addWidget(self._row)
        self.setAccessibleName("What can be done")

    @property
    def choices(self) -> Sequence[LinkButton]:
        return self.buttons

    def drop_choices(self) -> None:
        take_out(self._flow, self.buttons)
        self.buttons = []

    def open_at(
        self,
        spot: QPointF,
        text: str,
        choices: Sequence[Choice],
        warns: bool = False,
        take_keys: bool = False,
    ) -> None:
        """Say `text` beside `spot` and offer `choices`; `warns`: something could not be done."""
        self.close_offer()
        self._warns = warns
        self.text.setText(text)
        for label, call in choices:
            button = LinkButton(label[:1].upper() + label[1:], parent=self._row)
            button.setFont(ui_font(12))
            button.clicked.connect(lambda _checked=False, call=call: self._choose(call))
            self._flow.addWidget(button)
            button.show()
            self.buttons.append(button)
        self.setFixedWidth(px(WIDTH))
        self.show_for_a_while()
        self._column.activate()
        self.setFixedHeight(self._column.heightForWidth(px(WIDTH)))
        self.place_beside(spot, 16)
        announce(self, text)
        if take_keys:
            self.take_keys()

    def _choose(self, call: Callable[[], object]) -> None:
        self.close_offer()
        call()
