"""Copy the arguments of a selected layer, paste them into all selected ones."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from kerasstudio.graph import edits
from kerasstudio.graph.argument_clip import Pasted, copy_arguments, paste_arguments, read_arguments
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.placeholders import is_placeholder
from kerasstudio.graph.project import Layer
from kerasstudio.ui.inspector.common import layers_of
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.widgets.amounts import plural


class ArgumentClipboard:
    """`say` tells the person what was done and what was left out."""

    def __init__(
        self,
        store: DocumentStore,
        selection: Selection,
        catalogue: Catalogue,
        say: Callable[[str], None],
    ) -> None:
        self._store, self._selection = store, selection
        self._catalogue, self._say = catalogue, say

    def copy(self) -> None:
        """The arguments of the first selected layer, as JSON text."""
        layers = self._layers()
        if not layers:
            self._say("Select a layer whose arguments shall be copied.")
            return
        QGuiApplication.clipboard().setText(copy_arguments(layers[0]))
        count = plural(len(layers[0].arguments), "argument")
        self._say(f"Copied {count} of {layers[0].name}.")

    def paste(self) -> None:
        """Into all selected layers, as one step."""
        clip = read_arguments(QGuiApplication.clipboard().text())
        layers = self._layers()
        if clip is None:
            self._say(
                "There are no arguments on the clipboard: copy a layer's, or a JSON object "
                'such as {"units": 64}.'
            )
            return
        if not layers:
            self._say("Select the layers that shall take the arguments.")
            return
        project, pasted = paste_arguments(
            self._store.project, [layer.id for layer in layers], clip, self._catalogue
        )
        self._store.apply(project, f"Paste arguments into {_whose(layers)}")
        self._say(in_words(pasted, layers))

    def reset(self) -> None:
        """Back to Keras's defaults in all selected layers; what is required stays, and layers that
        are code stay as they are."""
        project = self._store.project
        layers = self._layers()
        for layer in layers:
            kind = self._catalogue.layer_type(layer)
            if kind is None or is_placeholder(layer):
                continue  # only its code knows what its arguments mean
            for name in layer.arguments:
                argument = kind.argument(name)
                if argument is None or not argument.required:
                    project = edits.reset_argument(project, layer.id, name)
        if not self._store.apply(project, f"Reset arguments of {_whose(layers)}"):
            self._say("All arguments are Keras's defaults already.")

    def _layers(self) -> list[Layer]:
        graph = self._selection.graph
        return layers_of(self._store.project, graph, tuple(self._selection.nodes))


def in_words(pasted: Pasted, layers: list[Layer]) -> str:
    """ "Pasted 3 arguments into 2 layers. Left out: rate (Dense has no such argument)." """
    text = f"Pasted {plural(len(pasted.taken), 'argument')} into {_whose(layers)}."
    if pasted.left:
        told = ", ".join(f"{name} ({why})" for name, why in pasted.left.items())
        text += f" Left out: {told}."
    return text


def _whose(layers: list[Layer]) -> str:
    return layers[0].name if len(layers) == 1 else plural(len(layers), "layer")
