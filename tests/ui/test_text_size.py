"""Text of another size: everything grows with it, nothing is cut, and all comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cut_text import cut_texts
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from test_accessible import PAGES, PANELS

from kerasstudio.ui import theme
from kerasstudio.ui.app import Studio
from kerasstudio.ui.dialogs.cheat_sheet import CheatSheet
from kerasstudio.ui.dialogs.settings_dialog import SettingsDialog
from kerasstudio.ui.style_sheet import style_sheet
from kerasstudio.ui.text_size import change_text_scale, system_scale, wanted_scale


@pytest.fixture(autouse=True)
def usual_size(look: QApplication) -> Iterator[None]:
    """Other tests see the usual size again."""
    yield
    change_text_scale(look, 1.0)


def size(widget: QWidget) -> tuple[int, ...]:
    """What of a widget was fixed by hand."""
    return (
        widget.font().pixelSize(),
        widget.minimumWidth(),
        widget.minimumHeight(),
        widget.maximumWidth(),
        widget.maximumHeight(),
    )


def settled(qtbot: QtBot, window: QWidget) -> list[str]:
    """The texts that are cut once the layouts have come to rest."""
    for _look in range(20):
        qtbot.wait(30)
        found = cut_texts(window)
        if not found:
            break
    return found


@pytest.mark.parametrize("percent", ["150", "200"])
def test_nothing_is_cut(qtbot: QtBot, studio: Studio, percent: str) -> None:
    studio.window.resize(1600 if percent == "150" else 2000, 1100)
    studio.show_template("two_inputs_two_outputs")
    qtbot.waitUntil(lambda: studio.feed.summary is not None, timeout=10_000)
    studio.selection.select([list(studio.store.project.graph.nodes)[2]])
    studio.settings.set("text_size", percent)
    assert theme.text_scale() == int(percent) / 100
    found: dict[str, list[str]] = {}
    for page in PAGES:
        studio.window.show_page(page)
        found[page] = settled(qtbot, studio.window)
    studio.commands.show_outline()
    for panel in PANELS:
        studio.window.show_panel(panel)
        found[panel] = settled(qtbot, studio.window)
    for page in ("general", "keys"):
        studio.commands.settings(page)
        dialog = studio.window.findChildren(SettingsDialog)[-1]
        qtbot.waitUntil(dialog.isVisible)
        found[f"settings {page}"] = settled(qtbot, dialog)
        dialog.close()
    studio.commands.keys()
    sheet = studio.window.findChild(CheatSheet)
    qtbot.waitUntil(sheet.isVisible)
    found["keys"] = settled(qtbot, sheet)
    sheet.close()
    assert {place: texts for place, texts in found.items() if texts} == {}


def test_there_and_back_is_the_same(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("iris_mlp")
    studio.selection.select([list(studio.store.project.graph.nodes)[2]])
    for page in PAGES:
        studio.window.show_page(page)
        qtbot.wait(40)
    qtbot.waitUntil(lambda: studio.idle.waiting == 0)
    before = {widget: size(widget) for widget in studio.window.findChildren(QWidget)}
    for percent in ("125", "200", "110", "150", "100"):
        studio.settings.set("text_size", percent)
    changed = {
        f"{type(widget).__name__} {widget.objectName()}": (old, size(widget))
        for widget, old in before.items()
        if isValid(widget) and size(widget) != old and not widget.objectName().startswith("qt_")
    }
    assert changed == {}
    studio.settings.set("text_size", "150")
    assert studio.window.font().pixelSize() == 20, "13 pixels at 100 %"


def test_the_drawing_keeps_its_size(studio: Studio) -> None:
    studio.show_template("iris_mlp")
    node = next(iter(studio.store.project.graph.nodes))
    card = studio.canvas.model.nodes.rect(node)
    studio.settings.set("text_size", "200")
    assert studio.canvas.model.nodes.rect(node) == card
    assert theme.drawing_font(18).pixelSize() == 18
    assert theme.ui_font(18).pixelSize() == 36


@pytest.mark.parametrize(
    ("pixels", "scale"), [(9, 1.0), (13, 1.0), (15, 1.15), (20, 1.5), (40, 2.0)]
)
def test_the_systems_font_decides(qapp: QApplication, pixels: int, scale: float) -> None:
    font = QFont("Inter")
    font.setPixelSize(pixels)
    assert system_scale(font) == pytest.approx(scale)


def test_the_setting_wins_over_the_system() -> None:
    assert wanted_scale("system", 1.25) == 1.25
    assert wanted_scale("150", 1.25) == 1.5
    assert wanted_scale("900", 1.0) == 2.0
    assert wanted_scale("100", 1.25) == 1.0


def test_lines_stay_thin() -> None:
    sheet = style_sheet(theme.tokens(), 1.5)
    assert "font-size: 39px" in sheet
    assert "border: 1px solid" in sheet
    assert "border: 2px solid" in sheet
