"""Which edits mend a shape problem; each function gives fixes in order of promise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isqrt, prod
from typing import TYPE_CHECKING, Any

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import Layer, Wire

if TYPE_CHECKING:
    from kerasstudio.runtime.worker.keras_errors import Source

_RECURRENT = {"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
_SIZES = ("units", "filters")
_POOL = {3: "GlobalAveragePooling1D", 4: "GlobalAveragePooling2D", 5: "GlobalAveragePooling3D"}


def change_rank(graph: str, source: Source, ranks: tuple[int, ...]) -> tuple[Fix, ...]:
    """A tensor with other axes than `ranks` (batch included): sequences, pooling, reshaping."""
    have = len(source.spec.shape)
    fixes: list[Fix] = []
    if have + 1 in ranks:
        fixes += sequences(source.layer)
    if have > min(ranks) and 2 in ranks:
        fixes += collapse(graph, source)
    target = reshaped(source.spec.shape[1:], ranks)
    if target is not None:
        label = f"insert Reshape to {' × '.join(map(str, target))}"
        fixes.append(_insert(graph, source.wire, "Reshape", label, target_shape=target))
    return tuple(fixes)


def reshaped(shape: Sequence[int | None], ranks: tuple[int, ...]) -> list[int] | None:
    """A shape (without batch) with the same number of values and one of `ranks` (with batch)."""
    axes = [axis for axis in shape if axis is not None]
    if len(axes) != len(shape) or not axes:
        return None
    for rank in sorted(ranks, key=lambda rank: abs(rank - 1 - len(axes))):
        wanted = rank - 1
        if wanted < 1 or wanted == len(axes):
            continue
        if wanted < len(axes):
            return [prod(axes[: len(axes) - wanted + 1]), *axes[len(axes) - wanted + 1 :]]
        if len(axes) == 1 and wanted == 3:
            image = _image(axes[0])
            if image is not None:
                return image
        if wanted == len(axes) + 1:
            return [*axes, 1]
        return [*([1] * (wanted - len(axes) - 1)), *axes, 1]
    return None


def _image(count: int) -> list[int] | None:
    """Height, width, channels of a square picture with `count` values."""
    for channels in (1, 3):
        side = isqrt(count // channels)
        if count % channels == 0 and side * side * channels == count and side > 1:
            return [side, side, channels]
    return None


def collapse(graph: str, source: Source) -> tuple[Fix, ...]:
    """One vector a sample: the mean over places, or all values in a row."""
    rank = len(source.spec.shape)
    fixes = []
    if rank in _POOL and source.spec.shape[-1] is not None:
        fixes.append(_insert(graph, source.wire, _POOL[rank]))
    if rank > 2 and None not in source.spec.shape[1:]:
        fixes.insert(0, _insert(graph, source.wire, "Flatten"))
    return tuple(fixes)


def sequences(layer: Layer) -> tuple[Fix, ...]:
    """A recurrent layer that gives its last step only could give all."""
    if layer.class_name not in _RECURRENT or layer.arguments.get("return_sequences"):
        return ()
    return (
        Fix(
            f'let "{layer.name}" return sequences',
            "set_argument",
            {"layer": layer.id, "name": "return_sequences", "value": True},
        ),
    )


def pad(layer: Layer, kind: LayerType | None) -> tuple[Fix, ...]:
    """Padding keeps the size."""
    argument = kind.argument("padding") if kind else None
    if argument is None or "same" not in argument.choices:
        return ()
    if layer.arguments.get("padding", argument.default) == "same":
        return ()
    return (
        Fix(
            'set padding to "same"',
            "set_argument",
            {"layer": layer.id, "name": "padding", "value": "same"},
        ),
    )


def mismatch(graph: str, layer: Layer, sources: Sequence[Source]) -> tuple[Fix, ...]:
    """Tensors that shall be put together and differ."""
    fixes: list[Fix] = []
    shapes = [source.spec.shape for source in sources]
    ranks = {len(shape) for shape in shapes}
    if len(ranks) == 1 and len({shape[:-1] for shape in shapes}) == 1:
        fixes += _equal_sizes(sources)
        if layer.class_name != "Concatenate":
            fixes.append(
                Fix(
                    "replace by Concatenate",
                    "replace_layer",
                    {"layer": layer.id, "class_name": "Concatenate"},
                )
            )
    elif len(ranks) == 1 and layer.class_name == "Concatenate" and _only_axis(shapes):
        axis = _only_axis(shapes)
        arguments = {"layer": layer.id, "name": "axis", "value": axis}
        fixes.append(Fix(f"join along axis {axis}", "set_argument", arguments))
    elif len(ranks) > 1:
        lowest = min(ranks)
        for source in sources:
            if lowest == 2 and len(source.spec.shape) > 2:
                fixes += collapse(graph, source)
    else:
        fixes += _padded_alike(sources)
    return tuple(fixes)


def _only_axis(shapes: Sequence[tuple[int | None, ...]]) -> int | None:
    """The one axis in which shapes of equal rank differ; None when they differ in more."""
    axes = [axis for axis in range(1, len(shapes[0])) if len({shape[axis] for shape in shapes}) > 1]
    return axes[0] if len(axes) == 1 else None


def _equal_sizes(sources: Sequence[Source]) -> Iterable[Fix]:
    """Give the last source as many units or filters as the first gives."""
    if len(sources) < 2:
        return
    wanted = sources[0].spec.shape[-1]
    for source in reversed(sources[1:]):
        if source.spec.shape[-1] == wanted or wanted is None:
            continue
        for name in _SIZES:
            if name in source.layer.arguments:
                yield Fix(
                    f'set {name} of "{source.layer.name}" to {wanted}',
                    "set_argument",
                    {"layer": source.layer.id, "name": name, "value": wanted},
                )
                return


def _padded_alike(sources: Sequence[Source]) -> Iterable[Fix]:
    """Feature maps whose height and width differ: the smaller one lost its border."""

    def places(source: Source) -> int:
        return prod(axis or 1 for axis in source.spec.shape[1:-1])

    smallest = min(sources, key=places)
    if "kernel_size" in smallest.layer.arguments and (
        smallest.layer.arguments.get("padding", "valid") != "same"
    ):
        yield Fix(
            f'set padding of "{smallest.layer.name}" to "same"',
            "set_argument",
            {"layer": smallest.layer.id, "name": "padding", "value": "same"},
        )


def change_dtype(graph: str, source: Source, dtypes: tuple[str, ...]) -> tuple[Fix, ...]:
    """Another type at the Input, or numbers made of whole numbers."""
    if source.layer.is_input:
        return (
            Fix(
                f'set dtype of "{source.layer.name}" to {dtypes[0]}',
                "set_argument",
                {"layer": source.layer.id, "name": "dtype", "value": dtypes[0]},
            ),
        )
    if "float32" in dtypes and source.spec.dtype != "string":
        return (_insert(graph, source.wire, "Rescaling", "insert Rescaling by 1", scale=1.0),)
    return ()


def reset(layer: Layer, kind: LayerType | None, argument: str | None) -> tuple[Fix, ...]:
    """Back to Keras's default, or to a value that makes sense where there is none."""
    described = kind.argument(argument) if kind and argument else None
    if argument is not None and described is not None and described.required:
        return example(layer, kind, [argument])
    if argument is None or argument not in layer.arguments:
        return ()
    return (Fix(f"reset {argument}", "reset_argument", {"layer": layer.id, "name": argument}),)


