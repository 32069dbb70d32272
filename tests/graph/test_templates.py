"""Templates, and models drawn for described data."""

from __future__ import annotations

import pytest

from kerasstudio.graph.bindings import resolve
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.data_spec import Column, DataSpec, Source, Window
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.preflight import preflight_problems
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.resources import resource
from kerasstudio.graph.structure import structure_problems
from kerasstudio.graph.templates import model_for_data, project_from, templates

IDS = [template.id for template in templates()]
CLASSES = tuple("abc")
TARGET = Column("y", "s", "category", "target", "index")
TARGET_FOUND = ColumnSummary("y", "s", "category", classes=CLASSES, distinct=3, dtype="str")


def described(
    *pairs: tuple[Column, ColumnSummary], **changes: object
) -> tuple[DataSpec, DataSummary]:
    data = DataSpec(
        sources=(Source("s", "data.csv", "csv"),),
        columns=tuple(column for column, _ in pairs),
        **changes,  # type: ignore[arg-type]
    )
    found = tuple(found for _, found in pairs)
    return data, DataSummary(rows=500, columns=found, parts=(350, 75, 75))


def array(name: str, *shape: int, dtype: str = "float32") -> tuple[Column, ColumnSummary]:
    return Column(name, "s", "array"), ColumnSummary(
        name, "s", "array", shape=shape, dtype=dtype, minimum=0.0, maximum=255.0
    )


def number(name: str, role: str = "feature", **changes: object) -> tuple[Column, ColumnSummary]:
    column = Column(name, "s", "number", role)  # type: ignore[arg-type]
    values = {"minimum": -1.0, "maximum": 1.0, "train_mean": 0.0, "train_deviation": 0.5, **changes}
    return column, ColumnSummary(name, "s", "number", **values)  # type: ignore[arg-type]


def kinds(project: Project) -> list[str]:
    return [project.layer_of(node).class_name for node in project.graph.nodes.values()]


def sound(project: Project, summary: DataSummary | None, catalogue: Catalogue) -> None:
    """No error, and arguments and ports that Keras has."""
    problems = [
        *structure_problems(project, catalogue),
        *preflight_problems(project, None, summary, catalogue),
    ]
    assert [problem for problem in problems if problem.severity == "error"] == []
    for layer in project.layers.values():
        kind = catalogue.layer_type(layer)
        if kind is not None:
            assert all(kind.argument(name) for name in layer.arguments), layer.class_name
    places = [(node.x, node.y) for node in project.graph.nodes.values()]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("template", IDS)
def test_templates_are_sound(template: str, keras_catalogue: Catalogue) -> None:
    sound(project_from(template), None, keras_catalogue)


def test_templates_use_shipped_data() -> None:
    assert IDS[0] == "digits_mlp"
    for template in templates():
        assert template.title
        assert template.description.endswith(".")
        for source in template.make().data.sources:
            assert resource(f"samples/{source.path.removeprefix('sample:')}").is_file()


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([number("a"), number("b")], {"Normalization", "Dense"}),
        ([array("image", 28, 28, dtype="uint8")], {"Rescaling", "Conv2D", "MaxPooling2D"}),
        ([array("image", 64, 64, 3)], {"Conv2D", "Dropout"}),
        ([array("image", 3, 32, 32)], {"Permute", "Conv2D"}),
        ([array("steps", 50, 6)], {"LSTM"}),
        ([array("film", 16, 32, 32, 3)], {"Conv3D", "GlobalAveragePooling3D"}),
        ([array("vector", 12)], {"Normalization", "Dense"}),
        ([array("image", 16, 16), number("a"), number("b")], {"Concatenate", "Conv2D"}),
        (
            [(Column("t", "s", "text"), ColumnSummary("t", "s", "text", dtype="str"))],
            {"TextVectorization", "Embedding"},
        ),
        (
            [
                (
                    Column("c", "s", "category", encoding="one_hot"),
                    ColumnSummary("c", "s", "category", classes=("u", "v"), dtype="str"),
                ),
                number("a"),
            ],
            {"Dense"},
        ),
    ],
)
def test_a_model_for_each_kind_of_data(
    pairs: list, wanted: set[str], keras_catalogue: Catalogue
) -> None:
    data, summary = described(*pairs, (TARGET, TARGET_FOUND))
    project = model_for_data(data, summary)
    assert wanted <= set(kinds(project))
    sound(project, summary, keras_catalogue)
    bindings = resolve(project, summary)
    assert bindings.unused == ()
    assert [entry.columns for entry in bindings.outputs.values()] == [("y",)]


