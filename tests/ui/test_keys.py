"""Keys as data: schemes, own changes, clashes, files, and who shows them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.ui.action_table import ACTIONS, CANVAS, MENUS, MNEMONICS, NEEDS, WINDOW
from kerasstudio.ui.app import Studio
from kerasstudio.ui.dialogs.cheat_sheet import CheatSheet
from kerasstudio.ui.dialogs.key_lines import as_html, columns, key_lines, matching
from kerasstudio.ui.dialogs.keys_page import KeysPage
from kerasstudio.ui.dialogs.settings_dialog import SettingsDialog
from kerasstudio.ui.key_chords import event_chords, is_plain, normal
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.key_schemes import SCHEMES, scheme_keys, scheme_mouse
from kerasstudio.ui.mouse_table import GESTURES, WHERE
from kerasstudio.ui.settings import Settings
from kerasstudio.ui.widgets.key_caps import KeyCaps

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
NOT_YET: set[str] = set()
"""Actions whose keys are settled and that nothing does yet: they are not offered. Whoever builds
one takes it out of here."""
GESTURES_NOT_YET: set[str] = set()


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, text: str = "") -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)


# ------------------------------------------------------------------ the tables


def test_ids_and_menus_are_sound() -> None:
    assert max(Counter(record.id for record in ACTIONS).values()) == 1
    for record in ACTIONS:
        assert record.menu.partition("/")[0] in {"", *MENUS}
        assert record.needs in {"", *NEEDS}
        assert record.place in (WINDOW, CANVAS)
    assert max(Counter(gesture.id for gesture in GESTURES).values()) == 1


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=list(SCHEMES))
def test_no_key_means_two_things(scheme: object) -> None:
    known = {record.id for record in ACTIONS}
    keys = scheme_keys(scheme)  # type: ignore[arg-type]
    assert keys.keys() == known
    used = Counter(chord for chords in keys.values() for chord in chords)
    assert [chord for chord, count in used.items() if count > 1] == []
    assert all(normal(chord) == chord for chord in used)
    mouse = scheme_mouse(scheme)  # type: ignore[arg-type]
    assert mouse.keys() == WHERE.keys()
    places = Counter((WHERE[gesture], chord) for gesture, held in mouse.items() for chord in held)
    assert [place for place, count in places.items() if count > 1] == []
    held = {word for chords in mouse.values() for chord in chords for word in chord.split("+")[:-1]}
    assert not held & set(used), "a key that is held for the mouse is no action"


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=list(SCHEMES))
def test_keys_that_type_are_the_drawings(scheme: object) -> None:
    keys = scheme_keys(scheme)  # type: ignore[arg-type]
    window = {record.id for record in ACTIONS if record.place == WINDOW}
    plain = [chord for action in window for chord in keys[action] if is_plain(chord)]
    assert plain == ["?"], "text fields take a plain sign before the window does"


def test_the_clashes_are_settled() -> None:
    ours, blender = scheme_keys(SCHEMES["kerasstudio"]), scheme_keys(SCHEMES["blender"])
    comfy, unreal = scheme_keys(SCHEMES["comfyui"]), scheme_keys(SCHEMES["unreal"])
    assert ours["model.group"] == ("Ctrl+G",)
    assert ours["model.create_frame"] == ("C", "Ctrl+J")
    assert comfy["model.create_frame"] == ("Ctrl+G",)
    assert ours["edit.cut"] == ("Ctrl+X",)
    assert blender["edit.delete_and_reconnect"][0] == "Ctrl+X"
    assert blender["edit.cut"] == ()
    assert ours["model.mute"] == ("M",)
    assert comfy["model.mute"] == ("Ctrl+M",)
    assert comfy["view.minimap"] == ("Ctrl+Alt+M",)
    assert "Shift+A" in ours["model.add"]
    assert unreal["arrange.align_left"] == ("Shift+A",)
    assert unreal["model.add"] == ("Tab",)
    # What a scheme does not speak of stays, without the keys that mean something else there.
    assert unreal["edit.copy"] == ("Ctrl+C",)
    assert blender["view.next_pane"] == ("F6",)
    assert scheme_mouse(SCHEMES["comfyui"])["pan_paper"] == ("Left",)
    assert scheme_mouse(SCHEMES["kerasstudio"])["box"] == ("Left",)
    assert scheme_mouse(SCHEMES["unreal"])["pan_or_search"] == ("Right",)


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=list(SCHEMES))
def test_no_key_opens_a_menu(scheme: object) -> None:
    """Alt and the marked letter of a menu's name are taken before the drawing is asked."""
    texts = [MNEMONICS.get(name, f"&{name}") for name in MENUS]
    letters = {f"Alt+{text[text.index('&') + 1].upper()}" for text in texts}
    assert len(letters) == len(MENUS)
    keys = scheme_keys(scheme)  # type: ignore[arg-type]
    assert not letters & {chord for chords in keys.values() for chord in chords}


