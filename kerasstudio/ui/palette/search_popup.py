"""Adding a layer by typing, where the mouse is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from kerasstudio.ui.palette.layer_list import ROW_HEIGHT, LayerDelegate, LayerRows, Row
from kerasstudio.ui.palette.layer_query import find, shown_name
from kerasstudio.ui.palette.palette import LayerListView
from kerasstudio.ui.theme import px, tokens
from kerasstudio.ui.widgets.announce import announce
from kerasstudio.ui.widgets.labels import TextBlock

WIDTH, ROWS = 380, 11


class SearchPopup(QWidget):
    """Offers what it is opened with; `closed` when it has gone, with a choice or without."""

    closed = Signal()

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("searchPopup")
        self._catalogue = catalogue
        self._kinds: list[LayerType] = []
        self._note = ""
        self._chosen: Callable[[LayerType], object] = lambda _kind: None
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

    def set_catalogue(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def open_at(
        self,
        place: QPoint,
        kinds: Sequence[LayerType],
        note: str,
        chosen: Callable[[LayerType], object],
    ) -> None:
        """Open with the field under `place` (global pixels), offering `kinds` in their order;
        `chosen` is called with the one that is taken."""
        self._kinds, self._note, self._chosen = list(kinds), note, chosen
        self.note.setText(note)
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
            found = [kind for kind in self._kinds if kind.needs is None]
        self.rows.show_rows(found)
        self.list.setCurrentIndex(self.rows.first())
        self.list.scrollToTop()
        nothing = f'No layer here matches "{text.strip()}"'
        self.note.setText(self._note if found else nothing)

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
        self._chosen(kind)

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
