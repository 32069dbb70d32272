"""A stand-in for Keras that notes what a script makes of it: layers, calls, wiring.

What comes out is compared with a drawing by value, so loops, functions and variables of generated
code are tested on thousands of drawings without TensorFlow."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.codegen import write_script
from kerasstudio.graph.ends import end_nodes
from kerasstudio.graph.ports import split_port
from kerasstudio.graph.project import Graph, Project


class Tensor:
    """What a layer gives: `told` is how it came about, as nested tuples."""

    def __init__(self, told: tuple[Any, ...]) -> None:
        self.told = told

    def __add__(self, other: Any) -> Tensor:
        return Tensor(("+", told_of(self), told_of(other)))

    def __getitem__(self, key: Any) -> Tensor:
        return Tensor(("[]", told_of(self), repr(key)))


class Made:
    """A layer: its class, and its arguments with Keras's defaults."""

    def __init__(self, class_name: str, arguments: dict[str, Any], calls: list[Made]) -> None:
        self.class_name = class_name
        self.arguments = arguments
        self.trainable = arguments.get("trainable", True)
        calls.append(self)

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        given = [told_of(each) for each in (*args, *kwargs.values())]
        return Tensor((self.told(), *given))

    def told(self) -> tuple[Any, ...]:
        return layer_told(self.class_name, {**self.arguments, "trainable": self.trainable})


class MadeModel:
    """A model: its inputs, outputs and name."""

    def __init__(self, inputs: Any, outputs: Any, name: str) -> None:
        self.inputs, self.outputs, self.name = inputs, outputs, name
        self.trainable = True

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        inside = (self.name, told_of(self.inputs), told_of(self.outputs), self.trainable)
        return Tensor((inside, *(told_of(each) for each in args)))


class Recording:
    """`layers` are all that were made, in order."""

    def __init__(self) -> None:
        self.layers: list[Made] = []

    def layer(self, class_name: str) -> Any:
        def make(*args: Any, **kwargs: Any) -> Made:
            kind = shipped().named(class_name)
            assert kind is not None
            names = [argument.name for argument in kind.arguments]
            return Made(class_name, dict(zip(names, args, strict=False)) | kwargs, self.layers)

        return make

    def input(self, **arguments: Any) -> Tensor:
        return Tensor(layer_told("InputLayer", arguments))

    def sequential(self, layers: list[Any], name: str) -> MadeModel:
        tensor = layers[0]
        for layer in layers[1:]:
            tensor = layer(tensor)
        return MadeModel(layers[0], tensor, name)


def layer_told(class_name: str, arguments: dict[str, Any]) -> tuple[Any, ...]:
    """A layer by value: what is left out is Keras's default."""
    kind = shipped().named(class_name)
    full: dict[str, Any] = {"trainable": True}
    for argument in kind.arguments if kind is not None else ():
        if not argument.required:
            full[argument.name] = argument.default
    full |= arguments
    return class_name, tuple(sorted((name, _plain(value)) for name, value in full.items()))


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        alike = len({repr(each) for each in value}) == 1 and isinstance(value[0], int)
        return repr(value[0]) if alike else repr(tuple(value))
    return repr(value)


def told_of(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.told
    if isinstance(value, list | tuple):
        return tuple(told_of(each) for each in value)
    if isinstance(value, dict):
        return tuple((key, told_of(each)) for key, each in value.items())
    return repr(value)


@contextmanager
def stand_in(recording: Recording) -> Iterator[None]:
    """`import keras` gives the recording."""

    class Layers(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return recording.layer(name)

    layers, keras = Layers("keras.layers"), ModuleType("keras")
    keras.layers = layers  # type: ignore[attr-defined]
    keras.Input = recording.input  # type: ignore[attr-defined]
    keras.Model = MadeModel  # type: ignore[attr-defined]
    keras.Sequential = recording.sequential  # type: ignore[attr-defined]
    before = {name: sys.modules.get(name) for name in ("keras", "keras.layers")}
    sys.modules |= {"keras": keras, "keras.layers": layers}
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def run(code: str) -> tuple[Any, Recording]:
    """The model that a script makes, and what it made on the way."""
    recording = Recording()
    made: dict[str, Any] = {"__name__": "script"}
    with stand_in(recording):
        exec(compile(code, "script", "exec"), made)
        model = made["build_model"]()
    return model, recording


def drawn(project: Project, graph: Graph, ports: dict[str, Any] | None = None) -> tuple[Any, ...]:
    """The inputs and outputs of a drawing, told like those of a recording."""
    known: dict[str, Any] = {}
    wires: dict[str, list[Any]] = {}
    for wire in graph.wires.values():
        wires.setdefault(wire.target, []).append(wire)
    for into in wires.values():
        into.sort(key=lambda wire: (split_port(wire.port)[1] or 0, wire.port))

    def tensor(key: str) -> Any:
        if key not in known:
            layer = project.layers[graph.nodes[key].layer]
            if layer.is_input:
                known[key] = layer_told("InputLayer", {**layer.arguments, "name": layer.name})
            elif layer.is_output:
                known[key] = tensor(wires[key][0].source)
            else:
                given = [tensor(wire.source) for wire in wires[key]]
                many = split_port(wires[key][0].port)[1] is not None
                known[key] = (told(layer), tuple(given)) if many else (told(layer), *given)
        return known[key]

    def told(layer: Any) -> Any:
        if layer.graph is not None:
            inside = drawn(project, project.graphs[layer.graph])
            return (layer.name, *inside, layer.trainable)
        arguments = {**layer.arguments, "name": layer.name, "trainable": layer.trainable}
        return layer_told(layer.class_name, arguments)

    def side(keys: list[str]) -> Any:
        if len(keys) == 1:
            return tensor(keys[0])
        return tuple((project.layers[graph.nodes[key].layer].name, tensor(key)) for key in keys)

    inputs = end_nodes(project, graph, "inputs")
    return side(inputs), side(end_nodes(project, graph, "outputs"))


def assert_same(project: Project) -> str:
    """The script of a drawing makes the drawing; the text of the script."""
    script = write_script(project)
    model, recording = run(script.text)
    assert (told_of(model.inputs), told_of(model.outputs)) == drawn(project, project.graph)
    names = [layer.arguments["name"] for layer in recording.layers]
    assert len(names) == len(set(names)) or any(each.graph for each in project.layers.values())
    return script.text
