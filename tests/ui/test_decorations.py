"""Frames and notes in the hand: with real mouse and key events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from test_canvas import ALT, CTRL, LEFT, NONE, SHIFT, Hand

from kerasstudio.graph import edits
from kerasstudio.graph.frames import FRAME_COLORS
from kerasstudio.ui import theme
from kerasstudio.ui.canvas import context_menu
from kerasstudio.ui.canvas.accessible_canvas import accessible_canvas
from kerasstudio.ui.canvas.accessible_parts import DecorationPart
from kerasstudio.ui.canvas.frames_painter import title_color
from kerasstudio.ui.canvas.hits import Hit, hit
from kerasstudio.ui.canvas.note_page import NotePage
from kerasstudio.ui.canvas.picture import Picture, PictureSpec
from kerasstudio.ui.theme import tokens

KEY = Qt.Key
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
TEXT = "# Plan\n\n- **wide**\n- see [paper](https://example.org/a)\n"


class Framer(Hand):
    def choose(self, *names: str) -> None:
        self.selection.select(self.nodes[name] for name in names)

    def frame(self, *names: str) -> str:
        """A frame around nodes, made by key; its name is as it comes."""
        self.choose(*names)
        before = set(self.project.graph.frames)
        self.key(KEY.Key_C)
        self.qtbot.keyClick(self.canvas.rename_editor.field, KEY.Key_Escape)
        (made,) = self.project.graph.frames.keys() - before
        return made

    def note(self, text: str, x: float = 0.0, y: float = 300.0) -> str:
        project, note = edits.add_note(self.project, text, x, y)
        self.store.apply(project, "Add note")
        return note

    def title(self, frame: str) -> QPoint:
        x, y, _width, _height = self.canvas.model.rect(frame)
        return self.spot(x + 40, y + 12)

    def double_click(self, at: QPoint) -> None:
        self.click(at)
        self.qtbot.mouseDClick(self.view.viewport(), LEFT, NONE, at)
        self.release(at)

    def place(self, name: str) -> tuple[float, float]:
        node = self.project.graph.nodes[self.nodes[name]]
        return node.x, node.y

    def image(self) -> QImage:
        return self.view.grab().toImage()


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Iterator[Framer]:
    theme.set_up(qapp, "dark")
    made = Framer(qtbot)
    yield made
    made.canvas.close()


# ---------------------------------------------------------------------- frames


def test_c_puts_a_frame_around_and_its_title_is_typed_at_once(hand: Framer) -> None:
    hand.choose("conv", "dense")
    hand.key(KEY.Key_C)
    editor = hand.canvas.rename_editor
    assert editor.isVisible()
    hand.qtbot.keyClicks(editor.field, "Encoder")
    hand.qtbot.keyClick(editor.field, KEY.Key_Return)
    (frame,) = hand.project.graph.frames.values()
    assert frame.title == "Encoder"
    assert hand.selection.decorations == {frame.id}
    for name in ("conv", "dense"):
        x, y, width, height = hand.canvas.model.nodes.rect(hand.nodes[name])
        assert frame.x < x
        assert frame.y < y
        assert frame.x + frame.width > x + width
        assert frame.y + frame.height > y + height
    hand.store.undo_stack.undo()
    hand.store.undo_stack.undo()
    assert hand.project is hand.start
    assert not len(hand.canvas.model.decorations)


def test_a_frame_dragged_by_its_title_carries_its_nodes(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    before = hand.project.graph.frames[frame]
    steps = hand.steps()
    hand.drag(hand.title(frame), hand.title(frame) + QPoint(30, 170), CTRL)
    assert hand.project.graph.frames[frame] == before, "Ctrl+press toggles"
    hand.selection.clear()
    hand.drag(hand.title(frame), hand.title(frame) + QPoint(31, 171))
    after = hand.project.graph.frames[frame]
    dx, dy = after.x - before.x, after.y - before.y
    assert (dx, dy) != (0, 0)
    assert hand.place("conv") == (260 + dx, dy)
    assert hand.place("dense") == (520 + dx, dy)
    assert hand.place("image") == (0, 0)
    assert hand.steps() == steps + 1
    hand.store.undo_stack.undo()
    assert hand.place("conv") == (260, 0)
    assert hand.canvas.model.rect(frame)[:2] == (before.x, before.y)


def test_escape_puts_a_frame_back_with_what_is_in_it(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    before = hand.project
    start = hand.title(frame)
    hand.press(start)
    hand.move(start + QPoint(40, 90))
    hand.move(start + QPoint(80, 120))
    hand.key(KEY.Key_Escape)
    assert hand.project is before
    assert hand.canvas.model.nodes.rect(hand.nodes["conv"])[:2] == (260, 0)
    graph = before.graph.frames[frame]
    assert hand.canvas.model.rect(frame)[:2] == (graph.x, graph.y)


def test_a_node_dragged_into_a_frame_is_carried_and_the_frame_lights_up(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    hand.selection.clear()
    edge = edits.set_rect(hand.project, frame, (230, -60, 480, 520))
    hand.store.apply(edge, "Resize")
    hand.drag(hand.card("drop"), hand.card("drop") + QPoint(0, 250))
    assert hand.place("drop")[1] > 460
    start = hand.card("drop")
    hand.press(start)
    hand.move(start - QPoint(0, 100))
    hand.move(start - QPoint(0, 240))
    assert hand.view.emphasis.taking_frame == frame
    hand.image()
    hand.release(start - QPoint(0, 240))
    assert hand.view.emphasis.taking_frame is None
    y = hand.place("drop")[1]
    hand.selection.clear()
    hand.drag(hand.title(frame), hand.title(frame) + QPoint(0, 60))
    assert hand.place("drop")[1] > y


def test_edges_and_corners_change_the_size(hand: Framer) -> None:
    frame = hand.frame("conv")
    x, y, width, height = hand.canvas.model.rect(frame)
    corner = hand.spot(x + width, y + height)
    assert hit(hand.canvas.model, x + width, y + height, 1.0).edge == "bottom right"
    hand.move(corner)
    assert hand.view.viewport().cursor().shape() == Qt.CursorShape.SizeFDiagCursor
    hand.drag(corner, corner + QPoint(57, 43))
    after = hand.project.graph.frames[frame]
    assert after.width > width + 40
    assert after.height > height + 30
    assert hand.place("conv") == (260, 0), "what lies in it stays"
    left = hand.spot(x, y + height / 2)
    hand.drag(left, left + QPoint(2000, 0))
    assert hand.project.graph.frames[frame].width >= 96, "never smaller than its least"
    steps = hand.steps()
    hand.press(left := hand.spot(*hand.canvas.model.rect(frame)[:2]) + QPoint(0, 60))
    hand.move(left - QPoint(40, 0))
    hand.move(left - QPoint(90, 0))
    hand.key(KEY.Key_Escape)
    assert hand.steps() == steps


def test_double_click_renames_and_an_empty_title_is_allowed(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    hand.double_click(hand.title(frame))
    field = hand.canvas.rename_editor.field
    assert field.text() == "Frame"
    hand.qtbot.keyClicks(field, "  The   decoder  ")
    hand.qtbot.keyClick(field, KEY.Key_Return)
    assert hand.project.graph.frames[frame].title == "The decoder"
    hand.key(KEY.Key_F2)
    field.clear()
    hand.qtbot.keyClick(field, KEY.Key_Return)
    assert hand.project.graph.frames[frame].title == ""
    hand.image()


def test_colours_by_menu_and_by_key(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    menu = QMenu(hand.canvas)
    context_menu.fill(menu, hand.canvas, Hit("frame", decoration=frame), QPointF())
    colors = next(action.menu() for action in menu.actions() if action.text() == "Colour")
    names = [action.text().casefold() for action in colors.actions()]  # type: ignore[attr-defined]
    assert tuple(names) == FRAME_COLORS
    colors.actions()[3].trigger()  # type: ignore[attr-defined]
    assert hand.project.graph.frames[frame].color == FRAME_COLORS[3]
    hand.selection.select((), (), (frame,))
    hand.key(KEY.Key_C, SHIFT)
    assert hand.project.graph.frames[frame].color == FRAME_COLORS[4]
    hand.selection.clear()
    steps = hand.steps()
    hand.key(KEY.Key_C, SHIFT)
    assert hand.steps() == steps
    menu.deleteLater()


def test_deleting_a_frame_keeps_its_nodes_and_cutting_takes_them(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    hand.selection.clear()
    hand.click(hand.title(frame))
    assert hand.selection.decorations == {frame}
    hand.key(KEY.Key_Delete)
    assert not hand.project.graph.frames
    assert len(hand.project.graph.nodes) == 5
    hand.store.undo_stack.undo()
    hand.click(hand.title(frame))
    hand.key(KEY.Key_X, CTRL)
    assert not hand.project.graph.frames
    assert len(hand.project.graph.nodes) == 3
    hand.key(KEY.Key_V, CTRL)
    assert len(hand.project.graph.nodes) == 5
    (pasted,) = hand.project.graph.frames.values()
    assert pasted.title == "Frame"
    assert hand.selection.decorations == {pasted.id}
    assert len(hand.selection.nodes) == 2


def test_alt_drag_copies_a_frame_with_its_nodes(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    hand.selection.clear()
    hand.drag(hand.title(frame), hand.title(frame) + QPoint(20, 260), ALT)
    assert len(hand.project.graph.frames) == 2
    assert len(hand.project.graph.nodes) == 7
    assert hand.place("conv") == (260, 0)
    hand.store.undo_stack.undo()
    assert len(hand.project.graph.nodes) == 5


def test_a_box_within_a_frame_takes_cards_and_around_it_the_frame(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    hand.selection.clear()
    x, y, width, height = hand.canvas.model.rect(frame)
    hand.drag(hand.spot(x + 8, y + 36), hand.spot(x + 120, y + height - 12))
    assert hand.selection.nodes == {hand.nodes["conv"]}
    assert not hand.selection.decorations
    hand.drag(hand.spot(x - 15, y - 30), hand.spot(x + width + 15, y + height + 20))
    assert hand.selection.decorations == {frame}
    assert hand.nodes["conv"] in hand.selection.nodes
    hand.drag(hand.spot(x - 15, y + height + 60), hand.spot(x - 30, y + height + 90))
    assert not hand.selection.has_items


def test_arrows_nudge_a_frame_with_its_nodes(hand: Framer) -> None:
    frame = hand.frame("conv")
    before = hand.project.graph.frames[frame].x
    hand.key(KEY.Key_Right, CTRL)
    hand.key(KEY.Key_Right, CTRL)
    assert hand.project.graph.frames[frame].x == before + 2
    assert hand.place("conv") == (262, 0)
    hand.store.undo_stack.undo()
    assert hand.place("conv") == (260, 0)


def test_titles_can_be_read_in_every_look(hand: Framer, qapp: QApplication) -> None:
    def luminance(color: Any) -> float:
        parts = [color.redF(), color.greenF(), color.blueF()]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    from PySide6.QtGui import QColor

    from kerasstudio.ui.canvas.card_painter import mixed

    for look in ("dark", "light", "contrast"):
        theme.apply_theme(qapp, look)
        now = tokens()
        grounds = {
            now.note: (now.note_text, now.note_faint, now.note_link),
            now.note_code: (now.note_text,),
        }
        pairs = [(QColor(t), QColor(ground)) for ground in grounds for t in grounds[ground]]
        for name in FRAME_COLORS:
            sheet = mixed(QColor(now.frame(name)), QColor(now.canvas), 0.30)
            pairs.append((title_color(name), sheet))
        for text, ground in pairs:
            light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (look, text.name(), ground.name())
    theme.apply_theme(qapp, "dark")


# ---------------------------------------------------------------------- notes


def test_shift_p_adds_a_note_to_write_in_as_one_step(hand: Framer) -> None:
    hand.view.by_keys = True
    hand.key(KEY.Key_P, SHIFT)
    editor = hand.canvas.decorating.editor
    assert editor.isVisible()
    hand.qtbot.keyClicks(editor.field, "# Plan")
    hand.qtbot.keyClick(editor.field, KEY.Key_Return)
    hand.qtbot.keyClicks(editor.field, "- first")
    hand.qtbot.keyClick(editor.field, KEY.Key_Return, CTRL)
    (note,) = hand.project.graph.notes.values()
    assert note.text == "# Plan\n- first"
    assert not editor.isVisible()
    assert hand.selection.decorations == {note.id}
    hand.undo_is_identity()


def test_a_double_click_edits_and_escape_keeps_what_was_typed(hand: Framer) -> None:
    note = hand.note("old", 0, 300)
    hand.double_click(hand.spot(60, 340))
    editor = hand.canvas.decorating.editor
    assert editor.note == note
    editor.field.selectAll()
    hand.qtbot.keyClicks(editor.field, "new words")
    hand.qtbot.keyClick(editor.field, KEY.Key_Escape)
    assert hand.project.graph.notes[note].text == "new words"
    hand.store.undo_stack.undo()
    assert hand.project.graph.notes[note].text == "old"


def test_an_editor_whose_note_is_undone_closes(hand: Framer) -> None:
    note = hand.note("old", 0, 300)
    hand.canvas.decorating.edit(note)
    hand.store.undo_stack.undo()
    assert not hand.canvas.decorating.editor.isVisible()
    assert hand.project is hand.start


def test_a_note_grows_to_what_is_written_in_it(hand: Framer) -> None:
    note = hand.note("", 0, 300)
    before = hand.project.graph.notes[note].height
    hand.canvas.decorating.edit(note)
    editor = hand.canvas.decorating.editor
    editor.field.setPlainText("\n".join(f"- line {number}" for number in range(30)))
    editor.take()
    assert hand.project.graph.notes[note].height > 2 * before


def test_notes_are_moved_resized_and_deleted(hand: Framer) -> None:
    note = hand.note(TEXT, 0, 300)
    hand.drag(hand.spot(120, 400), hand.spot(420, 423))
    moved = hand.project.graph.notes[note]
    assert moved.x > 250
    x, y, width, height = hand.canvas.model.rect(note)
    hand.drag(hand.spot(x + width, y + height), hand.spot(x + width + 80, y + height + 50))
    assert hand.project.graph.notes[note].width > width + 50
    hand.key(KEY.Key_Delete)
    assert not hand.project.graph.notes


def test_links_open_only_after_a_click_and_only_to_the_web(hand: Framer) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    hand.canvas.decorating.open_url = open_url  # type: ignore[assignment]
    note = hand.note("[web](https://example.org/a)", 0, 300)
    link = hand.spot(0 + 12 + 8, 300 + 12 + 8)
    hand.move(link)
    assert hand.view.viewport().toolTip() == "https://example.org/a"
    assert hand.view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert opened == []
    hand.drag(link, link + QPoint(60, 40))
    assert opened == [], "a drag moves the note"
    hand.store.undo_stack.undo()
    hand.click(link)
    assert opened == ["https://example.org/a"]
    for bad in ("file:///etc/passwd", "javascript:alert(1)", "ssh://host", "smb://x/y"):
        hand.store.apply(edits.set_note(hand.project, note, text=f"[web]({bad})"), "Write")
        hand.click(link)
        assert "Only web and mail" in hand.canvas.saying.text()
    assert len(opened) == 1
    hand.canvas.decorating.open_url = lambda _url: False  # type: ignore[assignment]
    hand.canvas.decorating.open_link("https://example.org", QPointF())
    assert "could not open" in hand.canvas.saying.text()


def test_notes_load_nothing_and_run_no_html() -> None:
    page = NotePage("![x](file:///etc/hostname) <b>no</b> <img src='http://x/y.png'>", 200)
    kind = QTextDocument.ResourceType.ImageResource
    assert page.resource(kind, QUrl("file:///etc/hostname")) is None
    assert "no" in page.toPlainText()
    assert page.wanted_height > 20


@pytest.mark.parametrize(
    "text",
    ["word " * 50_000, ">" * 3000, "|a" * 900 + "|\n" + "|-" * 900 + "|", "[" * 3000, "\x00\u202e",
     "\n".join("  " * depth + "- a" for depth in range(120))],
)  # fmt: skip
def test_no_text_is_too_much_for_a_note(hand: Framer, text: str) -> None:
    note = hand.note(text)
    hand.image()
    assert hand.project.graph.notes[note].text == text
    assert len(NotePage(text, 200).toPlainText()) < 10_000


def test_notes_are_painted_and_follow_their_text(hand: Framer) -> None:
    before = hand.image()
    note = hand.note(TEXT, 0, 300)
    one = hand.image()
    assert one != before
    hand.store.apply(edits.set_note(hand.project, note, text="# Other"), "Write")
    assert hand.image() != one
    hand.view.set_zoom(0.2)
    hand.image()
    hand.view.set_zoom(1.7)
    hand.image()
    theme.theme_changed.emit()
    hand.image()


# ---------------------------------------------------------------------- for everybody


def test_frames_and_notes_for_assistive_technology(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    note = hand.note(TEXT)
    canvas = accessible_canvas(hand.view)
    assert canvas is not None
    parts = [canvas.child(place) for place in range(canvas.childCount())]
    found = {part.key: part for part in parts if isinstance(part, DecorationPart)}
    assert found.keys() == {frame, note}
    assert found[frame].name() == "frame Frame"
    assert found[frame].description().endswith("holds conv, dense")
    assert found[note].name() == "note: # Plan"
    deeds = {name: deed for name, _keys, deed in found[frame].deeds()}
    deeds["Next colour of the frame"]()
    assert hand.project.graph.frames[frame].color != "blue"
    deeds["Select"]()
    assert hand.selection.decorations == {frame}
    assert found[frame].state().selected
    deeds["Delete"]()
    assert frame not in hand.project.graph.frames
    assert canvas.childCount() == len(hand.project.graph.nodes) + 1


def test_pictures_hold_frames_and_notes(hand: Framer) -> None:
    frame = hand.frame("conv", "dense")
    note = hand.note(TEXT, 0, 900)
    whole = Picture(hand.canvas.model, PictureSpec())
    assert whole.box.bottom() > 900
    part = Picture(
        hand.canvas.model,
        PictureSpec(nodes=frozenset({hand.nodes["conv"], hand.nodes["dense"]})),
    )
    x, y, width, height = hand.canvas.model.rect(frame)
    assert part.box.contains(QPointF(x, y))
    assert part.box.contains(QPointF(x + width, y + height))
    assert part.box.bottom() < 900
    assert note in hand.project.graph.notes


def test_the_map_shows_and_leads(hand: Framer) -> None:
    minimap = hand.canvas.minimap
    plain = minimap.grab().toImage()
    hand.frame("conv", "dense")
    hand.qtbot.waitUntil(lambda: minimap.grab().toImage() != plain)
    hand.selection.clear()
    unselected = minimap.grab().toImage()
    hand.choose("out")
    assert minimap.grab().toImage() != unselected
    hand.view.set_zoom(2.0)
    hand.view.put(QPointF(300, 50), QPointF(600, 350))
    x0, y0 = hand.view.visible_box()[:2]
    scale, corner = minimap._scale()
    at = QPointF((x0 + 40) * scale + corner.x(), (y0 + 40) * scale + corner.y()).toPoint()
    hand.qtbot.mousePress(minimap, LEFT, NONE, at)
    moved = hand.view.visible_box()
    assert abs(moved[0] - x0) * scale < 1.5, "taken where it was gripped"
    hand.qtbot.mouseMove(minimap, at + QPoint(12, 5))
    view = hand.view
    view_x = view.visible_box()[0]
    assert view_x == pytest.approx(moved[0], abs=1) or view_x > moved[0]
    hand.qtbot.mouseRelease(minimap, LEFT, NONE, at)
    far = QPoint(160, 88)
    hand.qtbot.mousePress(minimap, LEFT, NONE, far)
    hand.qtbot.mouseRelease(minimap, LEFT, NONE, far)
    middle = (view.visible_box()[0] + view.visible_box()[2]) / 2
    assert middle == pytest.approx((far.x() - corner.x()) / scale, rel=0.02)


def test_copied_frames_are_text_that_others_read(hand: Framer) -> None:
    frame = hand.frame("conv")
    hand.selection.select((), (), (frame,))
    hand.key(KEY.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert '"frames"' in text
    assert '"conv"' in text
