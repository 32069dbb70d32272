"""The document: one immutable `Project` value.

A layer (`Layer`) owns weights and arguments; a node (`Node`) is one call of a layer. Two nodes
with the same layer share its weights. Input and Output are layers too, of the classes
`InputLayer` and `Output`, so that names, wires and edits treat everything alike.

Everything in here is plain JSON once encoded: argument values use lists, never tuples, and nested
Keras objects (initializers, regularizers, inner layers) are dictionaries of Keras's own
serialisation form `{"module", "class_name", "config", "registered_name"}`, where `config` holds
only the arguments that differ from Keras's defaults. A layer inside a layer that is a block, or
that is called elsewhere too, is a reference instead: `{"$layer": id}` (see `references`). Numbers
that JSON cannot write are `{"$float": "inf"}`.

The dictionaries are never changed in place: an edit builds a new one (see `edits`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from kerasstudio.graph.data_spec import DataSpec
from kerasstudio.graph.training_spec import TrainingSpec

ROOT = "main"
INPUT_CLASS = "InputLayer"
OUTPUT_CLASS = "Output"
STUDIO_MODULE = "kerasstudio"

Mode = Literal["on", "muted", "bypassed"]
Point = tuple[float, float]


class Layer(msgspec.Struct, frozen=True, omit_defaults=True, weakref=True):
    """An object that owns weights: a Keras layer, an operation, a block, an Input or an Output.

    `arguments` maps constructor argument names to JSON values and holds only what the person (or
    an imported file) set; everything absent has Keras's default. `name` is the Keras layer name.
    `graph` is the id of the graph inside, for a block: a block is a layer like any other, so that
    it can be called several times, frozen, and stand inside other blocks. `build` is Keras's build
    config, kept for layers that cannot do without.
    """

    id: str
    class_name: str
    name: str
    module: str = "keras.layers"
    registered_name: str | None = None
    arguments: dict[str, Any] = {}
    trainable: bool = True
    graph: str | None = None
    build: dict[str, Any] | None = None

    @property
    def is_input(self) -> bool:
        """Whether this is a model input (Keras `InputLayer`)."""
        return self.class_name == INPUT_CLASS

    @property
    def is_output(self) -> bool:
        """Whether this marks a model output (ours; Keras has no such layer)."""
        return self.class_name == OUTPUT_CLASS and self.module == STUDIO_MODULE


class Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call of a layer, drawn as a card at (x, y) in scene pixels (top left corner).

    `literals` are call arguments that are not tensors (`use_causal_mask=True`). `call` is the
    exact template of an imported call, `{"args": [...], "kwargs": {...}}` with `{"$port": name}`
    where a tensor comes in; None means the call that the catalogue's ports imply: each wired port
    by its name, list ports ("inputs.0", "inputs.1", ...) gathered in order. `positional` is how
    many of these arguments are given by position, None meaning the first: the order of arguments
    decides the order in which Keras lists layers, and so that of the weights. `mode` "muted" leaves
    out the node and what follows from it, "bypassed" passes its first input on (see `switches`).
    The last three are of the drawing alone: a `collapsed` card is only its header, `hides_ports`
    leaves out ports that need no wire and have none, and a `pinned` one stays where it is.
    """

    id: str
    layer: str
    x: float = 0.0
    y: float = 0.0
    literals: dict[str, Any] = {}
    call: dict[str, Any] | None = None
    positional: int | None = None
    mode: Mode = "on"
    collapsed: bool = False
    hides_ports: bool = False
    pinned: bool = False


class Wire(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tensor going from output number `output` of node `source` into `port` of node `target`.

    A port takes one wire, so (target, port) identifies it; see `wire_key`. A port that takes a
    list of tensors is written with an index: "inputs.0", "inputs.1". `points` are the reroute dots
    it is drawn through, in scene pixels, from source to target; the model knows nothing of them.
    """

    source: str
    target: str
    port: str
    output: int = 0
    points: tuple[Point, ...] = ()

    @property
    def key(self) -> str:
        return wire_key(self.target, self.port)


def wire_key(target: str, port: str) -> str:
    """The key of the wire into `port` of node `target` in `Graph.wires`."""
    return f"{target}:{port}"


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """A titled, coloured rectangle behind nodes, in scene pixels. It carries what lies in it (see
    `frames`)."""

    id: str
    title: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = 200.0
    height: float = 120.0
    color: str = "blue"


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sticky note; `text` is Markdown."""

    id: str
    text: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = 240.0
    height: float = 120.0


class Graph(msgspec.Struct, frozen=True, omit_defaults=True):
    """Nodes and wires of one drawing; the root graph is the model, others are inside blocks.

    The order of `nodes` is the order in which layers are created; that of the Inputs and Outputs
    among them is the order of a block's ports and outputs. `kind` says what Keras class the graph
    is to be: "sequential" holds while it is a chain. `structure` says how a model takes its Inputs
    and gives its Outputs where that is not the usual way (see `ends`).
    """

    id: str
    name: str = "model"
    nodes: dict[str, Node] = {}
    wires: dict[str, Wire] = {}
    frames: dict[str, Frame] = {}
    notes: dict[str, Note] = {}
    structure: dict[str, Any] | None = None
    kind: Literal["functional", "sequential"] = "functional"
    stood_behind: dict[str, str] = {}


class Project(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole document. `serial` is the number the next new id gets (see `names.new_id`).

    `flow` is "right" or "down". `code` maps file names to the text of custom Keras code.
    """

    layers: dict[str, Layer] = {}
    graphs: dict[str, Graph] = msgspec.field(default_factory=lambda: {ROOT: Graph(id=ROOT)})
    root: str = ROOT
    data: DataSpec = DataSpec()
    training: TrainingSpec = TrainingSpec()
    flow: str = "right"
    code: dict[str, str] = {}
    serial: int = 1

    @property
    def graph(self) -> Graph:
        """The root graph."""
        return self.graphs[self.root]

    def layer_of(self, node: Node) -> Layer:
        return self.layers[node.layer]

    def inputs(self) -> Iterator[tuple[Node, Layer]]:
        """Input nodes of the root graph with their layers, in graph order."""
        for node in self.graph.nodes.values():
            layer = self.layers[node.layer]
            if layer.is_input:
                yield node, layer

    def outputs(self) -> Iterator[tuple[Node, Layer]]:
        """Output nodes of the root graph with their layers, in graph order."""
        for node in self.graph.nodes.values():
            layer = self.layers[node.layer]
            if layer.is_output:
                yield node, layer
