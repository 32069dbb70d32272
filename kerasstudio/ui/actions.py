"""Every action of the program, once: menus, keys, tool tips, the command palette and the
cheat-sheet are made from this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from kerasstudio.ui.icons import icon
from kerasstudio.ui.theme import theme_changed

MENUS = ("File", "Edit", "View", "Model", "Train", "Help")


@dataclass(frozen=True)
class Action:
    """`enabled_when` names a condition (see `ActionSet.set_condition`), "" is always. `place`
    "canvas" makes the keys work only while the canvas has the keyboard; such an action calls the
    canvas's method `target` where it has one ("lens.next_measure": that of a part of it). An
    action of the menu "" is in no menu. `group` separates menu lines. `checkable` actions show a
    tick."""

    id: str
    text: str
    keys: tuple[str, ...] = ()
    menu: str = ""
    group: int = 0
    icon: str = ""
    enabled_when: str = ""
    place: str = "window"
    target: str = ""
    checkable: bool = False
    tip: str = ""


@dataclass(frozen=True)
class Gesture:
    """A mouse gesture or a fixed key of a widget, for the cheat-sheet only."""

    text: str
    keys: str
    group: str


ACTIONS: tuple[Action, ...] = (
    Action("file.new", "New model", ("Ctrl+N",), "File", 0, "new"),
    Action("file.open", "Open…", ("Ctrl+O",), "File", 0, "open"),
    Action("file.recent", "Open recent", (), "File", 0),
    Action("file.new_window", "New window", ("Ctrl+Shift+N",), "File", 0, "window"),
    Action("file.open_window", "Open in a new window…", ("Ctrl+Shift+O",), "File", 0),
    Action("file.start", "Start page", (), "File", 0, "spark"),
    Action("file.save", "Save", ("Ctrl+S",), "File", 1, "save"),
    Action("file.save_as", "Save as…", ("Ctrl+Shift+S",), "File", 1),
    Action("file.import", "Import model or data…", ("Ctrl+I",), "File", 2, "import"),
    Action("file.export", "Export…", ("Ctrl+E",), "File", 2, "export", "has_model"),
    Action("file.settings", "Settings…", ("Ctrl+,",), "File", 3, "settings"),
    Action("file.close_window", "Close window", ("Ctrl+W",), "File", 4),
    Action("file.quit", "Quit", ("Ctrl+Q",), "File", 4),
    Action("edit.undo", "Undo", ("Ctrl+Z",), "Edit", 0, "undo", "can_undo"),
    Action("edit.redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Edit", 0, "redo", "can_redo"),
    Action("edit.history", "Undo list", ("Ctrl+Shift+H",), "Edit", 0, "history"),
    Action("edit.cut", "Cut", ("Ctrl+X",), "Edit", 1, "cut", "has_selection", "canvas", "cut"),
    Action("edit.copy", "Copy", ("Ctrl+C",), "Edit", 1, "copy", "has_selection", "canvas", "copy"),
    Action("edit.paste", "Paste", ("Ctrl+V",), "Edit", 1, "paste", "", "canvas", "paste"),
    Action(
        "edit.paste_wires",
        "Paste with the wires from outside",
        ("Ctrl+Shift+V",),
        "Edit",
        1,
        "",
        "",
        "canvas",
        "paste_with_wires",
    ),
    Action(
        "edit.duplicate",
        "Duplicate",
        ("Ctrl+D", "Shift+D"),
        "Edit",
        1,
        "duplicate",
        "has_selection",
        "canvas",
        "duplicate",
    ),
    Action(
        "edit.delete",
        "Delete",
        ("Del", "Backspace", "X"),
        "Edit",
        1,
        "trash",
        "has_selection",
        "canvas",
        "delete",
    ),
    Action(
        "edit.delete_reconnect",
        "Delete and reconnect",
        ("Ctrl+Del",),
        "Edit",
        1,
        "",
        "has_selection",
        "canvas",
        "delete_and_reconnect",
    ),
    Action(
        "edit.rename", "Rename", ("F2",), "Edit", 2, "pencil", "has_selection", "canvas", "rename"
    ),
    Action(
        "edit.copy_arguments", "Copy arguments", ("Ctrl+Alt+C",), "Edit", 2, "", "has_selection"
    ),
    Action(
        "edit.paste_arguments",
        "Paste arguments",
        ("Ctrl+Alt+V",),
        "Edit",
        2,
        "",
        "has_selection",
        tip="Give the copied arguments to all selected layers, also of other classes",
    ),
    Action("edit.reset_arguments", "Reset arguments", (), "Edit", 2, "", "has_selection"),
    Action("edit.select_all", "Select all", ("Ctrl+A",), "Edit", 3, "", "", "canvas", "select_all"),
    Action(
        "edit.select_upstream",
        "Select what feeds it",
        ("L",),
        "Edit",
        3,
        "",
        "has_selection",
        "canvas",
        "select_upstream",
    ),
    Action(
        "edit.select_downstream",
        "Select what it feeds",
        ("Shift+L",),
        "Edit",
        3,
        "",
        "has_selection",
        "canvas",
        "select_downstream",
    ),
    Action("view.data", "Data", ("Alt+1",), "View", 0, "data", "", checkable=True),
    Action("view.model", "Model", ("Alt+2",), "View", 0, "model", "", checkable=True),
    Action("view.train", "Training", ("Alt+3",), "View", 0, "play", "", checkable=True),
    Action("view.results", "Results", ("Alt+4",), "View", 0, "chart", "", checkable=True),
    Action("view.frame_all", "Frame all", ("Home",), "View", 1, "fit", "", "canvas", "frame_all"),
    Action(
        "view.frame_selection",
        "Frame selection",
        ("F", "."),
        "View",
        1,
        "",
        "has_selection",
        "canvas",
        "frame_selection",
    ),
    Action("view.zoom_fit", "Zoom to fit", ("Ctrl+1",), "View", 1, "", "", "canvas", "frame_all"),
    Action("view.zoom_100", "Zoom to 100 %", ("Ctrl+0",), "View", 1, "", "", "canvas", "zoom_100"),
    Action("view.zoom_in", "Zoom in", ("Ctrl++", "Ctrl+="), "View", 1, "", "", "canvas", "zoom_in"),
    Action("view.zoom_out", "Zoom out", ("Ctrl+-",), "View", 1, "", "", "canvas", "zoom_out"),
    Action(
        "view.minimap",
        "Minimap",
        ("Ctrl+M",),
        "View",
        1,
        "minimap",
        "",
        "canvas",
        "toggle_minimap",
    ),
    Action("view.legend", "Legend", ("K",), "View", 2, "", "", "canvas", "lens.toggle_legend"),
    Action(
        "view.heat_none", "No heat overlay", (), "View", 2, "", "", "canvas", "lens.show_nothing"
    ),
    Action(
        "view.heat_parameters",
        "Heat: parameters",
        (),
        "View",
        2,
        "",
        "has_model",
        "canvas",
        "lens.show_parameters",
    ),
    Action(
        "view.heat_adds",
        "Heat: multiply-adds",
        (),
        "View",
        2,
        "",
        "has_model",
        "canvas",
        "lens.show_multiply_adds",
    ),
    Action(
        "view.heat_memory",
        "Heat: activation memory",
        (),
        "View",
        2,
        "",
        "has_model",
        "canvas",
        "lens.show_memory",
    ),
    Action(
        "view.next_heat",
        "Next heat overlay",
        ("Alt+H",),
        "View",
        2,
        "",
        "has_model",
        "canvas",
        "lens.next_measure",
        tip="Parameters, multiply-adds, activation memory, off",
    ),
    Action("view.problems", "Problems", ("Ctrl+Shift+M",), "View", 3, "warning"),
    Action("view.charts", "Live charts", ("Ctrl+Shift+L",), "View", 3, "chart"),
    Action("view.code", "Code", ("Ctrl+Shift+K",), "View", 3, "code"),
    Action("view.log", "Log", ("Ctrl+Shift+U",), "View", 3, "log"),
    Action("view.bottom", "Bottom panel", ("Ctrl+J",), "View", 3, "", "", checkable=True),
    Action("view.theme", "Light or dark", ("Ctrl+Shift+T",), "View", 4),
    Action(
        "model.add",
        "Add a layer…",
        ("Tab", "Shift+A"),
        "Model",
        0,
        "plus",
        "",
        "canvas",
        "add_layer_at_cursor",
    ),
    Action(
        "model.find", "Find a node", ("Ctrl+F", "F3"), "Model", 0, "search", "", "canvas", "find"
    ),
    Action(
        "model.layout",
        "Lay out",
        ("Ctrl+L",),
        "Model",
        1,
        "layout",
        "has_model",
        "canvas",
        "layout_nodes",
    ),
    Action("model.flow", "Turn the flow direction", (), "Model", 1),
    Action("model.check", "Check again", ("F7",), "Model", 2, "check"),
    Action("model.next_problem", "Next problem", ("F8",), "Model", 2, "", "has_problems"),
    Action(
        "model.mend",
        "Mend the selected layer",
        ("Ctrl+.",),
        "Model",
        2,
        "",
        "has_selection",
        "canvas",
        "mend",
        tip="Go to the mends of the selected layer's problem; Enter takes one",
    ),
    Action("train.start", "Train", ("F5", "Ctrl+Return"), "Train", 0, "play", "can_train"),
    Action("train.pause", "Pause or go on", ("Ctrl+P",), "Train", 0, "pause", "is_training"),
    Action(
        "train.stop", "Stop", ("Shift+F5", "Ctrl+Alt+Return"), "Train", 0, "stop", "is_training"
    ),
    Action("train.stop_epoch", "Stop after this epoch", (), "Train", 0, "", "is_training"),
    Action(
        "train.continue", "Continue from last checkpoint", (), "Train", 1, "refresh", "can_continue"
    ),
    Action("help.palette", "Command palette…", ("Ctrl+Shift+P",), "Help", 0, "search"),
    Action("help.keys", "Keys and gestures", ("?", "Ctrl+/"), "Help", 0, "keyboard"),
    Action("help.layer", "Help on this layer or setting", ("F1",), "Help", 0, "help"),
    Action("help.about", "About KerasStudio", (), "Help", 1),
)

GESTURES: tuple[Gesture, ...] = (
    Gesture("Add a layer", "drag it from the list, double-click on the canvas, or Tab", "Canvas"),
    Gesture("Connect", "drag from port to port, or click one and then the other", "Canvas"),
    Gesture("Connect to a new layer", "drop the wire on empty canvas", "Canvas"),
    Gesture("Select", "click; drag a box; Shift adds, Ctrl toggles", "Canvas"),
    Gesture("Insert into a wire", "drop the node on it", "Canvas"),
    Gesture("Duplicate", "Alt+drag", "Canvas"),
    Gesture("Break wires at a port", "Alt+click", "Canvas"),
    Gesture("Pan", "middle or right button, Space+drag, two fingers", "Canvas"),
    Gesture("Zoom", "wheel", "Canvas"),
    Gesture("Edit the selected layer", "Enter", "Canvas"),
    Gesture("Next node, nudge", "arrows, Ctrl+arrows", "Canvas"),
    Gesture("Clear selection, cancel", "Esc", "Canvas"),
    Gesture("Look at a mend before taking it", "point at it, or Ctrl+. and arrows", "Canvas"),
    Gesture("Change a number", "drag its name; arrows or wheel in its field", "Arguments"),
    Gesture("Finer, coarser", "Shift, Ctrl while doing so; Page Up and Down", "Arguments"),
    Gesture("Calculate", "type 2*32 or 28*28", "Arguments"),
    Gesture("Edit several layers at once", "select them, then change a value", "Arguments"),
)


class ActionSet(QObject):
    """A `QAction` for each record. `connect(id, slot)` says what it does; `set_condition(name,
    on)` enables and disables those that need it."""

    def __init__(self, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._records = {record.id: record for record in ACTIONS}
        self._actions: dict[str, QAction] = {}
        self._conditions: dict[str, bool] = {}
        self._wired: set[str] = set()
        self._recent: QMenu | None = None
        for record in ACTIONS:
            self._actions[record.id] = self._make(record)
        self._refresh_enabled()
        theme_changed.connect(self.refresh_icons)

    def action(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def record(self, action_id: str) -> Action:
        return self._records[action_id]

    def connect(self, action_id: str, slot: Callable[[], object]) -> None:  # type: ignore[override]
        self._actions[action_id].triggered.connect(lambda _checked=False: slot())
        self._wired.add(action_id)
        self._actions[action_id].setVisible(True)

    def attach_canvas(self, canvas: QWidget) -> None:
        """Give the canvas its actions; those it has no method for stay out of sight."""
        for record in ACTIONS:
            if record.place != "canvas":
                continue
            method: Any = canvas
            for name in record.target.split("."):
                method = getattr(method, name, None)
            if method is None:
                continue
            action = self._actions[record.id]
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            canvas.addAction(action)
            self.connect(record.id, method)

    def set_condition(self, name: str, on: bool) -> None:
        if self._conditions.get(name) != on:
            self._conditions[name] = on
            self._refresh_enabled()

    def offered(self) -> list[Action]:
        """Records that do something now, in the table's order: for palette and cheat-sheet."""
        return [record for record in ACTIONS if record.id in self._wired]

    def trigger(self, action_id: str) -> None:
        self._actions[action_id].trigger()

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        for name in MENUS:
            menu = bar.addMenu(name)
            self.fill_menu(menu, name)

    def fill_menu(self, menu: QMenu, name: str) -> None:
        group = None
        for record in ACTIONS:
            if record.menu != name:
                continue
            if group is not None and record.group != group:
                menu.addSeparator()
            group = record.group
            if record.id == "file.recent":
                self._recent = menu.addMenu(record.text)
            else:
                menu.addAction(self._actions[record.id])

    @property
    def recent_menu(self) -> QMenu | None:
        return self._recent

    def refresh_icons(self) -> None:
        """Draw the icons in the colours of the theme (the first time after the first paint)."""
        for record in ACTIONS:
            if record.icon:
                self._actions[record.id].setIcon(icon(record.icon))

    def _make(self, record: Action) -> QAction:
        action = QAction(record.text, self)
        action.setObjectName(record.id)
        action.setShortcuts([QKeySequence(keys) for keys in record.keys])
        action.setCheckable(record.checkable)
        action.setIconVisibleInMenu(False)
        action.setToolTip(tip(record))
        action.setVisible(record.id == "file.recent")
        if record.place == "window":
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self._window.addAction(action)
        return action

    def _refresh_enabled(self) -> None:
        for record in ACTIONS:
            need = record.enabled_when
            self._actions[record.id].setEnabled(not need or self._conditions.get(need, False))


def tip(record: Action) -> str:
    """The tool tip: what it does, and its first key."""
    text = record.tip or record.text.rstrip("…")
    return f"{text} ({keys_text(record)})" if record.keys else text


def keys_text(record: Action) -> str:
    """The first key as this system writes it."""
    return QKeySequence(record.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
