"""The palette and the search popup: what is offered, keys, drags."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kerasstudio.graph.catalogue import LayerType, shipped
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.ui import theme
from kerasstudio.ui.palette.layer_mime import LAYER_MIME, dragged_layer, layer_mime
from kerasstudio.ui.palette.layer_query import accepting, find, offered
from kerasstudio.ui.palette.palette import Palette, ghost_picture

CATALOGUE = shipped()


@pytest.fixture
def palette(qtbot: QtBot, qapp: QApplication) -> Palette:
    theme.set_up(qapp, "dark")
    made = Palette(CATALOGUE)
    qtbot.addWidget(made)
    made.resize(216, 600)
    made.show()
    return made


def titles(palette: Palette) -> list[str]:
    return [palette.rows.index(row).data() for row in range(palette.rows.rowCount())]


def test_all_layers_by_category_and_no_hidden_ones(palette: Palette) -> None:
    shown = titles(palette)
    assert shown[:3] == ["Input & output", "Input", "Output"]
    assert {"Dense", "Conv2D", "MultiHeadAttention", "Add"} <= set(shown)
    layers = {kind.class_name for kind in offered(CATALOGUE)}
    hidden = {kind.class_name for kind in CATALOGUE.layers if kind.hidden}
    assert hidden
    assert not hidden & layers
    assert len(layers) + len({kind.category for kind in offered(CATALOGUE)}) == len(shown)


@pytest.mark.parametrize(
    ("typed", "first"), [("fc", "Dense"), ("skip", "Add"), ("mha", "MultiHeadAttention")]
)
def test_enter_adds_the_first_result(
    palette: Palette, qtbot: QtBot, typed: str, first: str
) -> None:
    chosen: list[LayerType] = []
    palette.layer_chosen.connect(chosen.append)
    qtbot.keyClicks(palette.field, typed)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert [kind.class_name for kind in chosen] == [first]


def test_down_goes_into_the_list_and_past_headings(palette: Palette, qtbot: QtBot) -> None:
    chosen: list[LayerType] = []
    palette.layer_chosen.connect(chosen.append)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    for _step in range(2):
        qtbot.keyClick(palette.list, Qt.Key.Key_Down)
    qtbot.keyClick(palette.list, Qt.Key.Key_Return)
    assert [kind.class_name for kind in chosen] == ["Dense"]


def test_nothing_found_says_so(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.field, "qqqqzzzz")
    assert palette.rows.rowCount() == 0
    assert palette.nothing.isVisible()
    assert "qqqqzzzz" in palette.nothing.text()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.nothing.isVisible()
    assert "Dense" in titles(palette)


def test_double_click_chooses_and_foreign_layers_cannot_be_chosen(
    palette: Palette, qtbot: QtBot
) -> None:
    chosen: list[LayerType] = []
    palette.layer_chosen.connect(chosen.append)
    for title in ("Dense", "Lambda"):
        index = palette.rows.index(titles(palette).index(title))
        palette.list.scrollTo(index)
        spot = palette.list.visualRect(index).center()
        qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        qtbot.mouseDClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert [kind.class_name for kind in chosen] == ["Dense"]
    tip = palette.rows.index(titles(palette).index("Lambda")).data(Qt.ItemDataRole.ToolTipRole)
    assert "needs" in tip


def test_what_takes_a_tensor() -> None:
    image = {kind.class_name for kind in accepting(CATALOGUE, TensorSpec((None, 8, 8, 3)))}
    assert {"Conv2D", "MaxPooling2D", "Flatten"} <= image
    assert not {"LSTM", "Conv1D", "InputLayer"} & image
    words = {kind.class_name for kind in accepting(CATALOGUE, TensorSpec((None, 1), "string"))}
    assert "Hashing" in words
    assert "Dense" not in words


def test_results_are_among_what_is_offered() -> None:
    some = offered(CATALOGUE)[:6]
    for text in ("", "d", "input"):
        assert all(kind in some for kind in find(CATALOGUE, text, some))


def test_a_layer_travels_as_json() -> None:
    kind = CATALOGUE.named("Dense")
    assert kind is not None
    assert dragged_layer(layer_mime(kind), CATALOGUE) == kind
    for junk in (b"", b"[]", b"{", b'{"class_name": "Nothing"}'):
        data = QMimeData()
        data.setData(LAYER_MIME, junk)
        assert dragged_layer(data, CATALOGUE) is None


def test_the_ghost_is_the_card(qapp: QApplication) -> None:
    kind = CATALOGUE.named("Conv2D")
    assert kind is not None
    picture, middle = ghost_picture(kind, 1.0, 2.0)
    assert picture.devicePixelRatio() == 2.0
    assert (middle.x(), middle.y()) == (98, 58)


def test_a_drop_places_the_card_under_the_mouse(qtbot: QtBot, qapp: QApplication) -> None:
    from test_canvas import Hand

    theme.set_up(qapp, "dark")
    hand = Hand(qtbot)
    kind = CATALOGUE.named("Dense")
    assert kind is not None
    drop(hand, kind, hand.spot(700, 400))
    (node,) = hand.selection.nodes
    placed = hand.project.graph.nodes[node]
    assert (placed.x + 88, placed.y + 48) == (700, 400)
    hand.undo_is_identity()
    first, last = hand.port("conv"), hand.port("dense", "inputs")
    drop(hand, kind, (first + last) / 2)
    (node,) = hand.selection.nodes
    assert hand.project.graph.wires[f"{node}:inputs"].source == hand.nodes["conv"]
    assert hand.project.graph.wires[f"{hand.nodes['dense']}:inputs"].source == node
    hand.undo_is_identity()


def drop(hand, kind: LayerType, spot: QPoint) -> None:  # type: ignore[no-untyped-def]
    """What arrives at the canvas when a drag ends there."""
    data = layer_mime(kind)
    viewport = hand.view.viewport()
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(spot, Qt.DropAction.CopyAction, data, button, keys)
    QApplication.sendEvent(viewport, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(spot), Qt.DropAction.CopyAction, data, button, keys)
    QApplication.sendEvent(viewport, event)
