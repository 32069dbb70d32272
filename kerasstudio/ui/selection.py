"""What is selected, and in which graph."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.edits import Dot
from kerasstudio.graph.project import ROOT


class Selection(QObject):
    """Node ids of the graph that is shown, and reroute dots of its wires. Not part of the document:
    no undo step."""

    selection_changed = Signal()
    graph_changed = Signal()
    reveal_requested = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._graph = ROOT
        self._nodes: frozenset[str] = frozenset()
        self._dots: frozenset[Dot] = frozenset()

    @property
    def graph(self) -> str:
        """The id of the graph that is shown."""
        return self._graph

    @property
    def nodes(self) -> frozenset[str]:
        return self._nodes

    @property
    def dots(self) -> frozenset[Dot]:
        return self._dots

    def select(self, nodes: Iterable[str], dots: Iterable[Dot] = ()) -> None:
        """Select exactly these nodes and dots."""
        chosen = frozenset(nodes), frozenset(dots)
        if chosen != (self._nodes, self._dots):
            self._nodes, self._dots = chosen
            self.selection_changed.emit()

    def toggle(self, node: str) -> None:
        self.select(self._nodes ^ {node}, self._dots)

    def toggle_dot(self, dot: Dot) -> None:
        self.select(self._nodes, self._dots ^ {dot})

    def add(self, nodes: Iterable[str], dots: Iterable[Dot] = ()) -> None:
        self.select(self._nodes | frozenset(nodes), self._dots | frozenset(dots))

    def clear(self) -> None:
        self.select(())

    def show_graph(self, graph: str) -> None:
        """Show another graph (a block's inside); nothing of it is selected at first."""
        if graph == self._graph:
            return
        self._graph = graph
        self._nodes, self._dots = frozenset(), frozenset()
        self.graph_changed.emit()
        self.selection_changed.emit()

    def reveal(self, node: str) -> None:
        """Select a node and ask the canvas to bring it into view."""
        self.select((node,))
        self.look_at(node)

    def look_at(self, node: str) -> None:
        """Ask the canvas to bring a node into view, whatever is selected."""
        self.reveal_requested.emit(node)
