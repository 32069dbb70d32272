"""What mends a problem: one pure function a kind, in one table; see `problems.Fix`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from kerasstudio.graph import edits
from kerasstudio.graph.cards import CARD_GAP, card_size, flow_axis
from kerasstudio.graph.catalogue import OUTPUT_TYPE, Catalogue, LayerType
from kerasstudio.graph.edits.settings import with_field
from kerasstudio.graph.edits.values import node_of, refusal
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import INPUT_CLASS, ROOT, Mode, Project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining


def apply_fix(project: Project, fix: Fix, catalogue: Catalogue) -> Project:
    """The mended project. Raises `StudioError` when the fix no longer fits the drawing (its node
    is gone) or its kind or arguments are unknown."""
    mend = _TABLE.get(fix.kind)
    if mend is None:
        raise refusal(
            "fix.unknown",
            f'This version knows no fix "{fix.kind}".',
            expected=", ".join(_TABLE),
            received=fix.kind,
        )
    try:
        return mend(project, catalogue, **fix.arguments)
    except msgspec.ValidationError as error:
        raise refusal(
            "fix.arguments", f'The fix "{fix.label}" cannot be applied: {error}.'
        ) from error
    except TypeError as error:
        # Only a wrong call counts; a TypeError from deeper inside is a bug and goes on.
        if error.__traceback__ is None or error.__traceback__.tb_next is not None:
            raise
        raise refusal(
            "fix.arguments", f'The fix "{fix.label}" cannot be applied: {error}.'
        ) from error


def insert_layer(
    project: Project,
    catalogue: Catalogue,
    wire: str,
    class_name: str,
    arguments: Mapping[str, Any] | None = None,
    graph: str = ROOT,
) -> Project:
    kind = _named(catalogue, class_name)
    return edits.insert_layer(project, wire, kind, catalogue, arguments, graph)[0]


def set_argument(
    project: Project, catalogue: Catalogue, layer: str, name: str, value: Any
) -> Project:
    found = project.layers.get(layer)
    kind = None if found is None else catalogue.layer_type(found)
    argument = None if kind is None else kind.argument(name)
    return edits.set_argument(project, layer, name, value, argument)


def reset_argument(project: Project, _catalogue: Catalogue, layer: str, name: str) -> Project:
    return edits.reset_argument(project, layer, name)


def remove_wire(project: Project, _catalogue: Catalogue, wire: str, graph: str = ROOT) -> Project:
    return edits.disconnect(project, [wire], graph)


def remove_node(project: Project, _catalogue: Catalogue, node: str, graph: str = ROOT) -> Project:
    return edits.delete_nodes(project, [node], graph)


def connect(
    project: Project,
    catalogue: Catalogue,
    source: str,
    target: str,
    port: str,
    output: int = 0,
    graph: str = ROOT,
) -> Project:
    return edits.connect(project, source, target, port, output, graph, catalogue)


def add_output(
    project: Project, catalogue: Catalogue, node: str, output: int = 0, graph: str = ROOT
) -> Project:
    """A new Output behind a node."""
    x, y = _beside(project, node, graph, ahead=True)
    return edits.add_connected(project, OUTPUT_TYPE, catalogue, x, y, graph, source=(node, output))[
        0
    ]


def add_input(
    project: Project, catalogue: Catalogue, node: str, port: str, graph: str = ROOT
) -> Project:
    """A new Input before a port of a node."""
    kind = _named(catalogue, INPUT_CLASS)
    x, y = _beside(project, node, graph, ahead=False)
    return edits.add_connected(project, kind, catalogue, x, y, graph, target=(node, port))[0]


def rename_layer(project: Project, _catalogue: Catalogue, layer: str, name: str) -> Project:
    return edits.rename_layer(project, layer, name)


def set_trainable(project: Project, _catalogue: Catalogue, layer: str, value: bool) -> Project:
    return edits.set_trainable(project, layer, value)


def set_mode(
    project: Project, _catalogue: Catalogue, node: str, mode: Mode, graph: str = ROOT
) -> Project:
    return edits.set_mode(project, [node], mode, graph)


def replace_layer(project: Project, catalogue: Catalogue, layer: str, class_name: str) -> Project:
    return edits.replace_layer(project, layer, _named(catalogue, class_name), catalogue)


def take_out(project: Project, _catalogue: Catalogue, node: str, graph: str = ROOT) -> Project:
    """Remove a node; what fed it feeds what it fed."""
    return edits.delete_and_reconnect(project, [node], graph)


def wrap_layer(
    project: Project, catalogue: Catalogue, layer: str, wrapper: str = "TimeDistributed"
) -> Project:
    """Put a layer into a wrapper: called once for each step of a sequence."""
    return edits.wrap_layer(project, layer, _named(catalogue, wrapper), catalogue)


def several(project: Project, catalogue: Catalogue, fixes: Sequence[Mapping[str, Any]]) -> Project:
    """One after the other; `fixes` in JSON."""
    for fix in fixes:
        project = apply_fix(project, msgspec.convert(fix, Fix), catalogue)
    return project


def shape_inputs(
    project: Project,
    catalogue: Catalogue,
    shapes: Mapping[str, Sequence[int | None]],
    dtypes: Mapping[str, str],
) -> Project:
    """Give Inputs, by layer id, the shapes (without the batch) and dtypes of what comes in."""
    for layer, shape in shapes.items():
        project = set_argument(project, catalogue, layer, "shape", list(shape))
        if dtypes.get(layer, "float32") != "float32":
            project = set_argument(project, catalogue, layer, "dtype", dtypes[layer])
    return project


def group(
    project: Project, catalogue: Catalogue, nodes: Sequence[str], graph: str = ROOT
) -> Project:
    return edits.group(project, nodes, catalogue, graph)[0]


def ungroup(project: Project, _catalogue: Catalogue, node: str, graph: str = ROOT) -> Project:
    """Unpack a block although its call has arguments of its own."""
    return edits.ungroup(project, node, graph, drop_arguments=True)[0]


def lambda_to_operations(project: Project, _catalogue: Catalogue, layer: str) -> Project:
    return edits.lambda_to_operations(project, layer)


def lambda_to_class(project: Project, _catalogue: Catalogue, layer: str) -> Project:
    return edits.lambda_to_class(project, layer)


def set_outputs(
    project: Project,
    _catalogue: Catalogue,
    layer: str,
    inputs: Sequence[Sequence[int | None]],
    outputs: Sequence[tuple[Sequence[int | None], str]],
) -> Project:
    """Say what comes out of a layer that is code, for inputs of these shapes."""
    specs = [TensorSpec(tuple(shape), dtype) for shape, dtype in outputs]
    shapes = [tuple(shape) for shape in inputs]
    return edits.set_placeholder_outputs(project, layer, shapes, specs)


def set_loss(
    project: Project, _catalogue: Catalogue, output: str, loss: Mapping[str, Any] | None
) -> Project:
    """`loss` in Keras's serialised form; None: chosen automatically."""
    chosen = None if loss is None else msgspec.convert(loss, KerasObject)
    return edits.set_output_training(project, output, loss=chosen)


