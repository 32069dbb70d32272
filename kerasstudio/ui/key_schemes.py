"""The key maps a person can choose from, as data: KerasStudio's own is in the tables of actions and
gestures; the others say only where they differ from it.

Where another program uses a key for something, our action of that key goes without one; where it
has no key for an action, ours stays. A few clashes are settled here once: in the KerasStudio map
Ctrl+G groups (C is free for frames), Space pans, Ctrl+X cuts, a plain drag draws a box, Shift+A
adds, M mutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kerasstudio.ui.action_table import ACTIONS
from kerasstudio.ui.mouse_table import GESTURES


@dataclass(frozen=True)
class Scheme:
    """`keys` by action id and `mouse` by gesture id replace what the KerasStudio map has; "" takes
    away. `wheel` is a key of `WHEELS`."""

    id: str
    title: str
    keys: Mapping[str, str] = field(default_factory=dict)
    mouse: Mapping[str, str] = field(default_factory=dict)
    wheel: str = "zoom"


KERASSTUDIO = Scheme("kerasstudio", "KerasStudio")
COMFYUI = Scheme(
    "comfyui",
    "ComfyUI",
    keys={
        "edit.redo": "Ctrl+Y Ctrl+Shift+Z",
        "edit.delete": "Del Backspace",
        "model.mute": "Ctrl+M",
        "model.bypass": "Ctrl+B",
        "model.collapse": "Alt+C",
        "model.pin": "P",
        "model.create_frame": "Ctrl+G",
        "model.group": "Ctrl+Shift+E",
        "view.minimap": "Ctrl+Alt+M",
        "view.show_selected": ".",
        "view.zoom_in": "Alt+= Ctrl++ Ctrl+=",
        "view.zoom_out": "Alt+- Ctrl+-",
        "train.start": "Ctrl+Return F5",
        "train.stop": "Ctrl+Alt+Return Shift+F5",
    },
    mouse={
        "pan": "Middle Space+Left",
        "box": "Ctrl+Left",
        "box_add": "",
        "box_toggle": "",
        "pan_paper": "Left",
        "add_to_selection": "Shift+Left Ctrl+Left",
        "toggle_selection": "",
        "move_wires": "Shift+Left",
        "break_wires": "Ctrl+Alt+Left",
        "reroute": "Alt+Left Middle",
        "zoom_by_drag": "Ctrl+Shift+Left",
    },
)
BLENDER = Scheme(
    "blender",
    "Blender",
    keys={
        "model.add": "Shift+A",
        "edit.select_all": "A",
        "edit.select_none": "Alt+A Esc",
        "edit.delete": "X Del",
        "edit.delete_and_reconnect": "Ctrl+X Ctrl+Del",
        "edit.cut": "",
        "edit.duplicate": "Shift+D",
        "edit.redo": "Ctrl+Shift+Z Ctrl+Y",
        "model.connect_selected": "F",
        "view.show_selected": ".",
        "model.mute": "M",
        "model.collapse": "H",
        "model.hide_unused_ports": "Ctrl+H",
        "model.create_frame": "Ctrl+J Shift+P",
        "model.add_note": "",
        "model.group": "Ctrl+G",
        "model.ungroup": "Ctrl+Alt+G",
        "model.enter_block": "Tab PgDown",
        "model.leave_block": "Ctrl+Tab PgUp",
        "model.detach": "Alt+D",
        "model.swap_layer": "Shift+S",
        "help.palette": "F3 Ctrl+Shift+P",
    },
    mouse={
        "pan": "Middle Space+Left",
        "zoom_by_drag": "Ctrl+Middle",
        "cut_wires_anywhere": "Ctrl+Right Y+Left",
        "detach_drag": "Alt+Left",
        "duplicate_drag": "",
        "reroute": "Double",
        "reroute_stroke": "Shift+Right",
        "toggle_selection": "Shift+Left Ctrl+Left",
        "add_to_selection": "",
    },
)
UNREAL = Scheme(
    "unreal",
    "Unreal",
    keys={
        "model.add": "Tab",
        "edit.duplicate": "Ctrl+D Ctrl+W",
        "edit.redo": "Ctrl+Y Ctrl+Shift+Z",
        "edit.delete": "Del Backspace",
        "model.create_frame": "C",
        "model.enter_block": "PgDown",
        "model.leave_block": "PgUp",
        "arrange.straighten": "Q",
        "arrange.align_top": "Shift+W",
        "arrange.align_left": "Shift+A",
        "arrange.align_bottom": "Shift+S",
        "arrange.align_right": "Shift+D",
        "model.swap_layer": "Alt+Shift+S",
        "model.check": "F7",
        "canvas.nudge_left": "Left",
        "canvas.nudge_right": "Right",
        "canvas.nudge_up": "Up",
        "canvas.nudge_down": "Down",
        "canvas.go_left": "Ctrl+Left",
        "canvas.go_right": "Ctrl+Right",
        "canvas.go_up": "Ctrl+Up",
        "canvas.go_down": "Ctrl+Down",
    },
    mouse={
        "pan": "Middle Space+Left",
        "pan_or_search": "Right",
        "move_wires": "Ctrl+Left",
        "reroute": "Double",
    },
)
SCHEMES: dict[str, Scheme] = {
    scheme.id: scheme for scheme in (KERASSTUDIO, COMFYUI, BLENDER, UNREAL)
}


def scheme_keys(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """Action id → keys. What the scheme says comes first; an action of the KerasStudio map keeps
    those of its keys that the scheme uses for nothing else."""
    said = {action: tuple(keys.split()) for action, keys in scheme.keys.items()}
    taken = {key for keys in said.values() for key in keys}
    rest = {
        record.id: tuple(key for key in record.keys.split() if key not in taken)
        for record in ACTIONS
    }
    return {**rest, **said}


def scheme_mouse(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """Gesture id → chords, by the same rule, for each place of the drawing on its own."""
    said = {gesture: tuple(chords.split()) for gesture, chords in scheme.mouse.items()}
    places = {gesture.id: gesture.where for gesture in GESTURES}
    taken = {(places[gesture], chord) for gesture, chords in said.items() for chord in chords}
    rest = {
        gesture.id: tuple(
            chord for chord in gesture.chords.split() if (gesture.where, chord) not in taken
        )
        for gesture in GESTURES
    }
    return {**rest, **said}
