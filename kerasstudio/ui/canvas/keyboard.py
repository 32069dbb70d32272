"""Keys of the canvas. The window's actions may take some of them first; they do the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas

_KEY = Qt.Key
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ARROWS = {
    _KEY.Key_Left: (-1.0, 0.0),
    _KEY.Key_Right: (1.0, 0.0),
    _KEY.Key_Up: (0.0, -1.0),
    _KEY.Key_Down: (0.0, 1.0),
}
NUDGE = 8.0
# How much a step aside counts against a step in the arrow's direction.
_ASIDE = 2.5


class CanvasKeys:
    """`pressed` does what a key means and says whether it meant anything."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        c = canvas
        self._table: dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]] = {
            (_KEY.Key_Tab, _NONE): c.add_layer_at_cursor,
            (_KEY.Key_A, _SHIFT): c.add_layer_at_cursor,
            (_KEY.Key_A, _CTRL): c.select_all,
            (_KEY.Key_Escape, _NONE): c.select_none,
            (_KEY.Key_Delete, _NONE): c.delete,
            (_KEY.Key_Backspace, _NONE): c.delete,
            (_KEY.Key_X, _NONE): c.delete,
            (_KEY.Key_Delete, _CTRL): c.delete_and_reconnect,
            (_KEY.Key_Backspace, _CTRL): c.delete_and_reconnect,
            (_KEY.Key_C, _CTRL): c.copy,
            (_KEY.Key_X, _CTRL): c.cut,
            (_KEY.Key_V, _CTRL): c.paste,
            (_KEY.Key_V, _CTRL | _SHIFT): c.paste_with_wires,
            (_KEY.Key_D, _CTRL): c.duplicate,
            (_KEY.Key_D, _SHIFT): c.duplicate,
            (_KEY.Key_L, _NONE): c.select_upstream,
            (_KEY.Key_L, _SHIFT): c.select_downstream,
            (_KEY.Key_F, _CTRL): c.find,
            (_KEY.Key_F3, _NONE): c.find,
            (_KEY.Key_F2, _NONE): c.rename,
            (_KEY.Key_F, _NONE): c.frame_selection,
            (_KEY.Key_Period, _NONE): c.frame_selection,
            (_KEY.Key_Home, _NONE): c.frame_all,
            (_KEY.Key_1, _CTRL): c.frame_all,
            (_KEY.Key_0, _CTRL): c.zoom_100,
            (_KEY.Key_Plus, _CTRL): c.zoom_in,
            (_KEY.Key_Equal, _CTRL): c.zoom_in,
            (_KEY.Key_Minus, _CTRL): c.zoom_out,
            (_KEY.Key_L, _CTRL): c.layout_nodes,
            (_KEY.Key_M, _CTRL): c.toggle_minimap,
            (_KEY.Key_Return, _NONE): self._inspect,
            (_KEY.Key_Enter, _NONE): self._inspect,
        }

    def pressed(self, event: QKeyEvent) -> bool:
        keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if key in _ARROWS:
            return self._arrow(key, keys)
        call = self._table.get((key, keys))
        if call is None:
            return False
        call()
        return True

    def _inspect(self) -> None:
        nodes = self._canvas.view.selection.nodes
        if len(nodes) == 1:
            self._canvas.inspect_requested.emit(next(iter(nodes)))

    def _arrow(self, key: Qt.Key, keys: Qt.KeyboardModifier) -> bool:
        step = _ARROWS[key]
        if keys & _CTRL:
            self._nudge(step)
            return True
        if keys not in (_NONE, _SHIFT):
            return False
        node = self.neighbour(step)
        if node is not None:
            selection = self._canvas.view.selection
            if keys & _SHIFT:
                selection.add((node,))
            else:
                selection.select((node,))
            self._canvas.view.emphasis.focused = node
            self._canvas.view.reveal(node)
        return True

    def _nudge(self, step: tuple[float, float]) -> None:
        nodes = self._canvas.model.nodes
        chosen = [node for node in self._canvas.view.selection.nodes if node in nodes]
        if not chosen:
            return
        places = {}
        for node in chosen:
            x, y, _width, _height = nodes.rect(node)
            places[node] = (x + step[0] * NUDGE, y + step[1] * NUDGE)
        self._canvas.editor.move(places)

    def neighbour(self, step: tuple[float, float]) -> str | None:
        """The nearest node in a direction, seen from the focused one; the first one when there is
        none yet."""
        canvas = self._canvas
        nodes = canvas.model.nodes
        focused = canvas.view.emphasis.focused
        if focused is None or focused not in nodes:
            chosen = [node for node in canvas.view.selection.nodes if node in nodes]
            if not chosen:
                return next(iter(nodes.slots), None)
            focused = chosen[0]
        slots = np.array(list(nodes.slots.values()), np.intp)
        rects = nodes.rects[slots]
        centers = rects[:, :2] + rects[:, 2:] / 2
        x, y, width, height = nodes.rect(focused)
        away = centers - np.array((x + width / 2, y + height / 2))
        ahead = away @ np.array(step)
        aside = np.abs(away @ np.array((step[1], step[0])))
        cost = np.where(ahead > 1.0, ahead + _ASIDE * aside, np.inf)
        if not len(cost) or not np.isfinite(cost.min()):
            return None
        return nodes.ids[int(slots[int(cost.argmin())])]
