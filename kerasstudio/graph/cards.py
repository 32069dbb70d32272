"""What a node card says and how big it is; the canvas and the layout both ask here.

Sizes are scene pixels. A card's ports lie on its left and right edges when values flow right, on
its top and bottom edges when they flow down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal

from kerasstudio.graph.blocks import layers_inside
from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.project import Layer, Project

CARD_WIDTH = 176.0
CARD_HEIGHT = 96.0
CARD_GAP = 48.0
"""Least distance between cards along the flow, room for a wire and its shape."""
PORT_PITCH = 20.0
COLLAPSED_HEIGHT = 28.0
"""Of a card that is only its header; more ports make it higher."""
COLLAPSED_PITCH = 11.0
_MARGIN = 20.0

Side = Literal["input", "output"]


def flow_axis(flow: str) -> int:
    """0 when values flow along x ("right"), 1 when along y ("down")."""
    return 1 if flow == "down" else 0


@lru_cache(maxsize=4000)
def card_size(
    n_inputs: int = 1, n_outputs: int = 1, flow: str = "right", collapsed: bool = False
) -> tuple[float, float]:
    """Width and height of a card with so many ports drawn; more ports make it longer."""
    more = max(n_inputs, n_outputs, 1) - 1
    span = 2 * _MARGIN + more * PORT_PITCH
    if flow == "down":
        return max(CARD_WIDTH, span), COLLAPSED_HEIGHT if collapsed else CARD_HEIGHT
    if collapsed:
        return CARD_WIDTH, max(COLLAPSED_HEIGHT, 16.0 + more * COLLAPSED_PITCH)
    return CARD_WIDTH, max(CARD_HEIGHT, span)


def port_offset(
    side: Side,
    index: int,
    count: int,
    size: tuple[float, float],
    flow: str = "right",
    collapsed: bool = False,
) -> tuple[float, float]:
    """The centre of port `index` of `count` on one side, from the card's top left corner."""
    width, height = size
    pitch = COLLAPSED_PITCH if collapsed and flow != "down" else PORT_PITCH
    shift = (index - (count - 1) / 2) * pitch
    if flow == "down":
        return width / 2 + shift, 0.0 if side == "input" else height
    return 0.0 if side == "input" else width, height / 2 + shift


@lru_cache(maxsize=4000)
def port_spot(
    side: Side, index: int, inputs: int, outputs: int, flow: str = "right", collapsed: bool = False
) -> tuple[float, float]:
    """`port_offset` on a card of the size that so many ports need."""
    size = card_size(inputs, outputs, flow, collapsed)
    return port_offset(
        side, index, max(1, inputs if side == "input" else outputs), size, flow, collapsed
    )


def card_lines(
    layer: Layer, layer_type: LayerType | None, n_inputs: int | None = None
) -> tuple[str, ...]:
    """At most two lines with a layer's most telling arguments: "32 filters · 3 × 3",
    "relu · same". What the table below does not know is told by the changed arguments.
    `n_inputs` is told of a layer that joins several tensors and has room for it."""
    values = _effective(layer.arguments, layer_type)
    used: set[str] = set()
    lines: list[str] = []
    for table in (_SIZE, _MANNER):
        phrases: list[str] = []
        for name, phrase in table.items():
            if name in values and len(phrases) < 2:
                text = phrase(values[name], values)
                if text:
                    phrases.append(text)
                    used |= {name, _TOLD_WITH.get(name, name)}
        if phrases:
            lines.append(" · ".join(phrases))
    if len(lines) < 2:
        lines += _others(layer.arguments, layer_type, used)[: 2 - len(lines)]
    if n_inputs is not None and n_inputs > 1 and len(lines) < 2:
        lines.insert(0, f"{n_inputs} inputs")
    return tuple(_clipped(line) for line in lines)


