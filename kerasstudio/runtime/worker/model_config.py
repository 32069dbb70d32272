"""A model as Keras writes it down: its layers, their calls, what goes in and what comes out.

Reads the configuration in a `.keras`, `.h5` or `.json` file, or that of a model in memory, as data:
nothing that it names is looked up, made or run. A call's arguments are turned into the project's
own template form (see `Node.call`), with a `Tensor` wherever one comes in.

Keras numbers calls per layer; in the outputs of a model, and there alone, those of a Functional
model inside count from 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.worker.shared_objects import identities

INPUT = "InputLayer"
INPUT_NAME = "input_layer"


@dataclass(frozen=True, eq=False)
class Tensor:
    """Output number `output` of a call. `spec` is its shape and dtype, where the file says it."""

    call: Call
    output: int
    spec: tuple[list[int | None], str] | None = None


@dataclass(eq=False)
class Call:
    """One call of a layer; an Input has one without arguments."""

    entry: Entry
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)

    def tensors(self) -> Iterator[Tensor]:
        """What comes in, in the order in which Keras looks at it: keywords by name."""
        yield from tensors_in(self.args)
        for name in sorted(self.kwargs):
            yield from tensors_in(self.kwargs[name])


@dataclass(eq=False)
class Entry:
    """One layer, operation or model. `module` is None where neither the file (`.h5`) nor Keras
    tells it. `identity` is equal for entries that are the same object in different models."""

    name: str
    class_name: str
    module: str | None
    registered_name: str | None
    config: dict[str, Any]
    identity: Any
    calls: list[Call] = field(default_factory=list)
    build_config: Any = None

    @property
    def is_model(self) -> bool:
        """Whether it is a model with layers inside (also of a class of its own). A few layers
        (Pipeline) have layers inside too."""
        if not isinstance(self.config.get("layers"), list):
            return False
        if "input_layers" in self.config or self.class_name == "Sequential":
            return True
        return self.module not in (None, "keras.layers")

    @property
    def is_sequential(self) -> bool:
        return self.is_model and "input_layers" not in self.config

    @property
    def is_operation(self) -> bool:
        """Whether it is an operation, which has neither weights nor a dtype, and no layer."""
        return self.module is not None and self.module.startswith("keras.src.ops")


@dataclass(eq=False)
class ModelConfig:
    """A model's layers in their order, and its structure with a `Tensor` at each leaf. `inputs` is
    None for a Sequential that does not know its input shape."""

    name: str
    kind: Literal["functional", "sequential"]
    entries: list[Entry]
    inputs: Any
    outputs: Any

    def calls(self) -> Iterator[Call]:
        for entry in self.entries:
            yield from entry.calls


ModuleOf = Callable[[str, bool], str | None]
"""The module of a class that a file names without one, looked for among operations first or
among layers first."""


DAMAGE = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError)
"""What reading raises where a configuration is not as Keras writes it."""


def damaged(name: str, error: Exception) -> StudioError:
    """To raise for the configuration of the model `name`, which cannot be read."""
    return StudioError(
        Problem(
            code="import.config",
            message=f'The description of the model "{name}" is damaged.',
            expected="layers and calls as Keras writes them",
            detail=repr(error),
        )
    )


class ConfigReader:
    """Reads a model's configuration and those inside it, keeping track of shared objects."""

    def __init__(self, root: dict[str, Any], module_of: ModuleOf) -> None:
        self._module_of = module_of
        self._root = root  # kept, since objects are told apart by where they lie
        self._identities = identities(root)

    def entry(self, data: dict[str, Any]) -> Entry:
        """One object of the configuration, without its calls."""
        config = data.get("config")
        config = config if isinstance(config, dict) else {}
        name = data.get("name") or config.get("name") or data["class_name"]
        class_name, module = str(data["class_name"]), data.get("module")
        if module is None and class_name != INPUT and "layers" not in config:
            # Layers and operations may be called the same; only layers have these.
            operation = not {"trainable", "dtype"} & config.keys()
            module = self._module_of(class_name, operation)
            module = module or self._module_of(class_name, not operation)
        return Entry(
            name=str(name),
            class_name=class_name,
            module=module,
            registered_name=data.get("registered_name"),
            config=config,
            identity=self._identities.get(id(data), ("object", id(data))),
            build_config=data.get("build_config"),
        )

    def model(self, entry: Entry) -> ModelConfig:
        """The model that an entry is. Raises `StudioError` when it is not as Keras writes it."""
        try:
            return self._sequential(entry) if entry.is_sequential else self._functional(entry)
        except DAMAGE as error:
            raise damaged(entry.name, error) from error

    def _functional(self, model: Entry) -> ModelConfig:
        entries: list[Entry] = []
        waiting: list[tuple[Call, Any]] = []
        for data in model.config["layers"]:
            entry = self.entry(data)
            entries.append(entry)
            nodes = data.get("inbound_nodes") or []
            entry.calls = [Call(entry) for _ in nodes] if nodes else [Call(entry)]
            waiting += zip(entry.calls, nodes, strict=False)
        known = {entry.name: entry for entry in entries}
        for call, node in waiting:
            call.args = [_template(value, known) for value in node["args"]]
            call.kwargs = {
                key: _template(value, known)
                for key, value in node["kwargs"].items()
                if not (key.endswith("mask") and _is_nothing(value))
            }
        return ModelConfig(
            model.name,
            "functional",
            entries,
            _ends(model.config["input_layers"], known),
            _ends(model.config["output_layers"], known),
        )

    def _sequential(self, model: Entry) -> ModelConfig:
        """A chain; what Keras leaves unsaid is said: each layer is called with the one before."""
        entries: list[Entry] = []
        known: dict[Any, Entry] = {}
        before: Tensor | None = None
        first: Tensor | None = None
        for data in [*_implied_input(model.config), *model.config["layers"]]:
            entry = self.entry(data)
            same = known.get(entry.identity) or known.get(entry.name)
            if same is None:
                entries.append(entry)
            entry = known[entry.identity] = known[entry.name] = same or entry
            if before is not None:
                before = Tensor(before.call, 0, _built_for(data) or before.spec)
            call = Call(entry, [] if before is None else [before])
            entry.calls.append(call)
            before = Tensor(call, 0, _given_by(entry))
            if entry.class_name == INPUT and first is None:
                first = before
        return ModelConfig(model.name, "sequential", entries, first, before)


