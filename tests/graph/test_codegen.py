"""The generated script: readable, safe, and only what differs from Keras."""

from __future__ import annotations

import ast

import msgspec
import pytest

from kerasstudio.graph.codegen import python_code, write_script
from kerasstudio.graph.codegen.pieces import Call, Items
from kerasstudio.graph.codegen.rendering import flat, render
from kerasstudio.graph.codegen.source import Names, identifier, text
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.export_limits import export_limits, format_of
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.templates import project_from, templates

NASTY = "a\"\n'''\nimport os; os.system(\"x\") # \\"


@pytest.mark.parametrize("template", [t.id for t in templates() if t.id != "blank"])
def test_script_of_every_template_is_python_of_sensible_width(template: str) -> None:
    code = python_code(project_from(template))
    names = {node.name for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)}
    assert {"load_data", "build_model", "compile_model", "main"} <= names
    assert max(len(line) for line in code.splitlines()) <= 140  # paths of the samples
    assert code.endswith('if __name__ == "__main__":\n    main()\n')


def test_chain_is_sequential_and_defaults_are_left_out() -> None:
    code = python_code(project_from("digits_cnn"))
    assert "return keras.Sequential(" in code
    assert 'layers.Conv2D(32, 3, padding="same", activation="relu", name="conv2d")' in code
    assert "strides" not in code
    assert "keras.optimizers.Adam()" in code


def test_shared_layer_is_one_variable() -> None:
    sketch = Sketch()
    left, right = sketch.input("left", [4]), sketch.input("right", [4])
    first = sketch.layer("Dense", left, name="twin", units=3)
    second = sketch.layer("Dense", right, name="other", units=3)
    sketch.output("distance", sketch.layer("Subtract", first, second))
    project = sketch.project()
    twin = project.graph.nodes[first].layer
    nodes = dict(project.graph.nodes)
    unused = nodes[second].layer
    nodes[second] = msgspec.structs.replace(nodes[second], layer=twin)
    graph = msgspec.structs.replace(project.graph, nodes=nodes)
    layers = {key: layer for key, layer in project.layers.items() if key != unused}
    shared = msgspec.structs.replace(project, layers=layers, graphs={"main": graph})
    code = python_code(shared)
    assert code.count('layers.Dense(3, name="twin")') == 1
    assert "twin(left)" in code
    assert "twin(right)" in code


