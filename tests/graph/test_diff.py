"""What changed, by key and in words."""

from __future__ import annotations

import pytest
from drawings import SMALL, chain, drawn, random_edges

from kerasstudio.graph import edits, files
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.diff import describe, diff
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import Graph, Project
from kerasstudio.graph.training_spec import EarlyStopping, KerasObject


def test_the_same_project_has_no_difference() -> None:
    project = drawn(20, random_edges(20))
    assert not diff(project, project)
    again = files.decode_project(files.encode_project(project))
    assert again is not project
    assert not diff(project, again)
    assert describe(project, again) == []


def test_an_argument() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    layer = drawing.layer(nodes[1]).id
    changed = edits.set_argument(drawing.project, layer, "units", 32)
    change = diff(drawing.project, changed)
    assert change.layers.changed == {layer}
    assert not change.graphs
    assert change.affects_model
    assert describe(drawing.project, changed) == ["dense.units 64 → 32"]
    assert describe(changed, drawing.project) == ["dense.units 32 → 64"]
    activated = edits.set_argument(drawing.project, layer, "activation", "relu")
    assert describe(drawing.project, activated) == ["dense.activation default → relu"]


def test_moving_is_told_apart() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    moved = edits.move_nodes(drawing.project, {nodes[1]: (5, 5)})
    change = diff(drawing.project, moved)
    assert change.only_moved
    assert not change.affects_model
    assert change.of_graph("main").moved == {nodes[1]}
    assert describe(drawing.project, moved) == []
    assert describe(drawing.project, moved, places=True) == ["moved dense"]


def test_a_new_layer_in_a_wire() -> None:
    drawing, (source, dense, output) = chain("InputLayer", "Dense", "Output")
    fix = Fix("", "insert_layer", {"wire": f"{output}:inputs", "class_name": "Dropout"})
    project = apply_fix(drawing.project, fix, SMALL)
    change = diff(drawing.project, project).of_graph("main")
    (new,) = change.nodes.added
    assert change.wires.added == {f"{new}:inputs"}
    assert change.wires.changed == {f"{output}:inputs"}
    assert '+ Dropout "dropout" rate 0.3' in describe(drawing.project, project)
    back = describe(project, drawing.project)
    assert '− Dropout "dropout"' in back
    assert "− wire dense → dropout" not in back
    assert {source, dense} <= set(project.graph.nodes)


def test_settings_in_words() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    old = drawing.project
    output = drawing.layer(nodes[2]).id
    data = DataSpec((Source("s", "a.csv", "csv"),), (Column("x", "s", "number"),))
    cases: list[tuple[Project, list[str]]] = [
        (
            edits.set_optimizer(old, KerasObject("SGD", "keras.optimizers")),
            ["optimizer Adam → SGD"],
        ),
        (
            edits.set_optimizer(
                old, KerasObject("Adam", "keras.optimizers", {"learning_rate": 0.01})
            ),
            ["optimizer.learning_rate default → 0.01"],
        ),
        (edits.set_training(old, epochs=5), ["epochs 20 → 5"]),
        (edits.set_training(old, early_stopping=EarlyStopping()), ["early_stopping none → on"]),
        (edits.set_output_training(old, output, loss_weight=2.0), ["output loss_weight 1 → 2"]),
        (
            edits.set_output_training(old, output, loss=KerasObject("Huber", "keras.losses")),
            ["output loss none → Huber"],
        ),
        (edits.set_split(old, test=0.25), ["split.test 0.15 → 0.25"]),
        (edits.set_binding(old, output, ["y", "z"]), ["output bindings default → y, z"]),
        (edits.set_flow(old, "down"), ["flow right → down"]),
        (edits.set_data(old, data), ["+ source a.csv", "+ column x"]),
        (edits.set_code(old, "a.py", ""), ["code of a.py changed"]),
        (edits.set_trainable(old, output, False), ["output frozen"]),
        (edits.rename_layer(old, output, "digit"), ["output renamed digit"]),
    ]
    for new, lines in cases:
        assert describe(old, new) == lines
        assert diff(old, new)
    with_data = edits.set_data(old, data)
    changed = edits.set_column(with_data, "x", role="target")
    assert describe(with_data, changed) == ["column x role feature → target"]


def test_order_counts() -> None:
    project = drawn(3, [(0, 1)])
    turned = Graph("main", nodes=dict(reversed(project.graph.nodes.items())))
    turned = Graph("main", nodes=turned.nodes, wires=project.graph.wires)
    other = Project(layers=project.layers, graphs={"main": turned}, serial=project.serial)
    change = diff(project, other)
    assert change.of_graph("main").reordered
    assert change.affects_model


@pytest.mark.parametrize("seed", range(5))
def test_keys_say_all(seed: int) -> None:
    """Adding and removing at once: keys are those of set arithmetic."""
    old, new = drawn(30, random_edges(30, seed)), drawn(25, random_edges(25, seed + 9))
    change = diff(old, new).of_graph("main")
    assert change.nodes.removed == old.graph.nodes.keys() - new.graph.nodes.keys()
    assert change.wires.added == new.graph.wires.keys() - old.graph.wires.keys()
    assert change.wires.removed == old.graph.wires.keys() - new.graph.wires.keys()
    both = old.graph.wires.keys() & new.graph.wires.keys()
    assert change.wires.changed == {
        key for key in both if old.graph.wires[key] != new.graph.wires[key]
    }
    assert describe(old, new)
