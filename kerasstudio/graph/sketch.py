"""Drawing a model in code: layers one after another, with names, wires and places.

Only for building whole projects (templates); edits of a person's project are in `edits`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kerasstudio.graph.data_spec import DataSpec
from kerasstudio.graph.layout import layout
from kerasstudio.graph.names import snake_case, unique_name
from kerasstudio.graph.project import (
    INPUT_CLASS,
    OUTPUT_CLASS,
    ROOT,
    STUDIO_MODULE,
    Graph,
    Layer,
    Node,
    Project,
    Wire,
)
from kerasstudio.graph.training_spec import TrainingSpec

# Layers whose first call argument is not called "inputs".
_PORTS = {"LSTM": "sequences", "GRU": "sequences", "SimpleRNN": "sequences"}
_MERGING = {"Add", "Concatenate", "Multiply", "Average", "Maximum", "Subtract"}


class Sketch:
    """A model being drawn. Methods return node ids; `project` gives the finished value."""

    def __init__(self) -> None:
        self._layers: dict[str, Layer] = {}
        self._nodes: dict[str, Node] = {}
        self._wires: dict[str, Wire] = {}

    def input(self, name: str, shape: list[int], dtype: str = "float32") -> str:
        """An Input for samples of `shape`."""
        arguments: dict[str, Any] = {"shape": shape}
        if dtype != "float32":
            arguments["dtype"] = dtype
        return self._add(INPUT_CLASS, "keras.layers", name, arguments, ())

    def output(self, name: str, source: str) -> str:
        """An Output that shows what node `source` gives."""
        return self._add(OUTPUT_CLASS, STUDIO_MODULE, name, {}, (source,))

    def layer(
        self,
        class_name: str,
        *sources: str,
        name: str | None = None,
        **arguments: Any,
    ) -> str:
        """A Keras layer fed by the nodes `sources`."""
        wanted = name or snake_case(class_name)
        return self._add(class_name, "keras.layers", wanted, arguments, sources)

    @property
    def order(self) -> tuple[str, ...]:
        """The nodes drawn so far."""
        return tuple(self._nodes)

    def layer_id(self, node: str) -> str:
        """The id of a node's layer (what bindings and training settings are keyed by)."""
        return self._nodes[node].layer

    def project(self, data: DataSpec = DataSpec(), training: TrainingSpec | None = None) -> Project:  # noqa: B008 (immutable)
        """The finished project, laid out."""
        graph = Graph(id=ROOT, nodes=self._nodes, wires=self._wires)
        project = Project(
            layers=self._layers,
            graphs={ROOT: graph},
            data=data,
            training=training or TrainingSpec(),
            serial=2 * len(self._nodes) + 1,
        )
        places = layout(project)
        nodes = {
            key: msgspec.structs.replace(node, x=places[key][0], y=places[key][1])
            for key, node in self._nodes.items()
        }
        return msgspec.structs.replace(
            project, graphs={ROOT: msgspec.structs.replace(graph, nodes=nodes)}
        )

    def _add(
        self,
        class_name: str,
        module: str,
        name: str,
        arguments: dict[str, Any],
        sources: tuple[str, ...],
    ) -> str:
        number = len(self._nodes)
        layer_id, node_id = f"l{2 * number + 1}", f"n{2 * number + 2}"
        taken = {layer.name for layer in self._layers.values()}
        self._layers[layer_id] = Layer(
            id=layer_id,
            class_name=class_name,
            name=unique_name(name, taken),
            module=module,
            arguments=arguments,
        )
        self._nodes[node_id] = Node(node_id, layer_id)
        port = _PORTS.get(class_name, "inputs")
        for position, source in enumerate(sources):
            key = f"{port}.{position}" if class_name in _MERGING else port
            wire = Wire(source=source, target=node_id, port=key)
            self._wires[wire.key] = wire
        return node_id


def with_data(project: Project, **changes: Any) -> Project:
    """The project with fields of its data description replaced."""
    return msgspec.structs.replace(project, data=msgspec.structs.replace(project.data, **changes))
