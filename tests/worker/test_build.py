"""Projects as Keras models."""

from __future__ import annotations

from typing import Any

import keras
import msgspec
import numpy as np
import pytest

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.sketch import Sketch
from kerasstudio.runtime.worker.build import build_model

pytestmark = pytest.mark.worker


def test_one_input_and_one_output_are_bare_tensors() -> None:
    sketch = Sketch()
    hidden = sketch.layer("Dense", sketch.input("x", [4]), units=3, name="hidden")
    sketch.output("y", hidden)
    built = build_model(sketch.project())
    assert isinstance(built.model.output, keras.KerasTensor)
    assert built.model(np.ones((2, 4))).shape == (2, 3)
    assert [layer.name for layer in built.model.layers] == ["x", "hidden"]
    assert built.layers[sketch.layer_id(hidden)] is built.model.get_layer("hidden")


def test_several_inputs_and_outputs_are_dictionaries() -> None:
    sketch = Sketch()
    one, two = sketch.input("one", [4]), sketch.input("two", [4])
    both = sketch.layer("Concatenate", one, two)
    sketch.output("sum", sketch.layer("Dense", both, units=1))
    sketch.output("kind", sketch.layer("Dense", both, units=3, activation="softmax"))
    model = build_model(sketch.project()).model
    result = model({"one": np.ones((2, 4)), "two": np.zeros((2, 4))})
    assert {key: tuple(value.shape) for key, value in result.items()} == {
        "sum": (2, 1), "kind": (2, 3),
    }  # fmt: skip


