"""What the mouse does on the drawing, as data: gestures and their bindings in the KerasStudio key
map. Other key maps are in `key_schemes.py`; `canvas/mouse_dispatch.py` reads the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal["anywhere", "paper", "card", "title", "port", "wire", "dot", "decoration", "edge"]


@dataclass(frozen=True)
class MouseGesture:
    """`chords` is a button with what must be held, separated by blanks: "Left", "Middle", "Right",
    "Double" (the left button, twice) after "Ctrl+", "Shift+", "Alt+", "Space+" or another letter.
    A "card" gesture holds on its title, too, unless one is bound there; a "decoration" is a note or
    the title of a frame, an "edge" is of either. `verb` is what the hand
    does then, for the cheat-sheet ("drag", "click")."""

    id: str
    text: str
    where: Where
    chords: str
    verb: str = "drag"


# fmt: off
GESTURES: tuple[MouseGesture, ...] = (
    MouseGesture("search", "Add a layer there", "paper", "Double", "click"),
    MouseGesture("box", "Select with a box", "paper", "Left"),
    MouseGesture("box_add", "Add to the selection with a box", "paper", "Shift+Left"),
    MouseGesture("box_toggle", "Toggle with a box; click: add a layer behind the selected", "paper",
                 "Ctrl+Left"),
    MouseGesture("lasso", "Select with a lasso", "anywhere", "Ctrl+Alt+Left"),
    MouseGesture("lasso_add", "Add to the selection with a lasso", "anywhere",
                 "Ctrl+Alt+Shift+Left"),
    MouseGesture("cut_wires", "Cut wires with a stroke", "paper", "Alt+Left"),
    MouseGesture("cut_wires_anywhere", "Cut wires with a stroke", "anywhere", "Ctrl+Right Y+Left"),
    MouseGesture("pan", "Pan", "anywhere", "Middle Space+Left"),
    MouseGesture("pan_or_menu", "Pan; click: menu", "anywhere", "Right"),
    MouseGesture("pan_paper", "Pan", "paper", ""),
    MouseGesture("pan_or_search", "Pan; click: add a layer there", "paper", ""),
    MouseGesture("zoom_by_drag", "Zoom", "anywhere", ""),
    MouseGesture("move", "Select; drag: move", "card", "Left", "click"),
    MouseGesture("add_to_selection", "Add to the selection", "card", "Shift+Left", "click"),
    MouseGesture("toggle_selection", "Toggle the selection", "card", "Ctrl+Left", "click"),
    MouseGesture("duplicate_drag", "Duplicate", "card", "Alt+Left"),
    MouseGesture("detach_drag", "Take out of its wires", "card", ""),
    MouseGesture("rename", "Rename", "title", "Double", "click"),
    MouseGesture("open", "Edit its arguments; a block: enter it", "card", "Double", "click"),
    MouseGesture("select_connected", "Select all connected", "card", "Shift+Double", "click"),
    MouseGesture("draw_wire", "Wire, dragged or from click to click", "port", "Left"),
    MouseGesture("move_wires", "Move all wires of a port", "port", "Ctrl+Left Shift+Left"),
    MouseGesture("break_wires", "Remove the wires of a port", "port", "Alt+Left", "click"),
    MouseGesture("select_wire", "Select a wire", "wire", "Left", "click"),
    MouseGesture("reroute", "Put a reroute dot in", "wire", "Double Alt+Left", "click"),
    MouseGesture("move_dot", "Move a reroute dot", "dot", "Left"),
    MouseGesture("toggle_dot", "Toggle the selection", "dot", "Ctrl+Left Shift+Left", "click"),
    MouseGesture("remove_dot", "Remove a reroute dot", "dot", "Double Alt+Left", "click"),
    MouseGesture("move_decoration", "Frame or note: select; drag: move with what lies in it",
                 "decoration", "Left", "click"),
    MouseGesture("add_decoration", "Frame or note: add to the selection", "decoration",
                 "Shift+Left", "click"),
    MouseGesture("toggle_decoration", "Frame or note: toggle the selection", "decoration",
                 "Ctrl+Left", "click"),
    MouseGesture("duplicate_decoration", "Frame or note: duplicate", "decoration", "Alt+Left"),
    MouseGesture("edit_decoration", "Frame: rename; note: write in it", "decoration", "Double",
                 "click"),
    MouseGesture("resize", "Frame or note: change its size", "edge", "Left"),
    MouseGesture("reroute_stroke", "Put reroute dots in across wires", "anywhere", ""),
)
# fmt: on
WHERE: dict[str, Where] = {gesture.id: gesture.where for gesture in GESTURES}
WHEELS = {
    "zoom": (("Zoom", "wheel"), ("Pan", "two fingers, Shift+wheel")),
    "scroll": (("Zoom", "Ctrl+wheel"), ("Pan", "wheel, two fingers")),
}
"""What the wheel does, and how the cheat-sheet says so."""

HABITS: tuple[tuple[str, str], ...] = (
    ("Add a layer", "drag it from the list"),
    ("Connect to a new layer", "drop the wire on empty canvas"),
    ("Insert into a wire", "drop the node on it; hold Shift not to"),
    ("Align to the grid", "hold Shift while dragging"),
    ("Align to nothing", "hold Ctrl while dragging"),
    ("Look at a mend before taking it", "point at it"),
    ("Change a number", "drag its name; arrows or wheel in its field"),
    ("Finer, coarser", "hold Shift, Ctrl while doing so"),
    ("Calculate", "type 2*32 or 28*28 into its field"),
    ("Edit several layers at once", "select them, then change a value"),
)
"""What is done without a binding of its own."""


def chord_words(chord: str, verb: str) -> str:
    """A chord as people say it: "Ctrl+drag", "double-click", "right drag"."""
    *held, button = chord.split("+")
    word = {"Left": verb, "Double": "double-click"}.get(button, f"{button.lower()} {verb}")
    return "+".join((*held, word))
