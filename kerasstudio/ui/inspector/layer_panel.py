"""The inspector's page for the selected layer, or for several edited together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.help_topics import LAYERS, topic_key
from kerasstudio.graph.placeholders import is_placeholder
from kerasstudio.graph.problems import Fix, Problem, StudioError
from kerasstudio.graph.project import Layer
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector import common, facts
from kerasstudio.ui.inspector.argument_form import ArgumentForm
from kerasstudio.ui.inspector.block_note import BlockNote
from kerasstudio.ui.inspector.code_card import CodeCard
from kerasstudio.ui.inspector.fix_step import apply_fix_step
from kerasstudio.ui.inspector.header import LayerHeader
from kerasstudio.ui.inspector.input_shapes import input_changes, take_input_shapes
from kerasstudio.ui.inspector.start_note import StartNote
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.training_changes import TrainingChanges
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.facts_table import FactsTable
from kerasstudio.ui.widgets.fields import FieldSwitch
from kerasstudio.ui.widgets.labels import Label, LinkButton
from kerasstudio.ui.widgets.line import Line
from kerasstudio.ui.widgets.problem_row import CheckList

MOST_FORMS = 12
MOST_NAMES = 20


class LayerPanel(QWidget):
    """Shows layers and turns every edit into one `store.apply`. Typing on in one field is one
    undo step; Enter or leaving the field ends it."""

    fix_previewed = Signal(object)

    def __init__(
        self,
        store: DocumentStore,
        feed: InspectionFeed,
        catalogue: Catalogue,
        warm: WarmStart,
        changes: TrainingChanges | None = None,
        parent: QWidget | None = None,
        code: CodeCard | None = None,
    ) -> None:
        """`code` shows layers that are code of a file."""
        super().__init__(parent)
        self._changes = changes
        self._store, self._feed, self._catalogue = store, feed, catalogue
        self.code = code
        self._graph = ""
        self._nodes: tuple[str, ...] = ()
        self._layers: list[Layer] = []
        self._shown: tuple[str, ...] = ()
        self._forms: list[ArgumentForm] = []
        self._edit = 0
        self._start = store.project
        self.form: ArgumentForm | None = None
        self.header = LayerHeader(self._name_error)
        self.header.renamed.connect(self._rename)
        self.problems = CheckList()
        self.problems.fix_chosen.connect(self._apply_fix)
        self.problems.fix_previewed.connect(self.fix_previewed)
        self.trainable = FieldSwitch(boxed=False)
        self.trainable.setText("trainable")
        self.trainable.setAccessibleName("trainable")
        self.trainable.setToolTip("Off: training leaves the weights of this layer as they are.")
        self.trainable.clicked.connect(self._set_trainable)
        self.take_shape = LinkButton("Take shape from data")
        self.take_shape.clicked.connect(self._take_shape)
        self.facts = FactsTable()
        self.start = StartNote(warm)
        self.block = BlockNote()
        self.members = Label("", "muted")
        self.members.setWordWrap(True)

        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 12, 12, 14)
        self._column.setSpacing(10)
        self._column.addWidget(self.header)
        self._column.addWidget(self.problems)
        if code is not None:
            code.hide()
            self._column.addWidget(code)
        self._column.addWidget(self.block)
        self._form_place = QVBoxLayout()
        self._column.addLayout(self._form_place)
        self._column.addWidget(self.take_shape)
        self._column.addWidget(self.trainable)
        self._column.addWidget(self.start)
        self._line = Line()
        self._column.addWidget(self._line)
        self._column.addWidget(self.facts)
        self._column.addWidget(self.members)
        self._column.addStretch(1)

    def show_nodes(self, graph_id: str, nodes: Sequence[str]) -> None:
        """Show the layers of these nodes."""
        if (graph_id, tuple(nodes)) != (self._graph, self._nodes):
            self._edit += 1
        self._graph, self._nodes = graph_id, tuple(nodes)
        self._layers = []
        self.refresh_project()

    def refresh_project(self) -> None:
        """The project may be another one: show what changed of these layers."""
        project = self._store.project
        layers = common.layers_of(project, self._graph, self._nodes)
        if not layers:
            return
        unchanged = len(layers) == len(self._layers) and all(
            one is two for one, two in zip(layers, self._layers, strict=True)
        )
        self._layers = layers
        if not unchanged:
            self._show_header()
            self._show_form()
            self._show_trainable()
        self.block.show_layer(project, layers[0] if len(layers) == 1 else None, self._nodes[0])
        self.refresh_data()
        self.refresh_facts()

    def refresh_data(self) -> None:
        """Whether an Input here could take another shape from its data."""
        able = any(layer.is_input for layer in self._layers)
        changes = input_changes(self._store.project, self._feed.summary) if able else {}
        self.take_shape.setVisible(any(layer.id in changes for layer in self._layers))

    def refresh_facts(self) -> None:
        """Shapes and counts as the worker has reported them."""
        graph = self._store.project.graphs.get(self._graph)
        single = len(self._layers) == 1 and graph is not None
        nodes = [node for node in self._nodes if graph is not None and node in graph.nodes]
        self.facts.setVisible(single and bool(nodes))
        self._line.setVisible(bool(nodes))
        self.members.setVisible(len(self._layers) > 1)
        self.refresh_start()
        if single and nodes:
            told = facts.node_facts(
                self._store.project, self._graph, nodes[0], self._feed.inspection
            )
            if self._changes is not None and nodes[0] in self._changes.since.nodes:
                lines = "\n".join(self._changes.since.nodes[nodes[0]])
                told.append((f"since run {self._changes.run}", lines, ""))
            self.facts.show_facts(told)

    def refresh_start(self) -> None:
        """What these layers begin training with."""
        self.start.show_layers([layer.id for layer in self._layers])

    def refresh_problems(self) -> None:
        """What is wrong with these layers, in red at the argument or in the list on top."""
        ids = {layer.id for layer in self._layers}
        nodes = set(self._nodes)
        mine = [
            problem
            for problem in self._feed.problems
            if problem.place.layer in ids or problem.place.node in nodes
        ]
        names = {argument.name for argument in self.form.arguments} if self.form else set()
        at_argument = [
            problem
            for problem in mine
            if problem.place.argument in names and problem.severity == "error"
        ]
        elsewhere = [problem for problem in mine if problem not in at_argument]
        self.problems.setVisible(bool(elsewhere))
        self.problems.show_checks((), elsewhere)
        if self.form is not None:
            shown, mixed = common.common_values(self._layers, self.form.arguments, self._catalogue)
            self.form.set_values(shown, _errors(at_argument), mixed, _fixes(at_argument))

    def _show_header(self) -> None:
        first = self._layers[0]
        alike = all(layer.class_name == first.class_name for layer in self._layers)
        self.setProperty("helpTopic", topic_key(LAYERS, first.class_name) if alike else "")
        kinds = [self._catalogue.layer_type(layer) for layer in self._layers]
        if len(self._layers) == 1:
            self.header.show_layer(first, kinds[0])
            return
        classes = [layer.class_name for layer in self._layers]
        names = dict.fromkeys(classes)
        parts = ", ".join(f"{classes.count(name)} {name}" for name in names)
        same = kinds[0] if len(names) == 1 else None
        title = plural(len(classes), "layer")
        shared = (
            "A change here goes to all of them."
            if common.common_arguments(self._layers, self._catalogue)
            else "They have no argument in common."
        )
        self.header.show_many(title, f"{parts}. {shared}", same)
        names_shown = [layer.name for layer in self._layers[:MOST_NAMES]]
        more = len(self._layers) - len(names_shown)
        names_shown += [f"and {more:,} more"] if more else []
        self.members.setText("Selected: " + ", ".join(names_shown))

    def _show_code(self) -> bool:
        """Whether the only layer shown is code: its arguments are the file's, to the letter."""
        layer = self._layers[0]
        shown = self.code is not None and len(self._layers) == 1 and is_placeholder(layer)
        if self.code is not None:
            self.code.setVisible(shown)
            if shown:
                self.code.show_layer(layer, self._graph, self._nodes[0])
        return shown

    def _show_form(self) -> None:
        foreign = self._show_code()
        arguments = common.common_arguments(self._layers, self._catalogue)
        arguments = () if foreign else arguments
        ids = tuple(layer.id for layer in self._layers)
        form = self._form_for(arguments)
        if form is not self.form or ids != self._shown:
            form.forget()  # what was typed and refused belongs to other layers
        if form is not self.form:
            if self.form is not None:
                self.form.hide()
            self.form = form
            form.show()
        self._shown = ids
        self.refresh_problems()

    def _form_for(self, arguments: tuple[Argument, ...]) -> ArgumentForm:
        """A form for these arguments: making one takes longer than a frame, so a few are kept."""
        for index, form in enumerate(self._forms):
            if form.arguments == arguments:
                self._forms.append(self._forms.pop(index))
                return form
        form = ArgumentForm(arguments, self._catalogue)
        form.argument_changed.connect(self._set_argument)
        form.argument_reset.connect(self._reset_argument)
        form.editing_finished.connect(self._end_edit)
        form.editing_cancelled.connect(self._cancel_edit)
        form.fix_chosen.connect(self._apply_fix)
        form.fix_previewed.connect(self.fix_previewed)
        form.hide()
        self._form_place.addWidget(form)
        self._forms.append(form)
        if len(self._forms) > MOST_FORMS:
            old = self._forms.pop(0)
            self._form_place.removeWidget(old)
            old.deleteLater()
        return form

    def _show_trainable(self) -> None:
        able = not any(layer.is_input or layer.is_output for layer in self._layers)
        self.trainable.setVisible(able)
        self.trainable.setChecked(all(layer.trainable for layer in self._layers))

    def _name_error(self, name: str) -> str | None:
        """Why the project would refuse this name for the layer."""
        try:
            edits.rename_layer(self._store.project, self._layers[0].id, name)
        except StudioError as error:
            return error.problem.message
        return None

    def _rename(self, name: str) -> None:
        layer = self._layers[0]
        project = edits.rename_layer(self._store.project, layer.id, name)
        self._store.apply(project, f"Rename {layer.name} to {name}")

    def _set_argument(self, name: str, value: Any) -> None:
        project = self._store.project
        for layer in self._layers:
            kind = self._catalogue.layer_type(layer)
            argument = None if kind is None else kind.argument(name)
            project = edits.set_argument(project, layer.id, name, value, argument)
        self._store.apply(project, f"Change {self._whose()}: {name}", self._merge_key(name))

    def _reset_argument(self, name: str) -> None:
        project = self._store.project
        for layer in self._layers:
            if name in layer.arguments:
                project = edits.reset_argument(project, layer.id, name)
        if project is not self._store.project:
            self._store.apply(project, f"Reset {self._whose()}: {name}", self._merge_key(name))

    def _set_trainable(self, trainable: bool) -> None:
        project = self._store.project
        for layer in self._layers:
            project = edits.set_trainable(project, layer.id, trainable)
        self._store.apply(project, f"{'Unfreeze' if trainable else 'Freeze'} {self._whose()}")

    def _take_shape(self) -> None:
        ids = {layer.id for layer in self._layers}
        project = take_input_shapes(self._store.project, self._feed.summary, ids)
        self._store.apply(project, f"Take shape of {self._whose()} from data")

    def _apply_fix(self, fix: Fix) -> None:
        apply_fix_step(self._store, fix, self._catalogue, self)

    def _whose(self) -> str:
        count = len(self._layers)
        return self._layers[0].name if count == 1 else plural(count, "layer")

    def _merge_key(self, name: str) -> str:
        ids = ",".join(layer.id for layer in self._layers)
        return f"argument:{ids}:{name}:{self._edit}"

    def _end_edit(self, _name: str) -> None:
        self._edit += 1
        self._start = self._store.project

    def _cancel_edit(self, name: str) -> None:
        """Give all the values back that they had when this edit began."""
        self._store.apply(self._start, f"Change {self._whose()}: {name}", self._merge_key(name))


def _errors(problems: list[Problem]) -> dict[str, str]:
    """Argument → what is wrong with it, with what was expected."""
    errors: dict[str, str] = {}
    for problem in problems:
        name = problem.place.argument or ""
        text = problem.message
        if problem.expected and problem.expected not in text:
            text += f" Expected: {problem.expected}."
        errors[name] = f"{errors[name]}\n{text}" if name in errors else text
    return errors


def _fixes(problems: list[Problem]) -> dict[str, tuple[Fix, ...]]:
    mends: dict[str, tuple[Fix, ...]] = {}
    for problem in problems:
        name = problem.place.argument or ""
        mends[name] = mends.get(name, ()) + problem.fixes
    return mends
