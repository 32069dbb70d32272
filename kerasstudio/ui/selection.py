"""What is selected, and in which graph."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.project import ROOT


class Selection(QObject):
    """Node ids of the graph that is shown. Not part of the document: no undo step."""

    selection_changed = Signal()
    graph_changed = Signal()
    reveal_requested = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._graph = ROOT
        self._nodes: frozenset[str] = frozenset()

    @property
    def graph(self) -> str:
        """The id of the graph that is shown."""
        return self._graph

    @property
    def nodes(self) -> frozenset[str]:
        return self._nodes

    def select(self, nodes: Iterable[str]) -> None:
        """Select exactly these nodes."""
        chosen = frozenset(nodes)
        if chosen != self._nodes:
            self._nodes = chosen
            self.selection_changed.emit()

    def toggle(self, node: str) -> None:
        self.select(self._nodes ^ {node})

    def add(self, nodes: Iterable[str]) -> None:
        self.select(self._nodes | frozenset(nodes))

    def clear(self) -> None:
        self.select(())

    def show_graph(self, graph: str) -> None:
        """Show another graph (a block's inside); nothing of it is selected at first."""
        if graph == self._graph:
            return
        self._graph = graph
        self._nodes = frozenset()
        self.graph_changed.emit()
        self.selection_changed.emit()

    def reveal(self, node: str) -> None:
        """Select a node and ask the canvas to bring it into view."""
        self.select((node,))
        self.look_at(node)

    def look_at(self, node: str) -> None:
        """Ask the canvas to bring a node into view, whatever is selected."""
        self.reveal_requested.emit(node)
