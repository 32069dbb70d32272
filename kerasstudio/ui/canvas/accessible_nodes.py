"""Screen readers: the canvas is a list whose children are the nodes."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleEvent

from kerasstudio.ui.canvas.canvas_view import CanvasView


def announce_nodes(view: CanvasView) -> None:
    """Tell screen readers which node the keyboard went to, as the canvas's description."""

    def told() -> None:
        view.setAccessibleDescription(describe(view))
        QAccessible.updateAccessibility(
            QAccessibleEvent(view, QAccessible.Event.DescriptionChanged)
        )

    view.selection.selection_changed.connect(told)
    told()


def describe(view: CanvasView) -> str:
    """What is selected, in words."""
    chosen = [node for node in view.selection.nodes if node in view.model.nodes]
    count = len(view.model.nodes)
    if len(chosen) != 1:
        return f"{count} layers, {len(chosen)} selected" if chosen else f"{count} layers"
    face = view.model.face(chosen[0])
    parts = [face.title, face.name, *face.lines]
    if face.shape:
        parts.append(f"output {face.shape}")
    if face.start:
        parts.append(f"weights {face.start}")
    if face.state in {"error", "waiting"}:
        parts.append(face.trouble or face.state)
    return ", ".join(parts)
