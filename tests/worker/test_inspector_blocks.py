"""Shapes, weights and errors in blocks: on the nodes inside and on the blocks' cards."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hard_models import HARD
from keras import layers

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.edits import call_again, connect, set_argument, set_trainable
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.inspection import NodeInfo
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Inspect, Inspected
from kerasstudio.runtime.worker.build import build_saved
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.inspector import Inspector

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize`:UserWarning"),
]

Input = keras.Input


class Watched:
    """An inspector with everything it has reported."""

    def __init__(self) -> None:
        self.inspector = Inspector()
        self.nodes: dict[str, NodeInfo] = {}

    def inspect(self, project: Project) -> Inspected:
        report = self.inspector.inspect(Inspect(1, 1, project))
        self.nodes |= report.nodes
        for key in report.removed:
            del self.nodes[key]
        return report

    @property
    def calls(self) -> int:
        return self.inspector.inference.calls

    def of(self, project: Project, name: str) -> NodeInfo:
        return self.nodes[node_of(project, name)]


def node_of(project: Project, name: str) -> str:
    return next(
        node.id
        for graph in project.graphs.values()
        for node in graph.nodes.values()
        if project.layers[node.layer].name == name and not project.layers[node.layer].is_output
    )


def layer_of(project: Project, name: str) -> str:
    return next(
        layer.id for layer in project.layers.values() if layer.name == name and not layer.is_output
    )


def stacked() -> Project:
    """A model with a block of 12 layers, called twice."""
    x = Input((8,), name="in")
    y = x
    for number in range(12):
        y = layers.Dense(8, name=f"step_{number}")(y)
    block = keras.Model(x, layers.Dense(6, name="last")(y), name="block")
    a, b = Input((8,), name="a"), Input((8,), name="b")
    both = layers.Concatenate(name="both")([block(a), block(b)])
    return import_keras(keras.Model([a, b], layers.Dense(2, name="head")(both)))[0]


def test_card_shows_what_is_inside() -> None:
    project, watched = stacked(), Watched()
    report = watched.inspect(project)
    assert report.problems == ()
    card, inside = watched.of(project, "block"), watched.of(project, "step_3")
    assert card.outputs[0].shape == (None, 6)
    assert card.parameters == card.trainable == 12 * 72 + 54
    assert inside.outputs[0].shape == (None, 8)
    assert inside.parameters == 72
    assert card.multiply_adds == 12 * 64 + 48
    assert report.total == build_saved(project).model.count_params()


def test_edit_inside_asks_keras_for_that_layer_alone() -> None:
    project, watched = stacked(), Watched()
    watched.inspect(project)
    before = watched.calls
    changed = set_argument(project, layer_of(project, "step_5"), "activation", "relu")
    report = watched.inspect(changed)
    assert watched.calls == before + 1
    assert watched.of(changed, "block").status == "ok"
    assert node_of(changed, "head") not in report.nodes
    wider = set_argument(project, layer_of(project, "last"), "units", 5)
    report = watched.inspect(wider)
    assert watched.calls == before + 4  # the layer, and Concatenate and head behind the block
    assert watched.of(wider, "block").outputs[0].shape == (None, 5)
    assert watched.of(wider, "both").outputs[0].shape == (None, 10)
    assert report.total == build_saved(wider).model.count_params()
    watched.inspect(project)
    assert watched.calls == before + 4, "undo costs nothing"


def test_error_inside_is_told_there_and_shows_on_the_card() -> None:
    project, watched = stacked(), Watched()
    watched.inspect(project)
    broken = set_argument(project, layer_of(project, "step_5"), "units", -1)
    report = watched.inspect(broken)
    (problem,) = report.problems
    inner = broken.layers[layer_of(broken, "block")].graph
    assert (problem.place.graph, problem.place.node) == (inner, node_of(broken, "step_5"))
    assert watched.of(broken, "step_6").status == "waiting"
    cards = [node for node in broken.graph.nodes.values() if broken.layers[node.layer].graph]
    assert [watched.nodes[card.id].status for card in cards] == ["error", "error"]
    assert watched.of(broken, "head").status == "waiting"
    report = watched.inspect(project)
    assert report.problems == ()
    assert watched.of(project, "head").status == "ok"


def test_tensor_that_does_not_fit_an_input_inside() -> None:
    project, watched = stacked(), Watched()
    project = set_argument(project, layer_of(project, "a"), "shape", [7])
    report = watched.inspect(project)
    (problem,) = report.problems
    assert problem.code == "shape.block_input"
    assert problem.place.graph == project.root
    assert (problem.expected, problem.received) == ("8", "7")
    # Not the Input inside: what "b" brings fits it.
    first = problem.fixes[0]
    assert first.arguments["layer"] == layer_of(project, "a")
    assert watched.inspect(apply_fix(project, first, shipped())).problems == ()


def test_a_block_called_once_may_take_another_shape() -> None:
    block = keras.Model(x := Input((8,), name="in"), layers.Dense(2, name="inner")(x), name="block")
    project = import_keras(keras.Model(a := Input((8,), name="a"), block(a)))[0]
    project, watched = set_argument(project, layer_of(project, "a"), "shape", [7]), Watched()
    (problem,) = watched.inspect(project).problems
    labels = [fix.label for fix in problem.fixes]
    assert labels[0] == "make that Input 7"
    assert 'make "a" 8' in labels
    assert "insert Dense 8" in labels
    for fix in problem.fixes[:3]:
        assert watched.inspect(apply_fix(project, fix, shipped())).problems == ()


def test_block_called_with_other_shapes_than_it_declares() -> None:
    x = Input((None, None, 3), name="image")
    y = layers.Conv2D(4, 3, strides=2, name="conv")(x)
    block = keras.Model(x, [layers.GlobalAveragePooling2D()(y), y], name="block")
    small, large = Input((9, 9, 3), name="small"), Input((17, 17, 3), name="large")
    model = keras.Model([small, large], [*block(small), *block(large)])
    project, watched = import_keras(model)[0], Watched()
    assert watched.inspect(project).problems == ()
    cards = [key for key, node in project.graph.nodes.items() if project.layers[node.layer].graph]
    shapes = [[spec.shape for spec in watched.nodes[card].outputs] for card in cards]
    assert shapes == [[(None, 4), (None, 4, 4, 4)], [(None, 4), (None, 8, 8, 4)]]
    assert watched.of(project, "conv").outputs[0].shape == (None, None, None, 4)
    before = watched.calls
    changed = set_argument(project, layer_of(project, "conv"), "filters", 5)
    assert watched.inspect(changed).problems == ()
    assert [watched.nodes[card].outputs[0].shape[-1] for card in cards] == [5, 5]
    assert watched.calls > before
    # A last axis of one is added, as Keras does.
    flat = import_keras(keras.Model(small, block(small)[0]))[0]
    assert watched.inspect(flat).problems == ()


def test_error_with_the_shapes_of_one_call_alone() -> None:
    x = Input((None, 4), name="steps")
    pooled = layers.MaxPooling1D(4, name="pool")(x)
    block = keras.Model(x, pooled, name="block")
    good, short = Input((9, 4), name="good"), Input((9, 4), name="short")
    model = keras.Model([good, short], [block(good), block(short)])
    project, watched = import_keras(model)[0], Watched()
    project = set_argument(project, layer_of(project, "short"), "shape", [2, 4])
    (problem,) = watched.inspect(project).problems
    cards = [key for key, node in project.graph.nodes.items() if project.layers[node.layer].graph]
    assert [watched.nodes[card].status for card in cards] == ["ok", "error"]
    assert problem.place.graph == project.root
    assert problem.place.node == cards[1]
    assert 'Inside the block "block"' in problem.message


def test_frozen_block_trains_nothing_inside() -> None:
    project, watched = stacked(), Watched()
    project = set_trainable(project, layer_of(project, "block"), False)
    report = watched.inspect(project)
    assert report.total_trainable == 12 * 2 + 2
    assert watched.of(project, "block").trainable == 0
    assert watched.of(project, "step_3").trainable == 0
    assert watched.of(project, "step_3").parameters == 72
    model = build_saved(project).model
    assert sum(weight.shape.num_elements() for weight in model.trainable_weights) == 26
    thawed = set_trainable(project, layer_of(project, "block"), True)
    assert watched.inspect(thawed).total_trainable == 12 * 72 + 54 + 26
    assert watched.of(thawed, "step_3").trainable == 72


def test_block_that_misses_its_output_waits() -> None:
    project, watched = stacked(), Watched()
    inner = project.layers[layer_of(project, "block")].graph
    assert inner is not None
    from kerasstudio.graph.edits import disconnect

    output = next(
        node.id
        for node in project.graphs[inner].nodes.values()
        if project.layers[node.layer].is_output
    )
    project = disconnect(project, [f"{output}:inputs"], inner)
    watched.inspect(project)
    assert watched.of(project, "block").status == "unknown"
    assert watched.of(project, "head").status == "unknown"


def test_wrapper_around_a_block_follows_the_block() -> None:
    project, watched = import_keras(HARD["wrapped_model"]())[0], Watched()
    report = watched.inspect(project)
    assert report.problems == ()
    assert report.total == build_saved(project).model.count_params()
    dense = next(
        layer.id
        for layer in project.layers.values()
        if layer.class_name == "Dense" and layer.arguments["units"] == 3
    )
    changed = set_argument(project, dense, "units", 7)
    report = watched.inspect(changed)
    wrapper = next(
        node.id
        for node in changed.graph.nodes.values()
        if changed.layers[node.layer].class_name == "TimeDistributed"
    )
    assert watched.nodes[wrapper].outputs[0].shape == (None, 5, 7)


@pytest.mark.parametrize("name", sorted(set(HARD) - {"sequential_repeats"}))
def test_every_hard_model(name: str) -> None:
    """Every shape, the weights and what is trained, as the real model has them."""
    model = HARD[name]()
    project = import_keras(model)[0]
    watched = Watched()
    report = watched.inspect(project)
    assert [problem for problem in report.problems if problem.severity == "error"] == []
    assert report.total == model.count_params()
    trained = sum(int(weight.shape.num_elements()) for weight in model.trainable_weights)
    assert report.total_trainable == trained
    outputs = [watched.nodes[node.id].outputs[0] for node, _ in project.outputs()]
    assert [spec.shape for spec in outputs] == [
        tuple(tensor.shape) for tensor in keras.tree.flatten(model.outputs)
    ]
    again: dict[str, Any] = {}
    assert watched.inspect(project).nodes == again


def test_new_call_of_a_block() -> None:
    project, watched = stacked(), Watched()
    watched.inspect(project)
    before = watched.calls
    project, node = call_again(project, layer_of(project, "block"), 0, 0)
    project = connect(project, node_of(project, "a"), node, "inputs")
    watched.inspect(project)
    assert watched.nodes[node].outputs[0].shape == (None, 6)
    assert watched.calls == before
