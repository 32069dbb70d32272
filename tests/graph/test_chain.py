"""Taking nodes out of their wires, moving them along, and the order of reading."""

from __future__ import annotations

import pytest

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.edits import connect, move_along, take_out
from kerasstudio.graph.loops import connected
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.reading_order import reading_order
from kerasstudio.graph.structure import structure_problems
from kerasstudio.graph.templates import project_from

CATALOGUE = shipped()


def node(project: Project, name: str) -> str:
    return next(
        each.id for each in project.graph.nodes.values() if project.layers[each.layer].name == name
    )


def source(project: Project, name: str, port: str = "inputs") -> str:
    wire = project.graph.wires[f"{node(project, name)}:{port}"]
    return project.layers[project.graph.nodes[wire.source].layer].name


def test_taking_out_keeps_the_order_of_a_merge() -> None:
    project = project_from("two_inputs_two_outputs")
    taken = take_out(project, [node(project, "minerals_dense")])
    assert source(taken, "concatenate", "inputs.0") == "minerals_normalized"
    assert source(taken, "concatenate", "inputs.1") == "phenols_dense"
    loose = node(project, "minerals_dense")
    assert not any(loose in (wire.source, wire.target) for wire in taken.graph.wires.values())
    assert loose in taken.graph.nodes


def test_taking_out_several_in_a_row() -> None:
    project = project_from("iris_mlp")
    names = [project.layers[each.layer].name for each in project.graph.nodes.values()]
    inner = [node(project, name) for name in names[1:-1]]
    taken = take_out(project, inner)
    assert len(taken.graph.wires) == 1
    (wire,) = taken.graph.wires.values()
    assert (wire.source, wire.target) == (node(project, names[0]), node(project, names[-1]))
    assert take_out(taken, inner) is taken


def test_neighbours_change_places_with_all_their_wires() -> None:
    project = project_from("two_inputs_two_outputs")
    moved = move_along(project, node(project, "minerals_normalized"), 1)
    assert source(moved, "minerals_dense") == "minerals"
    assert source(moved, "minerals_normalized") == "minerals_dense"
    assert source(moved, "concatenate", "inputs.0") == "minerals_normalized"
    assert source(moved, "concatenate", "inputs.1") == "phenols_dense"
    assert structure_problems(moved, CATALOGUE) == []
    first, second = node(project, "minerals_normalized"), node(project, "minerals_dense")
    assert moved.graph.nodes[first].x == project.graph.nodes[second].x
    back = move_along(moved, second, 1)
    assert back.graph.wires == project.graph.wires
    assert back.graph.nodes == project.graph.nodes


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("minerals", 1),  # an Input has nothing before it
        ("concatenate", 1),  # two wires come in
        ("cultivar", 1),  # nothing behind
        ("minerals_dense", 1),  # its neighbour joins two
        ("minerals_normalized", -1),  # its neighbour is an Input
    ],
)
def test_what_is_no_chain_is_refused(name: str, step: int) -> None:
    project = project_from("two_inputs_two_outputs")
    with pytest.raises(StudioError, match=name):
        move_along(project, node(project, name), step)


def test_reading_order_is_topological_and_keeps_branches_together() -> None:
    project = project_from("two_inputs_two_outputs")
    order = reading_order(project, project.graph)
    assert sorted(order) == sorted(project.graph.nodes)
    place = {key: number for number, key in enumerate(order)}
    assert all(place[w.source] < place[w.target] for w in project.graph.wires.values())
    names = [project.layers[project.graph.nodes[key].layer].name for key in order]
    assert names[:2] == ["minerals", "phenols"]
    assert names.index("minerals_dense") == names.index("minerals_normalized") + 1
    assert names.index("alcohol") - names.index("alcohol_value") == 2


def test_reading_order_names_everything_even_loops() -> None:
    project = project_from("iris_mlp")
    keys = list(project.graph.nodes)
    wires = dict(project.graph.wires)
    first = next(iter(wires.values()))
    import msgspec

    looped = msgspec.structs.replace(first, source=keys[-2], target=keys[1])
    graph = msgspec.structs.replace(project.graph, wires={**wires, looped.key: looped})
    assert sorted(reading_order(project, graph)) == sorted(keys)


def test_connected_goes_both_ways() -> None:
    project = project_from("two_inputs_two_outputs")
    everything = set(project.graph.nodes)
    assert connected(project.graph, [node(project, "minerals")]) == everything
    alone = take_out(project, [node(project, "together")])
    assert connected(alone.graph, [node(project, "together")]) == {node(project, "together")}
    joined = connect(alone, node(project, "concatenate"), node(project, "together"), "inputs", 0)
    assert connected(joined.graph, [node(project, "together")]) == everything
