"""The menus under the right mouse button: records of the table of actions, for what was hit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QMenu

from kerasstudio.graph.frames import FRAME_COLORS
from kerasstudio.graph.problems import Fix
from kerasstudio.ui.action_table import ACTIONS
from kerasstudio.ui.canvas.hits import Hit
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas
    from kerasstudio.ui.canvas.canvas_actions import CanvasActions

# Ids in the order of the menu; what nothing does yet is left out.
ONE_NODE = (
    ("edit.inspect", "edit.rename", "model.swap_layer"),
    ("model.enter_block", "model.call_again", "model.make_independent", "model.repeat"),
    ("model.start_wire", "model.detach", "model.move_on", "model.move_back"),
    ("model.bypass", "model.mute", "model.toggle_trainable"),
    ("model.collapse", "model.hide_unused_ports", "model.pin"),
    ("model.group", "model.ungroup", "model.save_block", "model.create_frame"),
    (
        "edit.cut",
        "edit.copy",
        "edit.duplicate",
        "edit.copy_arguments",
        "edit.paste_arguments",
        "edit.reset_arguments",
    ),
    ("edit.select_upstream", "edit.select_downstream", "edit.select_connected"),
    ("view.show_selected",),
    ("edit.delete_and_reconnect", "edit.delete"),
)
SEVERAL_NODES = (
    ("model.connect_selected", "model.detach", "model.bypass", "model.mute"),
    ("model.toggle_trainable", "model.collapse", "model.hide_unused_ports", "model.pin"),
    ("model.group", "model.ungroup", "model.repeat", "model.save_block", "model.create_frame"),
    ("edit.cut", "edit.copy", "edit.duplicate", "edit.paste_arguments", "edit.reset_arguments"),
    ("arrange.layout_selection", "arrange.straighten"),
    ("arrange.align_left", "arrange.align_right", "arrange.align_top", "arrange.align_bottom"),
    ("arrange.align_center_h", "arrange.align_center_v"),
    ("arrange.distribute_h", "arrange.distribute_v"),
    ("view.show_selected",),
    ("edit.delete_and_reconnect", "edit.delete"),
)
FRAME = (
    ("edit.rename", "model.create_frame"),
    ("edit.cut", "edit.copy", "edit.duplicate"),
    ("view.show_selected",),
    ("edit.delete",),
)
NOTE = (
    ("edit.rename",),
    ("edit.cut", "edit.copy", "edit.duplicate"),
    ("view.show_selected",),
    ("edit.delete",),
)
PAPER = (
    ("edit.paste", "edit.paste_with_wires", "model.add_note"),
    ("edit.select_all", "arrange.layout", "model.find", "model.leave_block"),
    ("view.show_all", "view.zoom_100", "view.minimap"),
)
_TEXTS = {record.id: record.text for record in ACTIONS}


def fill(menu: QMenu, canvas: Canvas, found: Hit, spot: QPointF) -> None:
    """Fill `menu` for what was hit."""
    if found.node is not None:
        fill_for_nodes(menu, canvas, found.node, canvas.actions_set)
    elif found.wire is not None:
        _add(menu, "Insert layer…", partial(canvas.placing.ask_for_wire, spot, found.wire))
        if found.dot is None:
            _add(menu, "Add a reroute dot", partial(_add_dot, canvas, spot))
        else:
            remove = partial(canvas.editor.wires.remove_dots, [found.dot])
            _add(menu, "Remove the reroute dot", remove)
        _add(menu, "Remove wire", partial(canvas.editor.unwire, [found.wire]))
    elif found.decoration is not None:
        fill_for_decoration(menu, canvas, found.decoration, canvas.actions_set)
    else:
        at = canvas.view.to_scene(spot)
        keys = next(iter(canvas.key_map.keys("model.add")), "")
        _add(menu, "Add layer…", partial(canvas.placing.ask, spot, at, None), keys)
        _add_actions(menu, canvas.actions_set, PAPER)


def _add_dot(canvas: Canvas, spot: QPointF) -> None:
    """Put a reroute dot on the wire at `spot`."""
    at = canvas.view.to_scene(spot)
    found = canvas.view.wire_span(at)
    if found is not None:
        canvas.editor.wires.add_dot(*found, (at.x(), at.y()))


def fill_for_decoration(menu: QMenu, canvas: Canvas, key: str, doer: CanvasActions) -> None:
    """What can be done with a frame or note, which is selected."""
    frame = canvas.model.decorations.frame(key)
    if frame is None:
        _add_actions(menu, doer, NOTE, {"edit.rename": "Write in it"})
        return
    contents = partial(canvas.decorating.select_contents, key)
    _add(menu, "Select what lies in it", contents)
    colors = menu.addMenu("Colour")
    for name in FRAME_COLORS:
        action = _add(colors, name.capitalize(), partial(canvas.decorating.recolor, key, name))
        action.setIcon(swatch(tokens().frame(name)))
        action.setCheckable(True)
        action.setChecked(name == frame.color)
    _add_actions(menu, doer, FRAME, {"edit.delete": "Delete the frame, keep what lies in it"})


def swatch(color: str) -> QIcon:
    """A colour as an icon."""
    picture = QPixmap(32, 32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(QRectF(3, 3, 26, 26), 8, 8)
    painter.end()
    return QIcon(picture)


def fill_for_paper(menu: QMenu, doer: CanvasActions) -> None:
    """What can be done without a node; `doer` does it."""
    _add_actions(menu, doer, (("model.add",), *PAPER))


def fill_for_nodes(menu: QMenu, canvas: Canvas, node: str, doer: CanvasActions) -> None:
    """Mends of a node's problems, then what can be done with it and what else is selected; `doer`
    does it."""
    _add_mends(menu, canvas, node)
    several = len(canvas.view.selection.nodes | {node}) > 1
    _add_actions(menu, doer, SEVERAL_NODES if several else ONE_NODE)


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


def _add_actions(
    menu: QMenu,
    doer: CanvasActions,
    groups: Iterable[Iterable[str]],
    texts: Mapping[str, str] | None = None,
) -> None:
    """`texts` are other words for actions here."""
    words = {**_TEXTS, **(texts or {})}
    for group in groups:
        menu.addSeparator()
        for action_id in group:
            if doer.offers(action_id) and doer.makes_sense(action_id):
                keys = next(iter(doer.key_map.keys(action_id)), "")
                _add(menu, words[action_id], partial(doer.run, action_id), keys)


def _add(menu: QMenu, text: str, call: Callable[[], object], keys: str = "") -> QAction:
    action = menu.addAction(text)
    if keys:
        action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda _checked=False: call())
    return action
