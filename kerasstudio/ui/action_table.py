# ruff: noqa: E501 - one record a line reads like the table it is
"""Every action of the program, one record each: menus, keys, tool tips, the command palette, the
cheat-sheet, the context menus and the Outline are made from this table."""

from __future__ import annotations

from dataclasses import dataclass, replace

CANVAS = "canvas"
WINDOW = "window"
MENUS = ("File", "Edit", "View", "Model", "Train", "Help")
MNEMONICS = {"Help": "Hel&p"}
"""Where another letter than the first opens a menu with Alt: Alt+H is the key of an action."""

NEEDS = {
    "can_undo": "There is nothing to undo.",
    "can_redo": "There is nothing to redo.",
    "has_model": "Add a layer first.",
    "has_selection": "Select a layer first.",
    "has_block": "Select a block first.",
    "has_linked": "Select a node that shares its layer with others first.",
    "in_block": "This is the main drawing already.",
    "has_items": "Select a layer, frame or note first.",
    "has_several": "Select two layers, frames or notes first.",
    "has_frame": "Select a frame first.",
    "has_pair": "Select two layers or more first.",
    "has_selection_or_wire": "Select a layer or a wire first.",
    "has_problems": "There are no problems.",
    "can_train": "A run is going on, or there is no model yet.",
    "is_training": "No run is going on.",
    "can_continue": "No run can be continued.",
    "has_trained": "No run has been trained that is not going on.",
    "can_measure": "Training starts from fresh weights: there is nothing to measure.",
    "starts_warm": "Training starts from fresh weights already.",
}
"""Conditions, and why an action cannot be done while its condition does not hold."""


@dataclass(frozen=True)
class Action:
    """`keys` are those of the KerasStudio key map, the first one shown, separated by blanks;
    other key maps and what the person changed come from `KeyMap`. `needs` names a condition of
    `NEEDS`, "" is always. `place` CANVAS: the keys work while the drawing or the Outline has the
    keyboard, and the action calls the method `method` (by default the last word of the id) of
    the canvas or of one of its helpers ("lens.next_measure": of a part of it); while there is no
    such method, and `ActionSet.connect` was not told what to do either, it is not offered. WINDOW:
    the keys work everywhere, `ActionSet.connect` says what it does. `group` separates lines of
    a menu, "Model/Arrange" is a menu inside of Model, "" none. `checkable` shows a tick. `also`
    are other words under which the command palette finds it, `tip` a longer text for hovering."""

    id: str
    text: str
    keys: str = ""
    icon: str = ""
    needs: str = ""
    place: str = WINDOW
    method: str = ""
    checkable: bool = False
    also: str = ""
    tip: str = ""
    menu: str = ""
    group: int = 0

    @property
    def target(self) -> str:
        """The method that a CANVAS action calls."""
        return self.method or self.id.rpartition(".")[2]

    @property
    def topic(self) -> str:
        """Under which heading palette and cheat-sheet show it."""
        return self.menu.replace("/", " › ") or "Canvas"


def _menu(name: str, *groups: tuple[Action, ...]) -> tuple[Action, ...]:
    return tuple(
        replace(record, menu=name, group=number)
        for number, group in enumerate(groups)
        for record in group
    )