def example(layer: Layer, kind: LayerType | None, names: Sequence[str]) -> tuple[Fix, ...]:
    """Values that make sense for missing arguments."""
    values = {} if kind is None else kind.example
    return tuple(
        Fix(
            f"set {name} to {values[name]}",
            "set_argument",
            {"layer": layer.id, "name": name, "value": values[name]},
        )
        for name in names
        if isinstance(values.get(name), int | float | str | list)
    )


def fitting_value(layer: Layer, source: Source) -> tuple[Fix, ...]:
    """Values that fit what comes in, where they can be computed."""
    sizes = [axis for axis in source.spec.shape[1:] if axis is not None]
    if len(sizes) + 1 < len(source.spec.shape) or not sizes:
        return ()
    name = ""
    value: int | list[int] = 1
    if layer.class_name == "Reshape":
        wanted = layer.arguments.get("target_shape") or []
        rest = [axis for axis in wanted[1:] if isinstance(axis, int) and axis > 0]
        fits = len(rest) == len(wanted) - 1 and prod(sizes) % prod(rest) == 0
        name, value = "target_shape", [-1, *rest] if fits else [-1]
    elif layer.class_name == "GroupNormalization":
        channels = sizes[-1]
        most = min(layer.arguments.get("groups", 32), channels)
        fitting = [count for count in range(1, most + 1) if channels % count == 0]
        name, value = "groups", fitting[-1] if fitting else 1
    if not name:
        return ()
    return (
        Fix(
            f"set {name} to {value}",
            "set_argument",
            {"layer": layer.id, "name": name, "value": value},
        ),
    )


def remove_wires(graph: str, wires: Sequence[Wire]) -> tuple[Fix, ...]:
    """The last way out: one fix for a single wire, of several the last."""
    if not wires:
        return ()
    wire = wires[-1]
    label = "remove the wire" if len(wires) == 1 else "remove the last wire"
    return (Fix(label, "remove_wire", {"wire": wire.key, "graph": graph}),)


def _insert(
    graph: str, wire: Wire, class_name: str, label: str | None = None, **arguments: Any
) -> Fix:
    return Fix(
        label or f"insert {class_name}",
        "insert_layer",
        {
            "wire": wire.key,
            "class_name": class_name,
            "arguments": arguments,
            "graph": graph,
        },
    )
