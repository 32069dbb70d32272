"""Projects to start from, each with real data from the samples, each trained in under a minute."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kerasstudio.graph.branches import Feature, class_head, number_head, residual
from kerasstudio.graph.data_models import STYLES, build_for_data
from kerasstudio.graph.data_spec import Column, DataSpec, Source, Split, Window
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.training_spec import EarlyStopping, KerasObject, OutputTraining, TrainingSpec

__all__ = ["Template", "model_for_data", "project_from", "templates"]


class Template(msgspec.Struct, frozen=True):
    """A project to start from. `style` is what `model_for_data` makes of it for other data."""

    id: str
    title: str
    description: str
    make: Callable[[], Project]
    style: str = "auto"


def templates() -> list[Template]:
    """All templates, in the order the start page shows them."""
    return [
        Template(
            "digits_mlp",
            "Train your first model",
            "A small dense network that reads handwritten digits.",
            digits_mlp,
            "mlp",
        ),
        Template(
            "iris_mlp",
            "MLP on iris",
            "Three species of iris told apart by four measurements.",
            iris_mlp,
            "mlp",
        ),
        Template(
            "digits_cnn",
            "CNN on digits",
            "Convolutions and pooling on images of handwritten digits.",
            digits_cnn,
            "cnn",
        ),
        Template(
            "two_inputs_two_outputs",
            "Two inputs, two outputs",
            "From two groups of measurements of a wine: its cultivar and its alcohol.",
            two_inputs_two_outputs,
        ),
        Template(
            "residual_cnn",
            "Residual CNN",
            "Convolutions with shortcuts around them, on handwritten digits.",
            residual_cnn,
            "residual",
        ),
        Template(
            "lstm_sunspots",
            "LSTM on sunspots",
            "Next year's sunspots from the 24 years before.",
            lstm_sunspots,
            "lstm",
        ),
        Template("blank", "Blank model", "An empty canvas.", Project),
    ]


def project_from(template_id: str) -> Project:
    """The project of a template. Raises `StudioError` for an unknown id."""
    return _template(template_id).make()


def model_for_data(data: DataSpec, summary: DataSummary, template: str | None = None) -> Project:
    """A sensible model for described data: images get convolutions, tables dense layers, series
    an LSTM. `template` is the id of a template, or a style ("mlp", "cnn", "residual", "lstm").

    Raises `StudioError` for an unknown template and for one that does not suit the data."""
    if template is None or template in {*STYLES, "auto"}:
        return build_for_data(data, summary, template or "auto")
    chosen = _template(template)
    if chosen.id == "blank":
        return Project(data=data)
    return build_for_data(data, summary, chosen.style)


def digits_mlp() -> Project:
    """Image → Rescaling → Flatten → Dense → Dense."""
    sketch = Sketch()
    node = sketch.input("images", [8, 8])
    node = sketch.layer("Rescaling", node, scale=1 / 16)
    node = sketch.layer("Flatten", node)
    node = sketch.layer("Dense", node, units=64, activation="relu")
    node = sketch.layer("Dense", node, name="scores", units=10, activation="softmax")
    sketch.output("labels", node)
    return sketch.project(_digits(), TrainingSpec(epochs=20))


def iris_mlp() -> Project:
    """Four numbers → Normalization → two Dense layers → three classes."""
    sketch = Sketch()
    node = sketch.input("features", [4])
    node = sketch.layer("Normalization", node)
    node = sketch.layer("Dense", node, units=16, activation="relu")
    node = sketch.layer("Dense", node, units=16, activation="relu")
    node = sketch.layer("Dense", node, name="scores", units=3, activation="softmax")
    sketch.output("species", node)
    names = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
    columns = (*_numbers(names), Column("species", "s1", "category", "target", "index"))
    data = DataSpec(sources=(Source("s1", "sample:iris.csv", "csv"),), columns=columns)
    return sketch.project(data, _adam(0.01, epochs=40, batch_size=16))


def digits_cnn() -> Project:
    """Three convolutions with pooling in between, then dense layers with dropout."""
    sketch = Sketch()
    node = sketch.input("images", [8, 8, 1])
    node = sketch.layer("Rescaling", node, scale=1 / 16)
    for filters in (32, 64):
        node = sketch.layer(
            "Conv2D", node, filters=filters, kernel_size=3, padding="same", activation="relu"
        )
    node = sketch.layer("MaxPooling2D", node, pool_size=2)
    node = sketch.layer(
        "Conv2D", node, filters=64, kernel_size=3, padding="same", activation="relu"
    )
    node = sketch.layer("Flatten", node)
    node = sketch.layer("Dropout", node, rate=0.3)
    node = sketch.layer("Dense", node, units=64, activation="relu")
    node = sketch.layer("Dense", node, name="scores", units=10, activation="softmax")
    sketch.output("labels", node)
    return sketch.project(_digits(), TrainingSpec(epochs=20))


def two_inputs_two_outputs() -> Project:
    """Minerals and phenols of a wine in two branches; its cultivar and its alcohol in two heads."""
    sketch = Sketch()
    minerals = ("malic_acid", "ash", "alcalinity_of_ash", "magnesium", "proline")
    phenols = (
        "total_phenols",
        "flavanoids",
        "nonflavanoid_phenols",
        "proanthocyanins",
        "color_intensity",
        "hue",
        "od280_od315_of_diluted_wines",
    )
    ends, inputs = [], {}
    for name, columns in (("minerals", minerals), ("phenols", phenols)):
        start = sketch.input(name, [len(columns)])
        inputs[sketch.layer_id(start)] = columns
        node = sketch.layer("Normalization", start, name=f"{name}_normalized")
        ends.append(sketch.layer("Dense", node, name=f"{name}_dense", units=16, activation="relu"))
    node = sketch.layer("Concatenate", *ends)
    node = sketch.layer("Dense", node, name="together", units=32, activation="relu")
    cultivar = class_head(sketch, node, "cultivar", 3)
    alcohol = number_head(sketch, node, "alcohol", 1, 13.0, 0.812)
    columns_of = (
        Column("alcohol", "s1", "number", "target"),
        *_numbers((*minerals, *phenols)),
        Column("cultivar", "s1", "category", "target", "index"),
    )
    data = DataSpec(
        sources=(Source("s1", "sample:wine.csv", "csv"),),
        columns=columns_of,
        bindings={
            **inputs,
            sketch.layer_id(cultivar): ("cultivar",),
            sketch.layer_id(alcohol): ("alcohol",),
        },
    )
    training = _adam(0.005, epochs=40, batch_size=16)
    outputs = {sketch.layer_id(alcohol): OutputTraining(loss_weight=0.5)}
    return sketch.project(data, msgspec.structs.replace(training, outputs=outputs))


def residual_cnn() -> Project:
    """Two residual blocks on the digits."""
    sketch = Sketch()
    node = residual(sketch, Feature("images", (8, 8), "uint8", 0.0, 16.0, 1797))
    node = sketch.layer("Dense", node, name="scores", units=10, activation="softmax")
    sketch.output("labels", node)
    return sketch.project(_digits(), TrainingSpec(epochs=12))


def lstm_sunspots() -> Project:
    """Windows of 24 years → Normalization → LSTM → the year after."""
    sketch = Sketch()
    node = sketch.input("years", [24, 1])
    node = sketch.layer("Normalization", node)
    node = sketch.layer("LSTM", node, units=32)
    number_head(sketch, node, "sunspots_next_year", 1, 50.0, 40.0)
    columns = (
        Column("year", "s1", "integer", "ignore"),
        Column("sunspots", "s1", "number", "target"),
    )
    data = DataSpec(
        sources=(Source("s1", "sample:sunspots.csv", "csv"),),
        columns=columns,
        split=Split(method="ordered"),
        window=Window(length=24, horizon=1),
    )
    training = _adam(0.005, epochs=60, batch_size=16)
    stopping = EarlyStopping(patience=20)
    return sketch.project(data, msgspec.structs.replace(training, early_stopping=stopping))


def _template(template_id: str) -> Template:
    known = templates()
    for template in known:
        if template.id == template_id:
            return template
    names = [template.id for template in known] + list(STYLES)
    raise StudioError(
        Problem(
            code="template.unknown",
            message=f'There is no template "{template_id}".',
            expected=f"one of: {', '.join(names)}",
            received=template_id,
        )
    )


def _digits() -> DataSpec:
    return DataSpec(
        sources=(Source("s1", "sample:digits.npz", "npz"),),
        columns=(
            Column("images", "s1", "array"),
            Column("labels", "s1", "integer", "target", "index"),
        ),
    )


def _numbers(names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(name, "s1", "number") for name in names)


def _adam(rate: float, epochs: int, batch_size: int) -> TrainingSpec:
    return TrainingSpec(
        optimizer=KerasObject("Adam", "keras.optimizers", {"learning_rate": rate}),
        epochs=epochs,
        batch_size=batch_size,
    )