def test_the_window_may_do_an_action_of_the_drawing(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("iris_mlp")
    done: list[str] = []
    studio.window.actions_set.connect("edit.copy_arguments", lambda: done.append("copied"))
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(studio.canvas.view, Qt.Key.Key_C, keys)
    assert done == [], "nothing is selected"
    studio.selection.select([next(iter(studio.store.project.graph.nodes))])
    qtbot.keyClick(studio.canvas.view, Qt.Key.Key_C, keys)
    assert done == ["copied"]


def test_what_is_not_built_yet_is_known(studio: Studio) -> None:
    studio.window.page_widget("model")
    offered = {record.id for record in studio.window.actions_set.offered()}
    missing = {record.id for record in ACTIONS if record.place == CANVAS} - offered
    assert missing == NOT_YET
    begun = {gesture.id for gesture in GESTURES if studio.canvas.view.mouse.offers(gesture.id)}
    assert WHERE.keys() - begun == GESTURES_NOT_YET


# ------------------------------------------------------------------ chords


def test_chords_of_key_presses(qapp: QApplication) -> None:
    assert event_chords(press(Qt.Key.Key_D, CTRL)) == ("Ctrl+D",)
    assert event_chords(press(Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)) == ("Return",)
    assert event_chords(press(Qt.Key.Key_Backtab, SHIFT)) == ("Shift+Tab",)
    assert event_chords(press(Qt.Key.Key_Question, SHIFT)) == ("Shift+?", "?")
    assert event_chords(press(Qt.Key.Key_Shift, SHIFT)) == ()
    # The key with the Cyrillic letter ES stands where Latin keyboards have C.
    cyrillic = QKeyEvent(QEvent.Type.KeyPress, 0x0421, NONE, 54, 0, 0, "с")
    assert "C" in event_chords(cyrillic)
    assert [normal(text) for text in ("ctrl+shift+p", "Shift", "a, b", "hello", "Ctrl++")] == [
        "Ctrl+Shift+P",
        "",
        "",
        "",
        "Ctrl++",
    ]


# ------------------------------------------------------------------ own keys


def test_own_keys_are_kept_by_scheme(settings: Settings) -> None:
    keys = KeyMap(settings)
    changes: list[int] = []
    keys.keys_changed.connect(lambda: changes.append(1))
    keys.set_keys("edit.delete", ["Ctrl+Shift+X"])
    assert keys.is_own("edit.delete")
    keys.choose_scheme("blender")
    assert keys.keys("edit.delete") == ("X", "Del")
    keys.choose_scheme("kerasstudio")
    assert len(changes) == 3
    again = KeyMap(settings)
    assert again.keys("edit.delete") == ("Ctrl+Shift+X",)
    again.reset("edit.delete")
    assert again.keys("edit.delete") == ("Del", "Backspace", "X")


def test_all_windows_have_the_same_keys(settings: Settings) -> None:
    one, other = KeyMap(settings), KeyMap(settings)
    changes: list[int] = []
    other.keys_changed.connect(lambda: changes.append(1))
    one.set_keys("edit.delete", ["Ctrl+Shift+X"])
    assert other.keys("edit.delete") == ("Ctrl+Shift+X",)
    one.choose_scheme("blender")
    assert other.scheme.id == "blender"
    assert len(changes) == 2


def test_a_taken_key_is_told_and_taken_over(settings: Settings) -> None:
    keys = KeyMap(settings)
    assert keys.clashes("edit.rename", "Ctrl+D") == ("edit.duplicate",)
    keys.set_keys("edit.rename", ["F2", "Ctrl+D"], take_over=True)
    assert keys.keys("edit.duplicate") == ("Shift+D",)
    assert keys.actions_of("Ctrl+D") == ("edit.rename",)
    keys.reset_all()
    assert keys.keys("edit.duplicate") == ("Ctrl+D", "Shift+D")


@pytest.mark.parametrize(
    ("action", "chord", "why"),
    [
        ("file.save", "S", "everywhere"),
        ("file.save", "Shift+Tab", "everywhere"),
        ("edit.delete", "Space", "mouse gestures"),
        ("edit.delete", "Ctrl+K, Ctrl+S", "not a key"),
        ("edit.delete", "", "not a key"),
    ],
)
def test_keys_that_cannot_be(settings: Settings, action: str, chord: str, why: str) -> None:
    keys = KeyMap(settings)
    before = keys.keys(action)
    with pytest.raises(StudioError, match=why):
        keys.set_keys(action, [chord])
    assert keys.keys(action) == before


def test_settings_with_rubbish_mean_no_changes(settings: Settings) -> None:
    settings.set("keys", '{"blender": {"edit.delete": ["hello", "Q"]}, "x": 3}')
    assert KeyMap(settings).keys("edit.delete") == ("Del", "Backspace", "X")
    settings.set("keys", '{"kerasstudio": {"edit.delete": ["hello", "Q"], "no.action": ["R"]}}')
    assert KeyMap(settings).keys("edit.delete") == ("Q",)
    settings._store.setValue("key_scheme", "emacs")
    assert KeyMap(settings).scheme.id == "kerasstudio"


def test_key_files_go_round(settings: Settings, tmp_path: Path) -> None:
    keys = KeyMap(settings)
    keys.choose_scheme("unreal")
    keys.set_keys("edit.rename", ["F2", "Ctrl+R"])
    path = tmp_path / "keys.json"
    page = KeysPage(keys)
    told: list[Problem] = []
    page.failed.connect(told.append)
    page.export_file(path)
    assert json.loads(path.read_text())["keys"] == {"edit.rename": ["F2", "Ctrl+R"]}
    other = KeyMap()
    other_page = KeysPage(other)
    other_page.import_file(path)
    assert other.scheme.id == "unreal"
    assert other.keys("edit.rename") == ("F2", "Ctrl+R")
    assert other_page.scheme.currentText() == "Unreal"
    page.export_file(tmp_path / "no" / "folder.json")
    assert "cannot be written" in told[-1].message
    page.import_file(tmp_path / "nothing.json")
    assert "cannot be read" in told[-1].message
    page.deleteLater()
    other_page.deleteLater()


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"[]",
        b'{"format": "other"}',
        b'{"version": 2}',
        b'{"scheme": "emacs"}',
        b'{"keys": {"edit.delete": ["hello"]}}',
        b'{"keys": {"file.save": ["S"]}}',
        b'{"keys": {"edit.delete": "X"}}',
    ],
)
def test_bad_key_files_change_nothing(data: bytes, qapp: QApplication) -> None:
    keys = KeyMap()
    keys.set_keys("edit.rename", ["R"])
    with pytest.raises(StudioError) as caught:
        keys.take_json(data)
    assert caught.value.problem.received
    assert keys.keys("edit.rename") == ("R",)
    assert keys.take_json(b'{"keys": {"of.tomorrow": ["R"]}}') == ["of.tomorrow"]