def test_two_classes_end_in_one_sigmoid(keras_catalogue: Catalogue) -> None:
    found = ColumnSummary("y", "s", "category", classes=("no", "yes"), distinct=2, dtype="str")
    data, summary = described(number("a"), (TARGET, found))
    project = model_for_data(data, summary)
    last = next(layer for layer in project.layers.values() if layer.name == "y_scores")
    assert last.arguments == {"units": 1, "activation": "sigmoid"}
    sound(project, summary, keras_catalogue)


def test_large_numbers_get_a_scale(keras_catalogue: Catalogue) -> None:
    price = number(
        "price", "target", minimum=1e4, maximum=9e5, train_mean=2.5e5, train_deviation=1e5
    )
    data, summary = described(number("a"), price)
    project = model_for_data(data, summary)
    scale = next(layer for layer in project.layers.values() if layer.class_name == "Rescaling")
    assert scale.arguments == {"scale": 1e5, "offset": 2.5e5}
    sound(project, summary, keras_catalogue)


def test_a_series_gets_windows(keras_catalogue: Catalogue) -> None:
    data, summary = described(number("value", "target"), window=Window(12, 1))
    project = model_for_data(data, summary)
    assert "LSTM" in kinds(project)
    start = next(layer for _, layer in project.inputs())
    assert start.arguments["shape"] == [12, 1]
    sound(project, summary, keras_catalogue)


def test_without_a_target_the_features_are_given_back(keras_catalogue: Catalogue) -> None:
    data, summary = described(array("image", 8, 8))
    project = model_for_data(data, summary)
    output = next(layer for _, layer in project.outputs())
    assert project.data.bindings[output.id] == ("image",)
    assert resolve(project, summary).outputs[output.id].shape == (8, 8)
    sound(project, summary, keras_catalogue)


def test_several_targets_get_an_output_each(keras_catalogue: Catalogue) -> None:
    data, summary = described(
        number("a"), (TARGET, TARGET_FOUND), number("p", "target"), number("q", "target")
    )
    project = model_for_data(data, summary)
    columns = [entry.columns for entry in resolve(project, summary).outputs.values()]
    assert columns == [("y",), ("p", "q")]
    sound(project, summary, keras_catalogue)


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("digits_mlp", "Flatten"),
        ("residual_cnn", "Add"),
        ("digits_cnn", "Conv2D"),
        ("mlp", "Flatten"),
    ],
)
def test_a_template_for_other_data(template: str, wanted: str, keras_catalogue: Catalogue) -> None:
    data, summary = described(array("image", 20, 20, dtype="uint8"), (TARGET, TARGET_FOUND))
    project = model_for_data(data, summary, template)
    assert wanted in kinds(project)
    sound(project, summary, keras_catalogue)


def test_templates_that_do_not_suit() -> None:
    data, summary = described(number("a"), (TARGET, TARGET_FOUND))
    for template, code in (("digits_cnn", "template.unsuitable"), ("no", "template.unknown")):
        with pytest.raises(StudioError) as caught:
            model_for_data(data, summary, template)
        assert caught.value.problem.code == code
    assert model_for_data(data, summary, "blank").graph.nodes == {}


def test_no_feature() -> None:
    data, summary = described((TARGET, TARGET_FOUND))
    with pytest.raises(StudioError, match="nothing to learn from"):
        model_for_data(data, summary)


def test_names_with_slashes(keras_catalogue: Catalogue) -> None:
    data, summary = described(array("a/b", 8, 8), (TARGET, TARGET_FOUND))
    sound(model_for_data(data, summary), summary, keras_catalogue)
