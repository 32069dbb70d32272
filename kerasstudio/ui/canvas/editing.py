"""The edits a hand makes on the canvas, each one undo step; refusals become a signal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph import edits
from kerasstudio.graph.cards import card_size
from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.clipboard import Clip, copy_nodes
from kerasstudio.graph.edits import Dot
from kerasstudio.graph.problems import Fix, Problem, StudioError
from kerasstudio.graph.project import Graph, Mode, Project
from kerasstudio.graph.saved_blocks import block_title
from kerasstudio.ui.canvas.block_edits import BlockEdits
from kerasstudio.ui.canvas.wire_edits import WireEdits
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

if TYPE_CHECKING:
    from kerasstudio.graph.fix_preview import FixPreview

Position = tuple[float, float]


class CanvasEditor(QObject):
    """Works on the graph that the selection shows. `refused` carries the problem of an edit that
    could not be done; the project is then as before."""

    refused = Signal(object)
    copied = Signal(list, list)
    """New nodes, and the layers that they are copies of."""

    def __init__(
        self,
        store: DocumentStore,
        selection: Selection,
        catalogue: Catalogue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._selection, self.catalogue = store, selection, catalogue
        self.wires = WireEdits(self)
        self.blocks = BlockEdits(self)

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

    def select(self, nodes: Iterable[str]) -> None:
        self._selection.select(nodes)

    # ------------------------------------------------------------------ wires

    def wire(
        self, source: str, output: int, target: str, port: str, instead_of: str | None = None
    ) -> bool:
        """Wire two ports; `instead_of` is the wire whose end was picked up."""
        return self.wires.draw(source, output, target, port, instead_of)

    def wire_chain(self, links: Sequence[tuple[End, End]]) -> bool:
        """Several wires, from output to input, in one step."""

        def edit(project: Project) -> Project:
            for start, end in links:
                project = edits.connect(
                    project,
                    start.node,
                    end.node,
                    end.port or "",
                    start.number,
                    self.graph_id,
                    self.catalogue,
                )
            return project

        names = [self.name(links[0][0].node), *(self.name(end.node) for _start, end in links)]
        return self.apply_edit(edit, f"Wire {' → '.join(names)}")

    def unwire(self, keys: Iterable[str]) -> bool:
        keys = list(keys)
        text = "Remove wire" if len(keys) == 1 else f"Remove {len(keys)} wires"
        return self.apply_edit(lambda project: edits.disconnect(project, keys, self.graph_id), text)

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

        return self.apply_new(edit, f"Add {_title(layer_type)}")

    def splice_new(
        self, layer_type: LayerType, wire: str, at: Position | None = None
    ) -> str | None:
        """A new layer in a wire: with its corner at `at`, or in the middle of the wire."""

        def edit(project: Project) -> tuple[Project, str]:
            return edits.insert_layer(
                project, wire, layer_type, self.catalogue, graph=self.graph_id, at=at
            )

        return self.apply_new(edit, f"Insert {_title(layer_type)}")

    def move(
        self,
        positions: Mapping[str, Position],
        wire: str | None = None,
        steps: bool = False,
        dots: Mapping[Dot, Position] | None = None,
        taken_out: bool = False,
    ) -> bool:
        """Put nodes and reroute dots at new places; a single node may be dropped into `wire`,
        `taken_out` nodes lose their wires first. Moves in small `steps`, one after the other, are
        one undo step."""

        def edit(project: Project) -> Project:
            if taken_out:
                project = edits.take_out(project, positions, self.graph_id)
            project = edits.move_nodes(project, positions, self.graph_id)
            project = edits.move_dots(project, dots or {}, self.graph_id)
            if wire is None:
                return project
            (node,) = positions
            return edits.splice_in(project, wire, node, self.catalogue, self.graph_id)

        what = self._what(list(positions)) if positions else "a reroute dot"
        if not positions and dots is not None and len(dots) > 1:
            what = f"{len(dots)} reroute dots"
        text = f"Take {what} out" if taken_out else f"Move {what}"
        key = f"nudge {sorted(positions)} {sorted(dots or ())}" if steps else None
        return self.apply_edit(edit, text if wire is None else f"Insert {what}", key)

    def duplicate(self, nodes: Iterable[str], dx: float, dy: float) -> list[str]:
        """Copies beside the originals, selected."""
        nodes = list(nodes)
        made: list[str] = []

        def edit(project: Project) -> Project:
            project, made[:] = edits.duplicate(project, nodes, self.graph_id, dx, dy)
            return project

        graph = self.graph
        layers = [node.layer for key, node in graph.nodes.items() if key in set(nodes)]
        self.apply_edit(edit, f"Duplicate {self._what(nodes)}")
        self._selection.select(made)
        self.copied.emit(made, layers)
        return made

    def delete(
        self, nodes: Iterable[str], reconnect: bool = False, dots: Iterable[Dot] = ()
    ) -> bool:
        """Delete nodes, and reroute dots of wires that stay."""
        nodes, dots = list(nodes), list(dots)
        if not nodes:
            return False
        what = self._what(nodes)
        if reconnect:
            return self.apply_edit(
                lambda project: edits.delete_and_reconnect(project, nodes, self.graph_id),
                f"Delete {what} and reconnect",
            )

        def edit(project: Project) -> Project:
            project = edits.remove_dots(project, dots, self.graph_id)
            return edits.delete_nodes(project, nodes, self.graph_id)

        return self.apply_edit(edit, f"Delete {what}")

    def take_out(self, nodes: Iterable[str]) -> bool:
        """Take nodes out of their wires; their neighbours pass values on."""
        nodes = list(nodes)
        return self.apply_edit(
            lambda project: edits.take_out(project, nodes, self.graph_id),
            f"Take {self._what(nodes)} out",
        )

    def move_along(self, node: str, step: int) -> bool:
        """Let a node and its neighbour in the chain change places."""
        return self.apply_edit(
            lambda project: edits.move_along(project, node, step, self.graph_id),
            f"Move {self.name(node)} along the chain",
        )

    def copy_text(self, nodes: Iterable[str]) -> str:
        return copy_nodes(self.project, nodes, self.graph_id)

    def cut(self, nodes: Iterable[str]) -> bool:
        nodes = list(nodes)
        return self.apply_edit(
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
        self.apply_edit(edit, "Paste layer" if count == 1 else f"Paste {count} layers")
        if made:
            self._selection.select(made)
            self.copied.emit(made, [node.layer for node in clip.nodes])
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

        return self.apply_edit(edit, "Unfreeze weights" if value else "Freeze weights")

    def set_mode(self, nodes: Iterable[str], mode: Mode) -> bool:
        """Mute or bypass nodes, or switch them on."""
        nodes = list(nodes)
        verb = {"on": "Switch on", "muted": "Mute", "bypassed": "Bypass"}[mode]
        graph = self.graph_id
        return self.apply_edit(
            lambda project: edits.set_mode(project, nodes, mode, graph),
            f"{verb} {self._what(nodes)}",
        )

    def swap(self, nodes: Iterable[str], layer_type: LayerType) -> bool:
        """Make the layers of these nodes ones of another type, wherever they are called."""
        nodes = list(nodes)
        layers = list(dict.fromkeys(self.graph.nodes[node].layer for node in nodes))

        def edit(project: Project) -> Project:
            for layer in layers:
                project = edits.replace_layer(project, layer, layer_type, self.catalogue)
            return project

        return self.apply_edit(edit, f"Swap {self._what(nodes)} for {_title(layer_type)}")

    def call_again(self, node: str) -> str | None:
        """A further call of the node's layer, below it."""
        value = self.graph.nodes[node]
        _width, height = card_size(1, 1, self.project.flow)

        def edit(project: Project) -> tuple[Project, str]:
            x, y = edits.free_place(project, value.x, value.y + height + 32, self.graph_id)
            return edits.call_again(project, value.layer, x, y, self.graph_id)

        return self.apply_new(edit, f"Use {self.name(node)} again")

    def apply_fix(self, fix: Fix) -> bool:
        """Mend a problem."""
        from kerasstudio.graph.fixes import apply_fix

        return self.apply_edit(
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
        return self.apply_edit(
            lambda project: edits.move_nodes(project, here, self.graph_id), "Arrange layers"
        )

    # ------------------------------------------------------------------ inside

    def _what(self, nodes: list[str]) -> str:
        return self.name(nodes[0]) if len(nodes) == 1 else f"{len(nodes)} layers"

    def apply_edit(
        self, edit: Callable[[Project], Project], text: str, merge_key: str | None = None
    ) -> bool:
        try:
            project = edit(self.project)
        except StudioError as refusal:
            self.refused.emit(refusal.problem)
            return False
        return self._store.apply(project, text, merge_key)

    def apply_new(
        self,
        edit: Callable[[Project], tuple[Project, str]],
        text: str,
        merge_key: str | None = None,
    ) -> str | None:
        """An edit that makes a node, which is selected then."""
        try:
            project, node = edit(self.project)
        except StudioError as refusal:
            self.refused.emit(refusal.problem)
            return None
        self._store.apply(project, text, merge_key)
        self._selection.select((node,))
        return node


def _beside(places: dict[str, Position], graph: Graph) -> dict[str, Position]:
    """Places of some nodes only, kept where their group was."""
    old = [graph.nodes[node] for node in places]
    dx = min(node.x for node in old) - min(x for x, _ in places.values())
    dy = min(node.y for node in old) - min(y for _, y in places.values())
    return {node: (x + dx, y + dy) for node, (x, y) in places.items()}


def _title(layer_type: LayerType) -> str:
    return "Input" if layer_type.class_name == "InputLayer" else block_title(layer_type)
