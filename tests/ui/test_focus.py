"""Where the keyboard is: always visible, never caught, from pane to pane by key."""

from __future__ import annotations

import pytest
from focus_ring import focusable, ring_contrast
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from test_accessible import PAGES, PANELS

from kerasstudio.ui import panes
from kerasstudio.ui.app import Studio
from kerasstudio.ui.dialogs.settings_dialog import SettingsDialog
from kerasstudio.ui.tokens import LOOKS

# Of a widget's outline as much must change by 3:1 at least; a cell or a mark inside of a large
# one has its own outline.
PART, ENOUGH = 0.6, 100


def make_all(qtbot: QtBot, studio: Studio) -> None:
    """Make what is otherwise made late: new widgets may take the window's activation for a
    moment on this platform."""
    for panel in PANELS:
        studio.window.show_panel(panel)
    for page in PAGES:
        studio.window.show_page(page)
    qtbot.waitUntil(lambda: studio.idle.waiting == 0 and hasattr(studio, "train_page"))


def weak(qtbot: QtBot, window: QWidget, measured: set[QWidget]) -> list[str]:
    """Focusable widgets whose focus can hardly be seen; those measured before are left out."""
    found = []
    for widget in list(focusable(window)):
        if widget in measured:
            continue
        measured.add(widget)
        if not window.isActiveWindow():
            window.activateWindow()
            qtbot.waitUntil(window.isActiveWindow)
        contrast, pixels = ring_contrast(widget)
        outline = 2 * (widget.width() + widget.height())
        if contrast < 3.0 or pixels < min(PART * outline, ENOUGH):
            name = f"{type(widget).__name__} {widget.accessibleName()!r}"
            found.append(f"{name}: {contrast:.1f}:1, {pixels} pixels of {outline}")
    return found


@pytest.mark.parametrize("colors", LOOKS)
def test_the_focus_can_be_seen_everywhere(qtbot: QtBot, studio: Studio, colors: str) -> None:
    studio.settings.set("theme", colors)
    studio.show_template("two_inputs_two_outputs")
    qtbot.waitUntil(lambda: studio.feed.summary is not None, timeout=10_000)
    studio.selection.select([list(studio.store.project.graph.nodes)[2]])
    found: dict[str, list[str]] = {}
    measured: set[QWidget] = set()
    make_all(qtbot, studio)
    for page in PAGES:
        studio.window.show_page(page)
        qtbot.wait(40)
        found[page] = weak(qtbot, studio.window, measured)
    studio.commands.show_outline()
    found["outline"] = weak(qtbot, studio.window, measured)
    for panel in PANELS:
        studio.window.show_panel(panel)
        qtbot.wait(40)
        found[panel] = weak(qtbot, studio.window, measured)
    for page in ("general", "keys"):
        studio.commands.settings(page)
        dialog = studio.window.findChild(SettingsDialog)
        qtbot.waitUntil(dialog.isVisible)
        found[f"settings {page}"] = weak(qtbot, dialog, measured)
        dialog.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert {place: names for place, names in found.items() if names} == {}


def test_a_node_of_the_canvas_shows_the_focus(qtbot: QtBot, studio: Studio) -> None:
    """The ring of the focused node is there with the keyboard's focus only."""
    studio.show_template("iris_mlp")
    view = studio.canvas.view
    studio.window.activateWindow()
    view.setFocus()
    studio.selection.clear()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    focused = view.emphasis.focused
    assert focused is not None
    studio.selection.clear()
    view.emphasis.focused = focused
    contrast, pixels = ring_contrast(view)
    assert contrast >= 3.0
    assert pixels >= ENOUGH


def focus(studio: Studio) -> QWidget:
    found = studio.window.focusWidget()
    assert found is not None
    return found


