"""Which columns go into which Input, and what each Output is compared with."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from kerasstudio.graph.bindings import Binding, resolve
from kerasstudio.graph.data_spec import Column, DataSpec
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.defaults import training_for_output
from kerasstudio.graph.heads import Head, head_of
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.switches import live_project
from kerasstudio.ui.inspector.input_shapes import input_changes
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.labels import ElidedLabel, Label, LinkButton, TextBlock
from kerasstudio.ui.widgets.layout_items import take_widgets
from kerasstudio.ui.widgets.menu_button import MenuButton


class MatchingCard(Card):
    """`matched(layer id, column names)`: a person's choice; no names means "by name and order".
    `shapes_requested()`: give the Inputs the shapes of their data. `training_requested()`:
    show loss and metrics. `model_requested()`: draw a model for the data, where there is none."""

    matched = Signal(str, object)
    shapes_requested = Signal()
    training_requested = Signal()
    model_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Goes into the model", parent=parent)
        self._shown: object = None
        self.rows: dict[str, MatchRow] = {}
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        self.body.addLayout(self._lines)
        self.unused = TextBlock("", "muted")
        self.body.addWidget(self.unused)
        self.shapes_button = QPushButton("Take Input shape from data")
        self.shapes_button.clicked.connect(self.shapes_requested)
        self.body.addWidget(self.shapes_button)
        self.model_button = QPushButton("Draw a model for this data")
        self.model_button.clicked.connect(self.model_requested)
        self.body.addWidget(self.model_button)

    def show_project(
        self, project: Project, summary: DataSummary | None, inspection: Inspection | None
    ) -> None:
        """Resolve the matching and show it."""
        project = live_project(project)
        found = resolve(project, summary)
        inputs = _unique(layer for _node, layer in project.inputs())
        outputs = _unique(layer for _node, layer in project.outputs())
        training = [
            training_for_output(project, layer.id, summary, inspection) for layer in outputs
        ]
        nodes = {layer.id: node for node, layer in project.outputs()}
        heads = [head_of(project, nodes[layer.id].id, inspection) for layer in outputs]
        changes = input_changes(project, summary)
        drawn = bool(project.graph.nodes)
        shown = (found, inputs, outputs, heads, training, project.data.columns, list(changes),
                 drawn, summary is None)  # fmt: skip
        if shown == self._shown:
            return
        self._shown = shown
        self._clear()
        for layer in inputs:
            self._add_row(layer, input_text(layer), found.inputs.get(layer.id), project.data)
        if not inputs:
            self._lines.addWidget(TextBlock("The model has no Input yet.", "muted"))
        self._lines.addWidget(Label("Compared with", bold=True))
        for layer, head, chosen in zip(outputs, heads, training, strict=True):
            binding = found.outputs.get(layer.id)
            self._add_row(layer, output_text(head), binding, project.data)
            if chosen.loss is not None and chosen.metrics is not None:
                names = [chosen.loss.class_name] + [one.class_name for one in chosen.metrics]
                self._add_training(target_text(binding), ", ".join(names))
        if not outputs:
            self._lines.addWidget(TextBlock("The model has no Output yet.", "muted"))
        self.model_button.setVisible(not drawn and summary is not None)
        self.unused.setVisible(bool(found.unused))
        self.unused.setText("Not used: " + ", ".join(found.unused))
        self.shapes_button.setVisible(bool(changes))
        wishes = "Input shapes" if len(changes) > 1 else "Input shape"
        self.shapes_button.setText(f"Take {wishes} from data")

    def _add_row(self, layer: Layer, about: str, binding: Binding | None, data: DataSpec) -> None:
        row = MatchRow(layer, about, binding, data)
        row.matched.connect(lambda names, key=layer.id: self.matched.emit(key, names))
        self.rows[layer.id] = row
        self._lines.addWidget(row)

    def _add_training(self, target: str, names: str) -> None:
        self._lines.addWidget(TextBlock(f"{target} → {names}", "muted"))
        change = LinkButton("change")
        change.setAccessibleName("change loss and metrics")
        change.clicked.connect(self.training_requested)
        self._lines.addWidget(change)

    def _clear(self) -> None:
        self.rows.clear()
        for widget in take_widgets(self._lines):
            widget.setParent(None)
            widget.deleteLater()


class MatchRow(QWidget):
    """One Input or Output and the columns it gets, to be changed in a menu."""

    matched = Signal(object)

    def __init__(self, layer: Layer, about: str, binding: Binding | None, data: DataSpec) -> None:
        super().__init__()
        self._layer, self._binding, self._data = layer, binding, data
        name = ElidedLabel(layer.name)
        self.about = ElidedLabel(about, "muted")
        self.button = MenuButton(binding_text(binding, data))
        self.button.setAccessibleName(f"columns of {layer.name}")
        self.button.setToolTip(", ".join(binding.columns) if binding else "no column")
        self.button.clicked.connect(self.open_menu)
        self.menu: ChecksMenu | None = None
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(name)
        words.addWidget(self.about)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 6, 5)
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self.button)

    def open_menu(self) -> None:
        """Offer all columns that fit the side; an Input may take several."""
        wanted = "feature" if self._layer.is_input else "target"
        columns = [column for column in self._data.columns if column.role != "ignore"]
        columns.sort(key=lambda column: column.role != wanted)
        bound = self._binding.columns if self._binding is not None else ()
        self.menu = ChecksMenu(columns, bound, several=self._layer.is_input, parent=self)
        explicit = self._binding is not None and self._binding.explicit
        self.menu.add_automatic(checked=not explicit)
        self.menu.matched.connect(self.matched)
        self.menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens().border), 1))
        painter.setBrush(QColor(tokens().surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


class ChecksMenu(QMenu):
    """Column names to tick. Ticking several keeps the menu open; the choice is told when it
    closes."""

    matched = Signal(object)

    def __init__(
        self, columns: list[Column], bound: tuple[str, ...], several: bool, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._several = several
        self._before = tuple(bound)
        for column in columns:
            action = self.addAction(f"{column.name}   {column.role}")
            action.setCheckable(True)
            action.setChecked(column.name in bound)
            action.setData(column.name)
        self.triggered.connect(self._triggered)
        self.aboutToHide.connect(self._told)

    def add_automatic(self, checked: bool) -> None:
        self.addSeparator()
        action = self.addAction("match by name and order")
        action.setCheckable(True)
        action.setChecked(checked)
        action.setData("")

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(
            action.data() for action in self.actions() if action.isChecked() and action.data()
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if self._several and action is not None and action.data():
            action.trigger()  # stay open: an Input can take several columns
            return
        super().mouseReleaseEvent(event)

    def _triggered(self, action: object) -> None:
        name = getattr(action, "data", str)()
        if not name:
            self._before = self.chosen
            self.matched.emit(())
        elif not self._several:
            self._before = (name,)
            self.matched.emit((name,))
            self.close()

    def _told(self) -> None:
        if self._several and self.chosen != self._before and self.chosen:
            self.matched.emit(self.chosen)


def input_text(layer: Layer) -> str:
    """ "Input · 28 × 28 × 1 · float32", as the layer has it."""
    shape = layer.arguments.get("shape")
    if shape is None:
        axes = "no shape"
    else:
        axes = " × ".join("?" if axis is None else str(axis) for axis in shape) or "scalar"
    return f"Input · {axes} · {layer.arguments.get('dtype') or 'float32'}"


def output_text(head: Head) -> str:
    """What ends in the Output: "Dense · 10 · softmax"."""
    if head.layer is None:
        return "Output · not connected"
    activation = head.activation if head.activation != "linear" else None
    parts = [head.layer.class_name, head.units and str(head.units), activation]
    return " · ".join(part for part in parts if part)


def binding_text(binding: Binding | None, data: DataSpec) -> str:
    """ "species", or "4 numbers" for many columns."""
    if binding is None or not binding.columns:
        return "nothing"
    if len(binding.columns) == 1:
        return binding.columns[0]
    kinds = {data_column.kind for data_column in data.columns
             if data_column.name in binding.columns}  # fmt: skip
    numbers = kinds <= {"number", "integer"}
    return plural(len(binding.columns), "number" if numbers else "column")


def target_text(binding: Binding | None) -> str:
    """How the target is written: "3 classes, integer labels"."""
    if binding is None:
        return "No target yet"
    classes = plural(binding.classes, "class", "classes") if binding.classes else "classes"
    shape = values_text(binding)
    return {
        "index": f"{classes}, integer labels",
        "one_hot": f"{classes}, one-hot labels",
        "array": f"an array of {shape}",
        "text": "text",
    }.get(binding.kind, "numbers" if len(binding.columns) > 1 else "a number")


def values_text(binding: Binding) -> str:
    return " × ".join(str(axis) for axis in binding.shape or ()) or "numbers"


def _unique(layers: Iterable[Layer]) -> list[Layer]:
    return list({layer.id: layer for layer in layers}.values())
