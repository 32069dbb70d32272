"""The edits a hand makes on the canvas, each one undo step; refusals become a signal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph import edits
from kerasstudio.graph.cards import card_size
from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.clipboard import Clip, copy_nodes
from kerasstudio.graph.problems import Fix, Problem, StudioError
from kerasstudio.graph.project import Graph, Project, Wire
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

if TYPE_CHECKING:
    from kerasstudio.graph.fix_preview import FixPreview

Position = tuple[float, float]


class CanvasEditor(QObject):
    """Works on the graph that the selection shows. `refused` carries the problem of an edit that
    could not be done; the project is then as before."""

    refused = Signal(object)

    def __init__(
        self,
        store: DocumentStore,
        selection: Selection,
        catalogue: Catalogue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._selection, self.catalogue = store, selection, catalogue

    @property
    def project(self) -> Project:
        return self._store.project

    @property
    def graph_id(self) -> str:
        return self._selection.graph

    @property
    def graph(self) -> Graph:
        return self.project.graphs[self.graph_id]

    def name(self, node: str) -> str:
        return self.project.layers[self.graph.nodes[node].layer].name

    # ------------------------------------------------------------------ wires

    def wire(
        self, source: str, output: int, target: str, port: str, instead_of: str | None = None
    ) -> bool:
        """Wire two ports; `instead_of` is the wire whose end was picked up."""

        def edit(project: Project) -> Project:
            graph = self.graph_id
            if instead_of is not None:
                old = project.graphs[graph].wires.get(instead_of)
                if old == Wire(source, target, port, output):
                    return project
                if old is not None and old.key != f"{target}:{port}":
                    project = edits.disconnect(project, [instead_of], graph)
            return edits.connect(project, source, target, port, output, graph, self.catalogue)

        return self._apply(edit, f"Wire {self.name(source)} → {self.name(target)}")

    def unwire(self, keys: Iterable[str]) -> bool:
        keys = list(keys)
        text = "Remove wire" if len(keys) == 1 else f"Remove {len(keys)} wires"
        return self._apply(lambda project: edits.disconnect(project, keys, self.graph_id), text)

    # ------------------------------------------------------------------ nodes

    def add(
        self,
        layer_type: LayerType,
        at: Position,
        source: tuple[str, int] | None = None,
        target: tuple[str, str] | None = None,
    ) -> str | None:
        """A new layer with its corner at `at`, wired to `source` or `target` if given, and
        selected. Returns its node."""

        def edit(project: Project) -> tuple[Project, str]:
            return edits.add_connected(
                project, layer_type, self.catalogue, *at, self.graph_id, source, target
            )

        return self._apply_new(edit, f"Add {_title(layer_type)}")

    def splice_new(self, layer_type: LayerType, wire: str) -> str | None:
        """A new layer in the middle of a wire."""

        def edit(project: Project) -> tuple[Project, str]:
            return edits.insert_layer(
                project, wire, layer_type, self.catalogue, graph=self.graph_id
            )

        return self._apply_new(edit, f"Insert {_title(layer_type)}")

    def move(self, positions: Mapping[str, Position], wire: str | None = None) -> bool:
        """Put nodes at new places; a single one may be dropped into `wire`."""

        def edit(project: Project) -> Project:
            project = edits.move_nodes(project, positions, self.graph_id)
            if wire is None:
                return project
            (node,) = positions
            return edits.insert_between(project, wire, node, self.catalogue, self.graph_id)

        names = [self.name(node) for node in positions]
        what = names[0] if len(names) == 1 else f"{len(names)} layers"
        return self._apply(edit, f"Move {what}" if wire is None else f"Insert {what}")

    def duplicate(self, nodes: Iterable[str], dx: float, dy: float) -> list[str]:
        """Copies beside the originals, selected."""
        nodes = list(nodes)
        made: list[str] = []

        def edit(project: Project) -> Project:
            project, made[:] = edits.duplicate(project, nodes, self.graph_id, dx, dy)
            return project

        self._apply(edit, f"Duplicate {self._what(nodes)}")
        self._selection.select(made)
        return made

    def delete(self, nodes: Iterable[str], reconnect: bool = False) -> bool:
        nodes = list(nodes)
        if not nodes:
            return False
        what = self._what(nodes)
        if reconnect:
            return self._apply(
                lambda project: edits.delete_and_reconnect(project, nodes, self.graph_id),
                f"Delete {what} and reconnect",
            )
        return self._apply(
            lambda project: edits.delete_nodes(project, nodes, self.graph_id), f"Delete {what}"
        )

    def copy_text(self, nodes: Iterable[str]) -> str:
        return copy_nodes(self.project, nodes, self.graph_id)

    def cut(self, nodes: Iterable[str]) -> bool:
        nodes = list(nodes)
        return self._apply(
            lambda project: edits.delete_nodes(project, nodes, self.graph_id),
            f"Cut {self._what(nodes)}",
        )

    def paste(self, clip: Clip, at: Position, keep_incoming: bool = False) -> list[str]:
        """The clip's nodes with their top left corner at `at`, selected."""
        made: list[str] = []

        def edit(project: Project) -> Project:
            project, made[:] = edits.paste(project, clip, *at, self.graph_id, keep_incoming)
            return project

        count = len(clip.nodes)
        self._apply(edit, "Paste layer" if count == 1 else f"Paste {count} layers")
        if made:
            self._selection.select(made)
        return made

    def rename(self, node: str, name: str) -> Problem | None:
        """Give the node's layer another name; returns why not."""
        layer = self.graph.nodes[node].layer
        try:
            project = edits.rename_layer(self.project, layer, name)
        except StudioError as refusal:
            return refusal.problem
        self._store.apply(project, f"Rename {self.name(node)} to {name}")
        return None

    def set_trainable(self, nodes: Iterable[str], value: bool) -> bool:
        layers = {self.graph.nodes[node].layer for node in nodes}

        def edit(project: Project) -> Project:
            for layer in layers:
                project = edits.set_trainable(project, layer, value)
            return project

        return self._apply(edit, "Unfreeze weights" if value else "Freeze weights")

    def call_again(self, node: str) -> str | None:
        """A further call of the node's layer, below it."""
        value = self.graph.nodes[node]
        _width, height = card_size(1, 1, self.project.flow)

        def edit(project: Project) -> tuple[Project, str]:
            x, y = edits.free_place(project, value.x, value.y + height + 32, self.graph_id)
            return edits.call_again(project, value.layer, x, y, self.graph_id)

        return self._apply_new(edit, f"Use {self.name(node)} again")

    def apply_fix(self, fix: Fix) -> bool:
        """Mend a problem."""
        from kerasstudio.graph.fixes import apply_fix

        return self._apply(
            lambda project: apply_fix(project, fix, self.catalogue),
            f"Fix: {fix.label}",
        )

    def preview(self, fix: Fix) -> FixPreview | None:
        """What a mend would change here; None for one that no longer fits the drawing."""
        from kerasstudio.graph.fix_preview import preview_fix

        try:
            return preview_fix(self.project, fix, self.catalogue, self.graph_id)
        except StudioError:
            return None

    def arranged(self, nodes: Iterable[str] = ()) -> Callable[[], dict[str, Position]]:
        """Work that finds places by the flow for everything, or only for `nodes`: it looks at the
        project of now, and may be done in another thread."""
        from kerasstudio.graph.layout import layout

        project, graph_id, chosen = self.project, self.graph_id, set(nodes)

        def work() -> dict[str, Position]:
            places: dict[str, Position] = layout(project, graph_id)
            if len(chosen) > 1:
                some = {node: place for node, place in places.items() if node in chosen}
                return _beside(some, project.graphs[graph_id])
            return places

        return work

    def lay_out(self, places: dict[str, Position]) -> bool:
        """Put nodes where `arranged` wants them; those that have gone meanwhile are left out."""
        here = {node: place for node, place in places.items() if node in self.graph.nodes}
        return self._apply(
            lambda project: edits.move_nodes(project, here, self.graph_id), "Arrange layers"
        )

    # ------------------------------------------------------------------ inside

    def _what(self, nodes: list[str]) -> str:
        return self.name(nodes[0]) if len(nodes) == 1 else f"{len(nodes)} layers"

    def _apply(self, edit: Callable[[Project], Project], text: str) -> bool:
        try:
            project = edit(self.project)
        except StudioError as refusal:
            self.refused.emit(refusal.problem)
            return False
        return self._store.apply(project, text)

    def _apply_new(self, edit: Callable[[Project], tuple[Project, str]], text: str) -> str | None:
        try:
            project, node = edit(self.project)
        except StudioError as refusal:
            self.refused.emit(refusal.problem)
            return None
        self._store.apply(project, text)
        self._selection.select((node,))
        return node


def _beside(places: dict[str, Position], graph: Graph) -> dict[str, Position]:
    """Places of some nodes only, kept where their group was."""
    old = [graph.nodes[node] for node in places]
    dx = min(node.x for node in old) - min(x for x, _ in places.values())
    dy = min(node.y for node in old) - min(y for _, y in places.values())
    return {node: (x + dx, y + dy) for node, (x, y) in places.items()}


def _title(layer_type: LayerType) -> str:
    return "Input" if layer_type.class_name == "InputLayer" else layer_type.class_name
