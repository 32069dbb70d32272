"""What a block holds, and who else calls its layer: the inspector's lines about both."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kerasstudio.graph.blocks import opened_by
from kerasstudio.graph.cards import block_lines
from kerasstudio.graph.linked_layers import linked_layers
from kerasstudio.graph.project import Layer, Project
from kerasstudio.ui.canvas.link_marks import LinkChip
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.labels import LinkButton, TextBlock
from kerasstudio.ui.widgets.layout_items import take_widgets


class BlockNote(QWidget):
    """Hidden for a layer that is no block and is called once. `open_chosen(node)` and
    `independent_chosen(node)` when its buttons are pressed."""

    open_chosen = Signal(str)
    independent_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._node = ""
        self._shown: tuple[object, ...] = ()
        self.inside = TextBlock("", "muted")
        self.shared = TextBlock("", "muted")
        self.open = LinkButton("Open the block")
        self.open.setToolTip("See and edit what is inside; or double-click its card")
        self.open.clicked.connect(lambda: self.open_chosen.emit(self._node))
        self.independent = LinkButton("Make independent", parent=self)
        self.independent.setToolTip("A layer of its own for this node, with new weights")
        self.independent.clicked.connect(lambda: self.independent_chosen.emit(self._node))
        self._chips = QHBoxLayout()
        self._chips.setSpacing(10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.inside)
        column.addWidget(self.open)
        column.addLayout(self._chips)
        column.addWidget(self.shared)
        self.hide()

    def show_layer(self, project: Project, layer: Layer | None, node: str) -> None:
        """Tell of the only layer that is selected; None for several."""
        graph = None if layer is None else opened_by(project, layer)
        link = None if layer is None else linked_layers(project).get(layer.id)
        self._node = node
        lines = block_lines(project, graph) if graph is not None else ()
        if (lines, link) == self._shown:
            return
        self._shown = lines, link
        self.setVisible(bool(lines or link))
        self.inside.setText(": ".join(lines))
        self.inside.setVisible(bool(lines))
        self.open.setVisible(bool(lines))
        for widget in take_widgets(self._chips):
            if isinstance(widget, LinkChip):
                widget.hide()
                widget.deleteLater()
        self.independent.setVisible(link is not None)
        self.shared.setVisible(link is not None)
        if link is None:
            return
        chip = LinkChip(link.number, f"shared × {link.calls}", self)
        self._chips.addWidget(chip)
        self._chips.addWidget(self.independent)
        self._chips.addStretch(1)
        others = plural(link.calls - 1, "other place", "other places")
        self.shared.setText(f"The same weights and arguments as in {others}: edit one, edit all.")
