"""What the axes of a tensor mean: batch, time, height, width, channels, features.

A meaning is one letter an axis ("BHWC"), told from what makes the tensor: its class, its
`data_format`, and what comes in. Where nothing tells, the number of axes does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.project import Layer

WORDS = {
    "B": "batch",
    "T": "time",
    "D": "depth",
    "H": "height",
    "W": "width",
    "C": "channels",
    "F": "features",
}
"""The meaning of each letter, in the order of the legend."""
_BY_RANK = ("", "B", "BF", "BTF", "BHWC", "BDHWC", "BTDHWC")
_PLACES = {1: "T", 2: "HW", 3: "DHW"}
_DIMENSIONS = re.compile(r"([123])D")
# Categories whose classes named "...2D" work on the places and channels that the digit says.
_SPATIAL = {"Convolution", "Pooling", "Reshaping", "Regularization", "Recurrent"}
_SEQUENCES = {"Recurrent", "Attention"}
_IMAGES = {"Augmentation"}
_WIDTH = {"Dense", "EinsumDense"}


def usual_axes(rank: int) -> str:
    """The letters that people expect of a tensor with so many axes, batch included."""
    return _BY_RANK[rank] if rank < len(_BY_RANK) else "B" + "?" * (rank - 1)


def expected_axes(layer: Layer, kind: LayerType | None) -> str | None:
    """The axes that a layer's class wants of its first input; None where it takes any."""
    if kind is None:
        return None
    name, category = layer.class_name, kind.category
    if name == "TimeDistributed":
        inner = _inner(layer)
        return None if inner is None else "BT" + (_inside(inner, kind) or "BF")[1:]
    if name == "Bidirectional":
        return "BTF"
    if name == "Embedding":
        return "BT"
    if name == "RepeatVector":
        return "BF"
    found = _DIMENSIONS.search(name)
    if found is not None and category in _SPATIAL:
        places = _PLACES[int(found.group(1))]
        steps = "T" if category == "Recurrent" else ""
        first = layer.arguments.get("data_format") == "channels_first"
        return f"B{steps}C{places}" if first else f"B{steps}{places}C"
    if category in _IMAGES:
        return "BCHW" if layer.arguments.get("data_format") == "channels_first" else "BHWC"
    return "BTF" if category in _SEQUENCES else None


def output_axes(
    layer: Layer, kind: LayerType | None, inputs: Sequence[str], rank: int, output: int = 0
) -> str:
    """The letters of one output with `rank` axes; `inputs` are those of the tensors coming in."""
    wanted = expected_axes(layer, kind)
    first = inputs[0] if inputs else ""
    name = layer.class_name
    if name == "Embedding" and first:
        return _fitting("BT" + first[2:] + "F", rank)
    if name == "TimeDistributed":
        inner = _inner(layer)
        if inner is not None and len(first) > 1:
            inside = output_axes(inner, _same_kind(inner, kind), ["B" + first[2:]], rank - 1)
            return _fitting("BT" + inside[1:], rank)
    if name in _WIDTH and len(first) == rank:
        return first[:-1] + ("C" if first.endswith("C") and rank > 3 else "F")
    if name == "Permute" and len(first) == rank:
        return _permuted(first, layer.arguments.get("dims"))
    if wanted is not None and kind is not None:
        if kind.category in _SEQUENCES or name == "Bidirectional":
            return _recurrent(wanted, rank, output)
        if len(wanted) == rank:
            return wanted
        if rank == 2 and "C" in wanted:
            return "BC"  # one value a channel: a global pooling
    same = [axes for axes in inputs if len(axes) == rank]
    keeps = kind is None or kind.category != "Reshaping" or name.endswith("D")
    return same[0] if same and keeps else usual_axes(rank)


def passes_axes(layer: Layer, kind: LayerType | None) -> bool:
    """Whether what comes out has the axes of what went in, whatever they mean."""
    if kind is None or layer.is_input or layer.is_output or layer.graph is not None:
        return False
    reshapes = kind.category == "Reshaping" and not layer.class_name.endswith("D")
    return expected_axes(layer, kind) is None and not reshapes and layer.class_name not in _WIDTH


def axis_word(letter: str) -> str:
    """ "height" for "H"; "axis" for a letter without a meaning."""
    return WORDS.get(letter, "axis")


def axes_in_words(axes: str) -> str:
    """ "(batch, height, width, channels)"."""
    return f"({', '.join(axis_word(letter) for letter in axes)})"


def _recurrent(wanted: str, rank: int, output: int) -> str:
    """A sequence, or its last step; states are always the latter."""
    whole = wanted if len(wanted) == rank and not output else wanted.replace("T", "", 1)
    return _fitting(whole, rank)


def _permuted(axes: str, dims: Any) -> str:
    if not isinstance(dims, list) or sorted(map(str, dims)) != sorted(
        map(str, range(1, len(axes)))
    ):
        return usual_axes(len(axes))
    return "B" + "".join(axes[number] for number in dims)


def _fitting(axes: str, rank: int) -> str:
    return axes if len(axes) == rank else usual_axes(rank)


def _inner(layer: Layer) -> Layer | None:
    """The layer that a wrapper holds, as far as its class and arguments tell."""
    held = layer.arguments.get("layer")
    if not isinstance(held, dict) or not isinstance(held.get("class_name"), str):
        return None
    config = held.get("config")
    arguments = config if isinstance(config, dict) else {}
    return Layer(layer.id, held["class_name"], layer.name, arguments=arguments)


def _inside(inner: Layer, wrapper: LayerType) -> str | None:
    return expected_axes(inner, _same_kind(inner, wrapper))


def _same_kind(inner: Layer, wrapper: LayerType | None) -> LayerType:
    """A stand-in for the class of a held layer: its category, from its name."""
    name = inner.class_name
    if _DIMENSIONS.search(name):
        category = "Recurrent" if name.startswith("ConvLSTM") else "Convolution"
    else:
        category = "Core"
    return LayerType(name, "" if wrapper is None else wrapper.module, category)
