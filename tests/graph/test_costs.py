"""Totals of a model before training, what changed since, and whether it fits into memory."""

from __future__ import annotations

import msgspec
import pytest
from drawings import SMALL, chain

from kerasstudio.graph import edits
from kerasstudio.graph.costs import measured, totals
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec, bytes_in_words
from kerasstudio.graph.preflight_memory import memory_problems
from kerasstudio.graph.since_training import since_training
from kerasstudio.graph.training_spec import KerasObject

DRAWING, (INPUT, DENSE, OUTPUT) = chain("InputLayer", "Dense", "Output")
PROJECT = DRAWING.project
LAYER = DRAWING.layer(DENSE).id
SPEC = TensorSpec((None, 10))
KNOWN = Inspection(
    nodes={
        INPUT: NodeInfo("ok", (SPEC,), multiply_adds=0, activation_bytes=400),
        DENSE: NodeInfo("ok", (SPEC,), 1000, 1000, 5000, 600),
        OUTPUT: NodeInfo("ok", (SPEC,), multiply_adds=0, activation_bytes=0),
    },
    total=1000,
    total_trainable=1000,
)


def test_totals_follow_batch_size_and_optimizer() -> None:
    found = totals(PROJECT, KNOWN)
    assert (found.batch, found.multiply_adds, found.activation_bytes) == (32, 5000, 32_000)
    assert found.weight_bytes == 4000
    # Weights, gradients, two averages of Adam, activations.
    assert found.training_bytes == 4 * 4000 + 32_000
    larger = edits.set_training(PROJECT, batch_size=64)
    assert totals(larger, KNOWN).activation_bytes == 64_000
    plain = edits.set_optimizer(PROJECT, KerasObject("SGD", "keras.optimizers"))
    assert totals(plain, KNOWN).training_bytes == 2 * 4000 + 32_000
    moving = edits.set_optimizer(PROJECT, KerasObject("SGD", "keras.optimizers", {"momentum": 0.9}))
    assert totals(moving, KNOWN).training_bytes == 3 * 4000 + 32_000


def test_what_is_not_known_is_counted() -> None:
    odd = msgspec.structs.replace(
        KNOWN, nodes={**KNOWN.nodes, DENSE: NodeInfo("ok", (SPEC,), 1000, 1000)}
    )
    assert totals(PROJECT, odd).unknown == 1
    wrong = msgspec.structs.replace(KNOWN, nodes={**KNOWN.nodes, DENSE: NodeInfo("error")})
    assert totals(PROJECT, wrong).unknown == 0
    assert totals(PROJECT, wrong).multiply_adds == 0


def test_measures_of_one_node() -> None:
    info = KNOWN.nodes[DENSE]
    assert measured(info, "parameters", 8) == 1000
    assert measured(info, "multiply_adds", 8) == 5000
    assert measured(info, "memory", 8) == 4800
    assert measured(NodeInfo("ok"), "memory", 8) is None
    assert measured(NodeInfo("waiting"), "parameters", 8) is None
    assert measured(None, "parameters", 8) is None


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (950, "950 B"), (1100, "1.1 kB"), (98_000, "98.0 kB"), (2.5e9, "2.5 GB"),
     (4e15, "4000 TB")],
)  # fmt: skip
def test_bytes_in_words(size: float, text: str) -> None:
    assert bytes_in_words(size) == text


def test_training_that_does_not_fit_is_told_with_a_batch_that_does() -> None:
    assert list(memory_problems(PROJECT, KNOWN)) == [], "nobody knows the memory"
    roomy = msgspec.structs.replace(KNOWN, memory=10**9)
    assert list(memory_problems(PROJECT, roomy)) == []
    tight = msgspec.structs.replace(KNOWN, memory=30_000)
    (problem,) = memory_problems(PROJECT, tight)
    assert (problem.code, problem.severity) == ("memory.training", "warning")
    assert "48.0 kB" in problem.message
    (fix,) = problem.fixes
    assert fix.label == "set batch size to 8"
    mended = edits.set_training_field(PROJECT, "batch_size", fix.arguments["value"])
    assert list(memory_problems(mended, tight)) == []
    hopeless = msgspec.structs.replace(KNOWN, memory=10_000)
    (problem,) = memory_problems(PROJECT, hopeless)
    assert problem.fixes == (), "the weights alone are too many"


def test_what_changed_since_training() -> None:
    assert not since_training(PROJECT, PROJECT)
    assert not since_training(PROJECT, edits.move_nodes(PROJECT, {DENSE: (1.0, 2.0)}))
    changed = edits.set_argument(PROJECT, LAYER, "units", 5)
    found = since_training(PROJECT, changed)
    assert found.nodes == {DENSE: ("units 64 → 5",)}
    assert found.lines == ("dense.units 64 → 5",)
    kind = SMALL.named("Flatten")
    assert kind is not None
    longer, node = edits.insert_layer(changed, f"{OUTPUT}:inputs", kind, SMALL)
    found = since_training(PROJECT, longer)
    assert found.nodes[node] == ("new",)
    assert found.nodes[OUTPUT] == ("wired otherwise",)
    assert '+ Flatten "flatten"' in found.lines
    gone = since_training(PROJECT, edits.delete_nodes(PROJECT, [DENSE]))
    assert DENSE not in gone.nodes
    assert '− Dense "dense"' in gone.lines
    settings = since_training(PROJECT, edits.set_training(PROJECT, epochs=3))
    assert settings.nodes == {}
    assert settings.lines == ("epochs 20 → 3",)
