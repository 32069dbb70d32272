"""Lambda layers read from compiled code of eight Pythons, and turned into operations."""

from __future__ import annotations

import base64
import json
import marshal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.edits.lambdas import why_no_class, why_no_operations
from kerasstudio.graph.lambda_code.marshal_reader import MarshalError, read_code
from kerasstudio.graph.lambda_code.operations import NotConvertibleError, operations_of
from kerasstudio.graph.lambda_code.reading import read_lambda
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import ROOT, Graph, Layer, Node, Project, Wire
from kerasstudio.graph.structure import structure_problems

STORED: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parent / "stored_lambdas.json").read_text()
)
"""Compiled code of the functions below, by the Python that compiled it (`marshal.dumps`)."""
SOURCES = {
    "norm": "lambda x: x / 255.0 - 0.5",
    "slice2": "lambda x: x[:, 1:, ..., ::2]",
    "mean": "lambda x: tf.reduce_mean(x, axis=1, keepdims=True)",
    "two": "lambda a: a[0] + a[1]",
    "cmp": "lambda x: K.cast(x > 0.5, 'float32')",
    "neg": "lambda t: -K.abs(t) @ t",
    "list": "lambda x: tf.tile(x, [1, 1, 3])",
    "closure": "lambda x: x * 7",
}


def stored(code: str, **more: Any) -> Layer:
    config = {"code": code, "defaults": None, "closure": None} | more
    function = {"class_name": "__lambda__", "config": config}
    return Layer("l9", "Lambda", "computed", arguments={"function": function})


def typed(text: str, **more: Any) -> Layer:
    return Layer("l9", "Lambda", "computed", arguments={"function": text, **more})


@pytest.mark.parametrize("version", STORED)
@pytest.mark.parametrize("name", SOURCES)
def test_code_of_every_python_is_read(version: str, name: str) -> None:
    closure = [7] if name == "closure" else None
    reading = read_lambda(stored(STORED[version][name], closure=closure))
    assert reading.source == SOURCES[name]
    assert reading.compiled


@pytest.mark.parametrize("version", STORED)
@pytest.mark.parametrize("name", ["tern", "inner"])
def test_more_than_an_expression_is_told_by_its_names(version: str, name: str) -> None:
    reading = read_lambda(stored(STORED[version][name]))
    assert reading.source is None
    assert "more than one expression" in reading.why
    assert reading.instructions
    if name == "tern":
        assert reading.names == ("K",)


def test_code_of_keras_2_and_its_defaults() -> None:
    code = base64.b64encode(marshal.dumps((lambda x, k=3, m=2: x**k * m).__code__)).decode()
    arguments = {"function": [code, [3, 2], None], "arguments": {"m": 5}}
    reading = read_lambda(Layer("l", "Lambda", "l", arguments=arguments))
    assert reading.source == "lambda x: x ** 3 * 5"


def test_named_functions_stay_names() -> None:
    named = {"class_name": "function", "module": "my.code", "config": "swirl"}
    reading = read_lambda(Layer("l", "Lambda", "l", arguments={"function": named}))
    assert reading.function == "my.code.swirl"
    old = {"function": "swirl", "function_type": "function", "module": "__main__"}
    assert read_lambda(Layer("l", "Lambda", "l", arguments=old)).function == "__main__.swirl"
    assert read_lambda(Layer("l", "Lambda", "l", arguments={"function": 3})).source is None


@given(st.binary(max_size=300))
def test_any_bytes_are_code_or_refused(data: bytes) -> None:
    try:
        read_code(data)
    except MarshalError:
        return


@given(st.data())
def test_spoilt_code_is_read_or_refused(data: st.DataObject) -> None:
    code = bytearray(base64.b64decode(STORED["3.11"]["cmp"]))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(code) - 1))
        code[place] = data.draw(st.integers(0, 255))
    reading = read_lambda(stored(base64.b64encode(bytes(code)).decode()))
    assert reading.source is not None or reading.why


def test_code_nested_without_end_is_refused() -> None:
    with pytest.raises(MarshalError):
        read_code(b")\x01" * 100_000 + b"N")
    with pytest.raises(MarshalError):
        read_code(b"(\xff\xff\xff\x7f" + b"N" * 50)


@pytest.mark.parametrize(
    ("text", "inputs", "classes"),
    [
        ("lambda x: x * 2", None, ["Multiply"]),
        ("lambda x: 1 - x", None, ["Subtract"]),
        ("lambda x: keras.ops.relu(x) + 2 * 3", None, ["Relu", "Add"]),
        ("lambda x: tf.nn.l2_normalize(x, axis=-1)", None, ["Normalize"]),
        ("lambda x: K.sqrt(K.sum(K.square(x[0] - x[1]), axis=1, keepdims=True))", 2,
         ["Subtract", "Square", "Sum", "Maximum", "Sqrt"]),
        ("lambda x: tf.cast(x, tf.float32)", None, ["Cast"]),
        ("lambda v: v[:, -1]", None, ["GetItem"]),
        ("lambda x: ops.concatenate([x, -x], axis=-1)", None, ["Negative", "Concatenate"]),
        ("lambda x: ops.argmax(x, axis=-1)", None, ["Argmax"]),
        ("lambda x: (x - x) / (x + x)", None, ["Subtract", "Add", "TrueDivide"]),
    ],
)  # fmt: skip
def test_expressions_become_operations(text: str, inputs: int | None, classes: list[str]) -> None:
    from kerasstudio.graph.lambda_code.operations import steps_before

    last = operations_of(read_lambda(typed(text)), inputs)
    assert [step.class_name for step in steps_before(last)] == classes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("lambda x: open('f')", "open"),
        ("lambda x: tf.io.write_file('f', x)", "tf.io.write_file"),
        ("lambda x: os.system('f')", "os.system"),
        ("lambda x: __import__('os')", "__import__"),
        ("lambda x: x.numpy()", "x.numpy"),
        ("lambda x: x", "its input"),
        ("lambda x: 3", "constant"),
        ("lambda x: K.mean(3)", "constants alone"),
        ("lambda x: tf.argmax(x)", "no exact counterpart"),
        ("lambda x: K.hard_sigmoid(x)", "no exact counterpart"),
        ("lambda x: ops.mean(x, wobble=1)", "does not take wobble"),
        ("lambda x: ops.nonsense(x)", "not understood"),
        ("lambda x: y + x", "not understood"),
        ("lambda x: [y for y in x]", "not understood"),
        ("lambda x: x[y]", "not understood"),
        ("lambda x: x if x else x", "not understood"),
        ("lambda x: " + "+".join(["x"] * 60), "too long"),
        ("lambda x: 2 ** 10 ** 10 ** 10 + x", "not understood"),
        ("def f(x): return x", "no Python expression"),
        ("x * 2", "no lambda"),
        ("lambda *x: x", "cannot be told"),
        ("lambda x: " + "(" * 3000 + "x" + ")" * 3000, ""),
    ],
)
def test_everything_else_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(NotConvertibleError) as caught:
        operations_of(read_lambda(typed(text)), None)
    assert why in str(caught.value)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped()


