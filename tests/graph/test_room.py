"""Cards put into wires: what lies behind moves aside, each card only as far as it must."""

from __future__ import annotations

import pytest
from drawings import SMALL, Drawing, chain, drawn, random_edges

from kerasstudio.graph import edits
from kerasstudio.graph.cards import CARD_GAP, CARD_WIDTH, card_size
from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.layout import layout
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project


def kind(name: str) -> LayerType:
    found = SMALL.named(name)
    assert found is not None
    return found


def spaced(gap: float, *classes: str) -> tuple[Project, list[str]]:
    drawing, nodes = chain(*classes)
    places = {node: (number * (CARD_WIDTH + gap), 0.0) for number, node in enumerate(nodes)}
    return edits.move_nodes(drawing.project, places), nodes


def xs(project: Project, *nodes: str) -> list[float]:
    return [project.graph.nodes[node].x for node in nodes]


def test_where_there_is_room_nothing_moves() -> None:
    project, nodes = spaced(400, "InputLayer", "Dense", "Output")
    project, drop = edits.add_layer(project, kind("Dropout"), CARD_WIDTH + 100, 20)
    spliced = edits.splice_in(project, f"{nodes[1]}:inputs", drop, SMALL)
    assert xs(spliced, *nodes) == xs(project, *nodes)
    # Only into line with its neighbours.
    assert (spliced.graph.nodes[drop].x, spliced.graph.nodes[drop].y) == (CARD_WIDTH + 100, 0)
    far = edits.move_nodes(project, {drop: (CARD_WIDTH + 100, 90)})
    assert edits.splice_in(far, f"{nodes[1]}:inputs", drop, SMALL).graph.nodes[drop].y == 90


def test_neighbours_move_apart_and_gaps_behind_are_used_up() -> None:
    project, nodes = spaced(100, "InputLayer", "Dense", "Flatten", "Output")
    project, drop = edits.add_layer(project, kind("Dropout"), CARD_WIDTH, 20)
    spliced = edits.splice_in(project, f"{nodes[1]}:inputs", drop, SMALL)
    step = CARD_WIDTH + CARD_GAP
    # The gaps of 100 behind become 48 each; the last card moves only by what is left over.
    assert xs(spliced, nodes[0], drop, nodes[1]) == [0, step, 2 * step]
    assert xs(spliced, *nodes[2:]) == [3 * step, 4 * step]
    project, nodes = spaced(500, "InputLayer", "Dense", "Flatten", "Output")
    project = edits.move_nodes(project, {nodes[1]: (CARD_WIDTH + 20, 0)})
    spliced, _node = edits.insert_layer(
        project, f"{nodes[1]}:inputs", kind("Dropout"), SMALL, at=(CARD_WIDTH, 10)
    )
    assert xs(spliced, *nodes[2:]) == xs(project, *nodes[2:])
    assert xs(spliced, nodes[1]) == [2 * step]


def test_small_gaps_stay_as_small() -> None:
    project, nodes = spaced(10, "InputLayer", "Dense", "Flatten", "Output")
    moved = edits.make_room(project, nodes[0], nodes[1], 50)
    assert xs(moved, *nodes) == [0, *(x + 50 for x in xs(project, *nodes[1:]))]


def test_cards_that_no_wire_joins_are_not_run_over() -> None:
    project, nodes = spaced(400, "InputLayer", "Dense", "Output")
    dense = project.graph.nodes[nodes[1]]
    project, near = edits.add_layer(project, kind("Flatten"), dense.x + CARD_WIDTH + 30, 40)
    project, far = edits.add_layer(project, kind("Flatten"), dense.x + CARD_WIDTH + 30, 200)
    moved = edits.make_room(project, nodes[0], nodes[1], 100)
    assert xs(moved, near) == [dense.x + CARD_WIDTH + 100 + 16]
    assert xs(moved, far) == xs(project, far)


def test_a_wire_that_goes_back_makes_no_room() -> None:
    project, nodes = spaced(100, "InputLayer", "Dense", "Output")
    project = edits.move_nodes(project, {nodes[1]: (-400, 300)})
    project, drop = edits.add_layer(project, kind("Dropout"), -100, 200)
    spliced = edits.splice_in(project, f"{nodes[1]}:inputs", drop, SMALL)
    assert xs(spliced, drop, *nodes) == xs(project, drop, *nodes)
    assert spliced.graph.wires[f"{nodes[1]}:inputs"].source == drop


@pytest.mark.parametrize("flow", ["right", "down"])
def test_in_a_large_drawing_no_two_cards_come_to_lie_on_each_other(flow: str) -> None:
    project = drawn(300, random_edges(300), flow)
    project = edits.move_nodes(project, layout(project))
    axis = 0 if flow == "right" else 1
    moved = edits.make_room(project, "n3", "n4", 150)
    inputs: dict[str, int] = {}
    for wire in project.graph.wires.values():
        inputs[wire.target] = inputs.get(wire.target, 0) + 1
    boxes = []
    for key, node in moved.graph.nodes.items():
        before = project.graph.nodes[key]
        assert (node.x, node.y)[axis] - (before.x, before.y)[axis] >= 0
        assert (node.x, node.y)[1 - axis] == (before.x, before.y)[1 - axis]
        width, height = card_size(inputs.get(key, 1), 1, flow)
        boxes.append((node.x, node.y, node.x + width, node.y + height))
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        for ox0, oy0, ox1, oy1 in boxes[:number]:
            assert x1 <= ox0 or ox1 <= x0 or y1 <= oy0 or oy1 <= y0


def test_a_layer_that_joins_goes_into_the_wire_and_takes_both() -> None:
    drawing = Drawing()
    image, other = drawing.add("InputLayer", "image"), drawing.add("InputLayer", "other")
    dense = drawing.add("Dense", "dense")
    drawing.wire(image, dense)
    wire = f"{dense}:inputs"
    project, add = edits.join_in_wire(drawing.project, wire, other, kind("Add"), SMALL)
    wires = project.graph.wires
    assert wires[wire].source == add
    assert [wires[f"{add}:inputs.{number}"].source for number in (0, 1)] == [image, other]
    with pytest.raises(StudioError, match="takes one tensor"):
        edits.join_in_wire(drawing.project, wire, other, kind("Dropout"), SMALL)
    with pytest.raises(StudioError, match="loop"):
        edits.join_in_wire(drawing.project, wire, dense, kind("Add"), SMALL)


def test_all_wires_of_an_output_move_to_another() -> None:
    drawing = Drawing()
    image, other = drawing.add("InputLayer", "image"), drawing.add("InputLayer", "other")
    first, second = drawing.add("Dense"), drawing.add("Dense")
    drawing.wire(image, first)
    drawing.wire(image, second)
    keys = [f"{first}:inputs", f"{second}:inputs"]
    project = edits.add_dot(drawing.project, keys[0], 0, (10, 20))
    project = edits.move_wires(project, [*keys, "gone:inputs"], other)
    assert {project.graph.wires[key].source for key in keys} == {other}
    assert project.graph.wires[keys[0]].points == ((10.0, 20.0),)
    with pytest.raises(StudioError, match="loop"):
        edits.move_wires(project, keys, first)
