"""Which layers keep their weights: by layer, then weight by weight, never a part of one."""

from __future__ import annotations

import msgspec
import pytest

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import Inspection, NodeInfo, WeightSpec
from kerasstudio.graph.project import Graph, Layer, Node, Project
from kerasstudio.graph.stored_weights import StoredLayer, StoredWeight, StoredWeights
from kerasstudio.graph.training_spec import Start, TrainingSpec
from kerasstudio.graph.warm_start import (
    Memory,
    layer_start,
    layer_starts,
    match_layers,
    summary,
)

START = Start("run-3-abc", "run 3, best epoch")


def dense(key: str = "l1", name: str = "hidden", **arguments: object) -> Layer:
    return Layer(key, "Dense", name, arguments=arguments)


def weights(*shapes: tuple[int, ...], dtype: str = "float32") -> tuple[WeightSpec, ...]:
    names = ("kernel", "bias", "third")
    return tuple(WeightSpec(name, shape, dtype) for name, shape in zip(names, shapes, strict=False))


def stored(*specs: WeightSpec, class_name: str = "Dense", learned: str = "") -> StoredLayer:
    return StoredLayer(
        class_name,
        "keras.layers",
        "hidden",
        tuple(
            StoredWeight(spec.name, spec.shape, spec.dtype, number)
            for number, spec in enumerate(specs)
        ),
        learned,
        learned_at="0" if learned else "",
    )


def test_a_layer_whose_weights_all_fit_is_kept() -> None:
    told = layer_start(dense(), weights((4, 3), (3,)), stored(*weights((4, 3), (3,))), START)
    assert (told.state, told.weights) == ("kept", (0, 1))
    assert told.reason == "Its 2 weights fit."


def test_some_weights_fit_and_the_others_are_named_with_both_shapes() -> None:
    told = layer_start(dense(), weights((9, 3), (3,)), stored(*weights((4, 3), (3,))), START)
    assert (told.state, told.weights) == ("partly", (None, 1))
    assert told.reason == "Kernel is 9 × 3 now and was 4 × 3."


def test_no_weight_is_taken_in_part() -> None:
    told = layer_start(dense(), weights((4, 8), (8,)), stored(*weights((4, 3), (3,))), START)
    assert (told.state, told.weights) == ("new", (None, None))


@pytest.mark.parametrize(
    ("now", "was", "chosen", "state"),
    [
        (weights((4, 3)), weights((4, 3), (3,)), (0,), "kept"),  # use_bias was switched off
        (weights((4, 3), (3,)), weights((4, 3)), (0, None), "partly"),  # and on
        (weights((4, 3), dtype="float16"), weights((4, 3)), (0,), "kept"),
        (weights((4, 3), dtype="int32"), weights((4, 3)), (None,), "new"),
        (weights(()), weights(()), (0,), "kept"),
    ],
)
def test_weights_go_by_order_or_by_name(
    now: tuple[WeightSpec, ...],
    was: tuple[WeightSpec, ...],
    chosen: tuple[int | None, ...],
    state: str,
) -> None:
    told = layer_start(dense(), now, stored(*was), START)
    assert (told.weights, told.state) == (chosen, state)
    assert told.reason.endswith(".")


def test_another_class_under_the_same_id_keeps_nothing() -> None:
    told = layer_start(
        dense(), weights((4, 3)), stored(*weights((4, 3)), class_name="EinsumDense"), START
    )
    assert told.state == "new"
    assert "EinsumDense" in told.reason


def test_what_was_learned_fits_only_the_same_settings() -> None:
    words = stored(class_name="TextVectorization", learned="vocabulary of 9 words")
    words = msgspec.structs.replace(words, arguments={"max_tokens": 10, "name": "a"})
    layer = Layer("l1", "TextVectorization", "words", arguments={"max_tokens": 10})
    told = layer_start(layer, (), words, START)
    assert (told.state, told.learned) == ("kept", True)
    assert told.reason == "It keeps its vocabulary of 9 words."
    other = msgspec.structs.replace(layer, arguments={"max_tokens": 20})
    told = layer_start(other, (), words, START)
    assert (told.state, told.learned) == ("new", False)
    assert "learns from the data again" in told.reason


