"""The actions as Qt knows them, made from the table: menus, keys, tool tips, what is enabled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from kerasstudio.ui.action_table import ACTIONS, MENUS, MNEMONICS, NEEDS, WINDOW, Action
from kerasstudio.ui.icons import icon
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.theme import theme_changed


class Doer(Protocol):
    """Does the actions of the drawing (`canvas/canvas_actions.py`)."""

    def slot(self, record: Action) -> Callable[[], object] | None: ...

    def set_window(self, window: ActionSet) -> None: ...


class ActionSet(QObject):
    """A `QAction` for each record. `connect(id, slot)` says what it does; `set_condition(name,
    on)` enables and disables those that need it. `refused(reason)`: the keys of an action were
    pressed that cannot be done now."""

    refused = Signal(str)

    def __init__(
        self, window: QWidget, key_map: KeyMap | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self.key_map = key_map if key_map is not None else KeyMap(parent=self)
        self._records = {record.id: record for record in ACTIONS}
        self._actions: dict[str, QAction] = {}
        self._conditions: dict[str, bool] = {}
        self._wired: set[str] = set()
        self._recent: QMenu | None = None
        for record in ACTIONS:
            self._actions[record.id] = self._make(record)
        self._show_keys()
        self._refresh_enabled()
        theme_changed.connect(self.refresh_icons)
        self.key_map.keys_changed.connect(self._show_keys)

    def action(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def record(self, action_id: str) -> Action:
        return self._records[action_id]

    def connect(self, action_id: str, slot: Callable[[], object]) -> None:  # type: ignore[override]
        self._actions[action_id].triggered.connect(lambda _checked=False: slot())
        self._wired.add(action_id)
        self._actions[action_id].setVisible(True)

    def attach_canvas(self, doer: Doer) -> None:
        """Give the actions of the drawing to who does them; those it cannot do stay out of
        sight. Keys pressed there ask here first whether the action can be done now."""
        for record in ACTIONS:
            slot = doer.slot(record) if record.place != WINDOW else None
            if slot is not None:
                self.connect(record.id, slot)
        doer.set_window(self)

    def is_offered(self, action_id: str) -> bool:
        return action_id in self._wired

    def can_do(self, action_id: str) -> bool:
        """Whether an action can be done now; says why not."""
        reason = self.hindrance(action_id)
        if reason:
            self.refused.emit(reason)
        return not reason

    def hindrance(self, action_id: str) -> str:
        """Why an action cannot be done now; "" when it can."""
        need = self._records[action_id].needs
        return "" if not need or self._conditions.get(need, False) else NEEDS[need]

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
            menu = bar.addMenu(MNEMONICS.get(name, f"&{name}"))
            menu.setToolTipsVisible(True)
            self.fill_menu(menu, name)

    def fill_menu(self, menu: QMenu, name: str) -> None:
        """The records of a menu; of its inner menus at their place in the table."""
        group = None
        inner: dict[str, QMenu] = {}
        for record in ACTIONS:
            if record.menu.startswith(f"{name}/"):
                if record.menu not in inner:
                    menu.addSeparator()
                    inner[record.menu] = menu.addMenu(record.menu.rpartition("/")[2])
                    self.fill_menu(inner[record.menu], record.menu)
                continue
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

    def set_text(self, action_id: str, text: str) -> None:
        """Another text for now ("Undo Add Dense")."""
        self._actions[action_id].setText(text)
        self._show_tip(self._records[action_id])

    def refresh_icons(self) -> None:
        """Draw the icons in the colours of the theme (the first time after the first paint)."""
        for record in ACTIONS:
            if record.icon:
                self._actions[record.id].setIcon(icon(record.icon))

    def _make(self, record: Action) -> QAction:
        action = QAction(record.text, self)
        action.setObjectName(record.id)
        action.setCheckable(record.checkable)
        action.setIconVisibleInMenu(False)
        action.setVisible(record.id == "file.recent")
        if record.place == WINDOW:
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self._window.addAction(action)
        else:
            # The drawing reads its keys itself; here they are only shown.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        return action

    def _show_keys(self) -> None:
        for record in ACTIONS:
            keys = self.key_map.keys(record.id)
            self._actions[record.id].setShortcuts([QKeySequence(chord) for chord in keys])
            self._show_tip(record)

    def _show_tip(self, record: Action) -> None:
        action = self._actions[record.id]
        text, keys = record.tip or action.text().rstrip("…"), self.key_map.text(record.id)
        action.setToolTip(f"{text} ({keys})" if keys else text)

    def _refresh_enabled(self) -> None:
        for record in ACTIONS:
            need = record.needs
            self._actions[record.id].setEnabled(not need or self._conditions.get(need, False))
