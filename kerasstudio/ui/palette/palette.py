"""The palette: every layer Keras has, by category, to be dragged onto the canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QVBoxLayout, QWidget

from kerasstudio.graph.cards import card_lines, card_size, port_offset
from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.edits.nodes import starting_arguments
from kerasstudio.graph.project import Layer
from kerasstudio.graph.saved_blocks import BlockType
from kerasstudio.ui import icons, theme
from kerasstudio.ui.canvas.card_cache import render
from kerasstudio.ui.canvas.card_face import CardFace, PortMark
from kerasstudio.ui.canvas.card_painter import MARGIN
from kerasstudio.ui.palette.layer_list import KIND_ROLE, LayerDelegate, LayerRows, Row
from kerasstudio.ui.palette.layer_mime import layer_mime
from kerasstudio.ui.palette.layer_query import find, offered, shown_name
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.labels import TextBlock
from kerasstudio.ui.widgets.search_field import SearchField


class Palette(QWidget):
    """`layer_chosen(LayerType)`: place it without pointing (Enter, double click)."""

    layer_chosen = Signal(object)
    block_menu_wanted = Signal(object, QPoint)
    block_deleted = Signal(object)
    block_renamed = Signal(object)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self.setObjectName("sidePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.ghost_zoom: Callable[[], float] = lambda: 1.0
        """The zoom of the canvas, so that a dragged card is as large as it will be."""
        self.field = SearchField("Search layers", parent=self)
        self.rows = LayerRows(self)
        self.list = LayerListView(self._drag, self)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(LayerDelegate(self.list))
        self.list.setAccessibleName("Layers")
        self.nothing = TextBlock("", "muted")
        self.nothing.setMinimumHeight(px(64))
        self.nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 12, 4, 4)
        column.setSpacing(6)
        top = QVBoxLayout()
        top.setContentsMargins(0, 0, 6, 0)
        top.addWidget(self.field)
        top.addWidget(self.nothing)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.field)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._search)
        self.list.doubleClicked.connect(self._choose)
        self.list.enter_pressed.connect(self._choose)
        self.list.left_upwards.connect(self.field.setFocus)
        self.list.menu_wanted.connect(self._ask_menu)
        self.list.key_pressed.connect(self._block_key)
        theme.theme_changed.connect(self._theme_changed)
        self._theme_changed()
        self.set_catalogue(catalogue)

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Offer the layers of another Keras."""
        self._catalogue = catalogue
        self._groups = _by_category(offered(catalogue))
        count = sum(len(kinds) for _name, kinds in self._groups)
        self.field.setPlaceholderText(f"Search {count} layers…")
        self._search(self.field.text())

    def sizeHint(self) -> QSize:
        return QSize(px(216), 600)

    def _search(self, text: str) -> None:
        rows: list[Row] = []
        if text.strip():
            rows += find(self._catalogue, text, offered(self._catalogue))
        else:
            for name, kinds in self._groups:
                rows.append(name)
                rows += kinds
        self.rows.show_rows(rows)
        if text.strip():
            self.list.setCurrentIndex(self.rows.first())
            self.list.scrollToTop()
        self.nothing.setVisible(not rows)
        if not rows:
            self.nothing.setText(
                f'No layer matches "{text.strip()}". Try what it does: "pool", "skip", "rnn".'
            )

    def _choose(self, index: QModelIndex) -> None:
        kind = self.rows.kind(index)
        if kind is not None:
            self.layer_chosen.emit(kind)

    def _ask_menu(self, index: QModelIndex, place: QPoint) -> None:
        row = index.data(KIND_ROLE) if index.isValid() else None
        if isinstance(row, BlockType):
            self.block_menu_wanted.emit(row, place)

    def _block_key(self, key: int) -> None:
        """F2 and Del do with a saved block what its menu offers."""
        row = self.list.currentIndex().data(KIND_ROLE) if self.list.currentIndex().isValid() else 0
        if isinstance(row, BlockType):
            signal = self.block_deleted if key == Qt.Key.Key_Delete else self.block_renamed
            signal.emit(row)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                index = self.list.currentIndex()
                self._choose(index if self.rows.kind(index) else self.rows.first())
                return True
            if key == Qt.Key.Key_Down:
                if self.rows.kind(self.list.currentIndex()) is None:
                    self.list.setCurrentIndex(self.rows.first())
                elif self.field.text():
                    self.list.move_current(1)
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if key == Qt.Key.Key_Escape and self.field.text():
                self.field.clear()
                return True
        return super().eventFilter(watched, event)

    def _drag(self, index: QModelIndex) -> None:
        """Drag a layer with its card as the ghost; its middle is under the mouse."""
        kind = self.rows.kind(index)
        if kind is None:
            return
        drag = QDrag(self.list)
        drag.setMimeData(layer_mime(kind))
        ghost, middle = ghost_picture(
            kind, max(0.5, min(1.5, self.ghost_zoom())), self.devicePixelRatioF()
        )
        drag.setPixmap(ghost)
        drag.setHotSpot(middle)
        drag.exec(Qt.DropAction.CopyAction)
        drag.deleteLater()

    def _theme_changed(self) -> None:
        self.field.show_sign(icons.icon("search", theme.tokens().text_muted))
        self.list.viewport().update()


