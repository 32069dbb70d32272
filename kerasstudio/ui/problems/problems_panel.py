"""All problems, the worst first: a click shows the node, a button mends it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from kerasstudio.graph.problems import Fix, Problem
from kerasstudio.graph.project import Project
from kerasstudio.ui.icons import pixmap
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import theme_changed, tokens
from kerasstudio.ui.widgets.fix_button import FixButton
from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.focus_ring import paint_focus_ring
from kerasstudio.ui.widgets.labels import Label, TextBlock, Tone
from kerasstudio.ui.widgets.layout_items import take_widgets
from kerasstudio.ui.widgets.message_text import MessageText
from kerasstudio.ui.widgets.original_text import OriginalText

MOST_ROWS = 100
_TONES: dict[str, Tone] = {"error": "error", "warning": "warning", "hint": "accent"}


class ProblemsPanel(QWidget):
    """`fix_chosen(Fix)` when a button is pressed, `fix_previewed(Fix or None)` while one is pointed
    at; `argument_chosen(name)` after a problem of one argument was clicked and its node
    selected."""

    fix_chosen = Signal(object)
    fix_previewed = Signal(object)
    argument_chosen = Signal(str)
    place_shown = Signal()

    def __init__(
        self,
        store: DocumentStore,
        selection: Selection,
        feed: InspectionFeed,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._selection, self._feed = store, selection, feed
        self._next = 0
        self._shown: tuple[Problem, ...] | None = None
        self.rows: list[ProblemRow] = []
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(12, 0, 12, 10)
        self._column.setSpacing(6)
        scroll = QScrollArea()
        scroll.setWidget(self._content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its rows take the keyboard
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll = scroll
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        feed.problems_changed.connect(self.refresh)
        theme_changed.connect(self._redraw)
        self.refresh()

    def refresh(self) -> None:
        """Show the feed's problems."""
        problems = self._feed.problems
        if problems == self._shown:
            return
        self._shown = problems
        self._next = 0
        self.rows = []
        for widget in take_widgets(self._column):
            widget.hide()
            widget.deleteLater()
        for problem in problems[:MOST_ROWS]:
            row = ProblemRow(problem, place_words(problem, self._store.project))
            row.chosen.connect(self.show_place)
            row.fix_chosen.connect(self.fix_chosen)
            row.fix_previewed.connect(self.fix_previewed)
            self.rows.append(row)
            self._column.addWidget(row)
        if len(problems) > MOST_ROWS:
            self._column.addWidget(Label(f"and {len(problems) - MOST_ROWS} more", "muted"))
        if not problems:
            self._column.addWidget(Label("No problems.", "muted"))
        self._column.addStretch(1)

    def show_next(self) -> None:
        """Go to the next problem that has a place on the canvas."""
        project = self._store.project
        placed = [
            problem
            for problem in self._feed.problems
            if (place := problem.place).node
            or _node_of_layer(project, place.layer or place.output) is not None
        ]
        if placed:
            self.show_place(placed[self._next % len(placed)])
            self._next += 1

    def show_place(self, problem: Problem) -> None:
        """Select the node of a problem and bring it into view."""
        place = problem.place
        graph = place.graph if place.graph in self._store.project.graphs else None
        node = place.node or _node_of_layer(self._store.project, place.layer or place.output)
        if node is None:
            return
        if graph is None or node not in self._store.project.graphs[graph].nodes:
            graphs = self._store.project.graphs.values()
            graph = next((each.id for each in graphs if node in each.nodes), None)
        if graph is not None:
            self._selection.show_graph(graph)
        self.place_shown.emit()
        self._selection.reveal(node)
        if place.argument:
            self.argument_chosen.emit(place.argument)

    def _redraw(self) -> None:
        self._shown = None
        self.refresh()


class ProblemRow(QFrame):
    """One problem. Click or Enter: `chosen(Problem)`."""

    chosen = Signal(object)
    fix_chosen = Signal(object)
    fix_previewed = Signal(object)

    def __init__(self, problem: Problem, where: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem = problem
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"{problem.severity}: {problem.message}")
        tone = _TONES[problem.severity]
        theme = tokens()
        colors = {"error": theme.error, "warning": theme.warning, "accent": theme.accent}
        sign = QLabel()
        sign.setPixmap(pixmap(problem.severity, colors[tone], 16, self.devicePixelRatio()))
        sign.setAccessibleName(problem.severity)
        words = MessageText(problem.message)
        column = QVBoxLayout()
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(10)
        if where and not problem.message.startswith(f'"{where}"'):
            head.addWidget(Label(where, tone, bold=True))
        head.addWidget(words, 1)
        column.addLayout(head)
        details = []
        if problem.expected and problem.expected not in problem.message:
            details.append(f"expected {problem.expected}")
        if problem.received and problem.received not in problem.message:
            details.append(f"received {problem.received}")
        if details:
            line = TextBlock("    ".join(details), "muted")
            column.addWidget(line)
        if problem.fixes:
            buttons = QWidget()
            flow = FlowLayout(buttons, gap=14)
            for fix in problem.fixes:
                flow.addWidget(self._fix_button(fix))
            column.addWidget(buttons)
        if problem.detail:
            column.addWidget(OriginalText(problem.detail))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 7, 10, 7)
        row.setSpacing(10)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.problem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.problem)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = tokens()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = theme.hover if self.underMouse() else theme.card
        painter.setBrush(QColor(ground))
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 6)

    def _fix_button(self, fix: Fix) -> FixButton:
        button = FixButton(fix)
        button.chosen.connect(self.fix_chosen)
        button.previewed.connect(self.fix_previewed)
        return button


def place_words(problem: Problem, project: Project) -> str:
    """Where, in few words: the layer's name, or file, column and row."""
    place = problem.place
    layer_id = place.layer or place.output
    if place.node is not None:
        for graph in project.graphs.values():
            node = graph.nodes.get(place.node)
            if node is not None:
                layer_id = node.layer
    parts = []
    if layer_id in project.layers:
        parts.append(project.layers[layer_id].name)
    if place.file:
        parts.append(place.file.rpartition("/")[2])
    if place.column:
        parts.append(f"column {place.column}")
    if place.row is not None:
        parts.append(f"row {place.row}")
    return ", ".join(parts)


def _node_of_layer(project: Project, layer: str | None) -> str | None:
    if layer is None:
        return None
    for graph in project.graphs.values():
        for node in graph.nodes.values():
            if node.layer == layer:
                return node.id
    return None
