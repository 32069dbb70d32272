"""Each kind of fix, and what is said of a fix that no longer fits."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from drawings import SMALL, chain

from kerasstudio.graph import edits
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.fixes import FIX_KINDS, apply_fix
from kerasstudio.graph.problems import Fix, StudioError
from kerasstudio.graph.project import Layer, Node, Project
from kerasstudio.graph.training_spec import KerasObject

DRAWING, (INPUT, DENSE, OUTPUT) = chain("InputLayer", "Dense", "Output")
LAYER, HEAD = DRAWING.layer(DENSE).id, DRAWING.layer(OUTPUT).id
CODE = Layer("l90", "Lambda", "double", arguments={"function": "lambda x: x * 2"})


def with_code(project: Project) -> Project:
    graph = project.graph
    nodes = {**graph.nodes, "n90": Node("n90", CODE.id)}
    return msgspec.structs.replace(
        project,
        layers={**project.layers, CODE.id: CODE},
        graphs={**project.graphs, graph.id: msgspec.structs.replace(graph, nodes=nodes)},
        serial=100,
    )


DROPPED, DROPOUT = edits.add_layer(with_code(DRAWING.project), SMALL.layers[2], 0, 500)
BLOCKED, BLOCK = edits.group(DROPPED, [DROPOUT], SMALL)
PROJECT = edits.set_data(
    BLOCKED,
    DataSpec((Source("s", "a.csv", "csv"),), (Column("x", "s", "number"),)),
)

CASES: dict[str, dict[str, Any]] = {
    "insert_layer": {"wire": f"{DENSE}:inputs", "class_name": "Flatten"},
    "set_argument": {"layer": LAYER, "name": "units", "value": 10},
    "reset_argument": {"layer": LAYER, "name": "units"},
    "remove_wire": {"wire": f"{DENSE}:inputs"},
    "remove_node": {"node": DENSE},
    "connect": {"source": INPUT, "target": OUTPUT, "port": "inputs", "graph": "main"},
    "add_output": {"node": DENSE},
    "add_input": {"node": DENSE, "port": "inputs"},
    "rename_layer": {"layer": LAYER, "name": "hidden"},
    "set_trainable": {"layer": LAYER, "value": False},
    "set_mode": {"node": DENSE, "mode": "bypassed"},
    "replace_layer": {"layer": LAYER, "class_name": "Dropout"},
    "take_out": {"node": DENSE},
    "wrap_layer": {"layer": LAYER},
    "several": {
        "fixes": [
            {
                "label": "",
                "kind": "set_argument",
                "arguments": {"layer": LAYER, "name": "units", "value": 10},
            },
            {
                "label": "",
                "kind": "insert_layer",
                "arguments": {"wire": f"{DENSE}:inputs", "class_name": "Flatten"},
            },
        ]
    },
    "shape_inputs": {"shapes": {DRAWING.layer(INPUT).id: [5]}, "dtypes": {}},
    "group": {"nodes": [DENSE]},
    "ungroup": {"node": BLOCK},
    "lambda_to_operations": {"layer": CODE.id},
    "lambda_to_class": {"layer": CODE.id},
    "set_outputs": {
        "layer": CODE.id,
        "inputs": [[None, 4]],
        "outputs": [[[None, 4], "float32"]],
    },
    "set_loss": {
        "output": HEAD,
        "loss": {"module": "keras.losses", "class_name": "Huber", "config": {"delta": 2.0}},
    },
    "set_output_training": {"output": HEAD, "field": "loss_weight", "value": 3},
    "set_training": {"field": "early_stopping.monitor", "value": "loss"},
    "set_data": {"field": "window", "value": {"length": 5}},
    "set_split": {"field": "method", "value": "ordered"},
    "set_column": {"name": "x", "field": "role", "value": "target"},
    "set_binding": {"layer": HEAD, "columns": ["x"]},
}


def test_every_kind_has_a_case() -> None:
    assert set(CASES) == FIX_KINDS


@pytest.mark.parametrize("kind", CASES)
def test_fix_changes_the_project(kind: str) -> None:
    mended = apply_fix(PROJECT, Fix("mend", kind, CASES[kind]), SMALL)
    assert mended != PROJECT


@pytest.mark.parametrize("kind", CASES)
def test_fix_with_wrong_arguments_is_refused(kind: str) -> None:
    with pytest.raises(StudioError) as error:
        apply_fix(PROJECT, Fix("mend", kind, {**CASES[kind], "nonsense": 1}), SMALL)
    assert error.value.problem.code == "fix.arguments"


@pytest.mark.parametrize(
    "kind", [kind for kind in CASES if kind not in ("set_training", "set_data", "set_split")]
)
def test_fix_on_an_emptied_project_does_nothing_or_says_why(kind: str) -> None:
    empty = Project()
    try:
        mended = apply_fix(empty, Fix("mend", kind, CASES[kind]), SMALL)
    except StudioError as error:
        message = error.problem.message
    else:
        message = "unchanged" if mended is empty else ""
    assert message


def test_unknown_kind() -> None:
    with pytest.raises(StudioError, match='no fix "dance"'):
        apply_fix(PROJECT, Fix("x", "dance"), SMALL)


def test_details() -> None:
    def mended(kind: str) -> Project:
        return apply_fix(PROJECT, Fix("mend", kind, CASES[kind]), SMALL)

    loss = mended("set_loss").training.outputs[HEAD].loss
    assert loss == KerasObject("Huber", "keras.losses", {"delta": 2.0})
    assert mended("set_data").data.window.length == 5
    assert mended("set_output_training").training.outputs[HEAD].loss_weight == 3.0
    wrapped = mended("wrap_layer").layers[LAYER]
    assert wrapped.class_name == "TimeDistributed"
    assert wrapped.name == PROJECT.layers[LAYER].name
    assert wrapped.arguments["layer"]["class_name"] == "Dense"
    assert wrapped.arguments["layer"]["config"]["units"] == PROJECT.layers[LAYER].arguments["units"]
    assert mended("take_out").graph.wires[f"{OUTPUT}:inputs"].source == INPUT
    both = mended("several")
    assert both.layers[LAYER].arguments["units"] == 10
    assert len(both.graph.nodes) == len(PROJECT.graph.nodes) + 1
    no_bias = apply_fix(
        PROJECT,
        Fix("", "set_argument", {"layer": LAYER, "name": "use_bias", "value": False}),
        SMALL,
    )
    back = Fix("", "set_argument", {"layer": LAYER, "name": "use_bias", "value": True})
    assert apply_fix(no_bias, back, SMALL) == PROJECT
    with pytest.raises(StudioError):
        apply_fix(
            PROJECT, Fix("", "set_column", {"name": "x", "field": "role", "value": "boss"}), SMALL
        )