class LayerListView(QListView):
    """A list whose drags carry a card, and whose Enter and Up leave where they should."""

    enter_pressed = Signal(QModelIndex)
    left_upwards = Signal()
    menu_wanted = Signal(QModelIndex, QPoint)
    key_pressed = Signal(int)

    def __init__(self, drag: Callable[[QModelIndex], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start_drag = drag
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def move_current(self, step: int) -> bool:
        """Go to the next row that can be chosen; False when there is none."""
        model: Any = self.model()
        row = self.currentIndex().row() + step
        while 0 <= row < model.rowCount():
            index = model.index(row)
            if model.kind(index) is not None:
                self.setCurrentIndex(index)
                self.scrollTo(index)
                return True
            row += step
        return False

    def startDrag(self, actions: Qt.DropAction) -> None:
        self._start_drag(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter_pressed.emit(self.currentIndex())
        elif key == Qt.Key.Key_Down:
            self.move_current(1)
        elif key == Qt.Key.Key_Up:
            if not self.move_current(-1):
                self.left_upwards.emit()
        elif key in (Qt.Key.Key_F2, Qt.Key.Key_Delete):
            self.key_pressed.emit(int(key))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keys else self.indexAt(event.pos())
        place = self.visualRect(index).center() if by_keys else event.pos()
        self.menu_wanted.emit(index, self.viewport().mapToGlobal(place))
        event.accept()


def ghost_picture(kind: LayerType, zoom: float, ratio: float) -> tuple[QPixmap, QPoint]:
    """The card of a layer not yet placed, and its middle in picture pixels."""
    layer = Layer(
        id="", class_name=kind.class_name, name="", arguments=starting_arguments(kind, {})
    )
    inputs, outputs = min(1, len(kind.ports)), min(1, len(kind.outputs))
    size = card_size(inputs, outputs)
    marks = []
    if inputs:
        marks.append(PortMark(*port_offset("input", 0, 1, size)))
    if outputs:
        marks.append(PortMark(*port_offset("output", 0, 1, size)))
    face = CardFace(
        title=shown_name(kind),
        name="new",
        category=kind.category,
        size=size,
        lines=_lines(kind, layer),
        is_block=isinstance(kind, BlockType),
        ports=tuple(marks),
    )
    picture = render(face, zoom, ratio)
    middle = QPoint(round((MARGIN + size[0] / 2) * zoom), round((MARGIN + size[1] / 2) * zoom))
    return picture, middle


def _lines(kind: LayerType, layer: Layer) -> tuple[str, ...]:
    if isinstance(kind, BlockType):
        return tuple(kind.summary.split(": ", 1))
    return card_lines(layer, kind)


def _by_category(kinds: tuple[LayerType, ...]) -> list[tuple[str, list[LayerType]]]:
    groups: dict[str, list[LayerType]] = {}
    for kind in kinds:
        groups.setdefault(kind.category, []).append(kind)
    return list(groups.items())
