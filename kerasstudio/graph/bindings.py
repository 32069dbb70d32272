"""Which columns feed which Input, and which column each Output is compared with.

The order of matching: an explicit entry in `DataSpec.bindings`; a column with the layer's own
name; then by role and order. Columns of single values go together as one group (a table's
features), each array is a group of its own; groups are handed to the Inputs in order, a group
whose shape fits first.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import msgspec

from kerasstudio.graph.data_spec import Column, DataSpec
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Layer, Node, Project
from kerasstudio.graph.switches import live_project

Found = dict[str, ColumnSummary]
"""What reading found, by column name: looked up often, in tables of many columns."""


class Binding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one Input or Output gets. `shape` (without batch axis) and `dtype` are those of the
    prepared data, None where not known yet. `classes` counts the classes behind an "index" or
    "one_hot" target; `kind` says how the target is written."""

    layer: str
    name: str
    columns: tuple[str, ...] = ()
    shape: tuple[int, ...] | None = None
    dtype: str = "float32"
    classes: int | None = None
    kind: str = "number"
    """"number", "index", "one_hot", "array" or "text"."""
    explicit: bool = False


class Bindings(msgspec.Struct, frozen=True, omit_defaults=True):
    """`inputs` and `outputs` by layer id, in graph order. `unused` are feature and target
    columns that nothing uses."""

    inputs: dict[str, Binding] = {}
    outputs: dict[str, Binding] = {}
    unused: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def resolve(project: Project, summary: DataSummary | None = None) -> Bindings:
    """Match columns with Inputs and Outputs. Without a summary, shapes stay unknown."""
    data = project.data
    if not data.columns:
        return Bindings()
    project = live_project(project)
    seen = {column.name: column for column in summary.columns} if summary else {}
    problems: list[Problem] = []
    used: set[str] = set()
    features = [column for column in data.columns if column.role == "feature"]
    targets = [column for column in data.columns if column.role == "target"]
    if data.window.length:
        # The past of a measured value is what its future is told from.
        features += [column for column in targets if is_measured(column)]
        order = {column.name: number for number, column in enumerate(data.columns)}
        features.sort(key=lambda column: order[column.name])
    inputs = _match(list(project.inputs()), features, data, seen, problems, used)
    outputs = _match(list(project.outputs()), targets, data, seen, problems, used)
    unused = [
        column.name
        for column in data.columns
        if column.role != "ignore" and column.name not in used
    ]
    return Bindings(inputs, outputs, tuple(unused), tuple(problems))


def is_measured(column: Column) -> bool:
    """Whether the column holds single numbers that are no class numbers."""
    return column.kind in {"number", "integer"} and column.encoding == "none"


def column_shape(column: Column, found: ColumnSummary | None) -> tuple[int, ...] | None:
    """The shape of one prepared sample of a column, before joining; None where unknown."""
    if column.encoding == "one_hot":
        return None if found is None or found.classes is None else (len(found.classes),)
    if column.kind == "array":
        return None if found is None else found.shape
    return ()


def column_dtype(column: Column) -> str:
    """The dtype of a prepared column: class numbers int32, words "string", the rest float32."""
    if column.encoding == "index":
        return "int32"
    if column.kind == "text":
        return "string"
    return "float32"


