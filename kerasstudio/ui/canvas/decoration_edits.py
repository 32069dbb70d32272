"""The edits a hand makes of frames and notes, each one undo step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kerasstudio.graph import edits
from kerasstudio.graph.frames import Rect
from kerasstudio.graph.problems import StudioError

if TYPE_CHECKING:
    from kerasstudio.graph.project import Project
    from kerasstudio.ui.canvas.editing import CanvasEditor

NEW_TITLE = "Frame"


class DecorationEdits:
    """A part of the canvas's editor."""

    def __init__(self, editor: CanvasEditor) -> None:
        self._editor = editor

    def add_frame(self, rects: Iterable[Rect], what: str) -> str | None:
        """A frame around rectangles, selected; returns its id."""
        editor = self._editor
        rects = list(rects)
        return self._apply_new(
            lambda project: edits.frame_nodes(project, rects, NEW_TITLE, editor.graph_id),
            f"Frame {what}",
        )

    def add_note(self, x: float, y: float) -> str | None:
        """An empty note, selected; returns its id. What is written in it next joins this step."""
        graph = self._editor.graph_id
        return self._apply_new(
            lambda project: edits.add_note(project, "", x, y, graph), "Add note", "new note"
        )

    def write(self, note: str, text: str, height: float, is_new: bool = False) -> bool:
        """Other words in a note; it grows to `height` where that is more than it has."""
        graph = self._editor.graph_id

        def edit(project: Project) -> Project:
            found = project.graphs[graph].notes.get(note)
            if found is None or found.text == text:
                return project
            return edits.set_note(project, note, graph, text=text, height=max(found.height, height))

        if is_new:
            return self._editor.apply_edit(edit, "Add note", f"new note {note}")
        return self._editor.apply_edit(edit, "Write in note")

    def rename(self, frame: str, title: str) -> bool:
        """Another title for a frame."""
        graph, title = self._editor.graph_id, " ".join(title.split())
        return self._editor.apply_edit(
            lambda project: edits.set_frame(project, frame, graph, title=title),
            f"Rename frame to {title}" if title else "Remove title of frame",
        )

    def recolor(self, frames: Iterable[str], color: str) -> bool:
        graph, frames = self._editor.graph_id, list(frames)

        def edit(project: Project) -> Project:
            for frame in frames:
                project = edits.set_frame(project, frame, graph, color=color)
            return project

        return self._editor.apply_edit(edit, f"Colour {self._editor.what(frames)} {color}")

    def resize(self, key: str, rect: Rect) -> bool:
        """Another place and size for a frame or note."""
        graph = self._editor.graph_id
        return self._editor.apply_edit(
            lambda project: edits.set_rect(project, key, rect, graph),
            f"Resize {self._editor.what([key])}",
        )

    def _apply_new(
        self, edit: Callable[[Project], tuple[Project, str]], text: str, merge_key: str = ""
    ) -> str | None:
        editor = self._editor
        try:
            project, key = edit(editor.project)
        except StudioError as refusal:
            editor.refused.emit(refusal.problem)
            return None
        # Made already: the step is only to take it over.
        if not editor.apply_edit(
            lambda _project: project, text, f"{merge_key} {key}" if merge_key else None
        ):
            return None
        editor.select_decoration(key)
        return key
