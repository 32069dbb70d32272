"""What is selected, and in which graph."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.edits import Dot
from kerasstudio.graph.project import ROOT


class Selection(QObject):
    """Node ids of the graph that is shown, reroute dots of its wires, and its frames and notes
    (`decorations`). Not part of the document: no undo step."""

    selection_changed = Signal()
    graph_changed = Signal()
    reveal_requested = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._graph = ROOT
        self._nodes: frozenset[str] = frozenset()
        self._dots: frozenset[Dot] = frozenset()
        self._decorations: frozenset[str] = frozenset()

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

    @property
    def decorations(self) -> frozenset[str]:
        """Ids of frames and notes."""
        return self._decorations

    @property
    def has_items(self) -> bool:
        """Whether there are nodes, frames or notes."""
        return bool(self._nodes or self._decorations)

    def select(
        self, nodes: Iterable[str], dots: Iterable[Dot] = (), decorations: Iterable[str] = ()
    ) -> None:
        """Select exactly these nodes, dots, frames and notes."""
        chosen = frozenset(nodes), frozenset(dots), frozenset(decorations)
        if chosen != (self._nodes, self._dots, self._decorations):
            self._nodes, self._dots, self._decorations = chosen
            self.selection_changed.emit()

    def toggle(self, node: str) -> None:
        self.select(self._nodes ^ {node}, self._dots, self._decorations)

    def toggle_dot(self, dot: Dot) -> None:
        self.select(self._nodes, self._dots ^ {dot}, self._decorations)

    def toggle_decoration(self, key: str) -> None:
        self.select(self._nodes, self._dots, self._decorations ^ {key})

    def add(
        self, nodes: Iterable[str], dots: Iterable[Dot] = (), decorations: Iterable[str] = ()
    ) -> None:
        self.select(
            self._nodes | frozenset(nodes),
            self._dots | frozenset(dots),
            self._decorations | frozenset(decorations),
        )

    def clear(self) -> None:
        self.select(())

    def show_graph(self, graph: str) -> None:
        """Show another graph (a block's inside); nothing of it is selected at first."""
        if graph == self._graph:
            return
        self._graph = graph
        self._nodes, self._dots, self._decorations = frozenset(), frozenset(), frozenset()
        self.graph_changed.emit()
        self.selection_changed.emit()

    def reveal(self, node: str) -> None:
        """Select a node and ask the canvas to bring it into view."""
        self.select((node,))
        self.look_at(node)

    def reveal_decoration(self, key: str) -> None:
        """Select a frame or note and ask the canvas to bring it into view."""
        self.select((), (), (key,))
        self.look_at(key)

    def look_at(self, node: str) -> None:
        """Ask the canvas to bring a node into view, whatever is selected."""
        self.reveal_requested.emit(node)
