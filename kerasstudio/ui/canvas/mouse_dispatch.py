"""From a press of the mouse to the gesture that the key map binds to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPointF, Qt

from kerasstudio.graph.loops import connected
from kerasstudio.ui.canvas.gestures.box_select import BoxSelect
from kerasstudio.ui.canvas.gestures.cut_wires import CutWires, RerouteStroke
from kerasstudio.ui.canvas.gestures.held import Held
from kerasstudio.ui.canvas.gestures.lasso import Lasso
from kerasstudio.ui.canvas.gestures.move_nodes import MoveNodes
from kerasstudio.ui.canvas.gestures.move_wires import MoveWires
from kerasstudio.ui.canvas.gestures.pan import Pan
from kerasstudio.ui.canvas.gestures.reroute import Reroute
from kerasstudio.ui.canvas.gestures.resize import Resize
from kerasstudio.ui.canvas.gestures.zoom import Zoom
from kerasstudio.ui.canvas.hits import Hit
from kerasstudio.ui.canvas.hover_cursors import link_below
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.key_schemes import KERASSTUDIO, scheme_mouse
from kerasstudio.ui.mouse_table import WHERE

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_HELD = (
    (Qt.KeyboardModifier.ControlModifier, "Ctrl"),
    (Qt.KeyboardModifier.AltModifier, "Alt"),
    (Qt.KeyboardModifier.ShiftModifier, "Shift"),
)
_BUTTONS = {
    Qt.MouseButton.LeftButton: "Left",
    Qt.MouseButton.MiddleButton: "Middle",
    Qt.MouseButton.RightButton: "Right",
}
_PLACES = {
    "empty": ("paper", "anywhere"),
    "card": ("card", "anywhere"),
    "title": ("title", "card", "anywhere"),
    "port": ("port", "anywhere"),
    "dot": ("dot", "wire", "anywhere"),
    "wire": ("wire", "anywhere"),
    "note": ("decoration", "anywhere"),
    "frame": ("decoration", "anywhere"),
    "edge": ("edge", "decoration", "anywhere"),
}
_WORDS = frozenset(("Ctrl", "Alt", "Shift", "Left", "Middle", "Right", "Double"))


class Press(msgspec.Struct, frozen=True):
    """Where a button went down: in the scene, in the viewport, on what."""

    at: QPointF
    spot: QPointF
    found: Hit

    @property
    def node(self) -> str:
        return self.found.node or ""

    @property
    def decoration(self) -> str:
        return self.found.decoration or ""


class MouseDispatch:
    """A gesture that nothing here begins is not offered: the press then means what it means
    without the keys that are held. To add one, give it a line in `mouse_table.py` and a method in
    `_begin`."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.held = ""
        """A letter key, or Space, that is held down and that a gesture asks for."""
        self._begin: dict[str, Callable[[Press], object]] = {
            "search": lambda press: view.search_requested.emit(press.spot, press.at, None),
            "box": lambda press: self._box(press, "replace"),
            "box_add": lambda press: self._box(press, "add"),
            "box_toggle": lambda press: self._box(press, "toggle"),
            "pan": self._pan,
            "pan_paper": lambda press: self._pan(press, self._clear),
            "pan_or_menu": lambda press: self._pan(press, view.ask_menu),
            "pan_or_search": lambda press: self._pan(press, self._search),
            "zoom_by_drag": lambda press: view.begin_gesture(Zoom(view, press.at, press.spot)),
            "move": self._move,
            "add_to_selection": self._add,
            "toggle_selection": self._toggle,
            "duplicate_drag": lambda press: self._grab(press, copy=True),
            "rename": lambda press: view.rename_requested.emit(press.node),
            "open": lambda press: view.open_requested.emit(press.node),
            "select_connected": self._select_connected,
            "detach_drag": lambda press: self._grab(press, taken_out=True),
            "draw_wire": self._draw_wire,
            "move_wires": self._move_wires,
            "break_wires": self._break_wires,
            "select_wire": self._select_wire,
            "cut_wires": self._cut_wires,
            "cut_wires_anywhere": self._cut_wires,
            "reroute": self._reroute,
            "reroute_stroke": self._reroute_stroke,
            "move_dot": self._move_dot,
            "toggle_dot": self._toggle_dot,
            "remove_dot": self._remove_dot,
            "lasso": lambda press: view.begin_gesture(Lasso(view, press.at, press.spot)),
            "lasso_add": lambda press: view.begin_gesture(Lasso(view, press.at, press.spot, True)),
            "move_decoration": self._move_decoration,
            "add_decoration": lambda press: view.selection.add((), (), (press.decoration,)),
            "toggle_decoration": lambda press: view.selection.toggle_decoration(press.decoration),
            "duplicate_decoration": lambda press: self._move_decoration(press, copy=True),
            "edit_decoration": lambda press: view.write_requested.emit(press.decoration),
            "resize": lambda press: view.begin_gesture(
                Resize(view, press.at, press.spot, press.decoration, press.found.edge)
            ),
        }
        self.set_bindings(scheme_mouse(KERASSTUDIO))

    def set_bindings(self, chords: Mapping[str, tuple[str, ...]], wheel: str = "zoom") -> None:
        """`chords` by gesture id; those that cannot be begun are left out."""
        self.wheel = wheel
        self._bound: dict[tuple[str, str], Callable[[Press], object]] = {
            (WHERE[gesture], _ordered(chord)): self._begin[gesture]
            for gesture, bound in chords.items()
            for chord in bound
            if gesture in self._begin
        }
        self.keys_held = frozenset(
            word for _where, chord in self._bound for word in chord.split("+")[:-1]
        ) - frozenset(("Ctrl", "Alt", "Shift"))

    def offers(self, gesture: str) -> bool:
        return gesture in self._begin

    def pressed(
        self, press: Press, button: Qt.MouseButton, keys: Qt.KeyboardModifier, twice: bool = False
    ) -> bool:
        """Begin what a press means; False when it means nothing."""
        word = "Double" if twice and button == Qt.MouseButton.LeftButton else _BUTTONS.get(button)
        if word is None:
            return False
        for chord in self._chords(word, keys):
            for place in _PLACES[press.found.kind]:
                begin = self._bound.get((place, chord))
                if begin is not None:
                    begin(press)
                    return True
        return False

    def _chords(self, word: str, keys: Qt.KeyboardModifier) -> Iterator[str]:
        """What was pressed, the most exact first. A double click that nobody wants is a click."""
        held = [name for modifier, name in _HELD if keys & modifier]
        for button in (word, "Left") if word == "Double" else (word,):
            if self.held:
                yield "+".join((*held, self.held, button))
            yield "+".join((*held, button))
        if held:
            yield word if word != "Double" else "Left"

    # ------------------------------------------------------------------ beginnings

    def _box(self, press: Press, how: str) -> None:
        clicked = self._chain if how == "toggle" else None
        self._view.begin_gesture(BoxSelect(self._view, press.at, press.spot, how, clicked))

    def _pan(self, press: Press, clicked: Callable[[QPointF], object] | None = None) -> None:
        self._view.begin_gesture(Pan(self._view, press.at, press.spot, clicked))

    def _clear(self, _spot: QPointF) -> None:
        self._view.selection.clear()
        self._view.select_wire(None)

    def _search(self, spot: QPointF) -> None:
        self._view.search_requested.emit(spot, self._view.to_scene(spot), None)

    def _chain(self, spot: QPointF) -> None:
        """Add a layer there, behind the only selected one that has an output."""
        view = self._view
        chosen = [node for node in view.selection.nodes if node in view.model.nodes]
        chained = len(chosen) == 1 and view.model.ports(chosen[0]).outputs
        end = End(chosen[0], 0) if chained else None
        view.search_requested.emit(spot, view.to_scene(spot), end)

    def _move(self, press: Press) -> None:
        chosen = press.node in self._view.selection.nodes
        if not chosen:
            self._view.selection.select((press.node,))
        self._grab(press, click_selects=chosen)

    def _add(self, press: Press) -> None:
        self._view.selection.add((press.node,))
        self._grab(press)

    def _toggle(self, press: Press) -> None:
        self._focus(press)
        self._view.selection.toggle(press.node)

    def _grab(
        self,
        press: Press,
        copy: bool = False,
        click_selects: bool = False,
        taken_out: bool = False,
    ) -> None:
        view = self._view
        self._focus(press)
        if press.node not in view.selection.nodes:
            view.selection.select((press.node,))
        node = view.model.graph.nodes[press.node]
        if node.pinned and not copy:
            pin = f"{view.editor.name(press.node)} is pinned in its place."
            view.begin_gesture(Held(view, press.at, press.spot, pin))
            return
        click_selects = click_selects or copy
        view.begin_gesture(
            MoveNodes(view, press.at, press.spot, press.node, copy, click_selects, taken_out)
        )

    def _move_decoration(self, press: Press, copy: bool = False) -> None:
        view, key = self._view, press.decoration
        view.select_wire(None)
        chosen = key in view.selection.decorations
        if not chosen:
            view.selection.select((), (), (key,))
        link = "" if copy else link_below(view, press.found, press.at)
        gesture = MoveNodes(view, press.at, press.spot, key, copy, click_selects=chosen)
        if link:
            gesture.clicked = lambda: view.link_clicked.emit(link, press.spot)
        view.begin_gesture(gesture)

    def _focus(self, press: Press) -> None:
        self._view.select_wire(None)
        self._view.emphasis.focused = press.node

    def _select_connected(self, press: Press) -> None:
        self._focus(press)
        self._view.selection.add(connected(self._view.model.graph, (press.node,)))

    def _draw_wire(self, press: Press) -> None:
        if press.found.end is not None:
            self._view.begin_wire(press.found.end, press.at, press.spot)

    def _move_wires(self, press: Press) -> None:
        """All wires of an output; an input has one, which a plain drag picks up as well."""
        view, end = self._view, press.found.end
        keys = self._wires_of(end) if end is not None else []
        if end is not None and end.is_output and keys:
            view.begin_gesture(MoveWires(view, press.at, press.spot, keys))
        else:
            self._draw_wire(press)

    def _break_wires(self, press: Press) -> None:
        keys = self._wires_of(press.found.end) if press.found.end is not None else []
        if keys:
            self._view.editor.unwire(keys)

    def _wires_of(self, end: End) -> list[str]:
        wires = self._view.model.graph.wires.values()
        if end.is_output:
            return [w.key for w in wires if w.source == end.node and w.output == end.number]
        return [w.key for w in wires if w.target == end.node and w.port == end.port]

    def _cut_wires(self, press: Press) -> None:
        self._view.begin_gesture(CutWires(self._view, press.at, press.spot))

    def _reroute_stroke(self, press: Press) -> None:
        self._view.begin_gesture(RerouteStroke(self._view, press.at, press.spot))

    def _reroute(self, press: Press) -> None:
        found = self._view.wire_span(press.at)
        if found is not None:
            self._view.begin_gesture(Reroute(self._view, press.at, press.spot, *found))

    def _move_dot(self, press: Press) -> None:
        view, dot = self._view, press.found.dot
        if dot is None:
            return
        view.select_wire(None)
        chosen = dot in view.selection.dots
        if not chosen:
            view.selection.select((), (dot,))
        view.begin_gesture(MoveNodes(view, press.at, press.spot, dot, click_selects=chosen))

    def _toggle_dot(self, press: Press) -> None:
        if press.found.dot is not None:
            self._view.select_wire(None)
            self._view.selection.toggle_dot(press.found.dot)

    def _remove_dot(self, press: Press) -> None:
        if press.found.dot is not None:
            self._view.editor.wires.remove_dots((press.found.dot,))

    def _select_wire(self, press: Press) -> None:
        self._view.selection.clear()
        self._view.select_wire(press.found.wire)


def _ordered(chord: str) -> str:
    """The words of a chord in the order in which presses are spelled."""
    *held, button = chord.split("+")
    names = [name for _modifier, name in _HELD if name in held]
    return "+".join((*names, *(word for word in held if word not in _WORDS), button))