def test_names_of_people_cannot_run_anything() -> None:
    sketch = Sketch()
    node = sketch.input(NASTY, [4])
    node = sketch.layer("Dense", node, name=NASTY + "2", units=1, activation=NASTY)
    sketch.output(NASTY + "3", node)
    data = DataSpec(
        sources=(Source("s1", f"/tmp/{NASTY}.csv", "csv", {"delimiter": NASTY}),),
        columns=(
            Column(NASTY, "s1", "number"),
            Column(NASTY + "t", "s1", "number", "target"),
        ),
    )
    code = python_code(sketch.project(data), title=f"title {NASTY}")
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert "system" not in called
    imported = [
        alias.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    assert "os" not in imported


@pytest.mark.parametrize(
    "changes",
    [
        {"class_name": "Dense(__import__('os').system('x'))"},
        {"module": "os"},
        {"module": "keras.layers; import os"},
        {"arguments": {"units=1, x": 3}},
        {"arguments": {"kernel_initializer": {"class_name": "X()", "module": "os", "config": {}}}},
        {"arguments": {"activation": {"class_name": "function", "module": "os", "config": "x"}}},
    ],
)
def test_foreign_classes_and_arguments_are_refused(changes: dict[str, object]) -> None:
    project = project_from("iris_mlp")
    dense = next(layer for layer in project.layers.values() if layer.class_name == "Dense")
    layers = {**project.layers, dense.id: msgspec.structs.replace(dense, **changes)}
    with pytest.raises(StudioError) as caught:
        python_code(msgspec.structs.replace(project, layers=layers))
    assert caught.value.problem.code.startswith("export.")


def test_without_data_only_the_model_is_written() -> None:
    project = msgspec.structs.replace(project_from("iris_mlp"), data=DataSpec())
    code = python_code(project)
    assert "load_data" not in code
    assert "    model = build_model()\n    model.summary()\n" in code
    with_data = write_script(project_from("iris_mlp"), training=False)
    assert "load_data" not in with_data.text


def test_unfinished_drawings_say_what_is_missing() -> None:
    with pytest.raises(StudioError, match="at least one Input"):
        python_code(Project())
    project = project_from("residual_cnn")
    bare = msgspec.structs.replace(project.graph, wires={})
    with pytest.raises(StudioError, match="wired"):
        python_code(msgspec.structs.replace(project, graphs={"main": bare}))


def test_source_pieces_break_where_too_long() -> None:
    short = Call("f", ("1",), (("key", text("value")),))
    assert render(short, "x = ") == ['x = f(1, key="value")']
    long = Call("keras.layers.Something", tuple(f"argument_{i}" for i in range(9)))
    lines = render(long, "x = ", "    ")
    assert lines[0] == "    x = keras.layers.Something("
    assert lines[-1] == "    )"
    assert lines[1] == "        argument_0,"
    assert flat(Items(("1",), "()")) == "(1,)"


def test_identifiers_are_unique_and_no_keywords() -> None:
    assert identifier("class") == "class_"
    assert identifier("2 Größen!", "size") == "size_2_grossen"
    assert identifier("input") == "inputs"
    assert identifier("sum") == "sum_"
    assert identifier("…") == "value"
    names = Names(("model",))
    assert [names.give("model"), names.give("a b"), names.give("a-b")] == [
        "model_2",
        "a_b",
        "a_b_2",
    ]


def test_formats_by_suffix() -> None:
    wanted = {
        "a.keras": "keras",
        "a.h5": "h5",
        "a.H5": None,
        "a.hdf5": "h5",
        "a.weights.h5": "weights",
        "a.json": "json",
        "a.py": "python",
        "a.onnx": "onnx",
        "a.tflite": "tflite",
        "a.savedmodel": "savedmodel",
        "a.tfjs": None,
        "keras": "savedmodel",
    }
    assert {name: format_of(name) for name in wanted} == wanted


def test_h5_limits_name_the_layer_and_a_better_format() -> None:
    sketch = Sketch()
    node = sketch.input("words", [8], dtype="int32")
    node = sketch.layer("Embedding", node, input_dim=20, output_dim=4, mask_zero=True)
    node = sketch.layer("LSTM", node, units=3)
    other = sketch.input("more", [3])
    sketch.output("y", sketch.layer("Concatenate", node, other))
    project = sketch.project()
    (problem,) = export_limits(project, "h5")
    assert "lstm" in problem.message
    assert ".keras" in problem.expected
    assert problem.severity == "warning"
    assert export_limits(project, "keras") == []
    lookup = Layer("l99", "StringLookup", "lookup")
    nodes = {**project.graph.nodes}
    first = next(iter(nodes))
    nodes[first] = msgspec.structs.replace(nodes[first], layer="l99")
    graph = msgspec.structs.replace(project.graph, nodes=nodes)
    changed = msgspec.structs.replace(
        project, layers={**project.layers, "l99": lookup}, graphs={"main": graph}
    )
    assert any("vocabulary" in p.message for p in export_limits(changed, "json"))


def test_masks_in_a_plain_chain_are_no_limit() -> None:
    sketch = Sketch()
    node = sketch.input("words", [8], dtype="int32")
    node = sketch.layer("Embedding", node, input_dim=20, output_dim=4, mask_zero=True)
    sketch.output("y", sketch.layer("LSTM", node, units=3))
    assert export_limits(sketch.project(), "h5") == []
