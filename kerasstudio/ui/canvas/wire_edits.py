"""What a hand does to wires, each one undo step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.edits import Dot
from kerasstudio.graph.ports import split_port
from kerasstudio.graph.project import Point, Project, Wire

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.editing import CanvasEditor


class Join(msgspec.Struct, frozen=True):
    """Two tensors that want into one port: the wire that was there, and the output that was wired
    in its place. `before` is the project with the old wire; what is done with it instead becomes
    one step with the replacement, by `merge_key`."""

    before: Project
    graph: str
    wire: Wire
    source: str
    output: int
    merge_key: str


class WireEdits(QObject):
    """`joinable(Join)`: a wire was replaced; its tensor and the new one could be joined."""

    joinable = Signal(object)

    def __init__(self, editor: CanvasEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._drawn = 0

    def with_wire(
        self, source: str, output: int, target: str, port: str, instead_of: str | None = None
    ) -> Project:
        """The project with a wire between two ports; `instead_of` is the wire whose end was picked
        up. Raises `StudioError` where that cannot be."""
        editor = self._editor
        project, graph = editor.project, editor.graph_id
        points: tuple[Point, ...] = ()
        if instead_of is not None:
            old = project.graphs[graph].wires.get(instead_of)
            if old is not None and (old.source, old.output, old.key) == (
                source,
                output,
                f"{target}:{port}",
            ):
                return project
            if old is not None and old.key != f"{target}:{port}":
                points = old.points
                project = edits.disconnect(project, [instead_of], graph)
        return edits.connect(project, source, target, port, output, graph, editor.catalogue, points)

    def draw(
        self, source: str, output: int, target: str, port: str, instead_of: str | None = None
    ) -> bool:
        """Wire two ports."""
        editor = self._editor
        before, graph = editor.project, editor.graph_id
        old = before.graphs[graph].wires.get(f"{target}:{port}")
        text = f"Wire {editor.name(source)} → {editor.name(target)}"
        self._drawn += 1
        key = f"wire {self._drawn}"
        done = editor.apply_edit(
            lambda _project: self.with_wire(source, output, target, port, instead_of), text, key
        )
        if done and old is not None and instead_of is None and split_port(port)[1] is None:
            self.joinable.emit(Join(before, graph, old, source, output, key))
        return done

    def with_join(self, join: Join, layer_type: LayerType) -> tuple[Project, str]:
        """The project with both tensors joined before the port; the node that joins them."""
        return edits.join_in_wire(
            join.before,
            join.wire.key,
            join.source,
            layer_type,
            self._editor.catalogue,
            join.output,
            join.graph,
        )

    def join(self, join: Join, layer_type: LayerType) -> str | None:
        """Join both tensors instead of having replaced one."""
        name = self._editor.name(join.wire.target)
        return self._editor.apply_new(
            lambda _project: self.with_join(join, layer_type),
            f"{layer_type.class_name} before {name}",
            join.merge_key,
        )

    def cut(self, keys: Iterable[str]) -> bool:
        """Remove the wires that a stroke has crossed."""
        keys = list(keys)
        text = "Cut a wire" if len(keys) == 1 else f"Cut {len(keys)} wires"
        graph = self._editor.graph_id
        return self._editor.apply_edit(lambda project: edits.disconnect(project, keys, graph), text)

    def with_moved(self, keys: Iterable[str], source: str, output: int) -> Project:
        """The project with these wires beginning at another output. Raises `StudioError`."""
        editor = self._editor
        return edits.move_wires(editor.project, keys, source, output, editor.graph_id)

    def move(self, keys: Iterable[str], source: str, output: int) -> bool:
        """Let wires begin at another output."""
        keys = list(keys)
        what = "a wire" if len(keys) == 1 else f"{len(keys)} wires"
        return self._editor.apply_edit(
            lambda _project: self.with_moved(keys, source, output),
            f"Move {what} to {self._editor.name(source)}",
        )

    def add_dot(self, wire: str, number: int, at: Point) -> bool:
        """Put a reroute dot on a wire."""
        return self.add_dots({wire: (number, at)})

    def add_dots(self, dots: Mapping[str, tuple[int, Point]]) -> bool:
        """Put a reroute dot on each of these wires: its number there, and its place."""
        graph = self._editor.graph_id

        def edit(project: Project) -> Project:
            for wire, (number, at) in dots.items():
                project = edits.add_dot(project, wire, number, at, graph)
            return project

        what = "a reroute dot" if len(dots) == 1 else f"{len(dots)} reroute dots"
        return self._editor.apply_edit(edit, f"Add {what}")

    def remove_dots(self, dots: Iterable[Dot]) -> bool:
        dots = list(dots)
        what = "a reroute dot" if len(dots) == 1 else f"{len(dots)} reroute dots"
        graph = self._editor.graph_id
        return self._editor.apply_edit(
            lambda project: edits.remove_dots(project, dots, graph), f"Remove {what}"
        )
