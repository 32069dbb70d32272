"""After a wire was replaced: the two tensors could be joined instead, here is how."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.inspection import NodeInfo, shape_text
from kerasstudio.ui.canvas.passing_card import PassingCard, take_out
from kerasstudio.ui.theme import px, ui_font
from kerasstudio.ui.widgets.labels import Label

STAYS_MS = 9000


class JoinOffer(PassingCard):
    """`chosen(LayerType)`."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, STAYS_MS)
        self._spot = QPointF()
        self._title = Label("", bold=True, parent=self)
        self._title.setFont(ui_font(12, QFont.Weight.DemiBold))
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 10)
        column.setSpacing(7)
        column.addWidget(self._title)
        column.addLayout(self._row)
        self.buttons: list[JoinButton] = []
        self.setAccessibleName("Join both tensors instead")

    @property
    def choices(self) -> Sequence[JoinButton]:
        return self.buttons

    def drop_choices(self) -> None:
        take_out(self._row, self.buttons)
        self.buttons = []

    def open_at(self, spot: QPointF, replaced: str, kinds: Sequence[LayerType]) -> None:
        """Offer these layers beside `spot`; `replaced` is the layer whose wire has gone."""
        self.drop_choices()
        self._title.setText(f"Replaced the wire from {replaced}. Keep both:")
        for kind in kinds:
            button = JoinButton(kind, self)
            button.clicked.connect(lambda _checked=False, kind=kind: self._choose(kind))
            self.buttons.append(button)
            self._row.addWidget(button)
        self._spot = spot
        self._place()
        self.show_for_a_while()

    def tell(self, kind: LayerType, info: NodeInfo | None, problem: str) -> None:
        """What Keras says of joining with this layer; those that work come first."""
        for button in self.buttons:
            if button.kind is kind:
                button.tell(info, problem)
        self.buttons.sort(key=lambda button: button.problem != "")
        for button in self.buttons:
            self._row.removeWidget(button)
            self._row.addWidget(button)
        self._place()

    def _choose(self, kind: LayerType) -> None:
        self.close_offer()
        self.chosen.emit(kind)

    def _place(self) -> None:
        """As large as its words, beside the drop, inside of the canvas."""
        column = self.layout()
        if column is not None:
            column.activate()
        self.resize(self.sizeHint())
        self.place_beside(self._spot, 18)


class JoinButton(QPushButton):
    """One way to join: the layer, and the shape that comes out or why it does not work."""

    def __init__(self, kind: LayerType, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.problem = ""
        self.setFont(ui_font(12))
        self.setMinimumHeight(px(30))
        self._show("…")

    def tell(self, info: NodeInfo | None, problem: str) -> None:
        self.problem = problem
        works = info is not None and info.status == "ok" and bool(info.outputs)
        if works and info is not None:
            self._show(f"→ {shape_text(info.outputs[0])}")
        elif problem:
            self._show("shapes differ")
            self.setToolTip(problem)
            self.setAccessibleDescription(problem)
        self.setEnabled(not problem)

    def _show(self, what: str) -> None:
        self.setText(f"{self.kind.class_name} {what}")
        self.setAccessibleName(f"Join with {self.kind.class_name}: {what}")
