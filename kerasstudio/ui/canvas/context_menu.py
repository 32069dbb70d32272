"""The menus under the right mouse button."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from kerasstudio.graph.problems import Fix
from kerasstudio.ui.canvas.hits import Hit

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas


def fill(menu: QMenu, canvas: Canvas, found: Hit, spot: QPointF) -> None:
    """Fill `menu` for what was hit. Keys are shown behind a tab; the canvas handles them."""
    if found.node is not None:
        _fill_node(menu, canvas, found.node)
    elif found.wire is not None:
        _fill_wire(menu, canvas, found.wire, spot)
    else:
        _fill_paper(menu, canvas, spot)


def _fill_node(menu: QMenu, canvas: Canvas, node: str) -> None:
    chosen = set(canvas.view.selection.nodes) | {node}
    several = len(chosen) > 1
    layer = canvas.model.layer(node)
    _add_mends(menu, canvas, node)
    if not several:
        _add(menu, "Rename\tF2", canvas.rename)
        if not layer.is_input and not layer.is_output:
            _add(menu, "Use again with the same weights", lambda: canvas.editor.call_again(node))
    frozen = not layer.trainable
    if not layer.is_input and not layer.is_output:
        _add(
            menu,
            "Unfreeze weights" if frozen else "Freeze weights",
            lambda: canvas.editor.set_trainable(chosen, frozen),
        )
    menu.addSeparator()
    canvas.node_menu_filled.emit(menu)
    menu.addSeparator()
    _add(menu, "Cut\tCtrl+X", canvas.cut)
    _add(menu, "Copy\tCtrl+C", canvas.copy)
    _add(menu, "Duplicate\tCtrl+D", canvas.duplicate)
    menu.addSeparator()
    if several:
        _add(menu, "Arrange these\tCtrl+L", canvas.layout_nodes)
    _add(menu, "Frame\tF", canvas.frame_selection)
    menu.addSeparator()
    _add(menu, "Delete and reconnect\tCtrl+Del", canvas.delete_and_reconnect)
    _add(menu, "Delete\tDel", canvas.delete)


def _add_mends(menu: QMenu, canvas: Canvas, node: str) -> None:
    """The mends of the node's problems, each shown as a ghost while it is pointed at."""
    fixes: dict[QAction, Fix] = {}
    for problem in canvas.model.problems_of(node)[:2]:
        for fix in problem.fixes:
            label = fix.label[:1].upper() + fix.label[1:]
            fixes[_add(menu, label, partial(canvas.apply_fix, fix))] = fix
    if fixes:
        menu.hovered.connect(lambda action: canvas.preview_fix(fixes.get(action)))
        menu.aboutToHide.connect(lambda: canvas.preview_fix(None))
        menu.addSeparator()


def _fill_wire(menu: QMenu, canvas: Canvas, wire: str, spot: QPointF) -> None:
    _add(menu, "Insert layer…", lambda: canvas.insert_in_wire(wire, spot))
    _add(menu, "Remove wire\tAlt+click its port", lambda: canvas.editor.unwire([wire]))


def _fill_paper(menu: QMenu, canvas: Canvas, spot: QPointF) -> None:
    at = canvas.view.to_scene(spot)
    _add(menu, "Add layer…\tTab", lambda: canvas.ask_for_layer(spot, at))
    _add(menu, "Paste\tCtrl+V", canvas.paste)
    menu.addSeparator()
    _add(menu, "Select all\tCtrl+A", canvas.select_all)
    _add(menu, "Arrange all\tCtrl+L", canvas.layout_nodes)
    menu.addSeparator()
    _add(menu, "Frame all\tHome", canvas.frame_all)
    _add(menu, "Zoom to 100 %\tCtrl+0", canvas.zoom_100)
    action = menu.addAction("Overview\tCtrl+M")
    action.setCheckable(True)
    action.setChecked(not canvas.minimap.isHidden())
    action.triggered.connect(canvas.toggle_minimap)


def _add(menu: QMenu, text: str, call: Callable[[], object]) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda _checked=False: call())
    return action