def window_shape(data: DataSpec, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a feature after windows are cut."""
    return (data.window.length, *shape) if data.window.length else shape


def input_shape_from_data(
    project: Project, summary: DataSummary | None, layer: str
) -> tuple[list[int], str] | None:
    """The `shape` and `dtype` arguments an Input should have for its data; None where unknown.

    What the Input has and the data fits stays: any number type, axes of length 1, open axes."""
    binding = resolve(project, summary).inputs.get(layer)
    if binding is None or binding.shape is None:
        return None
    arguments = project.layers[layer].arguments
    wanted = arguments.get("shape")
    shape = list(binding.shape)
    if wanted is not None and fits(binding.shape, wanted):
        shape = list(wanted)
    elif wanted is not None and len(wanted) == len(shape) + 1 and wanted[-1] == 1:
        shape.append(1)
    dtype = str(arguments.get("dtype") or "float32")
    if (dtype == "string") != (binding.dtype == "string"):
        dtype = binding.dtype
    return shape, dtype


def fits(shape: Sequence[int], wanted: Sequence[int | None]) -> bool:
    """Whether data of `shape` can be given to an Input of shape `wanted` (None: any length),
    adding or removing axes of length 1 only."""
    if len(shape) == len(wanted):
        return all(want is None or have == want for have, want in zip(shape, wanted, strict=True))
    if any(want is None for want in wanted):
        have = [axis for axis in shape if axis != 1]
        want_axes = [axis for axis in wanted if axis != 1]
        return len(have) == len(want_axes) and all(
            want is None or axis == want for axis, want in zip(have, want_axes, strict=True)
        )
    return [axis for axis in shape if axis != 1] == [axis for axis in wanted if axis != 1]


def reshaped(shape: Sequence[int], wanted: Sequence[int | None]) -> tuple[int, ...]:
    """The shape that data of `shape` takes for an Input of shape `wanted`; `shape` itself when
    it does not fit or fits already."""
    if len(shape) == len(wanted) or not fits(shape, wanted):
        return tuple(shape)
    rest = iter(axis for axis in shape if axis != 1)
    return tuple(1 if want == 1 else next(rest) for want in wanted)


def join(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
    """The shape of columns joined on the last axis; None when they cannot be joined."""
    if len(shapes) == 1 and shapes[0]:
        return shapes[0]
    if all(len(shape) <= 1 for shape in shapes):
        return (sum(prod(shape) for shape in shapes),)
    first = shapes[0]
    if any(len(shape) != len(first) or shape[:-1] != first[:-1] for shape in shapes):
        return None
    return (*first[:-1], sum(shape[-1] for shape in shapes))


def _match(
    ports: list[tuple[Node, Layer]],
    columns: list[Column],
    data: DataSpec,
    seen: Found,
    problems: list[Problem],
    used: set[str],
) -> dict[str, Binding]:
    """Bindings of one side. A layer drawn twice counts once."""
    known = {column.name: column for column in data.columns}
    chosen: dict[str, tuple[list[Column], bool]] = {}
    waiting: list[Layer] = []
    own: set[str] = set()
    for node, layer in ports:
        if layer.id in chosen or layer in waiting:
            continue
        names = data.bindings.get(layer.id)
        if names:
            missing = [name for name in names if name not in known]
            if missing:
                problems.append(_unknown(node, layer, missing[0], known))
                continue
            chosen[layer.id] = ([known[name] for name in names], True)
        elif layer.name in known and known[layer.name] in columns:
            chosen[layer.id] = ([known[layer.name]], False)
        else:
            waiting.append(layer)
            continue
        own |= {column.name for column in chosen[layer.id][0]}
    groups = _groups([column for column in columns if column.name not in own])
    for layer in waiting:
        group = _pick(groups, layer, data, seen)
        if group is not None:
            groups.remove(group)
            chosen[layer.id] = (group, False)
    found: dict[str, Binding] = {}
    for node, layer in ports:
        if layer.id in found:
            continue
        if layer.id in chosen:
            wanted, explicit = chosen[layer.id]
            used |= {column.name for column in wanted}
            found[layer.id] = _binding(node, layer, wanted, explicit, data, seen, problems)
        elif layer in waiting:
            problems.append(_unbound(node, layer, columns, known))
    return found


def _groups(columns: list[Column]) -> list[list[Column]]:
    """Arrays and texts singly, class targets singly, single numbers together."""
    groups: list[list[Column]] = []
    together: list[Column] | None = None
    for column in columns:
        alone = column.kind in {"array", "text"} or (
            column.role == "target" and column.encoding != "none"
        )
        if alone:
            groups.append([column])
        elif together is None:
            together = [column]
            groups.append(together)
        else:
            together.append(column)
    return groups


def _pick(
    groups: list[list[Column]], layer: Layer, data: DataSpec, seen: Found
) -> list[Column] | None:
    """The first group whose shape fits the layer, else the first."""
    wanted = layer.arguments.get("shape") if layer.is_input else None
    if wanted is not None and len(groups) > 1:
        for group in groups:
            shape = _joined_shape(group, data, seen, windowed=True)
            if shape is not None and fits(shape, wanted):
                return group
    return groups[0] if groups else None


def _joined_shape(
    columns: list[Column], data: DataSpec, seen: Found, windowed: bool
) -> tuple[int, ...] | None:
    shapes = [column_shape(column, seen.get(column.name)) for column in columns]
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return None
    joined = join(known)
    return window_shape(data, joined) if joined is not None and windowed else joined


def _binding(
    node: Node,
    layer: Layer,
    columns: list[Column],
    explicit: bool,
    data: DataSpec,
    seen: Found,
    problems: list[Problem],
) -> Binding:
    shape = _joined_shape(columns, data, seen, windowed=layer.is_input)
    dtypes = {column_dtype(column) for column in columns}
    names = tuple(column.name for column in columns)
    if shape is None and all(
        column_shape(column, seen.get(column.name)) is not None for column in columns
    ):
        problems.append(
            Problem(
                code="data.cannot_join",
                message=f'The columns of "{layer.name}" cannot be joined: {", ".join(names)}.',
                expected="shapes that differ in the last axis only",
                received=", ".join(
                    str(column_shape(column, seen.get(column.name))) for column in columns
                ),
                place=Place(node=node.id, layer=layer.id),
                fixes=(_bind(layer, names[0]),),
            )
        )
    dtype = dtypes.pop() if len(dtypes) == 1 else "float32"
    first = columns[0]
    classes, kind = None, "number"
    if len(columns) == 1:
        found = seen.get(first.name)
        if first.encoding != "none":
            kind = first.encoding
            classes = len(found.classes) if found is not None and found.classes else None
            if layer.is_output and first.encoding == "index" and first.kind != "array":
                shape = ()
        elif first.kind in {"array", "text"}:
            kind = first.kind
    return Binding(layer.id, layer.name, names, shape, dtype, classes, kind, explicit)


def _bind(layer: Layer, name: str) -> Fix:
    return Fix(f'use "{name}"', "set_binding", {"layer": layer.id, "columns": [name]})


def _unbound(node: Node, layer: Layer, columns: list[Column], known: dict[str, Column]) -> Problem:
    candidates = columns or [column for column in known.values() if column.role != "ignore"]
    if layer.is_input:
        message = f'Input "{layer.name}" gets no column of the data.'
        expected = "a column with role feature that no other Input takes"
    else:
        message = f'Output "{layer.name}" has no target to be compared with.'
        expected = "a column with role target that no other Output takes"
    return Problem(
        code="data.input_unbound" if layer.is_input else "data.output_unbound",
        message=message,
        expected=expected,
        place=Place(node=node.id, layer=layer.id, output=layer.id if layer.is_output else None),
        fixes=tuple(_bind(layer, column.name) for column in candidates[:3]),
    )


def _unknown(node: Node, layer: Layer, name: str, known: dict[str, Column]) -> Problem:
    return Problem(
        code="data.binding_column",
        message=f'"{layer.name}" is bound to the column "{name}", which the data does not have.',
        expected=", ".join(list(known)[:8]),
        received=name,
        place=Place(node=node.id, layer=layer.id, column=name),
        fixes=(Fix("match by name and order", "set_binding", {"layer": layer.id, "columns": []}),),
    )