def drawn(layer: Layer, count: int = 1) -> Project:
    """Inputs → the Lambda → Dense → Output."""
    layers = {layer.id: layer}
    nodes: dict[str, Node] = {}
    wires: list[Wire] = []

    def add(name: str, made: Layer, x: float, **more: Any) -> None:
        layers[made.id] = made
        nodes[name] = Node(name, made.id, x, **more)

    ports = ["inputs"] if count == 1 else [f"inputs.{number}" for number in range(count)]
    for number, port in enumerate(ports):
        name = f"a{number}"
        add(name, Layer(f"i{number}", "InputLayer", name, arguments={"shape": [4]}), 0.0)
        wires.append(Wire(name, "n9", port))
    template = [{"$port": port} for port in ports]
    args = template if count == 1 else [template]
    add("n9", layer, 300.0, call={"args": args, "kwargs": {}})
    add("d", Layer("l1", "Dense", "dense", arguments={"units": 2}), 600.0)
    add("o", Layer("l2", "Output", "output", module="kerasstudio"), 900.0)
    wires += [Wire("n9", "d", "inputs"), Wire("d", "o", "inputs")]
    graph = Graph(ROOT, nodes=nodes, wires={wire.key: wire for wire in wires})
    return Project(layers=layers, graphs={ROOT: graph}, serial=20)


def kinds(project: Project) -> list[str]:
    return [project.layers[node.layer].class_name for node in project.graph.nodes.values()]


def test_a_lambda_is_drawn_as_operations_in_its_place(catalogue: Catalogue) -> None:
    project = drawn(typed("lambda x: x / 255.0 - 0.5"))
    assert why_no_operations(project, project.layers["l9"]) is None
    made = edits.lambda_to_operations(project, "l9")
    assert kinds(made) == ["InputLayer", "TrueDivide", "Subtract", "Dense", "Output"]
    assert "l9" not in made.layers
    names = [made.layers[node.layer].name for node in made.graph.nodes.values()]
    assert names[1:3] == ["true_divide", "computed"]
    places = [node.x for node in made.graph.nodes.values()]
    assert places == sorted(places)
    assert places[3] - places[2] >= 200
    assert [p for p in structure_problems(made, catalogue) if p.severity == "error"] == []


def test_inputs_of_a_list_go_where_they_are_used(catalogue: Catalogue) -> None:
    project = drawn(typed("lambda v: v[1] - v[0] * 2"), count=2)
    made = edits.lambda_to_operations(project, "l9")
    by_class = {made.layers[node.layer].class_name: key for key, node in made.graph.nodes.items()}
    wires = {wire.key: wire.source for wire in made.graph.wires.values()}
    subtract, multiply = by_class["Subtract"], by_class["Multiply"]
    assert wires[f"{subtract}:x1"] == "a1"
    assert wires[f"{subtract}:x2"] == multiply
    assert wires[f"{multiply}:x1"] == "a0"
    assert wires["d:inputs"] == subtract
    assert [p for p in structure_problems(made, catalogue) if p.severity == "error"] == []


def test_what_cannot_be_drawn_stays(catalogue: Catalogue) -> None:
    project = drawn(typed("lambda x: open('f')"))
    assert "open" in (why_no_operations(project, project.layers["l9"]) or "")
    with pytest.raises(StudioError, match="cannot be drawn as operations"):
        edits.lambda_to_operations(project, "l9")
    masked = drawn(typed("lambda x: x * 2", mask=[1]))
    assert "mask" in (why_no_operations(masked, masked.layers["l9"]) or "")


def test_a_lambda_becomes_a_class_of_the_project() -> None:
    project = drawn(typed("lambda x: tf.image.rgb_to_grayscale(x)"))
    assert why_no_class(project.layers["l9"]) is None
    made = edits.lambda_to_class(project, "l9")
    layer = made.layers["l9"]
    assert (layer.class_name, layer.registered_name) == ("Computed", "kstudio_project>Computed")
    text = made.code["layers.py"]
    compile(text, "layers.py", "exec")
    assert "import tensorflow as tf" in text
    assert "return tf.image.rgb_to_grayscale(x)" in text
    again = edits.lambda_to_class(edits.set_code(project, "layers.py", text), "l9")
    assert again.layers["l9"].class_name == "Computed2"
    assert again.code["layers.py"].count("import keras\n") == 1
    assert "open" in (why_no_class(typed("lambda x: open(x)")) or "")
