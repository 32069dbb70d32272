"""Nodes, ports, wires and problems of the canvas as assistive technology sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface, QWindow

from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Wire
from kerasstudio.ui.canvas.canvas_words import node_words, port_words, wire_words
from kerasstudio.ui.canvas.card_painter import PORT_RADIUS
from kerasstudio.ui.canvas.hits import port_point
from kerasstudio.ui.canvas.wiring_rules import End

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.accessible_canvas import AccessibleCanvas

Deed = tuple[str, str, Callable[[], object]]
"""What can be done with a part: its name, its keys, and the doing."""


class Deeds(QAccessibleActionInterface):
    """The deeds of a part, asked for anew each time."""

    def __init__(self, deeds: Callable[[], Sequence[Deed]]) -> None:
        super().__init__()
        self._deeds = deeds

    def actionNames(self) -> list[str]:
        return [name for name, _keys, _do in self._deeds()]

    def localizedActionName(self, name: str) -> str:
        return name

    def localizedActionDescription(self, name: str) -> str:
        return name

    def keyBindingsForAction(self, name: str) -> list[str]:
        return [keys for deed, keys, _do in self._deeds() if deed == name and keys]

    def doAction(self, name: str) -> None:
        for deed, _keys, do in self._deeds():
            if deed == name:
                do()
                return


class Part(QAccessibleInterface):
    """Something on the canvas that is no widget. `above` is what it is a part of."""

    def __init__(self, canvas: AccessibleCanvas, above: QAccessibleInterface) -> None:
        super().__init__()
        self.canvas, self._above = canvas, above
        self._actions = Deeds(self.deeds)
        self.inner: list[Part] = []

    def deeds(self) -> Sequence[Deed]:
        return ()

    def name(self) -> str:
        raise NotImplementedError

    def description(self) -> str:
        return ""

    def isValid(self) -> bool:
        return self.canvas.isValid()

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self.canvas.window()

    def parent(self) -> QAccessibleInterface:
        return self._above

    def childCount(self) -> int:
        return len(self.inner)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return self.inner[index] if 0 <= index < len(self.inner) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((place for place, each in enumerate(self.inner) if each is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return next((each for each in self.inner if each.rect().contains(x, y)), None)

    def relations(self, _match: Any = None) -> list[Any]:
        return []

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self.name()
        return self.description() if kind == QAccessible.Text.Description else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        pass

    def state(self) -> QAccessible.State:
        return QAccessible.State()

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        has_deeds = kind == QAccessible.InterfaceType.ActionInterface and bool(self.deeds())
        return self._actions if has_deeds else None


class NodePart(Part):
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


class PortPart(Part):
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


class WirePart(Part):
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


class ProblemPart(Part):
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
