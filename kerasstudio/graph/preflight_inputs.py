"""Checks of the Inputs: their shape and dtype against the data, and the scale of the values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from kerasstudio.graph.bindings import Binding, Bindings, column_shape, fits
from kerasstudio.graph.data_spec import Column
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Layer, Node, Project, Wire

LARGE = 100.0
"""Values beyond this make the first steps of training blow up or crawl."""
UNEVEN = 50.0
"""Features whose spreads differ by more than this factor drown each other."""
# After these layers the scale of the values no longer matters.
_SCALING = {
    "Normalization",
    "Rescaling",
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "UnitNormalization",
    "Embedding",
    "Discretization",
    "CategoryEncoding",
    "Hashing",
    "IntegerLookup",
    "StringLookup",
    "TextVectorization",
    "Output",
}


def input_problems(
    project: Project, bindings: Bindings, summary: DataSummary | None
) -> Iterator[Problem]:
    """Problems of every Input that has data."""
    found = {column.name: column for column in summary.columns} if summary else {}
    checked: set[str] = set()
    for node, layer in project.inputs():
        binding = bindings.inputs.get(layer.id)
        if binding is None or layer.id in checked:
            continue
        checked.add(layer.id)
        yield from _shape_problems(node, layer, binding)
        yield from _dtype_problems(node, layer, binding)
        yield from _scale_problems(project, node, layer, binding, found)


def keep_inputs_fitting(
    problems: Iterable[Problem],
    project: Project,
    bindings: Bindings,
    summary: DataSummary | None,
) -> Iterator[Problem]:
    """The problems, where a fix that makes a column of an Input narrower, wider or ignored gives
    the Input the shape that it then has to have."""
    columns = {column.name: column for column in project.data.columns}
    found = {column.name: column for column in summary.columns} if summary else {}
    taken_by = {
        name: binding
        for binding in bindings.inputs.values()
        if not binding.explicit
        for name in binding.columns
    }
    for problem in problems:
        if any(fix.kind == "set_column" for fix in problem.fixes):
            problem = msgspec.structs.replace(
                problem,
                fixes=tuple(
                    _with_shape(fix, project, columns, found, taken_by) for fix in problem.fixes
                ),
            )
        yield problem


def _with_shape(
    fix: Fix,
    project: Project,
    columns: dict[str, Column],
    found: dict[str, ColumnSummary],
    taken_by: dict[str, Binding],
) -> Fix:
    arguments = fix.arguments
    name = arguments.get("name")
    if fix.kind != "set_column" or name not in taken_by:
        return fix
    binding, column, value = taken_by[name], columns[name], arguments["value"]
    width = _width(column, found.get(name))
    if arguments["field"] == "encoding":
        changed = msgspec.structs.replace(column, encoding=value)
        after = _width(changed, found.get(name))
    elif arguments["field"] == "role" and value == "ignore" and len(binding.columns) > 1:
        after = 0
    else:
        return fix
    layer = project.layers[binding.layer]
    wanted = layer.arguments.get("shape")
    if width is None or after is None or width == after or not binding.shape or not wanted:
        return fix
    if len(wanted) != len(binding.shape) or wanted[-1] != binding.shape[-1]:
        return fix
    shape = [*wanted[:-1], wanted[-1] - width + after]
    label = f"set shape to {words(shape)}"
    fixes = (
        fix,
        Fix(label, "set_argument", {"layer": layer.id, "name": "shape", "value": shape}),
    )
    return Fix(f"{fix.label}, {label}", "several", {"fixes": msgspec.to_builtins(fixes)})


def _width(column: Column, found: ColumnSummary | None) -> int | None:
    """How much of the last axis of an Input a column takes; None where not known."""
    shape = column_shape(column, found)
    return None if shape is None else (shape[-1] if shape else 1)


def words(shape: Sequence[int | None]) -> str:
    """A shape for people: "8 × 8 × 1"."""
    return " × ".join("?" if axis is None else str(axis) for axis in shape) or "single value"


def _shape_problems(node: Node, layer: Layer, binding: Binding) -> Iterator[Problem]:
    wanted = layer.arguments.get("shape")
    if wanted is None:
        batch = layer.arguments.get("batch_shape")
        wanted = batch[1:] if batch else None
    if wanted is None or binding.shape is None or fits(binding.shape, wanted):
        return
    shape = list(binding.shape)
    if len(wanted) == len(shape) + 1 and wanted[-1] == 1:
        shape.append(1)
    columns = ", ".join(binding.columns[:3]) + ("" if len(binding.columns) <= 3 else " …")
    yield Problem(
        code="train.input_shape",
        message=f'Input "{layer.name}" has another shape than its data ({columns}).',
        expected=words(binding.shape),
        received=words(wanted),
        place=Place(node=node.id, layer=layer.id, argument="shape"),
        fixes=(
            Fix(
                f"set shape to {words(shape)}",
                "set_argument",
                {"layer": layer.id, "name": "shape", "value": shape},
            ),
        ),
    )


def _dtype_problems(node: Node, layer: Layer, binding: Binding) -> Iterator[Problem]:
    dtype = str(layer.arguments.get("dtype") or "float32")
    if (dtype == "string") == (binding.dtype == "string"):
        return
    yield Problem(
        code="train.input_dtype",
        message=f'Input "{layer.name}" expects {dtype}, but its data is {binding.dtype}.',
        expected=binding.dtype,
        received=dtype,
        place=Place(node=node.id, layer=layer.id, argument="dtype"),
        fixes=(
            Fix(
                f"set dtype to {binding.dtype}",
                "set_argument",
                {"layer": layer.id, "name": "dtype", "value": binding.dtype},
            ),
        ),
    )


def _scale_problems(
    project: Project, node: Node, layer: Layer, binding: Binding, found: dict[str, ColumnSummary]
) -> Iterator[Problem]:
    columns = [found[name] for name in binding.columns if name in found]
    known = {column.name: column for column in project.data.columns}
    measured = [
        column
        for column in columns
        if column.minimum is not None
        and column.maximum is not None
        and known[column.name].encoding == "none"
    ]
    if not measured:
        return
    wires = [wire for wire in project.graph.wires.values() if wire.source == node.id]
    raw = [wire for wire in wires if _takes_raw(project, wire)]
    largest = max(measured, key=_reach)
    if not raw or not (_reach(largest) > LARGE or _uneven(measured)):
        return
    image = largest.kind == "array" and largest.minimum is not None and largest.minimum >= 0
    if image:
        fix = Fix(
            "insert Rescaling",
            "insert_layer",
            {
                "wire": raw[0].key,
                "class_name": "Rescaling",
                "arguments": {"scale": 1.0 / (largest.maximum or 1.0)},
            },
        )
    else:
        fix = Fix(
            "insert Normalization",
            "insert_layer",
            {"wire": raw[0].key, "class_name": "Normalization", "arguments": {}},
        )
    yield Problem(
        code="train.unscaled",
        message=(
            f'The values of Input "{layer.name}" are not scaled: "{largest.name}" goes from '
            f"{largest.minimum:g} to {largest.maximum:g}. Training is slow or unstable with "
            "such values."
        ),
        severity="warning",
        expected="values of about -3 to 3",
        received=f"{largest.minimum:g} to {largest.maximum:g}",
        place=Place(node=node.id, layer=layer.id, wire=raw[0].key, column=largest.name),
        fixes=(fix,),
    )


def _takes_raw(project: Project, wire: Wire) -> bool:
    """Whether values arrive unscaled at a layer that minds: behind reshaping layers too."""
    graph = project.graph
    seen: set[str] = set()
    node = graph.nodes.get(wire.target)
    while node is not None and node.id not in seen:
        seen.add(node.id)
        kind = project.layers[node.layer].class_name
        if kind in _SCALING:
            return False
        if kind not in {"Flatten", "Reshape", "Permute", "ZeroPadding2D", "Cropping2D"}:
            return True
        following = next((wire for wire in graph.wires.values() if wire.source == node.id), None)
        node = graph.nodes.get(following.target) if following else None
    return False


def _reach(column: ColumnSummary) -> float:
    return max(abs(column.minimum or 0.0), abs(column.maximum or 0.0))


def _uneven(columns: list[ColumnSummary]) -> bool:
    spreads = [column.train_deviation for column in columns if column.train_deviation]
    return len(spreads) > 1 and max(spreads) > UNEVEN * min(spreads)
