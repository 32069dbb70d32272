"""A model for described data: a branch for each kind of feature, an Output for each target."""

from __future__ import annotations

from kerasstudio.graph.bindings import column_shape, join, window_shape
from kerasstudio.graph.branches import (
    Branch,
    Feature,
    array_head,
    branch_for,
    class_head,
    image,
    looks_like_image,
    number_head,
    residual,
    series,
    table,
)
from kerasstudio.graph.data_spec import Column, DataSpec
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.names import name_error
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch, with_data
from kerasstudio.graph.training_spec import EarlyStopping, KerasObject, TrainingSpec

STYLES: dict[str, Branch] = {
    "mlp": table,
    "cnn": image,
    "residual": residual,
    "lstm": series,
}
"""Styles a person can ask for; "auto" takes what suits each feature."""

_ARRAY_RANKS = {"cnn": "images", "residual": "images", "lstm": "time steps or windows"}


def build_for_data(data: DataSpec, summary: DataSummary, style: str = "auto") -> Project:
    """Draw a model for `data`. Raises `StudioError` when the data has no feature or the style
    does not suit it."""
    seen = {column.name: column for column in summary.columns}
    groups = _feature_groups(data, seen, summary)
    if not groups:
        raise StudioError(
            Problem(
                code="data.no_feature",
                message="No column can be a feature, so there is nothing to learn from.",
                expected="a column of numbers or classes besides the target, or an array",
                received=_roles_in_words(data),
            )
        )
    sketch = Sketch()
    bindings: dict[str, tuple[str, ...]] = {}
    ends = []
    for columns, feature in groups:
        branch = _branch(style, feature, data)
        start = len(sketch.order)
        ends.append(branch(sketch, feature))
        bindings[sketch.layer_id(sketch.order[start])] = tuple(column.name for column in columns)
    node = ends[0]
    if len(ends) > 1:
        node = sketch.layer("Concatenate", *ends)
        node = sketch.layer("Dense", node, units=64, activation="relu")
    targets = _target_groups(data)
    for columns in targets:
        output = _head(sketch, node, columns, seen)
        bindings[sketch.layer_id(output)] = tuple(column.name for column in columns)
    if not targets:
        # Nothing to predict: learn to give the features back (an autoencoder).
        columns, feature = groups[0]
        output = _copy_head(sketch, node, columns, feature)
        bindings[sketch.layer_id(output)] = tuple(column.name for column in columns)
    project = sketch.project(data, _training(data, summary))
    return with_data(project, bindings=bindings)


def _roles_in_words(data: DataSpec) -> str:
    """ "target: y; left out: id, date", to say where all columns have gone."""
    words = {"target": "target", "ignore": "left out"}
    parts = []
    for role, text in words.items():
        names = [column.name for column in data.columns if column.role == role]
        if names:
            more = f" and {len(names) - 8} more" if len(names) > 8 else ""
            parts.append(f"{text}: {', '.join(names[:8])}{more}")
    return "; ".join(parts) or "no column"


def _feature_groups(
    data: DataSpec, seen: dict[str, ColumnSummary], summary: DataSummary
) -> list[tuple[list[Column], Feature]]:
    """Arrays and texts singly, all single values together."""
    features = [column for column in data.columns if column.role == "feature"]
    if data.window.length:
        features += [
            column
            for column in data.columns
            if column.role == "target" and column.kind in {"number", "integer"}
        ]
    groups: list[tuple[list[Column], Feature]] = []
    together = [column for column in features if column.kind not in {"array", "text"}]
    if together:
        shapes = [column_shape(column, seen.get(column.name)) for column in together]
        joined = join([shape for shape in shapes if shape is not None]) or (len(together),)
        found = seen.get(together[0].name)
        name = together[0].name if len(together) == 1 else "features"
        groups.append((together, _feature(name, window_shape(data, joined), found, summary)))
    for column in features:
        found = seen.get(column.name)
        if column.kind == "array" and found is not None:
            shape = window_shape(data, found.shape)
            groups.append(([column], _feature(column.name, shape, found, summary)))
        elif column.kind == "text":
            feature = Feature(_layer_name(column.name), (1,), "string", samples=summary.rows)
            groups.append(([column], feature))
    order = {column.name: number for number, column in enumerate(data.columns)}
    return sorted(groups, key=lambda group: order[group[0][0].name])


