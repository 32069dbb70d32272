"""What a hand does with blocks and linked nodes, each one undo step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.ui.widgets.amounts import plural

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.editing import CanvasEditor


class BlockEdits:
    """Works on the graph that is shown; what cannot be done is `refused` by the editor."""

    def __init__(self, editor: CanvasEditor) -> None:
        self._editor = editor
        self.inspection: Callable[[], Inspection] = Inspection
        """What Keras has said of the drawing: the shapes of a new block's Inputs."""

    def group(self, nodes: Iterable[str]) -> str | None:
        """Nodes into a block, whose card is selected then; returns it."""
        editor, nodes = self._editor, list(nodes)
        graph, known = editor.graph_id, self.inspection()
        return editor.apply_new(
            lambda project: edits.group(project, nodes, editor.catalogue, graph, known),
            f"Group {plural(len(nodes), 'layer')} into a block",
        )

    def ungroup(self, cards: Sequence[str], drop_arguments: bool = False) -> list[str]:
        """What is inside of blocks out of them; other cards make room. It is selected then."""
        editor = self._editor
        graph, out = editor.graph_id, list[str]()

        def edit(project: Project) -> Project:
            for card in cards:
                project, made = edits.ungroup(project, card, graph, drop_arguments)
                project = edits.open_up(project, made, graph)
                out.extend(made)
            return project

        what = editor.name(cards[0]) if len(cards) == 1 else f"{len(cards)} blocks"
        return self._selected(edit, f"Unpack {what}", out)

    def make_independent(self, nodes: Iterable[str]) -> bool:
        """Layers of their own for linked nodes."""
        editor, nodes = self._editor, list(nodes)
        graph = editor.graph_id

        def edit(project: Project) -> Project:
            for node in nodes:
                project = edits.make_independent(project, node, graph)
            return project

        what = editor.name(nodes[0]) if len(nodes) == 1 else f"{len(nodes)} nodes"
        return editor.apply_edit(edit, f"Make {what} independent")

    def link(self, links: dict[str, str]) -> bool:
        """Let nodes call other layers: of each node the layer."""
        editor = self._editor
        graph = editor.graph_id

        def edit(project: Project) -> Project:
            for node, layer in links.items():
                project = edits.link(project, node, layer, graph)
            return project

        first = next(iter(links))
        whose = editor.project.layers[links[first]].name
        what = editor.name(first) if len(links) == 1 else f"{len(links)} copies"
        return editor.apply_edit(edit, f"Link {what} to {whose}")

    def repeated(self, nodes: Sequence[str], times: int) -> Project:
        """The project with nodes `times` times in series. Raises `StudioError`."""
        editor = self._editor
        return edits.repeat(
            editor.project, nodes, times, editor.catalogue, editor.graph_id, self.inspection()
        )[0]

    def repeat(self, nodes: Sequence[str], times: int) -> list[str]:
        """Nodes `times` times in series; all are selected then."""
        editor = self._editor
        graph, known, made = editor.graph_id, self.inspection(), list(nodes)

        def edit(project: Project) -> Project:
            project, copies = edits.repeat(project, nodes, times, editor.catalogue, graph, known)
            made.extend(copies)
            return project

        what = editor.name(nodes[0]) if len(nodes) == 1 else f"{len(nodes)} layers"
        return self._selected(edit, f"Repeat {what} {times} times", made)

    def originals(self, copies: Sequence[str], layers: Sequence[str]) -> dict[str, str]:
        """Of the copied blocks the layers that they could be linked to: `layers` are those that
        were copied, in the order of `copies`."""
        project, graph = self._editor.project, self._editor.graph
        found: dict[str, str] = {}
        for node, layer in zip(copies, layers, strict=False):
            here = graph.nodes.get(node)
            original = project.layers.get(layer)
            if here is None or original is None or original.graph is None:
                continue
            try:
                edits.link(project, node, layer, graph.id)
            except StudioError:
                continue  # of another document, by chance with the same id
            found[node] = layer
        return found

    def _selected(
        self, edit: Callable[[Project], Project], text: str, nodes: list[str]
    ) -> list[str]:
        if not self._editor.apply_edit(edit, text):
            return []
        self._editor.select(nodes)
        return nodes
