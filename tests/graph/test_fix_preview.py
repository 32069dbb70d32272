"""What a fix would change, told without changing anything."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from drawings import SMALL, Drawing, chain

from kerasstudio.graph import edits
from kerasstudio.graph.cards import CARD_GAP, CARD_HEIGHT, CARD_WIDTH
from kerasstudio.graph.fix_preview import FixPreview, preview_fix
from kerasstudio.graph.problems import Fix, StudioError
from kerasstudio.graph.project import Project

DRAWING, (INPUT, DENSE, OUTPUT) = chain("InputLayer", "Dense", "Output")
PROJECT = DRAWING.project
LAYER, HEAD = DRAWING.layer(DENSE).id, DRAWING.layer(OUTPUT).id
WIRE = f"{DENSE}:inputs"


def preview(kind: str, project: Project = PROJECT, **arguments: Any) -> FixPreview:
    return preview_fix(project, Fix("mend", kind, arguments), SMALL)


def test_a_new_layer_is_a_ghost_with_its_wires() -> None:
    found = preview("insert_layer", wire=WIRE, class_name="Flatten")
    (ghost,) = found.ghosts
    assert ghost.title == "Flatten"
    assert (ghost.ports, ghost.outputs) == (("inputs",), 1)
    assert {(wire.source, wire.target) for wire in found.wires} == {
        (INPUT, ghost.id), (ghost.id, DENSE),
    }  # fmt: skip
    assert found.removed_wires == (WIRE,)
    assert found.notes == {}


def test_where_neighbours_would_move_ghosts_stand_above() -> None:
    """The cards stay where they are while one looks, so the ghost must not cover them."""
    tight = edits.move_nodes(PROJECT, {DENSE: (CARD_WIDTH + CARD_GAP, 0.0), OUTPUT: (900.0, 0.0)})
    fix = {"wire": WIRE, "class_name": "Flatten"}
    steps = [{"label": "", "kind": "insert_layer", "arguments": fix}] * 2
    for found in (preview("insert_layer", tight, **fix), preview("several", tight, fixes=steps)):
        for ghost in found.ghosts:
            assert ghost.y + CARD_HEIGHT < 0
        xs = sorted(ghost.x for ghost in found.ghosts)
        assert all(b - a >= CARD_WIDTH for a, b in pairwise(xs))
    down = edits.set_flow(tight, "down")
    down = edits.move_nodes(down, {DENSE: (0.0, 120.0), OUTPUT: (0.0, 240.0)})
    (ghost,) = preview("insert_layer", down, **fix).ghosts
    assert ghost.x + CARD_WIDTH < 0


def test_changed_arguments_are_told_on_the_card() -> None:
    found = preview("set_argument", layer=LAYER, name="units", value=10)
    assert found.notes == {DENSE: ("units 64 → 10",)}
    assert not found.ghosts
    frozen = preview("set_trainable", layer=LAYER, value=False)
    assert frozen.notes == {DENSE: ("frozen",)}
    other = preview("replace_layer", layer=LAYER, class_name="Dropout")
    assert other.notes == {DENSE: ("Dense → Dropout",)}
    named = preview("rename_layer", layer=LAYER, name="hidden")
    assert named.notes == {DENSE: ("dense → hidden",)}


def test_what_goes_is_named() -> None:
    found = preview("remove_wire", wire=WIRE)
    assert found.removed_wires == (WIRE,)
    assert found.wires == ()
    gone = preview("take_out", node=DENSE)
    assert gone.removed_nodes == (DENSE,)
    assert [(wire.source, wire.target) for wire in gone.wires] == [(INPUT, OUTPUT)]


def test_settings_are_told_in_words() -> None:
    found = preview("set_training", field="batch_size", value=8)
    assert found.settings == ("batch_size 32 → 8",)
    assert found
    assert not preview("set_training", field="batch_size", value=32)


def test_a_fix_that_no_longer_fits_is_refused() -> None:
    with pytest.raises(StudioError):
        preview("insert_layer", wire="n99:inputs", class_name="Flatten")


def test_nothing_is_said_of_other_graphs() -> None:
    drawing = Drawing()
    drawing.add("Dense")
    found = preview_fix(
        PROJECT,
        Fix("", "set_argument", {"layer": LAYER, "name": "units", "value": 1}),
        SMALL,
        "other",
    )
    assert not found
