"""The canvas for assistive technology: a list whose items are the nodes, with ports, wires and
problems inside, and the frames and notes, all of which can be acted on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QRect, QRectF
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleObject,
    QAccessibleSelectionInterface,
    QWindow,
)
from PySide6.QtWidgets import QWidget

from kerasstudio.ui.action_table import ACTIONS
from kerasstudio.ui.canvas.accessible_parts import DecorationPart, NodePart
from kerasstudio.ui.canvas.canvas_actions import CanvasActions
from kerasstudio.ui.canvas.canvas_view import CanvasView
from kerasstudio.ui.canvas.canvas_words import selection_words
from kerasstudio.ui.canvas.context_menu import FRAME, NOTE, ONE_NODE
from kerasstudio.ui.canvas.gestures.key_wire import KeyWire
from kerasstudio.ui.canvas.hits import hit
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.widgets.accessible import NO_INTERFACE, Deed, Part, install_interfaces

_TEXTS = {record.id: record.text.rstrip("…") for record in ACTIONS}
_EVENT = QAccessible.Event


class AccessibleCanvas(QAccessibleObject):
    """Made by Qt when somebody asks; items are made when they are looked at."""

    def __init__(self, view: CanvasView, actions: CanvasActions) -> None:
        super().__init__(view)
        self.view, self._actions = view, actions
        self._parts: dict[str, NodePart | DecorationPart] = {}
        self._selection = ChosenNodes(self)

    # ------------------------------------------------------------------ parts

    def part(self, key: str) -> NodePart | DecorationPart:
        """The item of a node, frame or note."""
        found = self._parts.get(key)
        if found is None:
            kind = NodePart if key in self.view.model.nodes else DecorationPart
            found = self._parts[key] = kind(self, key)
            self.keep((found,))
        return found

    def known_part(self, key: str | None) -> NodePart | DecorationPart | None:
        """The item of a node, frame or note, if there is such a one."""
        return self.part(key) if key is not None and self.view.model.has(key) else None

    def items(self) -> list[str]:
        """Nodes, then frames and notes."""
        return [*self.view.model.nodes.slots, *self.view.model.decorations.values]

    def drop_gone(self) -> None:
        """Let go of items whose nodes are not there any more."""
        for node in [node for node in self._parts if not self.view.model.has(node)]:
            self.forget((self._parts.pop(node),))

    def keep(self, parts: Iterable[Part]) -> None:
        """Let Qt know these and what is inside of them."""
        for part in parts:
            QAccessible.registerAccessibleInterface(part)
            self.keep(part.inner)

    def forget(self, parts: Iterable[Part]) -> None:
        for part in parts:
            self.forget(part.inner)
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(part))

    def close(self) -> None:
        """The view goes: nothing of it may be asked any more."""
        self.forget(self._parts.values())
        self._parts.clear()

    # ------------------------------------------------------------------ deeds

    def deeds_of(self, node: str) -> Sequence[Deed]:
        """What the menu of a node offers."""

        def do(action_id: str) -> None:
            self.view.selection.select((node,))
            self._actions.run(action_id)

        deeds: list[Deed] = [("Select", "", lambda: self.view.selection.reveal(node))]
        for group in ONE_NODE:
            for action_id in group:
                if self._actions.offers(action_id):
                    keys = self._actions.key_map.text(action_id)
                    deeds.append((_TEXTS[action_id], keys, lambda action=action_id: do(action)))  # type: ignore[misc]
        return deeds

    def deeds_of_decoration(self, key: str) -> Sequence[Deed]:
        """What the menu of a frame or note offers."""

        def do(action_id: str) -> None:
            self.view.selection.select((), (), (key,))
            self._actions.run(action_id)

        def deed(action_id: str) -> Deed:
            keys = self._actions.key_map.text(action_id)
            return _TEXTS[action_id], keys, lambda: do(action_id)

        is_frame = self.view.model.decorations.frame(key) is not None
        groups = (*FRAME, ("model.recolor_frame",)) if is_frame else NOTE
        deeds: list[Deed] = [("Select", "", lambda: self.view.selection.reveal_decoration(key))]
        return [
            *deeds,
            *(deed(each) for group in groups for each in group if self._actions.offers(each)),
        ]

    def start_wire(self, end: End) -> None:
        """Begin a wire at a port, to be led by keys."""
        self.view.setFocus()
        gesture = KeyWire(self.view, end.node)
        while gesture.start != end:
            gesture.next_start()
        self.view.begin_gesture(gesture)

    def on_screen(self, box: QRectF) -> QRect:
        first = self.view.to_spot(box.topLeft()).toPoint()
        last = self.view.to_spot(box.bottomRight()).toPoint()
        viewport = self.view.viewport()
        return QRect(viewport.mapToGlobal(first), viewport.mapToGlobal(last))

    # ------------------------------------------------------------------ Qt

    def childCount(self) -> int:
        return len(self.view.model.nodes) + len(self.view.model.decorations)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        keys = self.items()
        return self.part(keys[index]) if 0 <= index < len(keys) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        key = _key_of(child)
        return self.items().index(key) if key is not None and self.view.model.has(key) else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        at = self.view.to_scene(
            self.view.viewport().mapFromGlobal(QRect(x, y, 1, 1).topLeft().toPointF())
        )
        node = self.view.model.nodes.node_at(at.x(), at.y())
        if node is None:
            node = hit(self.view.model, at.x(), at.y(), self.view.zoom).decoration
        return self.known_part(node)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        return self.known_part(self.view.emphasis.focused) if self.view.hasFocus() else None

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        above = self.view.parentWidget()
        return QAccessible.queryAccessibleInterface(above) if above is not None else None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self.view.window().windowHandle()

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def rect(self) -> QRect:
        viewport = self.view.viewport()
        return QRect(viewport.mapToGlobal(viewport.rect().topLeft()), viewport.size())

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self.view.accessibleName()
        if kind == QAccessible.Text.Description:
            return selection_words(self.view.model, self.view.selection.nodes)
        return ""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.focusable = state.multiSelectable = True
        state.focused = self.view.hasFocus()
        state.invisible = not self.view.isVisible()
        return state

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        wanted = kind == QAccessible.InterfaceType.SelectionInterface
        return self._selection if wanted else NO_INTERFACE


class ChosenNodes(QAccessibleSelectionInterface):
    """The selection of the canvas."""

    def __init__(self, canvas: AccessibleCanvas) -> None:
        super().__init__()
        self._canvas = canvas

    def selectedItemCount(self) -> int:
        chosen = self._canvas.view.selection
        return len(chosen.nodes) + len(chosen.decorations)

    def selectedItems(self) -> list[QAccessibleInterface]:
        chosen = self._canvas.view.selection
        keys = chosen.nodes | chosen.decorations
        return [self._canvas.part(key) for key in self._canvas.items() if key in keys]

    def select(self, child: QAccessibleInterface) -> bool:
        chosen = self._canvas.view.selection
        if isinstance(child, NodePart):
            chosen.add((child.node,))
        elif isinstance(child, DecorationPart):
            chosen.add((), (), (child.key,))
        return _key_of(child) is not None

    def unselect(self, child: QAccessibleInterface) -> bool:
        chosen, key = self._canvas.view.selection, _key_of(child)
        if key is not None:
            chosen.select(chosen.nodes - {key}, chosen.dots, chosen.decorations - {key})
        return key is not None

    def selectAll(self) -> bool:
        self._canvas.view.selection.select(self._canvas.view.model.nodes.slots)
        return True

    def clear(self) -> bool:
        self._canvas.view.selection.clear()
        return True


def _key_of(part: QAccessibleInterface) -> str | None:
    """The node, frame or note that an item stands for."""
    if isinstance(part, NodePart):
        return part.node
    return part.key if isinstance(part, DecorationPart) else None


class CanvasVoice(QObject):
    """Tells assistive technology, where there is one, what changes on the canvas."""

    def __init__(self, view: CanvasView, actions: CanvasActions) -> None:
        super().__init__(view)
        self._view, self.actions = view, actions
        self.canvas: AccessibleCanvas | None = None
        install_interfaces()
        view.make_accessible = self.make
        view.selection.selection_changed.connect(self.selection_changed)
        view.focus_changed.connect(self._tell_focus)
        view.destroyed.connect(lambda: self._close())

    def make(self) -> AccessibleCanvas:
        self.canvas = AccessibleCanvas(self._view, self.actions)
        return self.canvas

    def selection_changed(self) -> None:
        """Where the keyboard is now, as the canvas's description and as the focus."""
        if self.canvas is None or not QAccessible.isActive():
            return
        self.canvas.drop_gone()
        QAccessible.updateAccessibility(QAccessibleEvent(self._view, _EVENT.DescriptionChanged))
        QAccessible.updateAccessibility(QAccessibleEvent(self._view, _EVENT.SelectionWithin))
        self._tell_focus()

    def drawing_changed(self) -> None:
        """Nodes came or went."""
        if self.canvas is not None:
            self.canvas.drop_gone()

    def _tell_focus(self) -> None:
        if self.canvas is None or not QAccessible.isActive() or not self._view.hasFocus():
            return
        part = self.canvas.known_part(self._view.emphasis.focused)
        if part is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(part, _EVENT.Focus))

    def _close(self) -> None:
        if self.canvas is not None:
            self.canvas.close()
            self.canvas = None


def accessible_canvas(widget: QWidget) -> AccessibleCanvas | None:
    """The canvas's interface, as assistive technology gets it."""
    found = QAccessible.queryAccessibleInterface(widget)
    return found if isinstance(found, AccessibleCanvas) else None
