"""Shapes while drawing: right, incremental, with problems that say how to mend them."""

from __future__ import annotations

import random

import keras
import pytest
from keras.src.backend.common import global_state
from msgspec.structs import replace

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import ROOT, Graph, Layer, Node, Project, Wire
from kerasstudio.graph.sketch import Sketch
from kerasstudio.runtime.protocol import Inspect, Inspected
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.inspector import Inspector

pytestmark = pytest.mark.worker


def inspect(inspector: Inspector, project: Project) -> Inspected:
    return inspector.inspect(Inspect(id=1, revision=1, project=project))


def fresh(project: Project) -> Inspected:
    return inspect(Inspector(), project)


def layer_id(project: Project, name: str) -> str:
    return next(layer.id for layer in project.layers.values() if layer.name == name)


def node_id(project: Project, name: str) -> str:
    wanted = layer_id(project, name)
    return next(node.id for node in project.graph.nodes.values() if node.layer == wanted)


def small_cnn() -> Project:
    sketch = Sketch()
    x = sketch.input("image", [28, 28, 1])
    x = sketch.layer("Conv2D", x, name="conv", filters=8, kernel_size=3, activation="relu")
    x = sketch.layer("BatchNormalization", x, name="bn")
    x = sketch.layer("MaxPooling2D", x, name="pool")
    x = sketch.layer("Flatten", x, name="flat")
    x = sketch.layer("Dense", x, name="scores", units=10, activation="softmax")
    sketch.output("digit", x)
    return sketch.project()


def test_shapes_and_counts_are_those_of_the_built_model() -> None:
    project = small_cnn()
    report = fresh(project)
    built = build_model(project)
    for key, node in project.graph.nodes.items():
        layer = built.layers.get(node.layer)
        info = report.nodes[key]
        assert info.status == "ok"
        if layer is None:
            continue
        assert [spec.shape for spec in info.outputs] == [tuple(layer.output.shape)]
        assert info.parameters == layer.count_params()
    assert report.total == built.model.count_params()
    trainable = sum(weight.numpy().size for weight in built.model.trainable_weights)
    assert report.total_trainable == trainable
    assert report.problems == ()
    conv = report.nodes[node_id(project, "conv")]
    assert conv.multiply_adds == 26 * 26 * 9 * 8
    assert conv.activation_bytes == 26 * 26 * 8 * 4


def test_only_what_changed_is_asked_and_told() -> None:
    inspector = Inspector()
    project = small_cnn()
    inspect(inspector, project)
    calls = inspector.inference.calls
    assert inspect(inspector, project).nodes == {}

    scores = layer_id(project, "scores")
    wider = edits.set_argument(project, scores, "units", 20)
    changed = {node_id(project, name) for name in ("scores", "digit")}
    assert set(inspect(inspector, wider).nodes) == changed
    assert inspector.inference.calls == calls + 1
    inspect(inspector, project)
    assert inspector.inference.calls == calls + 1, "undo was inferred again"

    renamed = edits.rename_layer(project, scores, "digits")
    moved = edits.move_nodes(renamed, {node_id(project, "conv"): (500.0, 20.0)})
    assert inspect(inspector, moved).nodes == {}
    assert inspector.inference.calls == calls + 1

    frozen = inspect(inspector, edits.set_trainable(moved, scores, False))
    assert frozen.total_trainable == frozen.total - (13 * 13 * 8 + 1) * 10 - 16


def test_removed_nodes_are_named() -> None:
    inspector = Inspector()
    project = small_cnn()
    inspect(inspector, project)
    key = node_id(project, "scores")
    report = inspect(inspector, edits.delete_nodes(project, [key]))
    assert report.removed == (key,)
    assert report.nodes[node_id(project, "digit")].status == "unknown"
    assert report.total == fresh(edits.delete_nodes(project, [key])).total


def test_nothing_piles_up() -> None:
    inspector = Inspector()
    project = small_cnn()
    before = len(global_state.get_global_attribute("uninitialized_variables", []) or [])
    for number in range(20):
        inspect(
            inspector, edits.set_argument(project, layer_id(project, "conv"), "filters", 9 + number)
        )
    assert len(global_state.get_global_attribute("uninitialized_variables", [])) == before
    assert keras.layers.Dense(2).name.startswith("dense")
    assert keras.layers.Dense(2)(keras.ops.ones((1, 3))).shape == (1, 2)