def test_equal_seeds_give_equal_weights() -> None:
    def weights() -> list[np.ndarray]:
        keras.utils.set_random_seed(7)
        sketch = Sketch()
        a = sketch.layer("Dense", sketch.input("x", [4]), units=3)
        sketch.output("y", sketch.layer("Dense", a, units=2))
        return build_model(sketch.project()).model.get_weights()

    for one, other in zip(weights(), weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_trainable_and_nested_objects() -> None:
    sketch = Sketch()
    arguments: dict[str, Any] = {
        "units": 3,
        "kernel_initializer": {
            "module": "keras.initializers", "class_name": "HeNormal", "config": {"seed": 1},
            "registered_name": None,
        },
        "kernel_regularizer": {
            "module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.5},
            "registered_name": None,
        },
        "bias_initializer": "ones",
    }  # fmt: skip
    dense = sketch.layer("Dense", sketch.input("x", [4]), **arguments)
    sketch.output("y", dense)
    project = sketch.project()
    key = sketch.layer_id(dense)
    frozen = msgspec.structs.replace(project.layers[key], trainable=False)
    project = msgspec.structs.replace(project, layers={**project.layers, key: frozen})
    layer = build_model(project).layers[key]
    assert layer.trainable_weights == []
    assert isinstance(layer.kernel_initializer, keras.initializers.HeNormal)
    assert layer.kernel_initializer.seed == 1
    assert float(layer.kernel_regularizer.l2) == 0.5
    assert project.layers[key].arguments == arguments, "arguments were changed in place"


def test_wrapped_layer_has_a_stable_name() -> None:
    lstm = {"module": "keras.layers", "class_name": "LSTM", "config": {"units": 5}}
    sketch = Sketch()
    x = sketch.input("x", [7, 2])
    both = sketch.layer("Bidirectional", x, layer=lstm)
    sketch.output("y", both)
    project = sketch.project()
    graph = project.graph
    wires = {
        wire.key: wire
        for wire in (
            msgspec.structs.replace(each, port="sequences") if each.target == both else each
            for each in graph.wires.values()
        )
    }
    graph = msgspec.structs.replace(graph, wires=wires)
    project = msgspec.structs.replace(project, graphs={"main": graph})
    for _ in range(2):
        layer = build_model(project).layers[sketch.layer_id(both)]
        assert layer.forward_layer.name == "forward_lstm"
    assert layer(np.ones((1, 7, 2))).shape == (1, 10)


def drawing(layers: list[Layer], nodes: list[Node], wires: list[Wire], **graphs: Graph) -> Project:
    """A project from its parts."""
    main = Graph(
        "main", nodes={each.id: each for each in nodes}, wires={each.key: each for each in wires}
    )
    return Project(layers={each.id: each for each in layers}, graphs={"main": main, **graphs})


OUT = Layer("o", "Output", "y", "kerasstudio")
IN = Layer("i", "InputLayer", "x", arguments={"shape": [4]})


def test_shared_layer_has_one_set_of_weights() -> None:
    project = drawing(
        [IN, Layer("d", "Dense", "twice", arguments={"units": 4}), OUT],
        [Node("n1", "i"), Node("n2", "d"), Node("n3", "d"), Node("n4", "o")],
        [Wire("n1", "n2", "inputs"), Wire("n2", "n3", "inputs"), Wire("n3", "n4", "inputs")],
    )
    built = build_model(project)
    assert built.model.count_params() == 20
    dense = built.layers["d"]
    x = np.ones((1, 4), "float32")
    np.testing.assert_allclose(built.model(x), dense(dense(x)))


def test_multi_output_layer_and_states() -> None:
    project = drawing(
        [
            Layer("i", "InputLayer", "x", arguments={"shape": [5, 3]}),
            Layer("e", "LSTM", "encoder", arguments={"units": 4, "return_state": True}),
            Layer("d", "LSTM", "decoder", arguments={"units": 4}),
            OUT,
        ],
        [Node("n1", "i"), Node("n2", "e"), Node("n3", "d"), Node("n4", "o")],
        [
            Wire("n1", "n2", "sequences"), Wire("n1", "n3", "sequences"),
            Wire("n2", "n3", "initial_state.0", 1), Wire("n2", "n3", "initial_state.1", 2),
            Wire("n3", "n4", "inputs"),
        ],
    )  # fmt: skip
    assert build_model(project).model.output_shape == (None, 4)
    wrong = Wire("n2", "n4", "inputs", 3)
    graph = project.graph
    broken = msgspec.structs.replace(graph, wires={**graph.wires, wrong.key: wrong})
    with pytest.raises(StudioError) as caught:
        build_model(msgspec.structs.replace(project, graphs={"main": broken}))
    assert caught.value.problem.code == "shape.no_output"


def test_literals_and_templates_of_calls() -> None:
    template = {"args": [{"$port": "args.0"}], "kwargs": {"value": {"$port": "kwargs.value"}}}
    project = drawing(
        [
            Layer("i", "InputLayer", "x", arguments={"shape": [5, 8]}),
            Layer("a", "MultiHeadAttention", "a", arguments={"num_heads": 2, "key_dim": 4}),
            Layer("b", "MultiHeadAttention", "b", arguments={"num_heads": 2, "key_dim": 4}),
            OUT,
        ],
        [
            Node("n1", "i"),
            Node("n2", "a", literals={"use_causal_mask": True}),
            Node("n3", "b", call=template),
            Node("n4", "o"),
        ],
        [
            Wire("n1", "n2", "query"), Wire("n1", "n2", "value"),
            Wire("n2", "n3", "args.0"), Wire("n1", "n3", "kwargs.value"),
            Wire("n3", "n4", "inputs"),
        ],
    )  # fmt: skip
    model = build_model(project).model
    x = np.random.default_rng(0).random((1, 5, 8)).astype("float32")
    changed = x.copy()
    changed[:, 4] += 1
    first = keras.Model(model.input, model.get_layer("a").output)
    # With the causal mask the last step does not reach the earlier ones.
    np.testing.assert_allclose(first(x)[:, :4], first(changed)[:, :4], atol=1e-6)


def test_operation_as_a_node() -> None:
    project = drawing(
        [IN, Layer("a", "Add", "plus", "keras.src.ops.numpy"), OUT],
        [
            Node("n1", "i"),
            Node("n2", "a", call={"args": [{"$port": "args.0"}, 2.0], "kwargs": {}}),
            Node("n3", "o"),
        ],
        [Wire("n1", "n2", "args.0"), Wire("n2", "n3", "inputs")],
    )
    np.testing.assert_allclose(build_model(project).model(np.ones((1, 4))), np.full((1, 4), 3.0))


def test_block_is_a_model_inside() -> None:
    inner = Graph(
        "g1",
        nodes={"m1": Node("m1", "bi"), "m2": Node("m2", "bd"), "m3": Node("m3", "bo")},
        wires={wire.key: wire for wire in (Wire("m1", "m2", "inputs"), Wire("m2", "m3", "inputs"))},
    )
    project = drawing(
        [
            IN,
            Layer("b", "Functional", "block", graph="g1"),
            OUT,
            Layer("bi", "InputLayer", "inner", arguments={"shape": [4]}),
            Layer("bd", "Dense", "dense", arguments={"units": 2}),
            Layer("bo", "Output", "result", "kerasstudio"),
        ],
        [Node("n1", "i"), Node("n2", "b"), Node("n3", "o")],
        [Wire("n1", "n2", "inputs"), Wire("n2", "n3", "inputs")],
        g1=inner,
    )
    built = build_model(project)
    assert built.model.output_shape == (None, 2)
    assert isinstance(built.model.get_layer("block"), keras.Model)
    assert built.layers["bd"].count_params() == 10


def test_refusal_names_node_argument_and_a_fix() -> None:
    sketch = Sketch()
    dense = sketch.layer("Dense", sketch.input("x", [4]), units=-3, name="hidden")
    sketch.output("y", dense)
    with pytest.raises(StudioError) as caught:
        build_model(sketch.project())
    problem = caught.value.problem
    assert (problem.place.node, problem.place.argument) == (dense, "units")
    assert problem.place.layer == sketch.layer_id(dense)
    assert "hidden" in problem.message
    assert "-3" in problem.received
    assert [fix.kind for fix in problem.fixes] == ["set_argument"]


def test_a_class_of_something_else_is_code_that_is_not_run() -> None:
    project = drawing(
        [IN, Layer("s", "system", "bad", "os"), OUT],
        [Node("n1", "i"), Node("n2", "s"), Node("n3", "o")],
        [Wire("n1", "n2", "inputs"), Wire("n2", "n3", "inputs")],
    )
    with pytest.raises(StudioError) as caught:
        build_model(project)
    assert caught.value.problem.code == "placeholder.shape"
    assert caught.value.problem.place.node == "n2"


def test_model_without_output_is_refused() -> None:
    sketch = Sketch()
    sketch.layer("Dense", sketch.input("x", [4]), units=3)
    with pytest.raises(StudioError, match="no Output"):
        build_model(sketch.project())


def test_layers_that_lead_nowhere_are_left_out() -> None:
    sketch = Sketch()
    x = sketch.input("x", [4])
    sketch.output("y", sketch.layer("Dense", x, units=2, name="used"))
    sketch.layer("Dense", x, units=9, name="loose")
    assert [layer.name for layer in build_model(sketch.project()).model.layers] == ["x", "used"]


def test_long_chain() -> None:
    sketch = Sketch()
    node = sketch.input("x", [2])
    for _ in range(1200):
        node = sketch.layer("Activation", node, activation="relu")
    sketch.output("y", node)
    assert len(build_model(sketch.project()).model.layers) == 1201


def test_two_layers_of_one_name_are_told_in_the_words_of_the_drawing() -> None:
    layers = [
        Layer("i", "InputLayer", name="i", arguments={"shape": [4]}),
        Layer("a", "Dense", name="same", arguments={"units": 2}),
        Layer("b", "Dense", name="same", arguments={"units": 2}),
        Layer("o", "Output", name="o", module="kerasstudio"),
    ]
    nodes = [Node(layer.id, layer.id) for layer in layers]
    pairs = [("i", "a"), ("a", "b"), ("b", "o")]
    wires = [Wire(source, target, "inputs") for source, target in pairs]
    with pytest.raises(StudioError) as caught:
        build_model(drawing(layers, nodes, wires))
    assert caught.value.problem.code == "structure.name_taken"
