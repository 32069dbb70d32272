"""The inspector's head: the layer's class, its name to edit, what it does, help."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kerasstudio.graph.cards import card_title
from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.help_topics import LAYERS, topic_key
from kerasstudio.graph.project import Layer
from kerasstudio.ui.widgets.fields import FieldLine
from kerasstudio.ui.widgets.glyph_button import GlyphButton
from kerasstudio.ui.widgets.labels import Label, LinkButton, TextBlock

DOCS = "https://www.tensorflow.org/api_docs/python/tf/{path}/{class_name}"


class LayerHeader(QWidget):
    """`renamed(name)` is emitted with a legal new name, on Enter or on leaving the field.
    `more_requested(button)`: what else can be done with the layer's arguments.
    `help_requested(topic)`: Keras's documentation of the class."""

    renamed = Signal(str)
    more_requested = Signal(object)
    help_requested = Signal(str)

    def __init__(
        self, check_name: Callable[[str], str | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._check_name = check_name
        self._name = ""
        self._type: LayerType | None = None
        self.kind = Label("", bold=True)
        self.name = FieldLine()
        self.name.setAccessibleName("layer name")
        self.name.textEdited.connect(self._check)
        self.name.returnPressed.connect(self._commit)
        self.name.left.connect(self._commit)
        self.name.reverted.connect(self._revert)
        self.error = TextBlock("", "error")
        self.error.hide()
        self.summary = TextBlock("", "muted")
        self.docs = LinkButton("Keras docs ↗")
        self.docs.clicked.connect(self._open_docs)
        self.help_button = LinkButton("Help")
        self.help_button.setToolTip("Keras's documentation of this layer (F1)")
        self.help_button.clicked.connect(self._open_help)

        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.kind)
        top.addWidget(self.name, 1)
        links = QHBoxLayout()
        links.setSpacing(12)
        links.addWidget(self.docs)
        links.addWidget(self.help_button)
        links.addStretch(1)
        self.more = GlyphButton("⋯", "more: copy, paste, reset arguments")
        self.more.clicked.connect(lambda: self.more_requested.emit(self.more))
        links.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.error)
        column.addWidget(self.summary)
        column.addLayout(links)

    def show_layer(self, layer: Layer, kind: LayerType | None) -> None:
        """Show one layer; what is being typed into the name stays."""
        self.kind.setText(layer.class_name if layer.is_input else card_title(layer))
        self.name.show()
        if layer.name != self._name or not self.name.hasFocus():
            self._name = layer.name
            self.name.setText(layer.name)
            self._check(layer.name)
        self._show_type(kind, _summary(layer, kind))

    def show_many(self, title: str, summary: str, kind: LayerType | None) -> None:
        """Show that several layers are edited together; they keep their names."""
        self.kind.setText(title)
        self.name.hide()
        self.error.hide()
        self._name = ""
        self._show_type(kind, summary)

    def focus_name(self) -> None:
        self.name.setFocus()
        self.name.selectAll()

    def _show_type(self, kind: LayerType | None, summary: str) -> None:
        self._type = kind
        self.summary.setText(summary)
        self.summary.setVisible(bool(summary))
        documented = kind is not None and kind.module.startswith("keras")
        self.docs.setVisible(documented and kind is not None and kind.module != "kerasstudio")
        self.help_button.setVisible(kind is not None)

    def _check(self, text: str) -> bool:
        reason = None if text == self._name else self._check_name(text)
        self.error.setText(reason or "")
        self.error.setVisible(reason is not None)
        self.name.set_look(changed=False, wrong=reason is not None, default=False)
        return reason is None

    def _commit(self) -> None:
        text = self.name.text()
        if text != self._name and self._check(text):
            self._name = text
            self.renamed.emit(text)

    def _revert(self) -> None:
        self.name.setText(self._name)
        self._check(self._name)

    def _open_help(self) -> None:
        if self._type is not None:
            self.help_requested.emit(topic_key(LAYERS, self._type.class_name))

    def _open_docs(self) -> None:
        if self._type is not None:
            QDesktopServices.openUrl(QUrl(docs_url(self._type)))


def docs_url(kind: LayerType) -> str:
    """The online page of a Keras class."""
    return DOCS.format(path=kind.module.replace(".", "/"), class_name=kind.class_name)


def _summary(layer: Layer, kind: LayerType | None) -> str:
    if layer.is_output:
        return "Marks what the model returns. Its name is the name of the loss and the metrics."
    if layer.graph is not None:
        return "A model inside this model, drawn as one card."
    if kind is None:
        name = f"{layer.module}.{layer.class_name}".lstrip(".")
        return f"{name} is not part of the installed Keras."
    return kind.summary
