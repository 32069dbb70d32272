"""Adding a layer by typing, where the mouse is."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.ui.canvas.card_face import tensor_label
from kerasstudio.ui.palette.layer_list import ROW_HEIGHT, LayerDelegate, LayerRows, Row
from kerasstudio.ui.palette.layer_query import accepting, find, offered, shown_name
from kerasstudio.ui.palette.palette import LayerListView
from kerasstudio.ui.theme import px, tokens
from kerasstudio.ui.widgets.announce import announce
from kerasstudio.ui.widgets.labels import TextBlock

WIDTH, ROWS = 380, 11
Side = Literal["input", "output"]


class SearchPopup(QWidget):
    """`layer_chosen(LayerType)`, then `closed`. Opened for a wire it offers only what takes the
    wire's tensor (`side` "output") or can feed it ("input")."""

    layer_chosen = Signal(object)
    closed = Signal()

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("searchPopup")
        self._catalogue = catalogue
        self._kinds: list[LayerType] = []
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Add a layer…")
        self.field.setAccessibleName("Search a layer to add")
        self.rows = LayerRows(self)
        self.list = LayerListView(lambda _index: None, self)
        self.list.setDragEnabled(False)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(LayerDelegate(self.list, summaries=True))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.note = TextBlock("", "muted")
        self.note.setMinimumHeight(px(20))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.note)
        column.addWidget(self.list, 1)
        self.setFixedSize(px(WIDTH), 32 + px(54 + ROWS * ROW_HEIGHT))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._search)
        self.list.clicked.connect(self._choose)
        self.list.selectionModel().currentChanged.connect(self._tell)

    def open_at(
        self, place: QPoint, side: Side | None = None, tensor: TensorSpec | None = None
    ) -> None:
        """Open with the field under `place` (global pixels)."""
        kinds = offered(self._catalogue)
        if side == "output":
            self._kinds = accepting(self._catalogue, tensor)
            what = f" {tensor_label(tensor)}" if tensor is not None else ""
            self.note.setText(f"Layers that take{what or ' this wire'}")
        elif side == "input":
            self._kinds = [kind for kind in kinds if kind.outputs]
            self.note.setText("Layers that can feed this port")
        else:
            self._kinds = list(kinds)
            self.note.setText("Type a name or what it does: fc, skip, mha")
        self.field.clear()
        self._search("")
        screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
        area = screen.availableGeometry()
        x = min(place.x() - 16, area.right() - self.width())
        y = min(place.y() - 16, area.bottom() - self.height())
        self.move(max(area.left(), x), max(area.top(), y))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _search(self, text: str) -> None:
        found: list[Row] = [*find(self._catalogue, text, self._kinds)]
        if not text.strip():
            found = [row for row in found if isinstance(row, LayerType) and row.needs is None]
        self.rows.show_rows(found)
        self.list.setCurrentIndex(self.rows.first())
        self.list.scrollToTop()
        if not found:
            self.note.setText(f'No layer here matches "{text.strip()}"')

    def _tell(self, index: QModelIndex) -> None:
        """Screen readers hear the layer: the keyboard stays in the field."""
        kind = self.rows.kind(index)
        if kind is not None:
            announce(self, f"{shown_name(kind)}: {kind.summary}")

    def _choose(self, index: QModelIndex) -> None:
        kind = self.rows.kind(index)
        if kind is None:
            return
        self.hide()
        self.layer_chosen.emit(kind)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # While typing, keys are letters, not the window's actions.
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self._choose(self.list.currentIndex())
                return True
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.list.move_current(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key == Qt.Key.Key_Escape:
                self.hide()
                return True
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.raised))
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
