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
from kerasstudio.ui.canvas.decoration_edits import DecorationEdits
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
        self.decor = DecorationEdits(self)

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
        """Put nodes, frames, notes and reroute dots at new places; a single node may be dropped
        into `wire`, `taken_out` nodes lose their wires first. Moves in small `steps`, one after the
        other, are one undo step."""
        nodes = [key for key in positions if key in self.graph.nodes]

        def edit(project: Project) -> Project:
            if taken_out:
                project = edits.take_out(project, nodes, self.graph_id)
            project = edits.move_items(project, positions, self.graph_id)
            project = edits.move_dots(project, dots or {}, self.graph_id)
            if wire is None:
                return project
            (node,) = nodes
            return edits.splice_in(project, wire, node, self.catalogue, self.graph_id)

        what = self.what(list(positions)) if positions else "a reroute dot"
        if not positions and dots is not None and len(dots) > 1:
            what = f"{len(dots)} reroute dots"
        text = f"Take {what} out" if taken_out else f"Move {what}"
        key = f"nudge {sorted(positions)} {sorted(dots or ())}" if steps else None
        return self.apply_edit(edit, text if wire is None else f"Insert {what}", key)

    def duplicate(
        self, nodes: Iterable[str], dx: float, dy: float, decorations: Iterable[str] = ()
    ) -> list[str]:
        """Copies beside the originals, selected."""
        nodes, decorations = list(nodes), list(decorations)

        def edit(project: Project) -> tuple[Project, list[str]]:
            return edits.duplicate(project, nodes, self.graph_id, dx, dy, decorations=decorations)

        layers = [node.layer for key, node in self.graph.nodes.items() if key in set(nodes)]
        made = self._apply_copies(edit, f"Duplicate {self.what([*nodes, *decorations])}")
        self.copied.emit(made, layers)
        return made

    def delete(
        self,
        nodes: Iterable[str],
        reconnect: bool = False,
        dots: Iterable[Dot] = (),
        decorations: Iterable[str] = (),
    ) -> bool:
        """Delete nodes, frames and notes, and reroute dots of wires that stay. What lies in a frame
        stays."""
        nodes, dots, decorations = list(nodes), list(dots), list(decorations)
        if not (nodes or decorations):
            return False
        what = self.what([*nodes, *decorations])
        if reconnect:
            return self.apply_edit(
                lambda project: edits.delete_and_reconnect(project, nodes, self.graph_id),
                f"Delete {what} and reconnect",
            )

        def edit(project: Project) -> Project:
            project = edits.remove_dots(project, dots, self.graph_id)
            project = edits.delete_decorations(project, decorations, self.graph_id)
            return edits.delete_nodes(project, nodes, self.graph_id)

        return self.apply_edit(edit, f"Delete {what}")

    def take_out(self, nodes: Iterable[str]) -> bool:
        """Take nodes out of their wires; their neighbours pass values on."""
        nodes = list(nodes)
        return self.apply_edit(
            lambda project: edits.take_out(project, nodes, self.graph_id),
            f"Take {self.what(nodes)} out",
        )

    def move_along(self, node: str, step: int) -> bool:
        """Let a node and its neighbour in the chain change places."""
        return self.apply_edit(
            lambda project: edits.move_along(project, node, step, self.graph_id),
            f"Move {self.name(node)} along the chain",
        )

    def copy_text(self, nodes: Iterable[str], decorations: Iterable[str] = ()) -> str:
        return copy_nodes(self.project, nodes, self.graph_id, decorations)

    def cut(self, nodes: Iterable[str], decorations: Iterable[str] = ()) -> bool:
        nodes, decorations = list(nodes), list(decorations)

        def edit(project: Project) -> Project:
            project = edits.delete_decorations(project, decorations, self.graph_id)
            return edits.delete_nodes(project, nodes, self.graph_id)

        return self.apply_edit(edit, f"Cut {self.what([*nodes, *decorations])}")

    def paste(self, clip: Clip, at: Position, keep_incoming: bool = False) -> list[str]:
        """What is in the clip with its top left corner at `at`, selected."""
        count = len(clip.nodes)
        what = "layer" if count == 1 else f"{count} layers"
        if not count:
            what = "frame" if clip.frames else "note"

        def edit(project: Project) -> tuple[Project, list[str]]:
            return edits.paste(project, clip, *at, self.graph_id, keep_incoming)

        made = self._apply_copies(edit, f"Paste {what}")
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
            f"{verb} {self.what(nodes)}",
        )

    def swap(self, nodes: Iterable[str], layer_type: LayerType) -> bool:
        """Make the layers of these nodes ones of another type, wherever they are called."""
        nodes = list(nodes)
        layers = list(dict.fromkeys(self.graph.nodes[node].layer for node in nodes))

        def edit(project: Project) -> Project:
            for layer in layers:
                project = edits.replace_layer(project, layer, layer_type, self.catalogue)
            return project

        return self.apply_edit(edit, f"Swap {self.what(nodes)} for {_title(layer_type)}")

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

    # ------------------------------------------------------------------ inside

    def select_decoration(self, key: str) -> None:
        """Select a frame or note alone."""
        self._selection.select((), (), (key,))

    def what(self, keys: Sequence[str]) -> str:
        """Nodes, frames and notes in words: "conv", "3 layers", "frame Encoder and 2 layers"."""
        drawing = self.graph
        nodes = [key for key in keys if key in drawing.nodes]
        frames = [drawing.frames[key] for key in keys if key in drawing.frames]
        notes = [key for key in keys if key in drawing.notes]
        parts = []
        if frames:
            named = f"frame {frames[0].title}".rstrip()
            parts.append(named if len(frames) == 1 else f"{len(frames)} frames")
        if notes:
            parts.append("note" if len(notes) == 1 else f"{len(notes)} notes")
        if nodes:
            parts.append(self.name(nodes[0]) if len(nodes) == 1 else f"{len(nodes)} layers")
        return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]

    def _apply_copies(
        self, edit: Callable[[Project], tuple[Project, list[str]]], text: str
    ) -> list[str]:
        """An edit that makes copies, which are selected then. Returns the new nodes."""
        before = self.graph
        project, made = edit(self.project)
        if not self._store.apply(project, text):
            return []
        drawing = self.graph
        decorations = (drawing.frames.keys() | drawing.notes.keys()) - (
            before.frames.keys() | before.notes.keys()
        )
        self._selection.select(made, (), decorations)
        return made

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


def _title(layer_type: LayerType) -> str:
    return "Input" if layer_type.class_name == "InputLayer" else block_title(layer_type)
