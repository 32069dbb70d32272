"""The tree behind the Outline: follows the project by its diffs, so that an edit of a drawing
with thousands of nodes touches only the rows it changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Graph
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.outline.branch import Branch, blocks_of, branch_rows, runs
from kerasstudio.ui.outline.outline_rows import (
    HEADINGS,
    NAME,
    OUTPUT,
    PROBLEMS,
    TYPE,
    category,
    cell,
    problems_by_node,
)
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import tokens

Index = QModelIndex | QPersistentModelIndex
_ROOT = 0
# More changed rows than this are told as one stretch.
_MANY = 200


class OutlineModel(QAbstractItemModel):
    """An index holds the number of its branch. `refused(Problem)`: a name that cannot be."""

    refused = Signal(object)

    def __init__(
        self,
        store: DocumentStore,
        feed: InspectionFeed,
        catalogue: Catalogue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._feed, self._catalogue = store, feed, catalogue
        self._project = store.project
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._branches: dict[int, Branch] = {}
        self._next = _ROOT
        self._load()
        store.project_changed.connect(self._project_changed)
        store.document_replaced.connect(self._replaced)
        feed.inspection_changed.connect(self._nodes_changed)
        feed.problems_changed.connect(self._problems_changed)

    # ------------------------------------------------------------------ questions

    def branch(self, index: Index) -> Branch:
        """The branch that an index is a row of."""
        return self._branches[index.internalId()]

    def key(self, index: Index) -> str:
        """The id of the node, frame or note of a row."""
        return self.branch(index).rows[index.row()]

    def graph(self, index: Index) -> Graph:
        return self._project.graphs[self.branch(index).graph]

    @property
    def has_blocks(self) -> bool:
        return len(self._project.graphs) > 1

    def stretches_of(
        self, graph: str, keys: Iterable[str]
    ) -> list[tuple[QModelIndex, QModelIndex]]:
        """Where these keys stand in the first branch that shows the graph, as first and last rows
        of unbroken stretches; opens the way to the branch."""
        branch = next((each for each in self._branches.values() if each.graph == graph), None)
        if branch is None:
            branch = self._find_branch(graph)
        if branch is None:
            return []
        rows = sorted(branch.row_of[key] for key in keys if key in branch.row_of)
        last = len(HEADINGS) - 1
        return [
            (self.createIndex(first, 0, branch.number), self.createIndex(end, last, branch.number))
            for first, end in runs(rows)
        ]

    def search_text(self, index: Index) -> str:
        """What a search looks at in a row: name, type, shape, in small letters."""
        branch = self.branch(index)
        key, graph = branch.rows[index.row()], self._project.graphs[branch.graph]
        cells = (
            cell(self._project, graph, key, column, self._feed.inspection, {})
            for column in (NAME, TYPE, OUTPUT)
        )
        return " ".join(cells).casefold()

    # ------------------------------------------------------------------ following

    def _load(self) -> None:
        self._project = self._store.project
        self._branches, self._next = {}, _ROOT
        self._problems = problems_by_node(self._project, self._feed.problems)
        self._add_branch(self._project.root)

    def _add_branch(self, graph: str, owner: tuple[int, str] | None = None) -> Branch:
        branch = Branch(self._next, graph, owner)
        self._next += 1
        branch.blocks = blocks_of(self._project, graph)
        branch.set_rows(branch_rows(self._project, graph))
        self._branches[branch.number] = branch
        return branch

    def _replaced(self) -> None:
        self.beginResetModel()
        self._load()
        self.endResetModel()

    def _project_changed(self, change: Diff) -> None:
        project = self._store.project
        gone = {each.graph for each in self._branches.values()} - project.graphs.keys()
        if project.root != self._project.root or gone:
            self._replaced()
            return
        opened = {
            layer
            for layer in change.layers.changed
            if self._project.layers[layer].graph != project.layers[layer].graph
        }
        if opened:
            self._replaced()
            return
        # Rows that go are still asked for while they go: by the old project.
        wanted: dict[int, list[str]] = {}
        stale: set[str] = set()
        for branch in list(self._branches.values()):
            here = change.of_graph(branch.graph)
            stale |= (here.nodes.changed - here.moved) | here.frames.changed | here.notes.changed
            if (
                here.nodes.added
                or here.nodes.removed
                or here.wires
                or here.reordered
                or (here.frames or here.notes)
            ):
                wanted[branch.number] = branch_rows(project, branch.graph)
                if branch.number in self._branches:
                    self._remove_rows(branch, wanted[branch.number])
                    branch.blocks = blocks_of(project, branch.graph)
        self._project = project
        for number, rows in wanted.items():
            # It may have been inside of a block that is gone.
            if number in self._branches:
                self._add_rows(self._branches[number], rows)
        if change.layers.changed:
            stale |= {
                node.id
                for graph in {each.graph for each in self._branches.values()}
                for node in project.graphs[graph].nodes.values()
                if node.layer in change.layers.changed
            }
        self._tell(stale)

    def _remove_rows(self, branch: Branch, new: list[str]) -> None:
        parent, keep = self._owner_index(branch), set(new)
        for first, last in runs([n for n, key in enumerate(branch.rows) if key not in keep]):
            self.beginRemoveRows(parent, first, last)
            for key in branch.rows[first : last + 1]:
                self._drop(branch.inner.pop(key, None))
            branch.set_rows(branch.rows[:first] + branch.rows[last + 1 :])
            self.endRemoveRows()

    def _add_rows(self, branch: Branch, new: list[str]) -> None:
        """Put those that stay in order, and new ones between them."""
        ordered = [key for key in new if key in branch.row_of]
        if ordered != branch.rows:
            self._reorder(branch, ordered)
        parent = self._owner_index(branch)
        fresh = [n for n, key in enumerate(new) if key not in branch.row_of]
        for first, last in reversed(list(runs(fresh))):
            self.beginInsertRows(parent, first, last)
            branch.set_rows(branch.rows[:first] + new[first : last + 1] + branch.rows[first:])
            self.endInsertRows()

    def _reorder(self, branch: Branch, ordered: list[str]) -> None:
        self.layoutAboutToBeChanged.emit()
        old = [each for each in self.persistentIndexList() if each.internalId() == branch.number]
        keys = [branch.rows[index.row()] for index in old]
        branch.set_rows(ordered)
        new = [
            self.createIndex(branch.row_of[key], index.column(), branch.number)
            for key, index in zip(keys, old, strict=True)
        ]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _drop(self, number: int | None) -> None:
        if number is not None:
            for inner in self._branches.pop(number).inner.values():
                self._drop(inner)

    def _nodes_changed(self, nodes: Collection[str]) -> None:
        self._tell(nodes)

    def _problems_changed(self) -> None:
        new = problems_by_node(self._project, self._feed.problems)
        old, self._problems = self._problems, new
        self._tell({node for node in old.keys() | new.keys() if old.get(node) != new.get(node)})

    def _tell(self, keys: Collection[str]) -> None:
        """The cells of these rows are others now."""
        last = len(HEADINGS) - 1
        for branch in self._branches.values():
            rows = [branch.row_of[key] for key in keys if key in branch.row_of]
            if len(rows) > _MANY:
                rows = [min(rows), max(rows)]
                stretches = [(rows[0], rows[1])]
            else:
                stretches = list(runs(sorted(rows)))
            for first, end in stretches:
                self.dataChanged.emit(
                    self.createIndex(first, 0, branch.number),
                    self.createIndex(end, last, branch.number),
                )

    # ------------------------------------------------------------------ inside

    def _owner_index(self, branch: Branch) -> QModelIndex:
        if branch.owner is None:
            return QModelIndex()
        number, node = branch.owner
        return self.createIndex(self._branches[number].row_of[node], 0, number)

    def _inner(self, index: Index) -> Branch | None:
        """The branch below a block; None below anything else."""
        if not index.isValid():
            return self._branches[_ROOT]
        if index.column() != NAME:
            return None
        branch = self.branch(index)
        key = branch.rows[index.row()]
        known = branch.inner.get(key)
        if known is not None:
            return self._branches[known]
        graph = self._inside(branch, key)
        if graph is None:
            return None
        made = self._add_branch(graph, (branch.number, key))
        branch.inner[key] = made.number
        return made

    def _inside(self, branch: Branch, key: str) -> str | None:
        node = self._project.graphs[branch.graph].nodes.get(key)
        inside = self._project.layers[node.layer].graph if node is not None else None
        return inside if inside in self._project.graphs else None

    def _find_branch(self, graph: str) -> Branch | None:
        """Look into blocks until one shows the graph."""
        waiting = [self._branches[_ROOT]]
        while waiting:
            branch = waiting.pop(0)
            if branch.graph == graph:
                return branch
            for row, key in enumerate(branch.rows):
                if self._inside(branch, key) is not None:
                    inner = self._inner(self.createIndex(row, 0, branch.number))
                    if inner is not None:
                        waiting.append(inner)
        return None

    # ------------------------------------------------------------------ Qt

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        # The view asks for all rows after each edit: this must be quick.
        if parent is None or not parent.isValid():
            branch: Branch | None = self._branches[_ROOT]
        else:
            branch = self._inner(parent)
        if branch is None or not 0 <= row < len(branch.rows):
            return QModelIndex()
        return self.createIndex(row, column, branch.number)

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return super().parent()
        branch = self._branches.get(index.internalId()) if index.isValid() else None
        return QModelIndex() if branch is None else self._owner_index(branch)

    def rowCount(self, parent: Index | None = None) -> int:
        branch = self._inner(parent if parent is not None else QModelIndex())
        return len(branch.rows) if branch is not None else 0

    def hasChildren(self, parent: Index | None = None) -> bool:
        if parent is None or not parent.isValid():
            return bool(self._branches[_ROOT].rows)
        branch = self._branches[parent.internalId()]
        return parent.column() == NAME and branch.rows[parent.row()] in branch.blocks

    def columnCount(self, parent: Index | None = None) -> int:
        return len(HEADINGS)

    def headerData(
        self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if way == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if index.column() != NAME:
            return _CELL
        branch = self._branches[index.internalId()]
        key = branch.rows[index.row()]
        if key in branch.blocks:
            return _BLOCK
        return _CELL if key in self._project.graphs[branch.graph].notes else _LEAF

    def look(self, row: int, column: int, branch_number: int) -> tuple[str, QColor, QColor | None]:
        """What the delegate paints in a cell: text, its colour, and that of the square before it.
        The roles of `data` say the same, but each of their calls costs a conversion."""
        branch = self._branches[branch_number]
        key, graph = branch.rows[row], self._project.graphs[branch.graph]
        text = cell(self._project, graph, key, column, self._feed.inspection, self._problems)
        return text, self._color(key, column), self._square(graph, key, column)

    def _color(self, key: str, column: int) -> QColor:
        worst = {problem.severity for problem in self._problems.get(key, ())}
        if column != PROBLEMS or not worst:
            return QColor(tokens().text if column == NAME else tokens().text_muted)
        return QColor(tokens().error if "error" in worst else tokens().warning)

    def _square(self, graph: Graph, key: str, column: int) -> QColor | None:
        if column != NAME:
            return None
        if key in graph.frames:
            return QColor(tokens().frame(graph.frames[key].color))
        if key in graph.notes:
            return QColor(tokens().note_border)
        kind = category(self._project, graph, key, self._catalogue)
        return QColor(tokens().category(kind)) if kind else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _ROLES or not index.isValid():
            return None
        branch = self.branch(index)
        key, graph = branch.rows[index.row()], self._project.graphs[branch.graph]
        column = index.column()
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(key, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._square(graph, key, column)
        inspection = self._feed.inspection
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if column != NAME:
                return None
            cells = (cell(self._project, graph, key, n, inspection, self._problems) for n in _ALL)
            return ", ".join(text for text in cells if text)
        if role == Qt.ItemDataRole.ToolTipRole:
            messages = [problem.message for problem in self._problems.get(key, ())]
            return "\n".join(messages) or None
        return cell(self._project, graph, key, column, inspection, self._problems)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Rename a layer or a frame; a name that cannot be is `refused`."""
        if not index.isValid():
            return False
        branch, name = self.branch(index), str(value).strip()
        key, graph = branch.rows[index.row()], self._project.graphs[branch.graph]
        try:
            if key in graph.frames:
                project = edits.set_frame(self._project, key, branch.graph, title=name)
            else:
                project = edits.rename_layer(self._project, graph.nodes[key].layer, name)
        except StudioError as refusal:
            self.refused.emit(refusal.problem)
            return False
        old = cell(self._project, graph, key, NAME, self._feed.inspection, {})
        self._store.apply(project, f"Rename {old} to {name}")
        return True


_CELL = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_LEAF = _CELL | Qt.ItemFlag.ItemIsEditable
_BLOCK = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
_ALL = range(len(HEADINGS))
_ROLES = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.EditRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.ToolTipRole,
    )
)
