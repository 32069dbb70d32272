"""Edits of frames and notes, and moves of whatever lies on the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kerasstudio.graph.arranging import Arrangement
from kerasstudio.graph.edits.nodes import move_nodes
from kerasstudio.graph.edits.values import graph_of, refusal, replace, with_graph, without
from kerasstudio.graph.frames import (
    FRAME_COLORS,
    LEAST_FRAME,
    LEAST_NOTE,
    Rect,
    carried,
    frame_around,
)
from kerasstudio.graph.names import new_id
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import ROOT, Frame, Note, Point, Project


def add_frame(
    project: Project,
    title: str,
    x: float,
    y: float,
    width: float,
    height: float,
    color: str = "blue",
    graph: str = ROOT,
) -> tuple[Project, str]:
    """A new frame; returns its id."""
    drawing = graph_of(project, graph)
    project, frame_id = new_id(project, "f")
    frame = Frame(frame_id, title, float(x), float(y), float(width), float(height), color)
    return with_graph(project, replace(drawing, frames={**drawing.frames, frame_id: frame})), (
        frame_id
    )


def frame_nodes(
    project: Project, rects: Iterable[Rect], title: str = "Frame", graph: str = ROOT
) -> tuple[Project, str]:
    """A new frame around rectangles, in the colour that the fewest frames have; returns its id.
    Raises `StudioError` where there is nothing to put it around."""
    rects = list(rects)
    if not rects:
        raise refusal(
            "edit.empty_frame", "There is nothing to put a frame around.", Place(graph=graph)
        )
    used = [frame.color for frame in graph_of(project, graph).frames.values()]
    color = min(FRAME_COLORS, key=used.count)
    return add_frame(project, title, *frame_around(rects), color, graph)


def set_frame(project: Project, frame: str, graph: str = ROOT, **changes: Any) -> Project:
    """Change fields of a frame (title, place, size, colour)."""
    drawing = graph_of(project, graph)
    found = drawing.frames.get(frame)
    changed = None if found is None else replace(found, **changes)
    if changed is None or changed == found:
        return project
    return with_graph(project, replace(drawing, frames={**drawing.frames, frame: changed}))


def add_note(
    project: Project, text: str, x: float, y: float, graph: str = ROOT
) -> tuple[Project, str]:
    """A new note; returns its id."""
    drawing = graph_of(project, graph)
    project, note_id = new_id(project, "t")
    note = Note(note_id, text, float(x), float(y))
    return with_graph(project, replace(drawing, notes={**drawing.notes, note_id: note})), note_id


def set_note(project: Project, note: str, graph: str = ROOT, **changes: Any) -> Project:
    """Change fields of a note (text, place, size)."""
    drawing = graph_of(project, graph)
    found = drawing.notes.get(note)
    changed = None if found is None else replace(found, **changes)
    if changed is None or changed == found:
        return project
    return with_graph(project, replace(drawing, notes={**drawing.notes, note: changed}))


def set_rect(project: Project, key: str, rect: Rect, graph: str = ROOT) -> Project:
    """Put a frame or note elsewhere and give it a size, never less than it needs."""
    is_frame = key in graph_of(project, graph).frames
    least = LEAST_FRAME if is_frame else LEAST_NOTE
    x, y, width, height = (round(float(value), 1) for value in rect)
    width, height = max(width, least[0]), max(height, least[1])
    change = set_frame if is_frame else set_note
    return change(project, key, graph, x=x, y=y, width=width, height=height)


def delete_decorations(project: Project, keys: Iterable[str], graph: str = ROOT) -> Project:
    """Remove frames and notes by id; the nodes in them stay."""
    drawing = graph_of(project, graph)
    keys = list(keys)
    frames, notes = without(drawing.frames, keys), without(drawing.notes, keys)
    if frames is drawing.frames and notes is drawing.notes:
        return project
    return with_graph(project, replace(drawing, frames=frames, notes=notes))


def move_items(
    project: Project,
    places: Mapping[str, Point],
    graph: str = ROOT,
    carrying: Mapping[str, Rect] | None = None,
) -> Project:
    """Put nodes, frames and notes at new places (top left corners); unknown ids are ignored. With
    the rectangles of all nodes in `carrying`, frames take along what lies in them and has no place
    of its own here."""
    drawing = graph_of(project, graph)
    everything = dict(places)
    if carrying is not None:
        moved = [key for key in places if key in drawing.frames]
        # Where frames overlap, the smallest has the say.
        moved.sort(key=lambda key: drawing.frames[key].width * drawing.frames[key].height)
        for key in moved:
            frame = drawing.frames[key]
            dx, dy = places[key][0] - frame.x, places[key][1] - frame.y
            inside = carried(drawing, (key,), carrying)
            for node in inside.nodes:
                at = drawing.nodes[node]
                everything.setdefault(node, (at.x + dx, at.y + dy))
            for other in inside.decorations:
                found = drawing.frames.get(other) or drawing.notes[other]
                everything.setdefault(other, (found.x + dx, found.y + dy))
    project = move_nodes(project, everything, graph)
    return _moved_decorations(project, everything, graph)


def rearrange(project: Project, found: Arrangement, graph: str = ROOT) -> Project:
    """Take an arrangement over; what has gone meanwhile is left out."""
    drawing = graph_of(project, graph)
    project = move_nodes(project, found.nodes, graph)
    for key, rect in found.decorations.items():
        if key in drawing.frames or key in drawing.notes:
            project = set_rect(project, key, rect, graph)
    return project


def _moved_decorations(project: Project, places: Mapping[str, Point], graph: str) -> Project:
    drawing = project.graphs[graph]
    frames: dict[str, Frame] = {}
    notes: dict[str, Note] = {}
    for key, (x, y) in places.items():
        frame, note = drawing.frames.get(key), drawing.notes.get(key)
        if frame is not None and (frame.x, frame.y) != (x, y):
            frames[key] = replace(frame, x=float(x), y=float(y))
        if note is not None and (note.x, note.y) != (x, y):
            notes[key] = replace(note, x=float(x), y=float(y))
    if not (frames or notes):
        return project
    drawing = replace(
        drawing,
        frames={**drawing.frames, **frames} if frames else drawing.frames,
        notes={**drawing.notes, **notes} if notes else drawing.notes,
    )
    return with_graph(project, drawing)
