"""A layer that is code: what can be seen of it, and what the person decides."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.code_words import CodeWords, code_words
from kerasstudio.graph.inspection import TensorSpec, shape_text
from kerasstudio.graph.placeholders import in_short, needs_class, output_specs, placeholders
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Layer, Project
from kerasstudio.ui.code.python_highlighter import PythonHighlighter
from kerasstudio.ui.code_trust import CodeTrust, State
from kerasstudio.ui.dialogs.messages import problem_message
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector.output_field import OutputField
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import mono_font, theme_changed
from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.labels import Label, LinkButton, TextBlock

MOST_LINES = 12
MOST_NAMED = 6
MOST_CODE_BYTES = 1 << 20
_STATES: dict[State, str] = {
    "missing": "Its code is not in the file",
    "untrusted": "Code of a file, not run",
    "trusted": "Code that you trust",
}


class CodeCard(QFrame):
    """Shows the code of one layer; its buttons trust it, give it its Python file, or replace it."""

    def __init__(
        self,
        store: DocumentStore,
        feed: InspectionFeed,
        catalogue: Catalogue,
        trust: CodeTrust,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._store, self._feed, self._trust = store, feed, trust
        self._catalogue = catalogue
        self._layer: Layer | None = None
        self._graph, self._node = "", ""
        self.question: QMessageBox | None = None
        self.state = Label("", "warning", bold=True)
        self.origin = TextBlock("", "muted")
        self.title = Label("", "text")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(mono_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Code of the layer")
        self._highlighter = PythonHighlighter(self.text.document())
        theme_changed.connect(self._highlighter.recolor)
        self.output = OutputField()
        self.output.said.connect(self._say_output)
        self.trust_button = LinkButton("Trust this code…")
        self.trust_button.clicked.connect(self._trust_pressed)
        self.file_button = LinkButton("Add its Python file…")
        self.file_button.clicked.connect(self._choose_file)
        self.replace_button = LinkButton("Replace by a layer…")
        self.replace_button.clicked.connect(self._choose_layer)
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=12)
        for button in (self.trust_button, self.file_button, self.replace_button):
            flow.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        top = QHBoxLayout()
        top.addWidget(self.state)
        top.addStretch(1)
        column.addLayout(top)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addWidget(self.origin)
        column.addWidget(self.output)
        column.addWidget(buttons)
        trust.changed.connect(self.refresh)
        feed.inspection_changed.connect(lambda _nodes: self._show_output())

    def show_layer(self, layer: Layer, graph: str, node: str) -> None:
        """Show a layer that is code, as called by one of its nodes."""
        self._layer, self._graph, self._node = layer, graph, node
        self.refresh()

    def refresh(self) -> None:
        """The code, and whether it is trusted."""
        layer = self._layer
        if layer is None:
            return
        project = self._store.project
        words = code_words(layer, project)
        state = self._trust.state(layer, project)
        self.state.setText(_STATES[state])
        self.state.set_tone("ok" if state == "trusted" else "warning")
        self.title.setText(words.title)
        self._show_text(words)
        self.origin.setText(words.origin)
        trusted = state == "trusted"
        self.trust_button.setText("Do not trust it any more" if trusted else "Trust this code…")
        self.trust_button.setVisible(state != "missing")
        self.file_button.setVisible(state == "missing")
        self._show_output()

    def _show_text(self, words: CodeWords) -> None:
        self._highlighter.setDocument(self.text.document() if words.is_source else None)
        if self.text.toPlainText() != words.source:
            self.text.setPlainText(words.source)
        lines = min(max(1, words.source.count("\n") + 1), MOST_LINES)
        height = self.text.fontMetrics().lineSpacing() * lines + 24
        self.text.setFixedHeight(height)
        self.text.setVisible(bool(words.source))

    def _show_output(self) -> None:
        """Ask for the output's shape where nothing tells it."""
        layer, inputs = self._layer, self._inputs()
        known = layer is None or inputs is None or output_specs(layer, inputs) is not None
        project = self._store.project
        trusted = layer is not None and self._trust.state(layer, project) == "trusted"
        self.output.setVisible(not known and not trusted)
        if not known and inputs is not None:
            self.output.suggest(inputs[0])

    def _inputs(self) -> list[tuple[int | None, ...]] | None:
        """The shapes that come in, None while they are not known."""
        graph = self._store.project.graphs.get(self._graph)
        if graph is None or self._node not in graph.nodes:
            return None
        found = []
        for wire in graph.wires.values():
            if wire.target != self._node:
                continue
            info = self._feed.inspection.nodes.get(wire.source)
            if info is None or wire.output >= len(info.outputs):
                return None
            found.append((wire.port, info.outputs[wire.output].shape))
        return [shape for _, shape in sorted(found)] or None

    # ------------------------------------------------------------------ decisions

    def _say_output(self, spec: TensorSpec) -> None:
        layer, inputs = self._layer, self._inputs()
        if layer is None or inputs is None:
            return
        project = edits.set_placeholder_outputs(self._store.project, layer.id, inputs, [spec])
        text = f"Say that {layer.name} gives {shape_text(spec)}"
        self._store.apply(project, text)

    def _trust_pressed(self) -> None:
        layer, project = self._layer, self._store.project
        if layer is None:
            return
        if self._trust.state(layer, project) == "trusted":
            self._trust.forget(project)
            return
        self._ask(project)

    def _ask(self, project: Project) -> None:
        """Say what would run, and what that means; the safe answer is the default."""
        box = QMessageBox(self.window())
        box.setObjectName("trustQuestion")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Code of a file")
        box.setText("Run the code that is in this model?")
        box.setInformativeText(
            "Code can do whatever you can do on this computer: read, change and delete your "
            "files, and use the network. Run it only if you know who made the file.\n\n"
            f"{_listed(project)}\n\n"
            "This is remembered for exactly this code, and for nothing else."
        )
        run = box.addButton("Trust this code", QMessageBox.ButtonRole.AcceptRole)
        keep = box.addButton("Keep it as it is", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)

        def finished(_result: int) -> None:
            clicked = box.clickedButton()
            self.question = None
            box.deleteLater()
            if clicked is run:
                self._trust.trust(project)

        box.finished.connect(finished)
        self.question = box
        box.open()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self.window(), "The Python file of the class", "", "Python (*.py)")
        dialog.setObjectName("codeFileDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.add_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add_file(self, path: Path) -> None:
        """Take a Python file into the project; it runs once it is trusted."""
        try:
            if path.stat().st_size > MOST_CODE_BYTES:
                raise OSError(f"it is bigger than {MOST_CODE_BYTES >> 20} MiB")
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problem = Problem(
                "code.unreadable",
                f"{path.name} cannot be read: {error}.",
                expected="a Python file in UTF-8",
            )
            problem_message(self.window(), problem)
            return
        project = edits.set_code(self._store.project, path.name, text)
        self._store.apply(project, f"Add {path.name}")

    def _choose_layer(self) -> None:
        from kerasstudio.ui.palette.search_popup import SearchPopup

        popup = SearchPopup(self._catalogue, self)
        popup.closed.connect(popup.deleteLater)
        popup.open_at(
            self.replace_button.mapToGlobal(QPoint(0, self.replace_button.height())),
            self._catalogue.layers,
            f"in place of {self._layer.name}" if self._layer is not None else "",
            self._replace,
        )

    def _replace(self, kind: LayerType) -> None:
        layer = self._layer
        if layer is None:
            return
        try:
            project = edits.replace_layer(self._store.project, layer.id, kind, self._catalogue)
        except StudioError as error:
            problem_message(self.window(), error.problem)
            return
        self._store.apply(project, f"Replace {layer.name} by {kind.class_name}")


def _listed(project: Project) -> str:
    """The code of a project, one line for each piece."""
    lines = [
        f"• {layer.name}: {in_short(layer)}"
        for layer in placeholders(project)
        if not needs_class(layer)
    ]
    lines += [f"• the file {name}" for name in project.code]
    more = len(lines) - MOST_NAMED
    return "\n".join([*lines[:MOST_NAMED], *([f"• and {more} more"] if more > 0 else [])])
