"""What can be done with blocks and linked nodes on the canvas: the actions of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, Signal

from kerasstudio.graph.blocks import opened_by
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.linked_layers import is_linked
from kerasstudio.graph.problems import Fix, Problem, StudioError
from kerasstudio.ui.canvas.block_trail import BlockTrail, ViewMemory
from kerasstudio.ui.canvas.breadcrumb import Breadcrumb
from kerasstudio.ui.canvas.offer_card import Choice, OfferCard
from kerasstudio.ui.canvas.repeat_popup import RepeatPopup
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.widgets.amounts import amount_text

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas

_BREADCRUMB_AT = 12


class BlockActions(QObject):
    """The methods without arguments are actions. Knows where the canvas is in nested blocks, and
    what was seen in each. `save_wanted(nodes)`: they are to be kept for other projects."""

    save_wanted = Signal(list)

    def __init__(self, canvas: Canvas, store: DocumentStore, selection: Selection) -> None:
        super().__init__(canvas)
        self._canvas, self._store, self._selection = canvas, store, selection
        self._change = Diff()
        self._copies: tuple[list[str], list[str]] = ([], [])
        self.memory = ViewMemory()
        selection.graph_changed.connect(self._leaves_graph)
        self.trail = BlockTrail(store, selection, self)
        self.breadcrumb = Breadcrumb(canvas)
        self.breadcrumb.move(_BREADCRUMB_AT, _BREADCRUMB_AT)
        self.offer = OfferCard(canvas)
        self.repeat_popup = RepeatPopup(canvas)
        self.repeat_popup.chosen.connect(self._repeat)
        self.repeat_popup.closed.connect(self._keyboard_back)
        self._repeated: list[str] = []
        self.trail.trail_changed.connect(self._show_way)
        self.breadcrumb.chosen.connect(self._go_back)
        self.offer.left.connect(self._keyboard_back)
        store.project_changed.connect(self._project_changed)
        store.document_replaced.connect(self._replaced)
        store.edited.connect(self._edited)
        selection.selection_changed.connect(self._forget_offer)
        canvas.view.gesture_changed.connect(self._gesture_changed)
        canvas.editor.copied.connect(self._copied)

    # ------------------------------------------------------------------ actions

    def group(self) -> None:
        """Put the selected nodes into a block."""
        if nodes := self._chosen():
            self._canvas.editor.blocks.group(nodes)

    def ungroup(self) -> None:
        """Take what is inside of the selected blocks out of them."""
        blocks = [node for node in self._chosen() if self._canvas.model.layer(node).graph]
        if blocks or self._chosen():
            self._canvas.editor.blocks.ungroup(blocks or self._chosen()[:1])

    def enter_block(self) -> None:
        """Show what is inside of the selected block."""
        project = self._store.project
        blocks = [
            node
            for node in self._chosen()
            if opened_by(project, self._canvas.model.layer(node)) is not None
        ]
        if blocks:
            self.trail.enter(blocks[0])
            self._canvas.view.by_keys = True
        elif self._chosen():
            name = self._canvas.model.layer(self._chosen()[0]).name
            self._canvas.view.say(f"{name} is no block: it has no inside.", self._spot())

    def leave_block(self) -> None:
        """Show what is around the block, its card selected."""
        self.trail.leave()

    def make_independent(self) -> None:
        """Layers of their own for the selected nodes that share one with others."""
        project, model = self._store.project, self._canvas.model
        linked = [node for node in self._chosen() if is_linked(project, model.layer(node).id)]
        if linked:
            self._canvas.editor.blocks.make_independent(linked)
        elif self._chosen():
            name = model.layer(self._chosen()[0]).name
            self._canvas.view.say(f"{name} shares its layer with no other node.", self._spot())

    def repeat(self) -> None:
        """Ask how often the selected nodes are to stand in series."""
        nodes = self._chosen()
        if not nodes:
            return
        model = self._canvas.model
        drawn = [node for node in model.graph.nodes if node in nodes]
        name = model.layer(drawn[0]).name if len(drawn) == 1 else f"{len(drawn)} layers"
        color = tokens().category(model.face(drawn[0]).category)
        view = self._canvas.view
        place = view.viewport().mapToGlobal(self._spot().toPoint())
        self._repeated = drawn
        self.repeat_popup.open_at(place, name, color, partial(self._foresee, drawn))

    def save_block(self) -> None:
        """Keep the selected block, or the selected nodes as one, for other projects."""
        if nodes := self._chosen():
            self.save_wanted.emit(nodes)

    def _foresee(self, nodes: list[str], times: int) -> tuple[str, bool]:
        """What comes of repeating, in words, and whether it can be done."""
        try:
            self._canvas.editor.blocks.repeated(nodes, times)
        except StudioError as refusal:
            return refusal.problem.message, False
        infos = [info for node in nodes if (info := self._canvas.model.info(node)) is not None]
        each = sum(info.parameters for info in infos)
        words = f"One behind the other, each with weights of its own: {times - 1} new."
        if each:
            words += f" About {times} × {amount_text(each)} parameters."
        return words, True

    def _repeat(self, times: int) -> None:
        self._canvas.editor.blocks.repeat(self._repeated, times)
        self._keyboard_back()

    # ------------------------------------------------------------------ offers

    def open(self, node: str) -> None:
        """A card was double-clicked: enter it, or show its arguments."""
        if not self.trail.enter(node):
            self._canvas.inspect_requested.emit(node)

    def untie(self, node: str) -> None:
        """A layer of its own for a node."""
        self._canvas.editor.blocks.make_independent([node])

    def explain(self, problem: Problem) -> None:
        """Say why something could not be done, and offer what can."""
        if not problem.fixes:
            self._canvas.view.say(problem.message, self._canvas.view.mouse_spot())
            return
        self._open_offer(
            problem.message,
            [(fix.label, partial(self._take_fix, fix)) for fix in problem.fixes],
            warns=True,
        )

    def offer_links(self, copies: Sequence[str], layers: Sequence[str]) -> None:
        """After blocks were copied: they are independent, and could be linked instead."""
        found = self._canvas.editor.blocks.originals(copies, layers)
        if not found:
            return
        project, graph = self._store.project, self._canvas.editor.graph
        first = next(iter(found))
        copy = project.layers[graph.nodes[first].layer].name
        original = project.layers[found[first]].name
        if len(found) == 1:
            text = f"{copy} is an independent copy of {original}, with weights of its own."
            label = f"link it to {original}"
        else:
            text = f"{len(found)} blocks were copied, each with weights of its own."
            label = "link them to their originals"
        links = partial(self._canvas.editor.blocks.link, found)
        self._open_offer(text, [(label, links), ("keep it so", lambda: None)])

    def _open_offer(self, text: str, choices: Sequence[Choice], warns: bool = False) -> None:
        self.offer.open_at(self._spot(), text, choices, warns, self._canvas.view.by_keys)

    def _take_fix(self, fix: Fix) -> None:
        blocks = self._canvas.editor.blocks
        if fix.kind == "group":
            blocks.group(fix.arguments["nodes"])
        elif fix.kind == "ungroup":
            blocks.ungroup([fix.arguments["node"]], drop_arguments=True)
        else:
            self._canvas.apply_fix(fix)

    # ------------------------------------------------------------------ following

    def show_node(self, node: str) -> None:
        """Bring a node into view, whatever graph it stands in."""
        for graph in self._store.project.graphs.values():
            if node in graph.nodes:
                self._selection.show_graph(graph.id)
                self._selection.reveal(node)
                return

    def _gesture_changed(self, running: bool) -> None:
        if running:
            self.offer.close_offer()
        elif self._copies[0]:
            # Copied by a drag, which has put them into their places only now.
            copies, self._copies = self._copies, ([], [])
            self.offer_links(*copies)

    def _copied(self, copies: list[str], layers: list[str]) -> None:
        if self._canvas.view.gesture is not None:
            self._copies = copies, layers
        else:
            self.offer_links(copies, layers)

    def _leaves_graph(self) -> None:
        """The model still holds the graph that was shown until now."""
        self.memory.remember(self._canvas.view, self._canvas.model.graph_id)
        self.offer.close_offer()

    def _project_changed(self, change: Diff) -> None:
        self._change = change
        self.offer.close_offer()
        self.trail.settle()

    def _replaced(self) -> None:
        self.memory.clear()
        self.offer.close_offer()
        self.trail.settle()

    def _edited(self, how: str, _text: str) -> None:
        if how != "done":
            self.trail.follow(self._change)

    def _forget_offer(self) -> None:
        if not self.offer.isHidden() and not self._selection.nodes:
            self.offer.close_offer()

    def _show_way(self) -> None:
        links, shown = self._canvas.model.links, self.trail.layer_shown()
        link = links.get(shown or "")
        number, calls = (link.number, link.calls) if link is not None else (0, 1)
        key = self._canvas.key_map.text("model.leave_block")
        self.breadcrumb.show_way(self.trail.names, number, calls, key)

    def refresh(self) -> None:
        """The drawing has been loaded or changed."""
        self._show_way()

    def _go_back(self, number: int) -> None:
        self.trail.go_to(number)
        self._keyboard_back()

    def _keyboard_back(self) -> None:
        self._canvas.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self) -> list[str]:
        nodes: Iterable[str] = self._canvas.model.nodes.slots
        return [node for node in nodes if node in self._selection.nodes]

    def _spot(self) -> QPointF:
        """Beside the selected card when keys were used last, else where the mouse is."""
        view, chosen = self._canvas.view, self._chosen()
        if view.by_keys and chosen:
            x, y, width, height = self._canvas.model.nodes.rect(chosen[-1])
            return view.to_spot(QPointF(x + width / 2, y + height))
        return view.mouse_spot()
