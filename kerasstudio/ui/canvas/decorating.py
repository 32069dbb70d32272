"""Frames and notes on the canvas: the actions of them, and their editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QUrl
from PySide6.QtGui import QDesktopServices

from kerasstudio.graph.finding import Found
from kerasstudio.graph.frames import FRAME_COLORS, carried
from kerasstudio.ui.canvas.note_editor import NoteEditor
from kerasstudio.ui.canvas.note_page import LINKS, NotePage

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas

_NOTE_WIDTH, _NOTE_HEIGHT = 240.0, 120.0


class Decorating:
    """The methods without arguments are actions. `open_url` opens what a person clicked at."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.editor = NoteEditor(self._write, canvas)
        self.open_url = QDesktopServices.openUrl
        self._fresh: str | None = None
        """The note that was just added: what is written in it first is part of adding it."""
        view = canvas.view
        view.write_requested.connect(self.edit)
        view.link_clicked.connect(self.open_link)
        view.view_changed.connect(self.follow)

    def create_frame(self) -> None:
        """A frame around what is selected; its title can be typed at once."""
        canvas = self._canvas
        model, chosen = canvas.model, canvas.view.selection
        nodes = [node for node in chosen.nodes if node in model.nodes]
        rects = [model.nodes.rect(node) for node in nodes]
        rects += [model.decorations.rect(key) for key in chosen.decorations]
        frame = canvas.editor.decor.add_frame(
            rects, canvas.editor.what([*nodes, *chosen.decorations])
        )
        if frame is not None:
            canvas.start_rename(frame)

    def add_note(self) -> None:
        """A note at the mouse (in the middle of the view when keys were used last), ready to be
        written in."""
        view = self._canvas.view
        spot = view.mouse_spot()
        if view.by_keys:
            spot = QPointF(view.viewport().rect().center())
        at = view.to_scene(spot)
        x, y = (
            (at.x() - _NOTE_WIDTH / 2, at.y() - _NOTE_HEIGHT / 2) if view.by_keys
            else (at.x() - 12, at.y() - 12)
        )  # fmt: skip
        note = self._canvas.editor.decor.add_note(round(x), round(y))
        if note is not None:
            self._fresh = note
            self.edit(note)

    def recolor_frame(self) -> None:
        """Give the selected frames the next colour."""
        frames = self._frames()
        if not frames:
            self._say("Select a frame first.")
            return
        first = self._canvas.model.decorations.frame(frames[0])
        now = first.color if first is not None else ""
        place = FRAME_COLORS.index(now) + 1 if now in FRAME_COLORS else 0
        self._canvas.editor.decor.recolor(frames, FRAME_COLORS[place % len(FRAME_COLORS)])

    def recolor(self, frame: str, color: str) -> None:
        """Give a frame a colour of `FRAME_COLORS`."""
        self._canvas.editor.decor.recolor([frame], color)

    def select_contents(self, frame: str) -> None:
        """Select what a frame carries."""
        model = self._canvas.model
        inside = carried(model.graph, (frame,), model.node_rects())
        self._canvas.view.selection.select(inside.nodes, (), inside.decorations)

    # ------------------------------------------------------------------ editors

    def edit(self, key: str) -> None:
        """Rename a frame, or write in a note, in its place."""
        canvas = self._canvas
        canvas.view.reveal(key)
        note = canvas.model.decorations.note(key)
        if note is None:
            canvas.start_rename(key)
        else:
            self.editor.open(key, note.text, canvas.card_box(key), canvas.zoom)

    def follow(self) -> None:
        """The view moved, or the drawing changed: the editor stays on its note, or goes with it."""
        key = self.editor.note
        if key is None:
            return
        if key in self._canvas.model.decorations:
            self.editor.place(self._canvas.card_box(key), self._canvas.zoom)
        else:
            self.editor.give_up()

    def show_found(self, found: Found) -> None:
        """Go to a node, frame or note, in whatever graph it is."""
        selection = self._canvas.view.selection
        selection.show_graph(found.graph)
        if found.key in self._canvas.model.decorations:
            selection.reveal_decoration(found.key)
        else:
            selection.reveal(found.key)

    def open_link(self, link: str, spot: QPointF) -> None:
        """Open what a note's link leads to, if it is a place in the web or a mail address."""
        url = QUrl(link)
        if url.scheme().casefold() not in LINKS or not url.isValid():
            self._say(f"Only web and mail addresses are opened, not {link[:80]}.", spot)
        elif not self.open_url(url):
            self._say(f"The system could not open {link[:80]}.", spot)

    # ------------------------------------------------------------------ inside

    def _write(self, note: str, text: str) -> None:
        fresh, self._fresh = self._fresh == note, None
        found = self._canvas.model.decorations.note(note)
        if found is not None:
            height = NotePage(text, found.width).wanted_height if text.strip() else 0.0
            self._canvas.editor.decor.write(note, text, height, fresh)

    def _frames(self) -> list[str]:
        decorations = self._canvas.model.decorations
        return [key for key in decorations.layers if key in self._canvas.view.selection.decorations]

    def _say(self, words: str, spot: QPointF | None = None) -> None:
        view = self._canvas.view
        view.say(words, view.mouse_spot() if spot is None else spot)
