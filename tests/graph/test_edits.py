"""Single edits: what they do, what they refuse, and that nothing changed means the same object."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from drawings import SMALL, Drawing, chain, drawn

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.training_spec import KerasObject, OutputTraining


def test_added_layer_has_example_arguments_and_a_name() -> None:
    drawing = Drawing()
    first, second = drawing.add("Dense"), drawing.add("Dense", units=3)
    assert drawing.layer(first) == Layer("l1", "Dense", "dense", arguments={"units": 64})
    assert drawing.layer(second).name == "dense_1"
    assert drawing.layer(second).arguments == {"units": 3}
    assert drawing.layer(drawing.add("InputLayer")).name == "input"


def test_connect_replaces_the_wire_in_a_taken_port() -> None:
    drawing, (source, dense, _) = chain("InputLayer", "Dense", "Output")
    other = drawing.add("InputLayer")
    changed = edits.connect(drawing.project, other, dense, "inputs")
    assert [wire.source for wire in changed.graph.wires.values() if wire.target == dense] == [other]
    assert drawing.project.graph.wires[f"{dense}:inputs"].source == source
    assert edits.connect(changed, other, dense, "inputs") is changed


def test_list_ports_stay_dense() -> None:
    drawing = Drawing()
    sources = [drawing.add("InputLayer") for _ in range(4)]
    add = drawing.add("Add")
    drawing.wire(sources[0], add)
    project = drawing.project
    assert list(project.graph.wires) == [f"{add}:inputs.0"]
    project = edits.connect(project, sources[1], add, "inputs.7")
    project = edits.connect(project, sources[2], add, "inputs")
    project = edits.connect(project, sources[3], add, "inputs.3")
    assert list(project.graph.wires) == [f"{add}:inputs.{index}" for index in range(4)]
    project = edits.disconnect(project, [f"{add}:inputs.1"])
    assert {key: wire.source for key, wire in project.graph.wires.items()} == {
        f"{add}:inputs.0": sources[0],
        f"{add}:inputs.1": sources[2],
        f"{add}:inputs.2": sources[3],
    }
    project = edits.delete_nodes(project, [sources[0]])
    assert {wire.port: wire.source for wire in project.graph.wires.values()} == {
        "inputs.0": sources[2],
        "inputs.1": sources[3],
    }
    replaced = edits.connect(project, sources[1], add, "inputs.0")
    assert {wire.port: wire.source for wire in replaced.graph.wires.values()} == {
        "inputs.0": sources[1],
        "inputs.1": sources[3],
    }


def test_ten_wires_of_a_list_port_keep_their_order() -> None:
    project = drawn(13, [(i, 12) for i in range(12)])
    project = edits.disconnect(project, ["n12:inputs.2"])
    order = sorted(
        project.graph.wires.values(), key=lambda wire: int(wire.port.removeprefix("inputs."))
    )
    assert [wire.source for wire in order] == [f"n{i}" for i in range(12) if i != 2]
    assert all(key == wire.key for key, wire in project.graph.wires.items())


def test_an_imported_call_keeps_its_port_names() -> None:
    template = {"args": [[{"$port": "inputs.0"}, {"$port": "inputs.1"}]], "kwargs": {}}
    project = drawn(3, [(0, 2), (1, 2)])
    node = Node("n2", "l2", call=template)
    graph = Graph("main", nodes={**project.graph.nodes, "n2": node}, wires=project.graph.wires)
    project = Project(layers=project.layers, graphs={"main": graph})
    project = edits.disconnect(project, ["n2:inputs.0"])
    assert list(project.graph.wires) == ["n2:inputs.1"]


def test_connect_refuses_loops_and_wrong_ends() -> None:
    drawing, (source, first, second, output) = chain("InputLayer", "Dense", "Dense", "Output")
    with pytest.raises(StudioError, match="dense_1 → dense → dense_1") as error:
        edits.connect(drawing.project, second, first, "inputs")
    assert error.value.problem.code == "structure.cycle"
    for start, end in ((output, first), (first, source), (first, first), (first, "n99")):
        with pytest.raises(StudioError):
            edits.connect(drawing.project, start, end, "inputs")


def test_delete_takes_wires_layers_bindings_and_losses() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    project = drawing.project
    ids = [project.graph.nodes[node].layer for node in nodes]
    project = edits.set_binding(project, ids[0], ["pixels"])
    project = edits.set_binding(project, ids[2], ["label"])
    project = edits.set_output_training(project, ids[2], loss_weight=2.0)
    left = edits.delete_nodes(project, [nodes[0], nodes[2]])
    assert set(left.graph.nodes) == {nodes[1]}
    assert set(left.layers) == {ids[1]}
    assert left.graph.wires == {}
    assert left.data.bindings == {}
    assert left.training.outputs == {}


def test_a_shared_layer_lives_as_long_as_a_node_calls_it() -> None:
    drawing, (_, dense, _) = chain("InputLayer", "Dense", "Output")
    layer = drawing.layer(dense)
    project, again = edits.call_again(drawing.project, layer.id, 0, 200)
    assert project.layers == drawing.project.layers
    project = edits.delete_nodes(project, [dense])
    assert layer.id in project.layers
    project = edits.delete_nodes(project, [again])
    assert layer.id not in project.layers
    with pytest.raises(StudioError, match="stands in a model once"):
        edits.call_again(drawing.project, "l1", 0, 0)


def test_deleting_a_block_removes_what_is_inside() -> None:
    project = Project(
        layers={
            "b": Layer("b", "Functional", "block", graph="inner"),
            "a": Layer("a", "Dense", "a"),
        },
        graphs={
            "main": Graph("main", nodes={"n1": Node("n1", "b"), "n2": Node("n2", "b")}),
            "inner": Graph("inner", nodes={"n3": Node("n3", "a")}),
        },
    )
    once = edits.delete_nodes(project, ["n1"])
    assert set(once.graphs) == {"main", "inner"}
    twice = edits.delete_nodes(once, ["n2"])
    assert set(twice.graphs) == {"main"}
    assert twice.layers == {}


def test_delete_and_reconnect() -> None:
    drawing, (source, first, second, output) = chain("InputLayer", "Dense", "Dropout", "Output")
    project = edits.delete_and_reconnect(drawing.project, [first, second])
    assert list(project.graph.wires.values()) == [Wire(source, output, "inputs")]
    project = edits.delete_and_reconnect(drawing.project, [source])
    assert f"{first}:inputs" not in project.graph.wires


def test_delete_and_reconnect_takes_the_first_port() -> None:
    project = drawn(14, [*((i, 12) for i in range(12)), (12, 13)])
    project = edits.delete_and_reconnect(project, ["n12"])
    assert list(project.graph.wires.values()) == [Wire("n0", "n13", "inputs.0")]


def test_rename() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dense", "Output")
    layer = drawing.layer(nodes[1])
    assert edits.rename_layer(drawing.project, layer.id, "hidden").layers[layer.id].name == "hidden"
    assert edits.rename_layer(drawing.project, layer.id, "dense") is drawing.project
    with pytest.raises(StudioError) as taken:
        edits.rename_layer(drawing.project, layer.id, "dense_1")
    assert taken.value.problem.fixes[0].arguments["name"] == "dense_2"
    for name in ("", " ", "a/b", "x" * 251, "a\n"):
        with pytest.raises(StudioError):
            edits.rename_layer(drawing.project, layer.id, name)


@pytest.mark.parametrize(
    ("value", "stored"), [(False, True), (True, False), (1, True), (None, True)]
)
def test_an_argument_equal_to_the_default_is_dropped(
    catalogue: Catalogue, value: Any, stored: bool
) -> None:
    drawing, nodes = chain("InputLayer", "Dense")
    layer = drawing.layer(nodes[1])
    kind = catalogue.named("Dense")
    assert kind is not None
    project = edits.set_argument(
        drawing.project, layer.id, "use_bias", value, kind.argument("use_bias")
    )
    assert ("use_bias" in project.layers[layer.id].arguments) is stored
    assert (project is drawing.project) is not stored


def test_arguments_that_look_alike_are_told_apart() -> None:
    drawing, nodes = chain("InputLayer", "Dense")
    layer = drawing.layer(nodes[1]).id
    project = edits.set_argument(drawing.project, layer, "x", 1)
    for value in (True, 1.0, "1", [1]):
        changed = edits.set_argument(project, layer, "x", value)
        assert changed is not project
        assert changed.layers[layer].arguments["x"] is value
        assert edits.set_argument(changed, layer, "x", value) is changed
    assert edits.reset_argument(project, layer, "x") == drawing.project


def test_replace_layer_keeps_what_fits(catalogue: Catalogue) -> None:
    drawing, (source, dense, output) = chain("InputLayer", "Dense", "Output")
    project = edits.set_argument(drawing.project, drawing.layer(dense).id, "activation", "relu")
    kind = catalogue.named("LSTM")
    assert kind is not None
    project = edits.replace_layer(project, drawing.layer(dense).id, kind, catalogue)
    layer = project.layers[drawing.layer(dense).id]
    assert (layer.class_name, layer.name, layer.arguments) == ("LSTM", "lstm", {"units": 64})
    assert set(project.graph.wires) == {f"{dense}:sequences", f"{output}:inputs"}
    add = catalogue.named("Add")
    assert add is not None
    project = edits.replace_layer(project, layer.id, add, catalogue)
    assert project.graph.wires[f"{dense}:inputs.0"].source == source


def test_insert_layer_makes_room(catalogue: Catalogue) -> None:
    drawing, (source, dense, output) = chain("InputLayer", "Dense", "Output")
    kind = catalogue.named("Dropout")
    assert kind is not None
    project, node = edits.insert_layer(
        drawing.project, f"{dense}:inputs", kind, catalogue, {"rate": 0.5}
    )
    xs = [project.graph.nodes[key].x for key in (source, node, dense, output)]
    assert xs == sorted(xs)
    assert all(after - before >= 176 + 20 for before, after in itertools.pairwise(xs))
    assert xs[0] == 0
    assert project.graph.wires[f"{node}:inputs"].source == source
    assert project.graph.wires[f"{dense}:inputs"].source == node


def test_insert_an_existing_node(catalogue: Catalogue) -> None:
    drawing, (source, dense, output) = chain("InputLayer", "Dense", "Output")
    drop = drawing.add("Dropout")
    project = edits.insert_between(drawing.project, f"{output}:inputs", drop, catalogue)
    assert project.graph.wires[f"{output}:inputs"].source == drop
    assert project.graph.wires[f"{drop}:inputs"].source == dense
    with pytest.raises(StudioError):
        edits.insert_between(drawing.project, f"{dense}:inputs", output, catalogue)
    assert edits.insert_between(project, f"{drop}:inputs", drop, catalogue) is project
    assert source in project.graph.nodes


def test_add_connected(catalogue: Catalogue) -> None:
    drawing, (source, dense) = chain("InputLayer", "Dense")
    kind = catalogue.named("Add")
    assert kind is not None
    project, node = edits.add_connected(
        drawing.project, kind, catalogue, 10, 20, source=(dense, 0), target=None
    )
    project, _ = edits.add_connected(
        project, SMALL.layers[0], catalogue, 10, 20, target=(node, "inputs")
    )
    assert sorted(wire.port for wire in project.graph.wires.values()) == [
        "inputs",
        "inputs.0",
        "inputs.1",
    ]
    assert source in project.graph.nodes


def test_settings() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    project, output = drawing.project, drawing.layer(nodes[2]).id
    changed = edits.set_training_field(project, "early_stopping.monitor", "loss")
    assert changed.training.early_stopping is not None
    assert changed.training.early_stopping.monitor == "loss"
    assert edits.set_training_field(changed, "epochs", 3).training.epochs == 3
    assert edits.set_data_field(project, "window.length", 24).data.window.length == 24
    assert edits.set_split(project, test=0.2).data.split.test == 0.2
    sgd = KerasObject("SGD", "keras.optimizers")
    assert edits.set_optimizer(project, sgd).training.optimizer is sgd
    weighted = edits.set_output_training(project, output, OutputTraining(loss_weight=2.0))
    assert weighted.training.outputs[output].loss_weight == 2.0
    assert edits.set_output_training(weighted, output, loss_weight=1.0) == project
    for field, value in (("epochs", "many"), ("nonsense", 1), ("epochs.x", 1), ("split", 3)):
        with pytest.raises(StudioError):
            edits.set_training_field(project, field, value)
    with pytest.raises(StudioError, match='no column "x"'):
        edits.set_column(project, "x", role="ignore")


def test_edits_that_change_nothing_return_the_same_object() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    project = drawing.project
    dense = drawing.layer(nodes[1])
    node = project.graph.nodes[nodes[1]]
    assert edits.move_nodes(project, {node.id: (node.x, node.y), "n99": (1, 1)}) is project
    assert edits.disconnect(project, ["nothing:inputs"]) is project
    assert edits.delete_nodes(project, ["n99"]) is project
    assert edits.delete_and_reconnect(project, []) is project
    assert edits.set_argument(project, dense.id, "units", 64) is project
    assert edits.reset_argument(project, dense.id, "activation") is project
    assert edits.set_trainable(project, dense.id, True) is project
    assert edits.set_data(project) is project
    assert edits.set_training(project, epochs=project.training.epochs) is project
    assert edits.set_binding(project, dense.id, []) is project
    assert edits.set_flow(project, "right") is project
    assert edits.set_code(project, "a.py", None) is project


def test_free_place_finds_a_gap() -> None:
    drawing, nodes = chain("InputLayer", "Dense")
    x, y = edits.free_place(drawing.project, 240, 0)
    assert x == 240
    assert y >= 96
    assert edits.free_place(drawing.project, 5_000, 0) == (5_000, 0)
    assert edits.free_place(drawing.project, 240, 0, ignore=[nodes[1]]) == (240, 0)


def test_a_layer_in_a_wire_over_other_cards_lies_beside_them(catalogue: Catalogue) -> None:
    drawing, (source, _, _, _, add) = chain("InputLayer", "Dense", "Dense", "Dense", "Add")
    drawing.wire(source, add)
    kind = catalogue.named("Dropout")
    assert kind is not None
    project, node = edits.insert_layer(drawing.project, f"{add}:inputs.1", kind, catalogue)
    new = project.graph.nodes[node]
    assert source in project.graph.nodes
    for other in project.graph.nodes.values():
        if other.id != node:
            assert abs(other.x - new.x) >= 176 or abs(other.y - new.y) >= 96
    assert edits.delete_nodes(project, [node]).graph.nodes == drawing.project.graph.nodes
