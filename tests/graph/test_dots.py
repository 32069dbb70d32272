"""Reroute dots: drawn, moved, copied and kept with their wires; the model never sees them."""

from __future__ import annotations

import pytest
from drawings import SMALL, chain

from kerasstudio.graph import edits, files
from kerasstudio.graph.clipboard import copy_nodes, read_clip
from kerasstudio.graph.codegen import python_code
from kerasstudio.graph.diff import describe, diff
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project, Wire


def dotted(*points: tuple[float, float]) -> tuple[Project, list[str], str]:
    """image → dense → out, dots on the wire into dense; its key."""
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    key = f"{nodes[1]}:inputs"
    project = drawing.project
    for number, at in enumerate(points):
        project = edits.add_dot(project, key, number, at)
    return project, nodes, key


def points(project: Project, key: str) -> tuple[tuple[float, float], ...]:
    return project.graph.wires[key].points


def test_dots_are_put_between_others_moved_and_taken_away() -> None:
    project, _nodes, key = dotted((100, 50), (200, 50))
    project = edits.add_dot(project, key, 1, (150, 80.04))
    assert points(project, key) == ((100, 50), (150, 80), (200, 50))
    project = edits.move_dots(project, {(key, 0): (90, 40), (key, 2): (210, 40), (key, 9): (0, 0)})
    assert points(project, key) == ((90, 40), (150, 80), (210, 40))
    project = edits.remove_dots(project, [(key, 0), (key, 1), ("gone:inputs", 0)])
    assert points(project, key) == ((210, 40),)
    assert edits.move_dots(project, {(key, 0): (210, 40)}) is project
    assert edits.remove_dots(project, [(key, 5)]) is project
    with pytest.raises(StudioError, match="no wire"):
        edits.add_dot(project, "gone:inputs", 0, (0, 0))


def test_the_model_knows_nothing_of_them() -> None:
    plain, _nodes, _key = dotted()
    project, _nodes, _key = dotted((100, 50))
    change = diff(plain, project)
    assert change
    assert not change.affects_model
    assert change.only_moved
    assert describe(plain, project) == []
    assert describe(plain, project, places=True) == ["wire rerouted"]
    assert python_code(project) == python_code(plain)


def test_files_hold_them_and_those_without_are_as_before() -> None:
    plain, _nodes, _key = dotted()
    assert b'"points"' not in files.encode_project(plain)
    project, _nodes, key = dotted((100, 50), (200.5, -3))
    again = files.decode_project(files.encode_project(project))
    assert again == project
    assert points(again, key) == ((100.0, 50.0), (200.5, -3.0))


def test_they_move_with_both_their_nodes_and_stay_when_one_moves() -> None:
    project, (image, dense, _out), key = dotted((100, 50))
    nodes = project.graph.nodes
    both = {node: (nodes[node].x + 10, nodes[node].y - 20) for node in (image, dense)}
    assert points(edits.move_nodes(project, both), key) == ((110, 30),)
    alone = {dense: (nodes[dense].x + 10, 0)}
    assert points(edits.move_nodes(project, alone), key) == ((100, 50),)


def test_a_new_layout_keeps_them_between_the_ends() -> None:
    project, (image, dense, _out), key = dotted((120, 50))
    turned = edits.move_nodes(project, {image: (500, 100), dense: (500, 580)})
    # Half way from (0, 0) to (240, 0) and 50 to the right of it; now downwards.
    assert points(turned, key) == ((450, 340),)
    same_place = edits.move_nodes(project, {image: (7, 7), dense: (7, 7)})
    assert len(points(same_place, key)) == 1


def test_copies_have_them_where_the_copies_are() -> None:
    project, (image, dense, _out), key = dotted((100, 50))
    clip = read_clip(copy_nodes(project, [image, dense]))
    assert clip is not None
    pasted, (_image, copy) = edits.paste(project, clip, 30, 40)
    assert points(pasted, f"{copy}:inputs") == ((130, 90),)
    alone = read_clip(copy_nodes(project, [dense]))
    assert alone is not None
    pasted, (copy,) = edits.paste(project, alone, 0, 0, keep_incoming=True)
    assert points(pasted, f"{copy}:inputs") == ()
    assert points(pasted, key) == ((100, 50),)


def test_wiring_the_same_again_keeps_them_another_source_does_not() -> None:
    project, (image, dense, _out), key = dotted((100, 50))
    assert edits.connect(project, image, dense, "inputs") is project
    project, other = edits.add_layer(project, SMALL.layers[0])
    assert edits.connect(project, other, dense, "inputs").graph.wires[key] == Wire(
        other, dense, "inputs"
    )


def test_a_node_put_into_the_wire_takes_its_side_of_them() -> None:
    project, (image, dense, _out), key = dotted((200, 48), (300, 300), (200, 500))
    kind = SMALL.named("Dropout")
    assert kind is not None
    project, drop = edits.add_layer(project, kind, 160, 380)
    project = edits.insert_between(project, key, drop, SMALL)
    assert points(project, f"{drop}:inputs") == ((200, 48), (300, 300))
    assert points(project, key) == ((200, 500),)
    back = edits.delete_and_reconnect(project, [drop])
    assert back.graph.wires[key].source == image
    assert points(back, key) == ((200, 48), (300, 300), (200, 500))
    assert dense in back.graph.nodes