def set_output_training(
    project: Project, _catalogue: Catalogue, output: str, field: str, value: Any
) -> Project:
    present = project.training.outputs.get(output, OutputTraining())
    return edits.set_output_training(project, output, with_field(present, field, value))


def set_training(project: Project, _catalogue: Catalogue, field: str, value: Any) -> Project:
    return edits.set_training_field(project, field, value)


def set_data(project: Project, _catalogue: Catalogue, field: str, value: Any) -> Project:
    return edits.set_data_field(project, field, value)


def set_split(project: Project, _catalogue: Catalogue, field: str, value: Any) -> Project:
    return edits.set_data_field(project, f"split.{field}", value)


def set_column(
    project: Project,
    _catalogue: Catalogue,
    name: str,
    field: str,
    value: Any,
    source: str | None = None,
) -> Project:
    column = project.data.column(name)
    if column is not None:
        value = getattr(with_field(column, field, value), field)
    return edits.set_column(project, name, source, **{field: value})


def set_binding(
    project: Project, _catalogue: Catalogue, layer: str, columns: Sequence[str]
) -> Project:
    return edits.set_binding(project, layer, columns)


_TABLE: dict[str, Callable[..., Project]] = {
    function.__name__: function
    for function in (
        insert_layer,
        set_argument,
        reset_argument,
        remove_wire,
        remove_node,
        connect,
        add_output,
        add_input,
        rename_layer,
        set_trainable,
        set_mode,
        replace_layer,
        take_out,
        wrap_layer,
        several,
        shape_inputs,
        group,
        ungroup,
        lambda_to_operations,
        lambda_to_class,
        set_outputs,
        set_loss,
        set_output_training,
        set_training,
        set_data,
        set_split,
        set_column,
        set_binding,
    )
}
FIX_KINDS = frozenset(_TABLE)


def _named(catalogue: Catalogue, class_name: str) -> LayerType:
    kind = catalogue.named(class_name)
    if kind is None:
        raise refusal(
            "structure.unknown_class",
            f'Keras {catalogue.keras_version} has no layer "{class_name}".',
            received=class_name,
        )
    return kind


def _beside(project: Project, node: str, graph: str, ahead: bool) -> tuple[float, float]:
    """A free place behind or before a node's card."""
    found = node_of(project, node, graph)
    axis = flow_axis(project.flow)
    step = card_size(1, 1, project.flow)[axis] + CARD_GAP
    shift = step if ahead else -step
    x, y = found.x + (shift if axis == 0 else 0), found.y + (shift if axis == 1 else 0)
    return edits.free_place(project, x, y, graph)
