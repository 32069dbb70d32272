"""Putting things in order: layout, alignment, distribution, straight wires, and how nodes are
drawn. The actions of it, each one undo step that glides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from kerasstudio.graph import edits
from kerasstudio.graph.alignment import Edge, Link, aligned, distributed, straightened
from kerasstudio.graph.cards import card_size
from kerasstudio.graph.edits.looks import Look
from kerasstudio.graph.frames import Rect, carried
from kerasstudio.graph.project import Point, Project
from kerasstudio.ui.widgets.amounts import plural

if TYPE_CHECKING:
    from kerasstudio.graph.arranging import Arrangement
    from kerasstudio.ui.canvas.canvas import Canvas

AT_ONCE = 80
"""Up to this many nodes are laid out at once, in about 20 ms; more in another thread."""


class Arranging:
    """The methods without arguments are actions."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    # ------------------------------------------------------------------ layout

    def layout_nodes(self) -> None:
        """Lay out the selected nodes (if several), else all."""
        chosen = self._canvas.view.selection.nodes
        self._lay_out(chosen if len(chosen) > 1 else None)

    def _lay_out(self, chosen: frozenset[str] | None) -> None:
        from kerasstudio.graph.arranging import arrange

        canvas = self._canvas
        project, graph = canvas.editor.project, canvas.editor.graph_id
        rects = canvas.model.node_rects()

        def work() -> Arrangement:
            return arrange(project, graph, rects, chosen)

        def take(found: Arrangement) -> None:
            if graph == canvas.editor.graph_id:
                text = "Arrange layers" if chosen is None else "Arrange selected layers"
                self._glide(lambda now: edits.rearrange(now, found, graph), text)
                if chosen is None:
                    canvas.frame_all()

        if len(canvas.model.nodes) <= AT_ONCE:
            take(work())
        else:
            words = f"Arranging {plural(len(canvas.model.nodes), 'node')} …"
            canvas.saying.say(words, QPointF(16, 16))
            canvas.tasks.run(work, take)

    # ------------------------------------------------------------------ alignment

    def align_left(self) -> None:
        self._align("left", "left edges")

    def align_right(self) -> None:
        self._align("right", "right edges")

    def align_top(self) -> None:
        self._align("top", "top edges")

    def align_bottom(self) -> None:
        self._align("bottom", "bottom edges")

    def align_center_h(self) -> None:
        self._align("center_h", "centres in a column")

    def align_center_v(self) -> None:
        self._align("center_v", "centres in a row")

    def distribute_h(self) -> None:
        self._distribute(0, "from left to right")

    def distribute_v(self) -> None:
        self._distribute(1, "from top to bottom")

    def straighten(self) -> None:
        """Move the selected nodes across the flow until their wires run straight."""
        model = self._canvas.model
        chosen = [node for node in self._canvas.view.selection.nodes if node in model.nodes]
        across = 0 if model.wires.down else 1
        links = []
        for wire in model.graph.wires.values():
            if wire.source in model.nodes and wire.target in model.nodes:
                last = max(0, len(model.ports(wire.source).outputs) - 1)
                leaves = model.output_offset(wire.source, min(wire.output, last))
                arrives = model.input_offset(wire.target, model.ports(wire.target).place(wire.port))
                links.append(Link(wire.source, wire.target, leaves[across], arrives[across]))
        places = straightened(model.node_rects(), links, chosen, across, self._pinned())
        if not self._move(places, "Straighten wires"):
            self._say("The wires run as straight as there is room for.")

    def _align(self, edge: Edge, words: str) -> None:
        places = aligned(self._units(), edge, self._pinned())
        if not self._move(places, f"Align {words}"):
            self._say("They are in line already.")

    def _distribute(self, axis: int, words: str) -> None:
        units = self._units()
        if len(units) < 3:
            self._say("Select three or more to distribute them.")
        elif not self._move(distributed(units, axis, self._pinned()), f"Distribute {words}"):
            self._say("The gaps are equal already.")

    def _units(self) -> dict[str, Rect]:
        """What is selected; what lies in a selected frame is part of it."""
        model, chosen = self._canvas.model, self._canvas.view.selection
        rects = model.node_rects()
        units = {node: rects[node] for node in chosen.nodes if node in rects}
        units |= {key: model.decorations.rect(key) for key in chosen.decorations}
        inside = carried(model.graph, chosen.decorations, rects)
        for key in inside.nodes | inside.decorations:
            units.pop(key, None)
        return units

    def _pinned(self) -> frozenset[str]:
        nodes = self._canvas.model.graph.nodes
        return frozenset(
            key for key in self._canvas.view.selection.nodes if key in nodes and nodes[key].pinned
        )

    # ------------------------------------------------------------------ looks

    def collapse(self) -> None:
        """Fold the selected cards to their headers, or unfold them where all are folded."""
        model = self._canvas.model
        graph, flow = model.graph, model.project.flow
        nodes = self._selected()
        if not nodes:
            return
        fold = not all(graph.nodes[node].collapsed for node in nodes)
        places: dict[str, Point] = {}
        for node in nodes if flow == "right" else []:
            # The middle stays, and with it the wires.
            x, y, _width, height = model.nodes.rect(node)
            ports = model.ports(node)
            new = card_size(len(ports.inputs), ports.outputs_drawn, flow, fold)[1]
            places[node] = (x, y + (height - new) / 2)

        def edit(project: Project) -> Project:
            project = edits.move_nodes(project, places, graph.id)
            return edits.set_look(project, nodes, "collapsed", fold, graph.id)

        self._canvas.editor.apply_edit(edit, self._words("Collapse" if fold else "Unfold", nodes))

    def hide_unused_ports(self) -> None:
        """Draw the selected cards without ports that need no wire and have none, or with them."""
        self._toggle("hides_ports", "Hide unused ports of", "Show all ports of")

    def pin(self) -> None:
        """Keep the selected cards where they are, or let them go where all are kept."""
        self._toggle("pinned", "Pin", "Unpin")

    def _toggle(self, look: Look, on: str, off: str) -> None:
        editor, nodes = self._canvas.editor, self._selected()
        if nodes:
            value = not all(getattr(editor.graph.nodes[node], look) for node in nodes)
            graph = editor.graph_id
            editor.apply_edit(
                lambda project: edits.set_look(project, nodes, look, value, graph),
                self._words(on if value else off, nodes),
            )

    def _selected(self) -> list[str]:
        chosen = self._canvas.view.selection.nodes
        return [key for key in self._canvas.model.graph.nodes if key in chosen]

    def _words(self, verb: str, nodes: list[str]) -> str:
        return f"{verb} {self._canvas.editor.what(nodes)}"

    # ------------------------------------------------------------------ inside

    def _move(self, places: Mapping[str, Point], text: str) -> bool:
        graph, rects = self._canvas.editor.graph_id, self._canvas.model.node_rects()
        return self._glide(lambda project: edits.move_items(project, places, graph, rects), text)

    def _glide(self, edit: Callable[[Project], Project], text: str) -> bool:
        view = self._canvas.view
        before = view.places()
        if not self._canvas.editor.apply_edit(edit, text):
            return False
        view.rearranged.emit(before)
        return True

    def _say(self, words: str) -> None:
        self._canvas.view.say(words, self._canvas.view.mouse_spot())