def test_incremental_equals_from_scratch() -> None:
    """Random edits: the remembering inspector always says what a new one would say."""
    chance = random.Random(3)
    inspector = Inspector()
    project = small_cnn()
    catalogue = shipped()
    known: dict[str, object] = {}
    for _ in range(40):
        nodes = list(project.graph.nodes)
        wires = list(project.graph.wires)
        change = chance.choice(["filters", "units", "shape", "wire", "unwire", "layer", "delete"])
        names = {layer.name: layer.id for layer in project.layers.values()}
        if change == "filters" and "conv" in names:
            project = edits.set_argument(project, names["conv"], "filters", chance.randint(1, 9))
        elif change == "units" and "scores" in names:
            project = edits.set_argument(project, names["scores"], "units", chance.randint(0, 5))
        elif change == "shape" and "image" in names:
            shape = chance.choice([[28, 28, 1], [28], [9, 9, 3], [2, 2, 1]])
            project = edits.set_argument(project, names["image"], "shape", shape)
        elif change == "unwire" and wires:
            project = edits.disconnect(project, [chance.choice(wires)])
        elif change == "layer":
            kind = catalogue.named(chance.choice(["Dense", "Add", "LSTM", "Conv2D"]))
            assert kind is not None
            project, _ = edits.add_layer(project, kind, 0, 0)
        elif change == "delete" and len(nodes) > 4:
            project = edits.delete_nodes(project, [chance.choice(nodes)])
        elif change == "wire" and len(nodes) > 1:
            one, two = sorted(chance.sample(range(len(nodes)), 2))
            kind = catalogue.layer_type(project.layers[project.graph.nodes[nodes[two]].layer])
            source = project.layers[project.graph.nodes[nodes[one]].layer]
            if kind is None or not kind.ports or source.is_output:
                continue
            port = kind.ports[0]
            name = f"{port.name}.0" if port.many else port.name
            project = edits.connect(project, nodes[one], nodes[two], name)
        report = inspect(inspector, project)
        known = {key: value for key, value in known.items() if key not in report.removed}
        known |= report.nodes
        expected = fresh(project)
        assert known == expected.nodes
        assert report.problems == expected.problems
        assert (report.total, report.total_trainable) == (expected.total, expected.total_trainable)


# --------------------------------------------------------------------------- problems and fixes


def _ugly(problem: Problem) -> bool:
    text = problem.message + problem.detail + problem.received
    return "\x1b" in text or "Arguments received" in text or "(None," in text


def test_embedding_of_decimals_is_a_warning() -> None:
    sketch = Sketch()
    x = sketch.input("x", [4])
    sketch.output("y", sketch.layer("Embedding", x, name="words", input_dim=10, output_dim=2))
    project = sketch.project()
    report = fresh(project)
    (problem,) = report.problems
    assert (problem.code, problem.severity) == ("shape.dtype", "warning")
    assert report.nodes[node_id(project, "words")].outputs == (
        TensorSpec((None, 4, 2), axes="BTF"),
    )
    mended = apply_fix(project, problem.fixes[0], shipped())
    assert fresh(mended).problems == ()


def test_layers_whose_rank_depends_on_arguments() -> None:
    sketch = Sketch()
    image = sketch.input("image", [4, 6, 3])
    turned = sketch.layer("Permute", image, dims=[3, 1, 2])
    text = sketch.layer("TextVectorization", sketch.input("text", [1], dtype="string"))
    dense = sketch.layer("EinsumDense", image, equation="abcd,de->abce", output_shape=[4, 6, 5])
    project = sketch.project()
    report = fresh(project)
    assert report.problems == ()
    assert report.nodes[turned].outputs[0].shape == (None, 3, 4, 6)
    assert report.nodes[dense].outputs[0].shape == (None, 4, 6, 5)
    assert report.nodes[text].outputs[0].dtype == "int64"


def test_stretching_is_hinted_at() -> None:
    sketch = Sketch()
    one, two = sketch.input("one", [4]), sketch.input("two", [4, 4])
    sketch.output("y", sketch.layer("Add", one, two, name="sum"))
    project = sketch.project()
    report = fresh(project)
    (problem,) = report.problems
    assert (problem.code, problem.severity) == ("shape.broadcast", "hint")
    assert report.nodes[node_id(project, "sum")].status == "ok"


def test_nodes_on_a_loop_are_unknown() -> None:
    sketch = Sketch()
    x = sketch.input("x", [4])
    one = sketch.layer("Dense", x, units=4)
    two = sketch.layer("Dense", one, units=4)
    project = sketch.project()
    back = Wire(two, one, "inputs")
    looped = replace(project.graph, wires={**project.graph.wires, back.key: back})
    project = replace(project, graphs={ROOT: looped})
    report = fresh(project)
    assert report.nodes[one].status == report.nodes[two].status == "unknown"


def test_shared_layer_must_fit_both_calls() -> None:
    sketch = Sketch()
    a, b = sketch.input("a", [4]), sketch.input("b", [7])
    first = sketch.layer("Dense", a, units=3, name="shared")
    project = sketch.project()
    project, again = edits.call_again(project, layer_id(project, "shared"), 0, 0)
    project = edits.connect(project, b, again, "inputs")
    report = fresh(project)
    assert report.nodes[first].status == "ok"
    assert report.nodes[again].status == "error"
    fitting = edits.set_argument(project, layer_id(project, "b"), "shape", [4])
    good = fresh(fitting)
    assert good.problems == ()
    assert good.total == 15, "a shared layer counts once"


