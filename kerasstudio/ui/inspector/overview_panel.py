"""The inspector's page when nothing is selected: the model as a whole."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import Layer, Node
from kerasstudio.graph.training_spec import TrainingSpec
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector import facts
from kerasstudio.ui.inspector.argument_form import ArgumentForm
from kerasstudio.ui.inspector.fix_step import apply_fix_step
from kerasstudio.ui.inspector.start_note import StartSummary
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import mono_font
from kerasstudio.ui.training_changes import TrainingChanges
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.facts_table import FactsTable
from kerasstudio.ui.widgets.labels import ElidedLabel, Label, LinkButton, TextBlock
from kerasstudio.ui.widgets.layout_items import take_widgets
from kerasstudio.ui.widgets.line import Line
from kerasstudio.ui.widgets.problem_row import CheckList

MOST_PROBLEMS = 6
MOST_CHANGES = 10
_BATCH = Argument(
    "batch_size",
    "int",
    default=TrainingSpec().batch_size,
    minimum=1,
    help="Samples that go through the model together. The amounts below are for so many; training "
    "uses the same number.",
)


class OverviewPanel(QWidget):
    """Inputs, Outputs, totals, problems. A click on a name selects and shows the node."""

    fix_previewed = Signal(object)

    def __init__(
        self,
        store: DocumentStore,
        selection: Selection,
        feed: InspectionFeed,
        catalogue: Catalogue,
        warm: WarmStart,
        changes: TrainingChanges | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._changes = changes
        self._edit = 0
        self._store, self._selection = store, selection
        self._feed, self._catalogue = feed, catalogue
        self.title = Label("Model", bold=True)
        self.summary = TextBlock("", "muted")
        self._ends = QVBoxLayout()
        self._ends.setSpacing(4)
        self._ends_shown: object = None
        self.links: dict[str, LinkButton] = {}
        self.batch = ArgumentForm((_BATCH,), catalogue)
        self.batch.argument_changed.connect(lambda _name, value: self._set_batch(value))
        self.batch.argument_reset.connect(lambda _name: self._set_batch(_BATCH.default))
        self.batch.editing_finished.connect(self._end_edit)
        self.batch.fix_chosen.connect(self._apply_fix)
        self.facts = FactsTable()
        self.changed_title = Label("", bold=True)
        self._changed = QVBoxLayout()
        self._changed.setSpacing(3)
        self._changed_shown: object = None
        self.start = StartSummary(warm)
        self.problem_count = Label("", "muted")
        self.problems = CheckList()
        self.problems.fix_chosen.connect(self._apply_fix)
        self.problems.fix_previewed.connect(self.fix_previewed)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.summary)
        column.addLayout(self._ends)
        column.addWidget(Line())
        column.addWidget(self.batch)
        column.addWidget(self.facts)
        self._changed_line = Line()
        column.addWidget(self._changed_line)
        column.addWidget(self.changed_title)
        column.addLayout(self._changed)
        column.addWidget(self.start)
        column.addWidget(Line())
        column.addWidget(self.problem_count)
        column.addWidget(self.problems)
        column.addStretch(1)

    def refresh(self) -> None:
        """Show the project, its shapes and its problems as they are now."""
        project = self._store.project
        nodes, wires = len(project.graph.nodes), len(project.graph.wires)
        if nodes:
            self.summary.setText(
                f"{plural(nodes, 'node')}, {plural(wires, 'wire')}. "
                "Select a layer to edit its arguments."
            )
        else:
            self.summary.setText(
                "The canvas is empty. Drag a layer from the list on the left, "
                "or double-click the canvas and type its name."
            )
        self._show_ends()
        batch = project.training.batch_size
        self.batch.set_values({} if batch == _BATCH.default else {"batch_size": batch})
        self.facts.show_facts(facts.model_facts(project, self._feed.inspection))
        self._show_changes()
        self.start.refresh()
        self._show_problems()

    def _show_ends(self) -> None:
        project, inspection = self._store.project, self._feed.inspection
        rows = []
        for title, ends in (("Inputs", project.inputs()), ("Outputs", project.outputs())):
            lines = []
            for node, layer in ends:
                info = inspection.nodes.get(node.id)
                lines.append((node, layer, facts.output_shapes(info)))
            rows.append((title, lines))
        if rows == self._ends_shown:
            return
        self._ends_shown = rows
        _clear(self._ends)
        self.links = {}
        for title, lines in rows:
            self._ends.addWidget(Label(title, bold=True))
            for node, layer, shape in lines:
                self._ends.addWidget(self._end_row(node, layer, shape))
            if not lines:
                word = "Input" if title == "Inputs" else "Output"
                self._ends.addWidget(TextBlock(f"No {word} yet.", "muted"))

    def _end_row(self, node: Node, layer: Layer, shape: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        link = LinkButton(layer.name)
        link.setToolTip(f"Show {layer.name} on the canvas")
        link.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        link.clicked.connect(lambda: self._reveal(node.id))
        self.links[layer.name] = link
        line.addWidget(link)
        told = ElidedLabel(shape, "muted")
        told.setFont(mono_font())
        told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(told, 1)
        return row

    def _show_changes(self) -> None:
        """What has changed since the last training: nodes as links, the rest in words."""
        changes = self._changes
        lines = changes.since.lines if changes is not None else ()
        for widget in (self._changed_line, self.changed_title):
            widget.setVisible(bool(lines))
        if changes is None or lines == self._changed_shown:
            return
        self._changed_shown = lines
        _clear(self._changed)
        self.changed_title.setText(f"Changed since run {changes.run}")
        for line in lines[:MOST_CHANGES]:
            self._changed.addWidget(self._change_row(line))
        if len(lines) > MOST_CHANGES:
            self._changed.addWidget(Label(f"and {len(lines) - MOST_CHANGES} more", "muted"))

    def _change_row(self, line: str) -> QWidget:
        """A line that names a layer of the drawing leads to it."""
        project = self._store.project
        for node in project.graph.nodes.values():
            name = project.layers[node.layer].name
            if line.startswith((f"{name}.", f"{name} ")) or f'"{name}"' in line:
                link = LinkButton(line)
                link.setToolTip(line)
                link.setMinimumWidth(60)
                link.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                link.clicked.connect(lambda _=False, key=node.id: self._reveal(key))
                return link
        return TextBlock(line, "muted")

    def _set_batch(self, size: int) -> None:
        project = edits.set_training(self._store.project, batch_size=size)
        self._store.apply(project, f"Batch size {size}", f"batch_size:{self._edit}")

    def _end_edit(self, _name: str) -> None:
        self._edit += 1

    def _show_problems(self) -> None:
        problems = self._feed.problems
        errors = sum(problem.severity == "error" for problem in problems)
        others = len(problems) - errors
        if not problems:
            text = "No problems" if self._store.project.graph.nodes else ""
        else:
            parts = [plural(errors, "error")] if errors else []
            parts += [plural(others, "remark")] if others else []
            text = " and ".join(parts)
        self.problem_count.setText(text)
        self.problems.show_checks((), problems[:MOST_PROBLEMS])

    def _reveal(self, node: str) -> None:
        self._selection.select({node})
        self._selection.reveal(node)

    def _apply_fix(self, fix: Fix) -> None:
        apply_fix_step(self._store, fix, self._catalogue, self)


def _clear(layout: QVBoxLayout) -> None:
    for widget in take_widgets(layout):
        widget.setParent(None)
        widget.deleteLater()
