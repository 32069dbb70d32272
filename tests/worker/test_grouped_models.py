"""Grouping changes the drawing, not the model: the same weights and the same numbers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from projects import digits_cnn

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.codegen import python_code
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.graph.warm_start import layer_starts
from kerasstudio.runtime.protocol import Inspect
from kerasstudio.runtime.worker.build import build_model, build_saved
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.inspector import Inspector
from kerasstudio.runtime.worker.layer_weights import describe
from kerasstudio.runtime.worker.sampling import random_samples, structured

pytestmark = [
    pytest.mark.worker,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def inspected(project: Project) -> Inspection:
    report = Inspector().inspect(Inspect(1, 1, project))
    return Inspection(nodes=report.nodes, problems=report.problems)


def node(project: Project, name: str) -> str:
    return next(
        each.id
        for graph in project.graphs.values()
        for each in graph.nodes.values()
        if project.layers[each.layer].name == name and not project.layers[each.layer].is_output
    )


def attention() -> Project:
    words, memory = keras.Input((6, 8), name="words"), keras.Input((5, 8), name="memory")
    found, scores = layers.MultiHeadAttention(2, 4, name="attend")(
        words, memory, return_attention_scores=True
    )
    added = layers.Add(name="add")([words, found])
    normal = layers.LayerNormalization(name="normal")(added)
    shared = layers.Dense(8, name="shared")
    both = layers.Add(name="both")([shared(normal), shared(added)])
    return import_keras(keras.Model([words, memory], {"a": both, "b": scores}))[0]


CASES: dict[str, tuple[Any, list[str]]] = {
    "chain": (digits_cnn, ["conv_a", "conv_b", "pool"]),
    "one layer": (digits_cnn, ["scores"]),
    "several ports and outputs": (attention, ["attend", "add", "normal"]),
    "shared layer inside": (attention, ["normal", "shared", "both"]),
    "shared layer cut through": (attention, ["normal"]),
}


@pytest.mark.parametrize("case", CASES)
def test_grouped_model_gives_the_same(case: str) -> None:
    make, chosen = CASES[case]
    project = make()
    before = inspected(project)
    nodes = [
        each.id
        for each in project.graph.nodes.values()
        if project.layers[each.layer].name in chosen and not project.layers[each.layer].is_output
    ]
    grouped, card = edits.group(project, nodes, shipped(), inspection=before)
    after = inspected(grouped)
    assert [problem for problem in after.problems if problem.severity == "error"] == []
    assert after.nodes[card].status == "ok"
    for key, info in before.nodes.items():
        assert after.nodes[key].outputs == info.outputs, "shapes inside are those outside"
    old, new = build_model(project), build_model(grouped)
    assert new.model.count_params() == old.model.count_params()
    for layer, made in old.layers.items():
        assert [w.name for w in new.layers[layer].weights] == [w.name for w in made.weights]
        new.layers[layer].set_weights(made.get_weights())
    given = structured(old.model, random_samples(old.model, 3))
    one, other = (keras.tree.flatten(each.model(given, training=False)) for each in (old, new))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(np.array(first), np.array(second))
    again, _out = edits.ungroup(grouped, card)
    assert again == project


def test_a_chain_keeps_the_order_of_its_weights() -> None:
    project = digits_cnn()
    nodes = [node(project, name) for name in ("conv_a", "conv_b", "pool")]
    grouped, _card = edits.group(project, nodes, shipped(), inspection=inspected(project))
    old, new = build_saved(project).model, build_saved(grouped).model
    assert [w.shape for w in new.weights] == [w.shape for w in old.weights]
    ends = [[weight.path.split("/")[-2:] for weight in model.weights] for model in (old, new)]
    assert ends[0] == ends[1]
    assert [layer.name for layer in new.layers][2] == "block"


def test_weights_travel_into_a_block_and_out_of_it() -> None:
    """They belong to layers, and these are the same."""
    project = edits.set_training(digits_cnn(), start=Start("weights-1", "run 1"))
    built = build_model(project)
    stored = describe(project, built.layers, built.model)
    nodes = [node(project, name) for name in ("conv_a", "conv_b")]
    grouped, _card = edits.group(project, nodes, shipped(), inspection=inspected(project))
    starts = layer_starts(grouped, inspected(grouped), stored)
    assert {grouped.layers[key].name: start.state for key, start in starts.items()} == {
        "block": "kept", "conv_a": "kept", "conv_b": "kept", "scores": "kept",
    }  # fmt: skip


def test_inputs_drawn_before_their_wires_take_the_shape_that_comes_in() -> None:
    project = digits_cnn()
    nodes = [node(project, name) for name in ("conv_a", "conv_b")]
    grouped, card = edits.group(project, nodes, shipped())
    report = inspected(grouped)
    (problem,) = [each for each in report.problems if each.place.node == card]
    assert 'inside "block" had no shape' in problem.message
    assert problem.received == "8 × 8 × 1"
    mended = apply_fix(grouped, problem.fixes[0], shipped())
    told = inspected(mended)
    assert [each for each in told.problems if each.severity == "error"] == []
    assert told.nodes[card].outputs[0].shape == (None, 4, 4, 32)


def test_repeated_blocks_have_weights_of_their_own_and_loops_in_code() -> None:
    project = digits_cnn()
    hidden = node(project, "drop")
    kind = shipped().named("Dense")
    assert kind is not None
    project, dense = edits.add_connected(
        project, kind, shipped(), source=(hidden, 0), arguments={"units": 128}
    )
    project = edits.connect(project, dense, node(project, "scores"), "inputs")
    grouped, card = edits.group(project, [dense], shipped(), inspection=inspected(project))
    three, made = edits.repeat(grouped, [card], 3, shipped(), inspection=inspected(grouped))
    assert len(made) == 2
    assert [each for each in inspected(three).problems if each.severity == "error"] == []
    per_block = 128 * 128 + 128
    counts = [build_model(each).model.count_params() for each in (project, three)]
    assert counts[1] - counts[0] == 2 * per_block
    assert "for " in python_code(three, shipped())