def argument_text(value: Any) -> str:
    """A JSON value in few letters: "3 × 3", "relu", "HeNormal", "0.25"."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}".replace("-", "−")
    if isinstance(value, int):
        return str(value).replace("-", "−")
    if isinstance(value, list):
        if any(isinstance(item, dict | str) for item in value):
            return ", ".join(argument_text(item) for item in value)
        return " × ".join(
            "/".join(map(argument_text, item))
            if isinstance(item, list)
            else "?"
            if item is None
            else argument_text(item)
            for item in value
        )
    if isinstance(value, dict):
        return _object_text(value)
    return str(value)


def _object_text(value: Mapping[str, Any]) -> str:
    name = value.get("class_name")
    if not isinstance(name, str):
        return "…"
    config = value.get("config")
    if not isinstance(config, dict):
        return name
    inner = {key: item for key, item in config.items() if key != "name"}
    telling = [
        text
        for key, phrase in _SIZE.items()
        if key in inner and (text := phrase(inner[key], inner)) is not None
    ]
    if telling:
        return f"{name} · {telling[0]}"
    plain = [argument_text(item) for item in inner.values() if isinstance(item, int | float | str)]
    return f"{name}({', '.join(plain[:2])})" if plain else name


Phrase = Callable[[Any, Mapping[str, Any]], str | None]


def _counted(one: str, many: str) -> Phrase:
    def phrase(value: Any, _values: Mapping[str, Any]) -> str | None:
        return None if value is None else f"{argument_text(value)} {one if value == 1 else many}"

    return phrase


def _spread(value: Any, values: Mapping[str, Any]) -> str | None:
    """Window sizes; a single number stands for all axes ("3 × 3")."""
    if isinstance(value, int) and not isinstance(value, bool):
        rank = values.get(_RANK)
        return " × ".join([str(value)] * (rank if isinstance(rank, int) else 1))
    return None if value is None else argument_text(value)


def _named(name: str) -> Phrase:
    def phrase(value: Any, _values: Mapping[str, Any]) -> str | None:
        return None if value is None else f"{name} {argument_text(value)}"

    return phrase


def _plain(value: Any, _values: Mapping[str, Any]) -> str | None:
    return None if value is None else argument_text(value)


def _if_set(text: str) -> Phrase:
    def phrase(value: Any, _values: Mapping[str, Any]) -> str | None:
        return text if value is True else None

    return phrase


def _strides(value: Any, values: Mapping[str, Any]) -> str | None:
    one = value in (1, None) or (isinstance(value, list) and all(step == 1 for step in value))
    return None if one else f"step {_spread(value, values)}"


def _heads(value: Any, values: Mapping[str, Any]) -> str:
    heads = "1 head" if value == 1 else f"{argument_text(value)} heads"
    return f"{heads} × {values['key_dim']}" if values.get("key_dim") else heads


def _shape(value: Any, _values: Mapping[str, Any]) -> str | None:
    if value is None:
        return None
    return (argument_text(value) if value else "scalar") if isinstance(value, list) else str(value)


def _depth(value: Any, _values: Mapping[str, Any]) -> str | None:
    return None if value == 1 else f"depth × {argument_text(value)}"


def _range(name: str) -> Phrase:
    def phrase(value: Any, _values: Mapping[str, Any]) -> str | None:
        if isinstance(value, list) and len(value) == 2:
            return f"{name} {argument_text(value[0])} to {argument_text(value[1])}"
        return None if value is None else f"{name} {argument_text(value)}"

    return phrase


def _embedding(value: Any, values: Mapping[str, Any]) -> str:
    size = values.get("output_dim")
    return f"{value:,} words → {size}" if isinstance(value, int) else argument_text(size)


_RANK = "\0rank"

# What a layer makes, and how it does it; the first two found of each make a line.
_SIZE: dict[str, Phrase] = {
    "shape": _shape,
    "units": _counted("unit", "units"),
    "filters": _counted("filter", "filters"),
    "depth_multiplier": _depth,
    "num_heads": _heads,
    "input_dim": _embedding,
    "kernel_size": _spread,
    "pool_size": _spread,
    "target_shape": _shape,
    "dims": _shape,
    "n": _counted("time", "times"),
    "size": _spread,
    "height": _named("height"),
    "width": _named("width"),
    "cropping": _plain,
    "layer": _plain,
    "rate": _named("rate"),
    "axis": _named("axis"),
    "axes": _named("axes"),
    "factor": _range("factor"),
    "height_factor": _range("height"),
    "width_factor": _range("width"),
    "stddev": _named("σ"),
    "mask_value": _named("masks"),
    "max_tokens": _counted("token", "tokens"),
    "num_tokens": _counted("token", "tokens"),
    "num_bins": _counted("bin", "bins"),
    "equation": _plain,
}
_MANNER: dict[str, Phrase] = {
    "activation": _plain,
    "padding": _plain,
    "strides": _strides,
    "return_sequences": _if_set("sequences"),
    "return_state": _if_set("with state"),
    "dtype": _plain,
    "momentum": _named("momentum"),
    "mask_zero": _if_set("masks zeros"),
    "output_mode": _plain,
    "interpolation": _plain,
    "merge_mode": _plain,
    "use_causal_mask": _if_set("causal"),
}
# Told together with another argument.
_TOLD_WITH = {"num_heads": "key_dim", "input_dim": "output_dim"}


def _effective(arguments: Mapping[str, Any], layer_type: LayerType | None) -> dict[str, Any]:
    """Arguments with defaults, less what says nothing for this class."""
    values: dict[str, Any] = {}
    is_input = layer_type is not None and layer_type.class_name == "InputLayer"
    for argument in () if layer_type is None else layer_type.arguments:
        if not argument.required:
            values[argument.name] = argument.default
        if argument.rank is not None:
            values.setdefault(_RANK, argument.rank)
    values.update(arguments)
    if is_input:
        values["dtype"] = arguments.get("dtype") or "float32"
    elif values.get("dtype") is None:
        values.pop("dtype", None)
    if values.get("activation", "") is None and ("units" in values or "filters" in values):
        values["activation"] = "linear"
    return values


def _others(
    arguments: Mapping[str, Any], layer_type: LayerType | None, used: set[str]
) -> list[str]:
    """Changed arguments that no table names, in the order of the catalogue."""
    order = [] if layer_type is None else [argument.name for argument in layer_type.arguments]
    names = [name for name in order if name in arguments]
    names += [name for name in arguments if name not in names]
    return [
        f"{name.replace('_', ' ')} {argument_text(arguments[name])}"
        for name in names
        if name not in used and name not in _SIZE and name not in _MANNER
        if arguments[name] is not None
    ]


def _clipped(line: str, limit: int = 26) -> str:
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def card_title(layer: Layer) -> str:
    """The class as people say it: "Input" for Keras's InputLayer, "Block" for a model inside."""
    if layer.graph is not None and layer.class_name == "Functional":
        return "Block"
    return "Input" if layer.is_input else layer.class_name


def block_lines(project: Project, graph: str) -> tuple[str, ...]:
    """How many layers are in a block, and which: "5 layers inside", "2 Conv2D · Dropout"."""
    counts: dict[str, int] = {}
    for node in project.graphs[graph].nodes.values():
        layer = project.layers[node.layer]
        if not (layer.is_input or layer.is_output):
            title = card_title(layer)
            counts[title] = counts.get(title, 0) + 1
    if not counts:
        return ("nothing inside yet",)
    kinds = (f"{count} {kind}" if count > 1 else kind for kind, count in counts.items())
    total = layers_inside(project, graph)
    return f"{total} layer{'s' * (total != 1)} inside", _clipped(" · ".join(kinds))
