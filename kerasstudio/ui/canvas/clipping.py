"""Copying, pasting and deleting what is selected: the actions of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from kerasstudio.graph.clipboard import read_clip
from kerasstudio.graph.frames import Carried, carried

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas

_STEP = 24.0


class Clipping:
    """The methods without arguments are actions. A frame is copied with what lies in it; deleted,
    it leaves that where it is."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._pastes = 0

    def copy(self) -> None:
        """Put what is selected on the clipboard as text."""
        chosen = self._whole()
        if chosen.nodes or chosen.decorations:
            text = self._canvas.editor.copy_text(chosen.nodes, chosen.decorations)
            QGuiApplication.clipboard().setText(text)
            self._pastes = 0

    def cut(self) -> None:
        chosen = self._whole()
        if chosen.nodes or chosen.decorations:
            self.copy()
            self._canvas.editor.cut(chosen.nodes, chosen.decorations)

    def paste(self, keep_incoming: bool = False) -> None:
        """Paste at the mouse, or in the middle when it is elsewhere."""
        view = self._canvas.view
        clip = read_clip(QGuiApplication.clipboard().text())
        if clip is None:
            view.say("There are no copied layers on the clipboard.", view.mouse_spot())
            return
        at = view.to_scene(view.mouse_spot())
        step = _STEP * self._pastes
        self._pastes += 1
        self._canvas.editor.paste(
            clip, (round(at.x() - 88 + step), round(at.y() - 48 + step)), keep_incoming
        )

    def paste_with_wires(self) -> None:
        """Paste, and draw the wires that came from outside again."""
        self.paste(keep_incoming=True)

    def duplicate(self) -> None:
        chosen = self._whole()
        if chosen.nodes or chosen.decorations:
            self._canvas.editor.duplicate(chosen.nodes, 32.0, 32.0, chosen.decorations)

    def delete(self) -> None:
        """Delete what is selected: nodes, frames and notes, or else reroute dots, or the wire."""
        canvas, chosen = self._canvas, self._canvas.view.selection
        wire = canvas.view.emphasis.selected_wire
        if chosen.has_items:
            canvas.editor.delete(chosen.nodes, dots=chosen.dots, decorations=chosen.decorations)
        elif chosen.dots:
            canvas.editor.wires.remove_dots(chosen.dots)
        elif wire is not None:
            canvas.view.select_wire(None)
            canvas.editor.unwire([wire])

    def delete_and_reconnect(self) -> None:
        self._canvas.editor.delete(self._canvas.view.selection.nodes, reconnect=True)

    def _whole(self) -> Carried:
        """What is selected, with what lies in selected frames."""
        model, chosen = self._canvas.model, self._canvas.view.selection
        frames = [key for key in chosen.decorations if key in model.decorations.frames]
        if not frames:
            return Carried(chosen.nodes, chosen.decorations)
        inside = carried(model.graph, frames, model.node_rects())
        return Carried(chosen.nodes | inside.nodes, chosen.decorations | inside.decorations)