# ------------------------------------------------------------------ who shows them


def test_menus_and_tips_follow_the_keys(studio: Studio) -> None:
    studio.window.page_widget("model")
    actions = studio.window.actions_set
    assert actions.action("edit.delete").shortcut() == QKeySequence("Del")
    assert "(Ctrl+N)" in actions.action("file.new").toolTip()
    studio.key_map.choose_scheme("blender")
    assert actions.action("edit.delete").shortcut() == QKeySequence("X")
    assert actions.action("help.palette").toolTip() == "Command palette (F3)"
    studio.key_map.choose_scheme("kerasstudio")
    studio.key_map.set_keys("view.show_all", ["Ctrl+Shift+F12"])
    studio.show_template("iris_mlp")
    assert "Ctrl+Shift+F12 show all" in studio.canvas.hint.text()


def test_the_drawing_follows_the_keys(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("iris_mlp")
    view = studio.canvas.view
    count = len(studio.store.project.graph.nodes)
    studio.key_map.choose_scheme("blender")
    qtbot.keyClick(view, Qt.Key.Key_A)
    assert len(studio.selection.nodes) == count
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    assert not studio.selection.nodes
    # An action that cannot be done says why.
    qtbot.keyClick(view, Qt.Key.Key_X)
    assert studio.window.status.message.text() == "Select a layer or a wire first."
    studio.key_map.choose_scheme("kerasstudio")
    qtbot.keyClick(view, Qt.Key.Key_A)
    assert not studio.selection.nodes


def test_letters_belong_to_text_fields(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("iris_mlp")
    nodes = dict(studio.store.project.graph.nodes)
    studio.selection.select([list(nodes)[2]])
    studio.canvas.find()
    field = studio.canvas.find_bar.field
    qtbot.keyClicks(field, "xml?")
    assert field.text() == "xml?"
    assert studio.store.project.graph.nodes == nodes
    studio.canvas.rename()
    editor = studio.canvas.rename_editor.field
    editor.clear()
    qtbot.keyClicks(editor, "x")
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    assert editor.text() == "x"
    assert len(studio.store.project.graph.nodes) == len(nodes)
    qtbot.keyClick(editor, Qt.Key.Key_Escape)


def test_the_cheat_sheet(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    studio.window.page_widget("model")
    offers = studio.canvas.view.mouse.offers
    sheet = CheatSheet(
        studio.window.actions_set,
        studio.window,
        lambda gesture: offers(gesture) and not gesture.startswith("lasso"),
    )
    sheet.show()
    assert sheet.title == "KerasStudio key map"

    def caps() -> set[str]:
        return {each.accessibleName() for each in sheet.findChildren(KeyCaps) if each.isVisible()}

    qtbot.waitUntil(lambda: "Ctrl+Shift+P" in caps())
    assert "Ctrl+Arrows" in caps()
    assert "lasso" not in as_html(sheet._topics, "").casefold(), "what is not there is not told"
    qtbot.keyClicks(sheet.search, "minimap")
    qtbot.waitUntil(lambda: caps() == {"Ctrl+M"})
    sheet.search.setText("no such key")
    qtbot.waitUntil(lambda: not caps())
    path = tmp_path / "keys.pdf"
    sheet.save_pdf(path)
    assert path.read_bytes().startswith(b"%PDF")
    wanted: list[int] = []
    sheet.change_wanted.connect(lambda: wanted.append(1))
    sheet._change()
    assert wanted
    studio.key_map.choose_scheme("blender")
    lines = dict(key_lines(studio.window.actions_set, lambda _gesture: True))
    assert ("Delete", ("X", "Del")) in lines["Edit"]
    assert len(columns(list(lines.items()), 3)) == 3
    assert matching(list(lines.items()), "edit x")


# ------------------------------------------------------------------ the page of the settings


@pytest.fixture
def page(qtbot: QtBot, settings: Settings) -> KeysPage:
    made = KeysPage(KeyMap(settings))
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(page: KeysPage) -> list[str]:
    return [button.text() for button in page.findChildren(QPushButton) if button.isVisible()]


def choose(page: KeysPage, action: str) -> None:
    page.table.selectRow(page.rows.row_of(action))


def test_a_key_is_recorded(qtbot: QtBot, page: KeysPage) -> None:
    page.search.setText("rename")
    assert [record.id for record in page.rows.rows] == ["edit.rename"]
    page.search.setText("ctrl+d")
    assert [record.id for record in page.rows.rows] == ["edit.duplicate"]
    page.search.clear()
    choose(page, "edit.rename")
    page.change.record()
    qtbot.keyClick(page.change.recorder, Qt.Key.Key_F9, CTRL)
    assert page._key_map.keys("edit.rename") == ("F2", "Ctrl+F9")
    page.search.setText("changed")
    assert [record.id for record in page.rows.rows] == ["edit.rename"]
    page.change.reset.click()
    assert page._key_map.keys("edit.rename") == ("F2",)
    # Even keys that mean something to the window are only recorded; Esc gives up.
    page.change.record()
    qtbot.keyClick(page.change.recorder, Qt.Key.Key_Escape)
    assert not page.change.recorder.isVisible()
    assert page._key_map.keys("edit.rename") == ("F2",)


def test_a_clash_is_a_choice(qtbot: QtBot, page: KeysPage) -> None:
    choose(page, "edit.rename")
    page.change.record()
    qtbot.keyClick(page.change.recorder, Qt.Key.Key_D, CTRL)
    assert "“Duplicate”" in page.change.words.text()
    assert {"Take it from “Duplicate”", "Record another", "Leave it"} <= set(shown(page))
    page.change.never.click()
    assert page._key_map.keys("edit.rename") == ("F2",)
    page.change.record()
    qtbot.keyClick(page.change.recorder, Qt.Key.Key_D, CTRL)
    page.change.take_over.click()
    assert page._key_map.keys("edit.rename") == ("F2", "Ctrl+D")
    assert page._key_map.keys("edit.duplicate") == ("Shift+D",)


def test_a_refused_key_says_why(qtbot: QtBot, page: KeysPage) -> None:
    choose(page, "file.save")
    page.change.record()
    qtbot.keyClick(page.change.recorder, Qt.Key.Key_S)
    assert "everywhere" in page.change.words.text()
    assert not page.change.take_over.isVisible()
    page.change.another.click()
    assert page.change.recorder.isVisible()
    qtbot.keyClick(page.change.recorder, Qt.Key.Key_F12)
    assert page._key_map.keys("file.save") == ("Ctrl+S", "F12")


def test_the_settings_have_both_pages(qtbot: QtBot, settings: Settings) -> None:
    dialog = SettingsDialog(settings, KeyMap(settings))
    qtbot.addWidget(dialog)
    dialog.show_page("keys")
    dialog.show()
    qtbot.waitUntil(dialog.keys.isVisible)
    dialog.keys.scheme.setCurrentIndex(2)
    dialog.keys.scheme.activated.emit(2)
    assert settings.get("key_scheme") == "blender"
    dialog.choice.chosen.emit("general")
    assert not dialog.keys.isVisible()
