"""What the parts of the Model page tell each other and the rest of the program."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QWidget

if TYPE_CHECKING:
    from kerasstudio.ui.app import Studio

_ARGUMENT_ACTIONS = ("edit.copy_arguments", "edit.paste_arguments", "edit.reset_arguments")


def wire_model_page(studio: Studio) -> None:
    """Called once, when the page is made."""
    canvas, inspector = studio.canvas, studio.inspector
    inspector.fix_previewed.connect(canvas.preview_fix)
    header = inspector.layers.header
    header.more_requested.connect(partial(_show_argument_menu, studio))
    header.help_requested.connect(studio.help.open)

    def show_changes() -> None:
        canvas.lens.set_changed(studio.changes.since.nodes)

    studio.changes.changed.connect(show_changes)
    show_changes()


def _show_argument_menu(studio: Studio, button: QWidget) -> None:
    menu = QMenu(button)
    for name in _ARGUMENT_ACTIONS:
        menu.addAction(studio.window.actions_set.action(name))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
