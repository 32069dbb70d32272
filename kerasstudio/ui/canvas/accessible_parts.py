"""Nodes, ports, wires and problems of the canvas as assistive technology sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleInterface

from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Wire
from kerasstudio.ui.canvas.canvas_words import (
    decoration_name,
    decoration_words,
    node_words,
    port_words,
    wire_words,
)
from kerasstudio.ui.canvas.card_painter import PORT_RADIUS
from kerasstudio.ui.canvas.hits import port_point
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.widgets.accessible import Deed, Part

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.accessible_canvas import AccessibleCanvas


class CanvasPart(Part):
    """Something on the canvas."""

    def __init__(self, canvas: AccessibleCanvas, above: QAccessibleInterface) -> None:
        super().__init__(above)
        self.canvas = canvas


class NodePart(CanvasPart):
    """One node; its ports and problems are inside."""

    def __init__(self, canvas: AccessibleCanvas, node: str) -> None:
        super().__init__(canvas, canvas)
        self.node = node
        self._ports: tuple[object, ...] = ()

    def renew(self) -> None:
        """Make the parts inside anew where ports, wires or problems are others."""
        model = self.canvas.view.model
        ports = model.ports(self.node)
        problems = model.problems_of(self.node)
        now = (ports, problems)
        if now == self._ports:
            return
        self._ports = now
        self.canvas.forget(self.inner)
        ends = [End(self.node, n, slot.name) for n, slot in enumerate(ports.inputs)]
        ends += [End(self.node, n) for n in range(len(ports.outputs))]
        self.inner = [PortPart(self.canvas, self, end) for end in ends]
        self.inner += [ProblemPart(self.canvas, self, problem) for problem in problems]
        self.canvas.keep(self.inner)

    def childCount(self) -> int:
        self.renew()
        return len(self.inner)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        self.renew()
        return super().child(index)

    def name(self) -> str:
        layer = self.canvas.view.model.layer(self.node)
        return f"{layer.name}, {self.canvas.view.model.face(self.node).title}"

    def description(self) -> str:
        return node_words(self.canvas.view.model, self.node)

    def deeds(self) -> Sequence[Deed]:
        return self.canvas.deeds_of(self.node)

    def rect(self) -> QRect:
        x, y, width, height = self.canvas.view.model.nodes.rect(self.node)
        return self.canvas.on_screen(QRectF(x, y, width, height))

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Assistive technology may rename a layer."""
        if kind == QAccessible.Text.Name:
            self.canvas.view.editor.rename(self.node, text)

    def state(self) -> QAccessible.State:
        view, state = self.canvas.view, QAccessible.State()
        focused = view.emphasis.focused == self.node
        state.focusable = state.selectable = state.multiSelectable = True
        state.selected = self.node in view.selection.nodes
        state.focused = focused and view.hasFocus()
        state.invalid = view.model.face(self.node).state == "error"
        x, y, width, height = view.model.nodes.rect(self.node)
        x0, y0, x1, y1 = view.visible_box()
        state.offscreen = x > x1 or y > y1 or x + width < x0 or y + height < y0
        return state


class DecorationPart(CanvasPart):
    """A frame or a note."""

    def __init__(self, canvas: AccessibleCanvas, key: str) -> None:
        super().__init__(canvas, canvas)
        self.key = key

    def name(self) -> str:
        return decoration_name(self.canvas.view.model, self.key)

    def description(self) -> str:
        return decoration_words(self.canvas.view.model, self.key)

    def deeds(self) -> Sequence[Deed]:
        return self.canvas.deeds_of_decoration(self.key)

    def rect(self) -> QRect:
        return self.canvas.on_screen(QRectF(*self.canvas.view.model.rect(self.key)))

    def role(self) -> QAccessible.Role:
        is_frame = self.canvas.view.model.decorations.frame(self.key) is not None
        return QAccessible.Role.Grouping if is_frame else QAccessible.Role.Note

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Assistive technology may give a frame another title."""
        view = self.canvas.view
        if kind == QAccessible.Text.Name and view.model.decorations.frame(self.key) is not None:
            view.editor.decor.rename(self.key, text)

    def state(self) -> QAccessible.State:
        view, state = self.canvas.view, QAccessible.State()
        state.focusable = state.selectable = state.multiSelectable = True
        state.selected = self.key in view.selection.decorations
        x, y, width, height = view.model.rect(self.key)
        x0, y0, x1, y1 = view.visible_box()
        state.offscreen = x > x1 or y > y1 or x + width < x0 or y + height < y0
        return state


class PortPart(CanvasPart):
    """A port; the wire that ends at it is inside."""

    def __init__(self, canvas: AccessibleCanvas, above: NodePart, end: End) -> None:
        super().__init__(canvas, above)
        self.end = end
        key = f"{end.node}:{end.port}"
        wire = canvas.view.model.graph.wires.get(key) if not end.is_output else None
        if wire is not None:
            self.inner = [WirePart(canvas, self, wire)]

    def name(self) -> str:
        return port_words(self.canvas.view.model, self.end)

    def deeds(self) -> Sequence[Deed]:
        return (("Draw a wire", "", lambda: self.canvas.start_wire(self.end)),)

    def rect(self) -> QRect:
        x, y = port_point(self.canvas.view.model, self.end)
        return self.canvas.on_screen(
            QRectF(x - PORT_RADIUS, y - PORT_RADIUS, 2 * PORT_RADIUS, 2 * PORT_RADIUS)
        )

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.Grip


class WirePart(CanvasPart):
    """The wire into a port."""

    def __init__(self, canvas: AccessibleCanvas, above: PortPart, wire: Wire) -> None:
        super().__init__(canvas, above)
        self.wire = wire

    def name(self) -> str:
        return wire_words(self.canvas.view.model, self.wire)

    def deeds(self) -> Sequence[Deed]:
        view = self.canvas.view
        return (
            ("Select", "", lambda: view.select_wire(self.wire.key)),
            ("Remove", "", lambda: view.editor.unwire([self.wire.key])),
        )

    def rect(self) -> QRect:
        model = self.canvas.view.model
        start = QPointF(*port_point(model, End(self.wire.source, self.wire.output)))
        place = model.ports(self.wire.target).place(self.wire.port)
        end = QPointF(*port_point(model, End(self.wire.target, place, self.wire.port)))
        return self.canvas.on_screen(QRectF(start, end).normalized())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.Graphic


class ProblemPart(CanvasPart):
    """A problem at a node; its fixes are what can be done with it."""

    def __init__(self, canvas: AccessibleCanvas, above: NodePart, problem: Problem) -> None:
        super().__init__(canvas, above)
        self._node, self.problem = above, problem

    def name(self) -> str:
        return f"{self.problem.severity}: {self.problem.message}"

    def description(self) -> str:
        said = (("expected", self.problem.expected), ("received", self.problem.received))
        return ", ".join(f"{word} {text}" for word, text in said if text)

    def deeds(self) -> Sequence[Deed]:
        editor = self.canvas.view.editor
        return [
            (fix.label, "", lambda fix=fix: editor.apply_fix(fix))  # type: ignore[misc]
            for fix in self.problem.fixes
        ]

    def rect(self) -> QRect:
        return self._node.rect()

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.AlertMessage