# fmt: off
_FILE = _menu("File", (
    Action("file.new", "New model", "Ctrl+N", "new"),
    Action("file.open", "Open…", "Ctrl+O", "open"),
    Action("file.recent", "Open recent"),
    Action("file.new_window", "New window", "Ctrl+Shift+N", "window"),
    Action("file.open_window", "Open in a new window…", "Ctrl+Shift+O"),
    Action("file.start", "Start page", "", "spark"),
), (
    Action("file.save", "Save", "Ctrl+S", "save"),
    Action("file.save_as", "Save as…", "Ctrl+Shift+S"),
), (
    Action("file.import", "Import model or data…", "Ctrl+I", "import"),
    Action("file.export", "Export…", "Ctrl+E", "export", "has_model"),
    Action("file.picture", "Export picture…", "Ctrl+Alt+E", "", "has_model", also="image png svg pdf screenshot"),
), (
    Action("file.settings", "Settings…", "Ctrl+,", "settings", also="preferences options keys shortcuts"),
), (
    Action("file.close_window", "Close window", "Ctrl+W"),
    Action("file.quit", "Quit", "Ctrl+Q", also="exit close"),
))
_EDIT = _menu("Edit", (
    Action("edit.undo", "Undo", "Ctrl+Z", "undo", "can_undo"),
    Action("edit.redo", "Redo", "Ctrl+Shift+Z Ctrl+Y", "redo", "can_redo"),
    Action("edit.history", "Undo list", "Ctrl+Shift+H", "history", also="history undo stack"),
), (
    Action("edit.cut", "Cut", "Ctrl+X", "cut", "has_items", CANVAS),
    Action("edit.copy", "Copy", "Ctrl+C", "copy", "has_items", CANVAS),
    Action("edit.paste", "Paste", "Ctrl+V", "paste", "", CANVAS),
    Action("edit.paste_with_wires", "Paste with the wires from outside", "Ctrl+Shift+V", place=CANVAS),
    Action("edit.copy_arguments", "Copy arguments", "Ctrl+Alt+C", "", "has_selection", CANVAS),
    Action("edit.paste_arguments", "Paste arguments", "Ctrl+Alt+V", "", "has_selection", CANVAS, tip="Give the copied arguments to all selected layers, also of other classes"),
    Action("edit.duplicate", "Duplicate", "Ctrl+D Shift+D", "duplicate", "has_items", CANVAS),
    Action("edit.delete", "Delete", "Del Backspace X", "trash", "has_selection_or_wire", CANVAS, also="remove erase"),
    Action("edit.delete_and_reconnect", "Delete and reconnect", "Ctrl+Del Ctrl+Backspace", "", "has_selection", CANVAS, also="dissolve remove keep wires"),
), (
    Action("edit.rename", "Rename", "F2", "pencil", "has_items", CANVAS),
    Action("edit.reset_arguments", "Reset arguments", "", "", "has_selection", CANVAS),
    Action("edit.inspect", "Edit arguments", "Return", "", "has_selection", CANVAS, also="properties parameters"),
), (
    Action("edit.select_all", "Select all", "Ctrl+A", place=CANVAS),
    Action("edit.select_none", "Select nothing", "Esc", place=CANVAS),
    Action("edit.select_upstream", "Select what feeds it", "L", "", "has_selection", CANVAS),
    Action("edit.select_downstream", "Select what it feeds", "Shift+L", "", "has_selection", CANVAS),
    Action("edit.select_connected", "Select all connected", "Alt+L", "", "has_selection", CANVAS),
))
_VIEW = _menu("View", (
    Action("view.data", "Data", "Alt+1", "data", checkable=True),
    Action("view.model", "Model", "Alt+2", "model", checkable=True),
    Action("view.train", "Training", "Alt+3", "play", checkable=True),
    Action("view.results", "Results", "Alt+4", "chart", checkable=True),
), (
    Action("view.show_all", "Show all", "Home", "fit", "", CANVAS, "frame_all", also="frame fit home"),
    Action("view.show_selected", "Show the selected", "F .", "", "has_items", CANVAS, "frame_selection", also="frame zoom focus"),
    Action("view.zoom_fit", "Zoom to fit", "Ctrl+1", "", "", CANVAS, "frame_all"),
    Action("view.zoom_100", "Zoom to 100 %", "Ctrl+0", place=CANVAS),
    Action("view.zoom_in", "Zoom in", "Ctrl++ Ctrl+=", place=CANVAS),
    Action("view.zoom_out", "Zoom out", "Ctrl+-", place=CANVAS),
    Action("view.minimap", "Minimap", "Ctrl+M", "minimap", "", CANVAS, "toggle_minimap", also="overview navigator"),
), (
    Action("view.legend", "Legend", "K", place=CANVAS, method="lens.toggle_legend"),
    Action("view.next_heat", "Next heat overlay", "Alt+H", "", "has_model", CANVAS, "lens.next_measure", tip="Parameters, multiply-adds, activation memory, off"),
    Action("view.heat_none", "No heat overlay", place=CANVAS, method="lens.show_nothing"),
    Action("view.heat_parameters", "Heat: parameters", "", "", "has_model", CANVAS, "lens.show_parameters"),
    Action("view.heat_adds", "Heat: multiply-adds", "", "", "has_model", CANVAS, "lens.show_multiply_adds"),
    Action("view.heat_memory", "Heat: activation memory", "", "", "has_model", CANVAS, "lens.show_memory"),
), (
    Action("view.layers", "List of layers", "Ctrl+Shift+A", "plus"),
    Action("view.outline", "Outline", "Ctrl+Alt+O", "outline", also="tree list of nodes"),
    Action("view.problems", "Problems", "Ctrl+Shift+M", "warning"),
    Action("view.charts", "Live charts", "Ctrl+Shift+L", "chart"),
    Action("view.code", "Code", "Ctrl+Shift+K", "code", also="python source"),
    Action("view.code_place", "Move code beside or below", "", "beside", also="python dock"),
    Action("view.log", "Log", "Ctrl+Shift+U", "log"),
    Action("view.bottom", "Bottom panel", "Ctrl+Shift+J", checkable=True, also="hide show toggle panel"),
), (
    Action("view.next_pane", "Next pane", "F6 Ctrl+Tab"),
    Action("view.previous_pane", "Previous pane", "Shift+F6 Ctrl+Shift+Tab"),
    Action("view.theme", "Light or dark", "Ctrl+Shift+T", also="dark mode colours"),
))
_MODEL = _menu("Model", (
    Action("model.add", "Add a layer…", "Tab Shift+A Ins", "plus", "", CANVAS, "add_layer_at_cursor", also="insert new node"),
    Action("model.swap_layer", "Swap for another layer…", "Shift+S", "", "has_selection", CANVAS, also="replace change type"),
    Action("model.call_again", "Call again with the same weights", "", "link", "has_selection", CANVAS, also="share linked use again reuse"),
    Action("model.make_independent", "Make independent", "", "", "has_linked", CANVAS, also="unlink unshare own weights copy"),
    Action("model.toggle_trainable", "Freeze or unfreeze weights", "", "snow", "has_selection", CANVAS, also="lock trainable"),
), (
    Action("model.find", "Find a node", "Ctrl+F", "search", "", CANVAS, also="search", tip="By name, type, argument (units=64) or shape (28, 28, *)"),
    Action("model.find_next", "Find the next", "F3", place=CANVAS),
    Action("model.find_previous", "Find the one before", "Shift+F3", place=CANVAS),
), (
    Action("model.start_wire", "Draw a wire by keys", "W", "link", "has_selection", CANVAS, also="connect link"),
    Action("model.connect_selected", "Connect the selected", "J", "", "has_pair", CANVAS, also="link wire join"),
    Action("model.detach", "Take out of its wires", "Alt+D", "", "has_selection", CANVAS, also="disconnect extract"),
    Action("model.move_on", "Change places with the one it feeds", "Alt+Down", "", "has_selection", CANVAS),
    Action("model.move_back", "Change places with the one that feeds it", "Alt+Up", "", "has_selection", CANVAS),
    Action("model.mute", "Mute", "M", "", "has_selection", CANVAS, also="disable"),
    Action("model.bypass", "Bypass", "Ctrl+B", "", "has_selection", CANVAS, also="skip"),
    Action("model.collapse", "Collapse", "H", "", "has_selection", CANVAS),
    Action("model.hide_unused_ports", "Hide unused ports", "Ctrl+H", "", "has_selection", CANVAS),
    Action("model.pin", "Pin in its place", "P", "", "has_selection", CANVAS),
), (
    Action("model.group", "Group into a block", "Ctrl+G", "block", "has_selection", CANVAS, also="subgraph block nest"),
    Action("model.ungroup", "Unpack the block", "Ctrl+Shift+G", "", "has_block", CANVAS, also="ungroup expand explode"),
    Action("model.enter_block", "Enter the block", "PgDown", "", "has_block", CANVAS, also="open inside"),
    Action("model.leave_block", "Leave the block", "PgUp", "", "in_block", CANVAS, also="up out"),
    Action("model.repeat", "Repeat in series…", "", "", "has_selection", CANVAS, also="times copies stack loop"),
    Action("model.save_block", "Save to My blocks…", "", "", "has_selection", CANVAS, also="palette reuse library"),
    Action("model.create_frame", "Frame around the selected", "C Ctrl+J", "", "has_items", CANVAS, also="comment box"),
    Action("model.recolor_frame", "Next colour of the frame", "Shift+C", "", "has_frame", CANVAS, also="color colour comment"),
    Action("model.add_note", "Add a note", "Shift+P", place=CANVAS, also="comment sticky markdown text"),
), (
    Action("model.flow", "Turn the flow direction"),
    Action("model.check", "Check again", "F7", "check", also="compile validate"),
    Action("model.mend", "Mend the selected layer", "Ctrl+.", "", "has_selection", CANVAS, tip="Go to the mends of the selected layer's problem; Enter takes one"),
    Action("model.next_problem", "Next problem", "F8", "", "has_problems", also="error warning"),
))
_ARRANGE = _menu("Model/Arrange", (
    Action("arrange.layout", "Lay out", "Ctrl+L", "layout", "has_model", CANVAS, "layout_nodes", also="arrange auto layout tidy"),
    Action("arrange.layout_selection", "Lay out the selected", "Ctrl+Alt+L", "", "has_pair", CANVAS, "layout_nodes"),
    Action("arrange.straighten", "Straighten the wires", "Q", "", "has_selection", CANVAS),
    Action("arrange.snap", "Snap to the grid", "", checkable=True, also="grid align drag", tip="Shift while dragging does the other one, Ctrl neither"),
), (
    Action("arrange.align_left", "Align left edges", "Alt+Shift+Left", "", "has_several", CANVAS),
    Action("arrange.align_right", "Align right edges", "Alt+Shift+Right", "", "has_several", CANVAS),
    Action("arrange.align_top", "Align top edges", "Alt+Shift+Up", "", "has_several", CANVAS),
    Action("arrange.align_bottom", "Align bottom edges", "Alt+Shift+Down", "", "has_several", CANVAS),
    Action("arrange.align_center_h", "Align centres in a column", "", "", "has_several", CANVAS),
    Action("arrange.align_center_v", "Align centres in a row", "", "", "has_several", CANVAS),
    Action("arrange.distribute_h", "Distribute from left to right", "", "", "has_several", CANVAS),
    Action("arrange.distribute_v", "Distribute from top to bottom", "", "", "has_several", CANVAS),
))
_TRAIN = _menu("Train", (
    Action("train.start", "Train", "F5 Ctrl+Return", "play", "can_train", also="fit run start"),
    Action("train.pause", "Pause or go on", "Ctrl+P", "pause", "is_training"),
    Action("train.stop", "Stop", "Shift+F5 Ctrl+Alt+Return", "stop", "is_training", also="interrupt cancel"),
    Action("train.stop_epoch", "Stop after this epoch", "", "", "is_training"),
), (
    Action("train.continue", "Continue from last checkpoint", "", "refresh", "can_continue"),
    Action("train.start_from", "Train on from the run's weights", "", "", "has_trained", also="warm start fine-tune keep"),
    Action("train.start_file", "Start from the weights of a file…", "", "", "has_model", also="load weights import pretrained"),
    Action("train.measure", "Measure without training", "", "", "can_measure", also="evaluate"),
    Action("train.fresh", "Start from fresh weights", "", "", "starts_warm", also="reset reinitialise"),
))
_HELP = _menu("Help", (
    Action("help.palette", "Command palette…", "Ctrl+Shift+P", "search", also="commands actions"),
    Action("help.keys", "Keys and gestures", "? Ctrl+/", "keyboard", also="shortcuts cheat sheet"),
    Action("help.layer", "Help on this layer or setting", "F1", "help", also="documentation docs"),
), (
    Action("help.about", "About KerasStudio"),
))
# Steps by key in the drawing: in no menu.
_STEPS = tuple(
    record
    for way, arrow in (("left", "Left"), ("right", "Right"), ("up", "Up"), ("down", "Down"))
    for record in (
        Action(f"canvas.go_{way}", f"To the nearest node: {way}", arrow, place=CANVAS),
        Action(f"canvas.extend_{way}", f"And the nearest node: {way}", f"Shift+{arrow}", place=CANVAS),
        Action(f"canvas.nudge_{way}", f"Nudge: {way}", f"Ctrl+{arrow}", "", "has_items", CANVAS),
        Action(f"canvas.push_{way}", f"Move a grid step: {way}", f"Ctrl+Shift+{arrow}", "", "has_items", CANVAS),
    )
)
# fmt: on
ACTIONS: tuple[Action, ...] = (
    *_FILE,
    *_EDIT,
    *_VIEW,
    *_MODEL,
    *_ARRANGE,
    *_TRAIN,
    *_HELP,
    *_STEPS,
)