def _implied_input(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The Input that a Sequential does not list, where its shape is known all the same: from how
    it was built, or from the model it begins with."""
    layers = config["layers"]
    if not layers or layers[0]["class_name"] == INPUT:
        return []
    found: dict[str, Any] = {"batch_shape": config.get("build_input_shape"), "name": INPUT_NAME}
    first = layers[0]
    while found["batch_shape"] is None and isinstance(first["config"].get("layers"), list):
        inside = first["config"]["layers"]
        inputs = [each["config"] for each in inside if each["class_name"] == INPUT]
        if len(inputs) == 1:
            found |= {key: inputs[0].get(key) for key in ("batch_shape", "dtype")}
        if inputs or not inside:
            break
        first = inside[0]
    if not isinstance(found["batch_shape"], list | tuple):
        return []
    return [{"class_name": INPUT, "module": "keras.layers", "config": found}]


def _built_for(data: dict[str, Any]) -> tuple[list[int | None], str] | None:
    """The shape that a layer was built for; not its dtype, which nearly always is this one."""
    built = data.get("build_config")
    shape = built.get("input_shape") if isinstance(built, dict) else None
    if not isinstance(shape, list) or any(isinstance(axis, list) for axis in shape):
        return None
    return shape, "float32"


def _given_by(entry: Entry) -> tuple[list[int | None], str] | None:
    """What an Input gives."""
    shape = entry.config.get("batch_shape")
    if entry.class_name != INPUT or not isinstance(shape, list):
        return None
    return shape, str(entry.config.get("dtype") or "float32")


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in an argument, dictionaries by key, as Keras flattens them."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from tensors_in(each)
    elif isinstance(value, dict) and not value.keys() & {"$ndarray", "$keras"}:
        for key in sorted(value):
            yield from tensors_in(value[key])


def _template(value: Any, known: dict[str, Entry]) -> Any:
    """An argument in the project's template form."""
    if isinstance(value, list):
        return [_template(each, known) for each in value]
    if isinstance(value, tuple):  # of a model in memory; JSON has lists alone
        return {"$tuple": [_template(each, known) for each in value]}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if not isinstance(value, dict):
        return value
    config: Any = value.get("config")
    match value.get("class_name"):
        case None:
            return {"$dict": {str(key): _template(each, known) for key, each in value.items()}}
        case "__keras_tensor__":
            name, number, output = config["keras_history"]
            shape = config["shape"]  # None in a model of Keras 1 or 2, which does not say it
            told = None if shape is None else (list(shape), str(config.get("dtype") or "float32"))
            return Tensor(_call(known[name], number), int(output), told)
        case "__slice__":
            ends = (config["start"], config["stop"], config["step"])
            return {"$slice": [_template(each, known) for each in ends]}
        case "__ellipsis__":
            return {"$ellipsis": True}
        case "__numpy__" | "__tensor__" as kind:
            return {"$ndarray": _array(config, eager=kind == "__tensor__")}
        case _:
            return {"$keras": value}


def _is_nothing(value: Any) -> bool:
    """None, or the list of Nones that Keras notes where several tensors could have masks."""
    return value is None or (isinstance(value, list | tuple) and all(map(_is_nothing, value)))


def _array(config: dict[str, Any], eager: bool) -> dict[str, Any]:
    flat: list[Any] = []
    shape: list[int] = []
    level = config["value"]
    while isinstance(level, list):
        shape.append(len(level))
        level = level[0] if level else None
    _flatten(config["value"], flat)
    values = [
        str(each) if isinstance(each, float) and not math.isfinite(each) else each for each in flat
    ]
    array = {"dtype": str(config["dtype"]), "shape": shape, "data": values}
    return array | {"eager": True} if eager else array


def _flatten(value: Any, found: list[Any]) -> None:
    if isinstance(value, list):
        for each in value:
            _flatten(each, found)
    else:
        found.append(value)


def _ends(value: Any, known: dict[str, Entry]) -> Any:
    """Input or output structure: leaves are [name, call, output]."""
    if isinstance(value, dict):
        return {str(key): _ends(each, known) for key, each in value.items()}
    if isinstance(value, list | tuple) and len(value) == 3 and isinstance(value[0], str):
        entry = known[value[0]]
        shift = 1 if entry.is_model and not entry.is_sequential else 0
        return Tensor(_call(entry, int(value[1]) - shift), int(value[2]))
    if not isinstance(value, list | tuple):
        raise TypeError(f"an input or output {value!r}")
    made = [_ends(each, known) for each in value]
    return tuple(made) if isinstance(value, tuple) else made


def _call(entry: Entry, number: int) -> Call:
    return entry.calls[min(max(int(number), 0), len(entry.calls) - 1)]
