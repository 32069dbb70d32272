"""The command palette: what it finds, how it is used by keys, and what it cannot do now."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.templates import project_from
from kerasstudio.ui.app import Studio
from kerasstudio.ui.dialogs.command_palette import CommandPalette
from kerasstudio.ui.palette.command_search import Entry, Haystack, entry, node_entry, plain_words
from kerasstudio.ui.palette.layer_query import offered, shown_name

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def nothing() -> None:
    pass


@pytest.fixture(scope="module")
def haystack() -> Haystack:
    found: list[Entry] = [
        entry("action", "edit.delete", "Delete", nothing, "edit remove erase"),
        entry("action", "edit.redo", "Redo", nothing, "edit", hindrance="There is nothing."),
        entry("action", "help.keys", "Keys and gestures", nothing, "help shortcuts"),
        entry("setting", "theme=dark", "Theme: Dark", nothing, "setting"),
        entry("file", "/a/wine.kstudio", "wine.kstudio", nothing, "open recent"),
        entry("problem", "0", "dense wants flat values.", nothing, "problem error"),
    ]
    for place, kind in enumerate(offered(shipped())):
        words = " ".join((*kind.aliases, kind.category))
        found.append(
            entry("layer", kind.class_name, shown_name(kind), nothing, words, weight=place)
        )
    found += [node_entry(f"n{n}", f"dense_{n}", "Dense", nothing) for n in range(5000)]
    found.append(node_entry("last", "dense", "Dense", nothing))
    return Haystack(found)


def texts(haystack: Haystack, typed: str, count: int = 3) -> list[str]:
    return [each.text for each in haystack.find(typed)[:count]]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("delete", "Delete"),
        ("DEL", "Delete"),
        ("erase", "Delete"),
        ("shortcuts", "Keys and gestures"),
        ("dark", "Theme: Dark"),
        ("mha", "MultiHeadAttention"),
        ("fully connected", "Dense"),
        ("glbl avg 2d", "GlobalAveragePooling2D"),
        ("dropuot", "Dropout"),
        ("btch norm", "BatchNormalization"),
        ("wine", "wine.kstudio"),
        ("flat values", "dense wants flat values."),
        ("dense_4711", "dense_4711"),
        ("dense 4711", "dense_4711"),
        ("@dense", "dense"),
        ("!dense", "dense wants flat values."),
        ("+dense", "Dense"),
        ("> de", "Delete"),
    ],
)
def test_what_is_found_first(haystack: Haystack, typed: str, first: str) -> None:
    assert texts(haystack, typed, 1) == [first]


def test_what_is_typed_exactly_is_found_among_thousands(haystack: Haystack) -> None:
    found = haystack.find("dense")
    assert [each.kind for each in found[:2]] == ["layer", "node"]
    assert found[1].key == "last"
    assert len(found) == 100
    assert all(each.kind == "node" for each in haystack.find("@"))
    assert not any(each.kind == "node" for each in haystack.find(""))
    assert haystack.find("qqqqq zzzzz") == []
    assert haystack.find("***") == haystack.find("")


def test_what_can_be_done_comes_before_what_cannot(haystack: Haystack) -> None:
    found = [each for each in haystack.find("edit") if each.kind == "action"]
    assert [each.text for each in found] == ["Delete", "Redo"]


def test_names_are_taken_apart() -> None:
    assert plain_words("MaxPooling2D") == " maxpooling2d max pooling2 d mpd"
    assert plain_words("Theme: Dark") == " theme dark"
    assert plain_words("batch_norm") == " batch norm"


def open_palette(qtbot: QtBot, studio: Studio) -> CommandPalette:
    studio.window.actions_set.trigger("help.palette")
    palette = QApplication.activePopupWidget()
    assert isinstance(palette, CommandPalette)
    return palette


def run(qtbot: QtBot, studio: Studio, typed: str) -> None:
    palette = open_palette(qtbot, studio)
    qtbot.keyClicks(palette.search, typed)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert QApplication.activePopupWidget() is None


def test_it_does_everything(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    studio.documents.new(project_from("iris_mlp"))
    run(qtbot, studio, "undo li")
    assert studio.window.panel.current == "history"
    before = len(studio.store.project.graph.nodes)
    run(qtbot, studio, "+dropout")
    assert len(studio.store.project.graph.nodes) == before + 1
    name = studio.canvas.editor.name(next(iter(studio.selection.nodes)))
    # The next one is wired to the selected one.
    (first,) = studio.selection.nodes
    run(qtbot, studio, "+fc")
    (second,) = studio.selection.nodes
    assert studio.store.project.graph.wires[f"{second}:inputs"].source == first
    run(qtbot, studio, f"@{name}")
    assert studio.selection.nodes == {first}
    run(qtbot, studio, "animations off")
    assert studio.settings.get("motion") is False
    run(qtbot, studio, "key map blender")
    assert studio.key_map.scheme.id == "blender"
    qtbot.waitUntil(lambda: bool(studio.feed.problems), timeout=10_000)
    problem = studio.feed.problems[0]
    run(qtbot, studio, f"!{problem.message}")
    assert studio.window.panel.current == "problems"
    studio.settings.add_recent(tmp_path / "gone.kstudio")
    palette = open_palette(qtbot, studio)
    palette.search.setText("gone.kstudio")
    assert palette.current is not None
    assert palette.current.hindrance == "The file is gone."
    palette.close()


def test_what_cannot_be_done_says_why_and_stays(qtbot: QtBot, studio: Studio) -> None:
    palette = open_palette(qtbot, studio)
    qtbot.keyClicks(palette.search, "bypass")
    assert palette.current is not None
    assert palette.current.hindrance == "Select a layer first."
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert palette.note.text() == "Select a layer first."
    palette.search.setText("zzzzqq")
    assert palette.current is None
    assert "Nothing matches" in palette.note.text()
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)


def test_keys_walk_the_list(qtbot: QtBot, studio: Studio) -> None:
    palette = open_palette(qtbot, studio)
    row = palette.list.currentIndex().row
    assert row() == 0
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    qtbot.keyClick(palette.search, Qt.Key.Key_Tab)
    assert palette.list.currentIndex().row() == 2
    qtbot.keyClick(palette.search, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    last = palette.found.rowCount() - 1
    assert palette.list.currentIndex().row() == last, "round and round"
    qtbot.keyClick(palette.search, Qt.Key.Key_PageDown)
    assert palette.list.currentIndex().row() == last
    qtbot.keyClick(palette.search, Qt.Key.Key_PageUp)
    assert palette.list.currentIndex().row() < last - 5
    palette.close()


def test_what_was_done_last_comes_first(qtbot: QtBot, studio: Studio) -> None:
    run(qtbot, studio, ">problems")
    run(qtbot, studio, ">undo list")
    palette = open_palette(qtbot, studio)
    first = [each.key for each in palette.found.found[:2]]
    assert first == ["edit.history", "view.problems"]
    palette.close()


def test_keys_are_shown_as_they_are(qtbot: QtBot, studio: Studio) -> None:
    studio.key_map.set_keys("edit.history", ["Ctrl+F11"])
    palette = open_palette(qtbot, studio)
    palette.search.setText("undo list")
    assert palette.current is not None
    assert palette.current.keys == ("Ctrl+F11",)
    palette.close()