def test_tab_goes_round_and_is_caught_nowhere(qtbot: QtBot, studio: Studio) -> None:
    """Shift+Tab leaves everything; Tab does except on the drawing, where it adds a layer."""
    studio.show_template("two_inputs_two_outputs")
    qtbot.waitUntil(lambda: studio.feed.summary is not None, timeout=10_000)
    studio.window.activateWindow()
    for page in PAGES:
        studio.window.show_page(page)
        qtbot.wait(40)
        everything = {id(each) for each in focusable(studio.window)}
        seen: set[int] = set()
        for key, modifiers in (
            (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
            (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier),
        ):
            start = next(iter(focusable(studio.window)))
            start.setFocus(Qt.FocusReason.TabFocusReason)
            seen.add(id(start))
            for _step in range(3 * len(everything)):
                here = focus(studio)
                if here is studio.canvas.view and key == Qt.Key.Key_Tab:
                    studio.window.move_focus(1)  # F6
                else:
                    qtbot.keyClick(here, key, modifiers)
                if focus(studio) is start:
                    break
                seen.add(id(focus(studio)))
            assert focus(studio) is start, f"{page}: Tab does not come back"
        assert seen >= everything, page


def test_tab_goes_as_the_eye_goes(qtbot: QtBot, studio: Studio) -> None:
    """Through each card before the next one, also through what is made late."""
    studio.show_template("iris_mlp")
    qtbot.waitUntil(lambda: studio.feed.summary is not None, timeout=10_000)
    studio.window.show_page("train")

    def order() -> list[str]:
        page = studio.window.page_widget("train")
        shown = {id(widget) for widget in focusable(page)}
        return [each.accessibleName() for each in panes.as_laid_out(page) if id(each) in shown]

    wanted = ["optimizer", "learning_rate", "weight_decay", "loss", "epochs", "batch_size", "seed"]
    qtbot.waitUntil(lambda: set(wanted) <= set(order()))
    places = [order().index(name) for name in wanted]
    assert places == sorted(places)


def test_the_keyboard_stays_near_what_is_hidden(qtbot: QtBot, studio: Studio) -> None:
    """A field that goes away gives the keyboard to its pane, not to the other end of the window."""
    studio.show_template("iris_mlp")
    studio.window.activateWindow()
    nodes = list(studio.store.project.graph.nodes)
    studio.selection.select([nodes[2]])
    # The form is complete, and nothing makes it anew.
    qtbot.waitUntil(lambda: nodes[2] in studio.feed.inspection.nodes)
    qtbot.waitUntil(lambda: not studio.idle.waiting)
    qtbot.wait(300)
    studio.inspector.focus_first_argument()
    qtbot.waitUntil(lambda: studio.inspector.isAncestorOf(focus(studio)))
    field = focus(studio)

    def has_the_keyboard() -> bool:
        studio.window.activateWindow()  # Qt moves the focus in the active window only
        return QApplication.focusWidget() is field

    qtbot.waitUntil(has_the_keyboard)
    field.hide()
    qtbot.waitUntil(lambda: focus(studio) is not field)
    assert studio.inspector.isAncestorOf(focus(studio))


def test_f6_goes_from_pane_to_pane(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("iris_mlp")
    window = studio.window
    window.activateWindow()
    studio.selection.select([next(iter(studio.store.project.graph.nodes))])
    qtbot.waitUntil(lambda: panes.target(studio.inspector) is not None)
    studio.canvas.view.setFocus()
    actions = window.actions_set
    visited = []
    for _press in range(6):
        actions.trigger("view.next_pane")
        places = (
            studio.side_panel, studio.canvas, studio.inspector, window.panel, window.status,
            window.top_bar,
        )  # fmt: skip
        visited.append(next(p for p in places if p.isAncestorOf(focus(studio))))
    assert visited == [
        studio.inspector,
        window.panel,
        window.status,
        window.top_bar,
        studio.side_panel,
        studio.canvas,
    ]
    actions.trigger("view.previous_pane")
    assert studio.side_panel.isAncestorOf(focus(studio))
    # A pane keeps the place where the keyboard was in it.
    studio.palette.list.setFocus()
    actions.trigger("view.next_pane")
    actions.trigger("view.previous_pane")
    assert focus(studio) is studio.palette.list


def test_enter_goes_to_the_arguments_and_escape_comes_back(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("iris_mlp")
    studio.window.activateWindow()
    view = studio.canvas.view
    view.setFocus()
    dense = next(
        node.id
        for node in studio.store.project.graph.nodes.values()
        if studio.store.project.layers[node.layer].class_name == "Dense"
    )
    studio.selection.select([dense])
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert studio.inspector.isAncestorOf(focus(studio))
    qtbot.keyClick(focus(studio), Qt.Key.Key_Escape)
    assert focus(studio) is view