def _feature(
    name: str, shape: tuple[int, ...], found: ColumnSummary | None, summary: DataSummary
) -> Feature:
    return Feature(
        name=_layer_name(name),
        shape=shape,
        dtype=found.dtype if found is not None and found.shape else "float32",
        minimum=found.minimum if found else None,
        maximum=found.maximum if found else None,
        samples=summary.rows,
    )


def _branch(style: str, feature: Feature, data: DataSpec) -> Branch:
    suiting = branch_for(feature.shape, feature.dtype)
    if data.window.length and len(feature.shape) == 2:
        suiting = series
    if style == "auto":
        return suiting
    if style == "lstm" and len(feature.shape) == 2:
        return series
    if style in {"cnn", "residual"} and looks_like_image(feature.shape, feature.dtype):
        return STYLES[style]
    if style == "mlp" and feature.dtype != "string":
        return table
    raise StudioError(
        Problem(
            code="template.unsuitable",
            message=f"The template is for {_ARRAY_RANKS.get(style, 'numbers')}, which "
            f'"{feature.name}" is not.',
            expected=_ARRAY_RANKS.get(style, "numbers"),
            received="text" if feature.dtype == "string" else f"samples of shape {feature.shape}",
        )
    )


def _target_groups(data: DataSpec) -> list[list[Column]]:
    """Classes and arrays singly, numbers together."""
    targets = [column for column in data.columns if column.role == "target"]
    numbers = [column for column in targets if column.encoding == "none" and column.kind != "array"]
    groups = [[column] for column in targets if column not in numbers]
    return [*groups, numbers] if numbers else groups


def _head(
    sketch: Sketch,
    node: str,
    columns: list[Column],
    seen: dict[str, ColumnSummary],
) -> str:
    found = [seen[column.name] for column in columns if column.name in seen]
    first, column = found[0], columns[0]
    name = _layer_name(column.name if len(columns) == 1 else "values")
    if column.kind == "array":
        return array_head(sketch, node, name, first.shape, first.maximum)
    if column.encoding != "none":
        classes = len(first.classes or ()) or 2
        if column.encoding == "one_hot" and classes == 2:
            # One-hot labels of two classes are compared with two units.
            scores = sketch.layer("Dense", node, units=2, activation="softmax")
            return sketch.output(name, scores)
        return class_head(sketch, node, name, classes)
    center = sum(each.train_mean or 0.0 for each in found) / len(found)
    spread = max((each.train_deviation or 0.0 for each in found), default=0.0)
    return number_head(sketch, node, name, len(columns), center, spread)


def _copy_head(
    sketch: Sketch,
    node: str,
    columns: list[Column],
    feature: Feature,
) -> str:
    name = f"{feature.name}_again"
    node = sketch.layer("Dense", node, name="code", units=16, activation="relu")
    if len(feature.shape) == 1:
        return number_head(sketch, node, name, feature.shape[0], 0.0, 1.0)
    return array_head(sketch, node, name, feature.shape, feature.maximum)


def _training(data: DataSpec, summary: DataSummary) -> TrainingSpec:
    """Small data: more and larger steps."""
    small = summary.parts[0] < 2000
    arrays = any(column.kind == "array" and column.role == "feature" for column in data.columns)
    rate = 0.01 if small and not arrays else 0.001
    validated = data.split.validation > 0
    return TrainingSpec(
        optimizer=KerasObject("Adam", "keras.optimizers", {"learning_rate": rate}),
        epochs=60 if small and not arrays else 20,
        batch_size=16 if small and not arrays else 32 if summary.parts[0] < 20_000 else 128,
        validate=validated,
        early_stopping=EarlyStopping(patience=15 if small else 5) if validated else None,
    )


def _layer_name(name: str) -> str:
    """A column's name as a Keras layer name."""
    wanted = name.strip().replace("/", "_").replace("\\", "_")[:100]
    return "column" if name_error(wanted) else wanted