def test_a_layer_shared_with_a_block_counts_once() -> None:
    sketch = Sketch()
    x = sketch.input("x", [4])
    shared = sketch.layer("Dense", x, units=4, name="shared")
    sketch.output("y", sketch.layer("Dense", shared, units=2, name="head"))
    project = sketch.project()
    key, head = layer_id(project, "shared"), node_id(project, "head")
    layers = {
        **project.layers,
        "in": replace(project.layers[layer_id(project, "x")], id="in", name="inner"),
        "out": replace(project.layers[layer_id(project, "y")], id="out", name="outer"),
        "block": Layer("block", "Functional", "block", "keras.models", graph="g"),
    }
    inner_nodes = {"b1": Node("b1", "in"), "b2": Node("b2", key), "b3": Node("b3", "out")}
    inner_wires = (Wire("b1", "b2", "inputs"), Wire("b2", "b3", "inputs"))
    inner = Graph("g", nodes=inner_nodes, wires={wire.key: wire for wire in inner_wires})
    kept = [wire for wire in project.graph.wires.values() if wire.target != head]
    wires = [*kept, Wire(shared, "b", "inputs"), Wire("b", head, "inputs")]
    outer = replace(
        project.graph,
        nodes={**project.graph.nodes, "b": Node("b", "block")},
        wires={wire.key: wire for wire in wires},
    )
    project = replace(project, layers=layers, graphs={ROOT: outer, "g": inner})
    report = fresh(project)
    assert report.problems == ()
    assert report.total == build_model(project).model.count_params() == 20 + 10
    frozen = replace(project, layers={**layers, "block": replace(layers["block"], trainable=False)})
    assert (fresh(frozen).total, fresh(frozen).total_trainable) == (30, 10)


def test_tracing_finds_what_symbolic_calls_accept() -> None:
    sketch = Sketch()
    x, state = sketch.input("x", [10, 3]), sketch.input("state", [9])
    rnn = sketch.layer("GRU", x, name="bad", units=8)
    up = sketch.layer("UpSampling2D", sketch.input("map", [4, 4, 1]), name="up", size=2)
    sketch.output("y", rnn)
    sketch.output("z", up)
    project = edits.connect(sketch.project(), state, rnn, "initial_state.0")
    inspector = Inspector()
    assert inspect(inspector, project).problems == ()
    while inspector.verify(1.0):
        pass
    (problem,) = inspector.problems()
    assert problem.place.node == rnn
    assert not _ugly(problem)
    mended = edits.set_argument(project, layer_id(project, "state"), "shape", [8])
    assert inspect(inspector, mended).problems == ()
    while inspector.verify(1.0):
        pass
    assert inspector.problems() == ()


def test_a_thorough_inspection_traces_before_it_answers() -> None:
    sketch = Sketch()
    words = sketch.input("words", [4], dtype="string")
    sketch.output("y", sketch.layer("Dense", words, name="dense", units=2))
    maps = sketch.input("map", [4, 4, 1])
    misspelt = {"size": 2, "interpolation": "bilinaer"}
    sketch.output("z", sketch.layer("UpSampling2D", maps, name="up", **misspelt))
    request = Inspect(id=1, revision=1, project=sketch.project(), thorough=True)
    problems = Inspector().inspect(request).problems
    assert {sketch.project().layers[problem.place.layer].name for problem in problems} == {
        "dense",
        "up",
    }
    assert not any(map(_ugly, problems))


def test_axes_mean_what_layers_say() -> None:
    """Also backwards: an Input is what the layers behind it take it for."""
    sketch = Sketch()
    image = sketch.input("image", [3, 8, 8])
    drop = sketch.layer("Dropout", image, rate=0.1)
    conv = sketch.layer("Conv2D", drop, name="conv", filters=4, kernel_size=3)
    project = sketch.project()
    first = edits.set_argument(project, layer_id(project, "conv"), "data_format", "channels_first")
    inspector = Inspector()

    def letters(report: Inspected) -> dict[str, str]:
        return {key: info.outputs[0].axes for key, info in report.nodes.items()}

    assert letters(inspect(inspector, project)) == {image: "BHWC", drop: "BHWC", conv: "BHWC"}
    told = inspect(inspector, first)
    assert letters(told) == {image: "BCHW", drop: "BCHW", conv: "BCHW"}
    assert letters(fresh(first)) == letters(told)


def test_huge_layers_are_not_traced() -> None:
    sketch = Sketch()
    x = sketch.input("x", [100])
    sketch.output("y", sketch.layer("Dense", x, name="wide", units=10_000_000))
    request = Inspect(id=1, revision=1, project=sketch.project(), thorough=True)
    report = Inspector().inspect(request)
    assert report.problems == ()
    assert report.total == 1_010_000_000
    assert report.memory > 1_000_000_000


def test_tracing_accepts_a_sound_model() -> None:
    inspector = Inspector()
    inspect(inspector, small_cnn())
    while inspector.verify(1.0):
        pass
    assert inspector.problems() == ()
