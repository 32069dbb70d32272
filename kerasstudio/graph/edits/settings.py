"""Edits of the data description and the training settings."""

from __future__ import annotations

from collections.abc import Iterable
from types import NoneType
from typing import Any, TypeVar, get_args

import msgspec

from kerasstudio.graph.data_spec import DataSpec, Split
from kerasstudio.graph.edits.values import layer_of, refusal, replace, without
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining, TrainingSpec

StructT = TypeVar("StructT", bound=msgspec.Struct)


def set_data(project: Project, data: DataSpec | None = None, /, **changes: Any) -> Project:
    """A new data description, or the present one with fields changed."""
    wanted = replace(project.data if data is None else data, **changes)
    return project if wanted == project.data else replace(project, data=wanted)


def set_column(project: Project, name: str, source: str | None = None, **changes: Any) -> Project:
    """Change fields of the column called `name` (of one source, if given)."""
    columns = tuple(
        replace(column, **changes)
        if column.name == name and source in (None, column.source)
        else column
        for column in project.data.columns
    )
    if columns == project.data.columns and project.data.column(name) is None:
        raise refusal(
            "data.no_column",
            f'The data has no column "{name}".',
            Place(column=name),
            expected=", ".join(column.name for column in project.data.columns[:8]),
            received=name,
        )
    return set_data(project, columns=columns)


def set_split(project: Project, split: Split | None = None, /, **changes: Any) -> Project:
    """A new split, or the present one with fields changed."""
    return set_data(project, split=replace(split or project.data.split, **changes))


def set_binding(project: Project, layer: str, columns: Iterable[str]) -> Project:
    """The columns an Input or Output gets; none: matched by name, then by role and order."""
    names = tuple(columns)
    if not names:
        return set_data(project, bindings=without(project.data.bindings, [layer]))
    layer_of(project, layer)
    return set_data(project, bindings={**project.data.bindings, layer: names})


def set_training(
    project: Project, training: TrainingSpec | None = None, /, **changes: Any
) -> Project:
    """New training settings, or the present ones with fields changed."""
    wanted = replace(project.training if training is None else training, **changes)
    return project if wanted == project.training else replace(project, training=wanted)


def set_optimizer(project: Project, optimizer: KerasObject) -> Project:
    return set_training(project, optimizer=optimizer)


def set_output_training(
    project: Project, output: str, training: OutputTraining | None = None, /, **changes: Any
) -> Project:
    """Loss, loss weight and metrics of the Output with this layer id; all automatic again means
    no entry at all."""
    layer_of(project, output)
    present = project.training.outputs.get(output, OutputTraining())
    wanted = replace(present if training is None else training, **changes)
    if wanted == OutputTraining():
        return set_training(project, outputs=without(project.training.outputs, [output]))
    return set_training(project, outputs={**project.training.outputs, output: wanted})


def set_flow(project: Project, flow: str) -> Project:
    """Which way values run on the canvas: "right" or "down"."""
    if flow not in ("right", "down"):
        raise refusal(
            "edit.flow", f'"{flow}" is no direction.', expected="right or down", received=flow
        )
    return project if flow == project.flow else replace(project, flow=flow)


def set_code(project: Project, name: str, text: str | None) -> Project:
    """The text of a file of custom Keras code; None removes it."""
    if text is None:
        code = without(project.code, [name])
    else:
        code = project.code if project.code.get(name) == text else {**project.code, name: text}
    return project if code is project.code else replace(project, code=code)


def set_training_field(project: Project, field: str, value: Any) -> Project:
    """One field by its path and JSON value: ("epochs", 5), ("early_stopping.monitor", "loss").

    Raises `StudioError` for an unknown field or a value of the wrong type."""
    return set_training(project, with_field(project.training, field, value))


def set_data_field(project: Project, field: str, value: Any) -> Project:
    """One field of the data description by its path and JSON value: ("window.length", 24)."""
    return set_data(project, with_field(project.data, field, value))


def with_field(settings: StructT, field: str, value: Any) -> StructT:
    """`settings` with the field at a dotted path set to a JSON value, checked against its type.
    A part that is switched off (None) is switched on with its defaults."""
    name, _, rest = field.partition(".")
    known = {info.name: info.type for info in msgspec.structs.fields(settings)}
    if name not in known:
        raise refusal(
            "edit.no_field",
            f'There is no setting "{name}".',
            expected=", ".join(known),
            received=name,
        )
    if rest:
        inner = getattr(settings, name)
        if inner is None:
            inner = _struct_type(known[name], name)()
        if not isinstance(inner, msgspec.Struct):
            raise refusal("edit.no_field", f'"{name}" has no settings inside.', received=field)
        changed: Any = with_field(inner, rest, value)
    else:
        try:
            changed = msgspec.convert(value, known[name])
        except msgspec.ValidationError as error:
            raise refusal(
                "edit.value",
                f'"{field}" cannot be {value!r}: {error}.',
                expected=str(known[name]),
                received=repr(value),
            ) from error
    return replace(settings, **{name: changed})


def _struct_type(annotation: Any, name: str) -> type[msgspec.Struct]:
    for part in get_args(annotation):
        if part is not NoneType and isinstance(part, type) and issubclass(part, msgspec.Struct):
            return part
    raise refusal("edit.no_field", f'"{name}" has no settings inside.', received=name)
