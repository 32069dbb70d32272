"""The Outline: the drawing as a tree that can do what the canvas can, by keys and by menu."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QObject,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QMenu,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.canvas import context_menu
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.outline.outline_model import OutlineModel
from kerasstudio.ui.outline.outline_rows import NAME
from kerasstudio.ui.outline.outline_tree import OutlineTree
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.search_field import SearchField

WIDTHS = (136, 98, 64, 62, 70)
_FLAGS = QItemSelectionModel.SelectionFlag
# These move in the tree, whatever they do on the canvas.
_TREE_KEYS = frozenset(
    (
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Space,
        Qt.Key.Key_Tab,
        Qt.Key.Key_Backtab,
    )
)


class Outline(QWidget):
    """Selects what the canvas selects and the other way round. What its keys and its menu do is
    done by the canvas; renaming and finding happen in the tree. `refused(Problem)`."""

    refused = Signal(object)

    def __init__(
        self,
        model: OutlineModel,
        selection: Selection,
        canvas: Canvas,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model, self._selection, self._canvas = model, selection, canvas
        model.setParent(self)
        self._following = False
        self.field = SearchField("Find in the outline", "Find a node…")
        self.field.textEdited.connect(lambda _text: self._find(0))
        self.field.installEventFilter(self)
        self.tree = OutlineTree(self)
        self.tree.setModel(model)
        for column, width in enumerate(WIDTHS):
            self.tree.setColumnWidth(column, px(width))
        self.actions_set = canvas.actions_set.over(self)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(10, 10, 0, 4)
        column_.setSpacing(6)
        top = QVBoxLayout()
        top.setContentsMargins(0, 0, 10, 0)
        top.addWidget(self.field)
        column_.addLayout(top)
        column_.addWidget(self.tree, 1)
        self.setFocusProxy(self.tree)
        self.tree.selectionModel().selectionChanged.connect(self._tree_selected)
        # The ring goes round the whole row.
        self.tree.selectionModel().currentRowChanged.connect(self.tree.viewport().update)
        self.tree.focused.connect(self._begin)
        for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            changed.connect(self._show_branches)
        self._show_branches()
        self.tree.activated.connect(lambda _index: self.actions_set.run("edit.inspect"))
        selection.selection_changed.connect(self._selection_changed)
        model.modelReset.connect(self._selection_changed)
        model.refused.connect(self.refused)
        self._selection_changed()

    def _show_branches(self) -> None:
        """Room for the signs of blocks only where there are blocks."""
        self.tree.setRootIsDecorated(self.model.has_blocks)

    def _begin(self) -> None:
        """The keyboard comes: it stands somewhere."""
        if not self.tree.currentIndex().isValid():
            first = self.model.index(0, 0)
            self.tree.selectionModel().setCurrentIndex(first, _FLAGS.NoUpdate)

    # ------------------------------------------------------------------ actions done here

    def rename(self) -> None:
        """Edit the name of the current row in its place."""
        index = self.tree.currentIndex().siblingAtColumn(NAME)
        if not index.isValid():
            return
        if self.model.key(index) in self.model.graph(index).notes:
            self._canvas.decorating.edit(self.model.key(index))
        else:
            self.tree.edit(index)

    def find(self) -> None:  # type: ignore[override]
        """Go to the search field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def find_next(self) -> None:
        self._find(1)

    def find_previous(self) -> None:
        self._find(-1)

    # ------------------------------------------------------------------ selection

    def _tree_selected(self) -> None:
        """The person selected rows: those of one graph become the selection of the canvas."""
        if self._following:
            return
        current = self.tree.currentIndex()
        rows = self.tree.selectionModel().selectedRows()
        if not rows:
            self._selection.clear()
            return
        if not current.isValid() or current.siblingAtColumn(NAME) not in rows:
            current = rows[-1]
        branch = self.model.branch(current)
        graph = self.model.graph(current)
        keys = {
            self.model.key(index)
            for index in rows
            if self.model.branch(index).graph == branch.graph
        }
        nodes = keys & graph.nodes.keys()
        self._following = True
        self._selection.show_graph(branch.graph)
        key = self.model.key(current)
        if keys == {key} and nodes:
            self._selection.reveal(key)
        elif keys == {key}:
            self._selection.reveal_decoration(key)
        else:
            self._selection.select(nodes, (), keys - nodes)
        self._following = False

    def _selection_changed(self) -> None:
        """Select the rows of what is selected; the last one comes into view."""
        if self._following:
            return
        self._following = True
        chosen = self._selection.nodes | self._selection.decorations
        stretches = self.model.stretches_of(self._selection.graph, chosen) if chosen else []
        rows = QItemSelection()
        for first, last in stretches:
            rows.select(first, last)
        self.tree.selectionModel().select(rows, _FLAGS.ClearAndSelect)
        if stretches:
            last = stretches[0][1].siblingAtColumn(NAME)
            self.tree.selectionModel().setCurrentIndex(last, _FLAGS.NoUpdate)
            self.tree.scrollTo(last)
        self._following = False

    def _find(self, step: int) -> None:
        """To the next row (0: from the current one on) that holds all typed words."""
        words = self.field.text().casefold().split()
        if not words:
            return
        rows = list(self.tree.all_rows())
        if not rows:
            return
        current = self.tree.currentIndex().siblingAtColumn(NAME)
        start = rows.index(current) if current in rows else 0
        way = -1 if step < 0 else 1
        for count in range(abs(step), len(rows) + abs(step)):
            index = rows[(start + way * count) % len(rows)]
            text = self.model.search_text(index)
            if all(word in text for word in words):
                self.tree.setCurrentIndex(index)
                return

    # ------------------------------------------------------------------ keys and menu

    def key_pressed(self, event: QKeyEvent) -> bool:
        """A key in the tree that is none of the tree's own; letters search there."""
        if event.key() in _TREE_KEYS and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        return self.actions_set.pressed(event, letters=False)

    def show_menu(self, place: QPoint) -> None:
        """The canvas's menu for the selected nodes, at a place of the screen."""
        index = self.tree.currentIndex()
        graph = self.model.graph(index) if index.isValid() else None
        key = self.model.key(index) if index.isValid() else ""
        menu = QMenu(self)
        if graph is not None and key in graph.nodes:
            context_menu.fill_for_nodes(menu, self._canvas, key, self.actions_set)
        elif graph is not None and self._canvas.model.has(key):
            context_menu.fill_for_decoration(menu, self._canvas, key, self.actions_set)
        else:
            context_menu.fill_for_paper(menu, self.actions_set)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def sizeHint(self) -> QSize:
        return QSize(px(340), 600)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
                self._find(-1 if back else 1)
                return True
            if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down):
                self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)
