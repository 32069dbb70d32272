"""The left of the Model page: the list of layers, or the Outline."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.segmented import SegmentedControl

TABS = (("layers", "Layers"), ("outline", "Outline"))


class SidePanel(QWidget):
    """The Outline is made when it is first shown. `tab_shown(name)` after a change."""

    tab_shown = Signal(str)

    def __init__(
        self, layers: QWidget, make_outline: Callable[[], QWidget], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._make_outline = make_outline
        self.choice = SegmentedControl(TABS)
        self.choice.setAccessibleName("Left panel")
        self.choice.chosen.connect(self.show_tab)
        self._stack = QStackedWidget()
        self._stack.addWidget(layers)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(10, 0, 10, 0)
        top.addWidget(self.choice)
        column.addLayout(top)
        column.addWidget(self._stack, 1)

    @property
    def tab(self) -> str:
        return self.choice.value

    def show_tab(self, name: str) -> QWidget:
        """Bring "layers" or "outline" to the front; returns its widget."""
        if name == "outline" and self._stack.count() == 1:
            self._stack.addWidget(self._make_outline())
        changed = name != self.tab
        self.choice.set_value(name)
        widget = self._stack.widget([key for key, _title in TABS].index(name)) or self._stack
        self._stack.setCurrentWidget(widget)
        if changed:
            self.tab_shown.emit(name)
        return widget

    def sizeHint(self) -> QSize:
        return QSize(px(216), 600)