def project() -> Project:
    """Two dense layers, one of them in a block that is called beside it, and one without
    weights."""
    layers = {
        "l1": dense("l1", "a", units=3),
        "l2": Layer("l2", "Functional", "block", module="keras.models", graph="g1"),
        "l3": dense("l3", "b", units=5),
        "l4": Layer("l4", "Flatten", "flat"),
        "l5": dense("l5", "c", units=5),
    }
    main = {key: Node(key, layer) for key, layer in (("n1", "l1"), ("n2", "l2"), ("n4", "l4"))}
    inner = {"n3": Node("n3", "l3"), "n5": Node("n5", "l5")}
    return Project(
        layers=layers,
        graphs={"main": Graph("main", nodes=main), "g1": Graph("g1", nodes=inner)},
        training=TrainingSpec(start=START),
        serial=20,
    )


def inspection() -> Inspection:
    fed = weights((4, 3), (3,))
    nodes = {key: NodeInfo("ok", weights=fed) for key in ("n1", "n3", "n5")}
    return Inspection(nodes={**nodes, "n2": NodeInfo("ok"), "n4": NodeInfo("ok")})


def test_every_layer_with_weights_is_told_and_blocks_have_the_sum() -> None:
    kept = stored(*weights((4, 3), (3,)))
    found = layer_starts(project(), inspection(), StoredWeights({"l1": kept, "l3": kept}))
    assert {key: told.state for key, told in found.items()} == {
        "l1": "kept",
        "l2": "partly",
        "l3": "kept",
        "l5": "new",
    }
    assert found["l2"].reason == "1 of the 2 layers inside keep their weights."
    assert found["l5"].reason == "It is not among the weights of run 3, best epoch."
    assert summary(found, project()) == "2 layers keep all weights, 1 starts new."


def test_one_layer_can_be_started_fresh_and_kept_again() -> None:
    kept = stored(*weights((4, 3), (3,)))
    have = StoredWeights({"l1": kept, "l3": kept, "l5": kept})
    before = project()
    fresh = edits.start_fresh(before, ["l1"])
    assert layer_starts(fresh, inspection(), have)["l1"].reason == "You chose to start it fresh."
    assert layer_starts(fresh, inspection(), have)["l2"].state == "kept"
    again = edits.keep_weights(fresh, ["l1"])
    assert again == before
    # A block stands for the layers inside it.
    block = edits.start_fresh(before, ["l2"])
    assert set(block.training.start.anew) == {"l3", "l5"}
    assert edits.start_fresh(block, ["l2"]) is block


def test_nothing_is_kept_without_a_start() -> None:
    fresh = edits.set_start(project(), Start())
    have = StoredWeights({"l1": stored(*weights((4, 3), (3,)))})
    assert {told.state for told in layer_starts(fresh, inspection(), have).values()} == {"new"}
    assert summary(layer_starts(fresh, inspection(), None), fresh).startswith("No layer keeps")


def test_layers_of_another_project_go_by_names_and_blocks() -> None:
    ours = project()
    theirs = msgspec.structs.replace(
        ours,
        layers={
            "x1": dense("x1", "a"),
            "x2": Layer("x2", "Functional", "block", module="keras.models", graph="g1"),
            "x3": dense("x3", "b"),
            "x4": Layer("x4", "Conv2D", "flat"),
            "x5": dense("x5", "other"),
        },
        graphs={
            "main": Graph(
                "main",
                nodes={f"m{n}": Node(f"m{n}", f"x{n}") for n in (1, 2, 4)},
            ),
            "g1": Graph("g1", nodes={"m3": Node("m3", "x3"), "m5": Node("m5", "x5")}),
        },
    )
    assert match_layers(theirs, ours) == {"x1": "l1", "x3": "l3"}


def test_only_changed_layers_are_compared_again() -> None:
    kept = stored(*weights((4, 3), (3,)))
    have, drawn, shapes = StoredWeights({"l1": kept, "l3": kept}), project(), inspection()
    memory: Memory = {}
    first = layer_starts(drawn, shapes, have, memory)
    renamed = edits.rename_layer(drawn, "l1", "other")
    again = layer_starts(renamed, shapes, have, memory)
    assert again == first
    assert again["l3"] is first["l3"]
    assert again["l1"] is not first["l1"]
    wider = NodeInfo("ok", weights=weights((9, 3), (3,)))
    shapes = Inspection(nodes={**shapes.nodes, "n3": wider})
    assert layer_starts(renamed, shapes, have, memory)["l3"].state == "partly"
