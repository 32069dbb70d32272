"""Layouts: no card over another, values flow one way, the same graph gives the same picture."""

from __future__ import annotations

import itertools

import pytest
from drawings import drawn, random_edges
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kerasstudio.graph import edits
from kerasstudio.graph.layout import layout
from kerasstudio.graph.project import Project

Box = tuple[float, float, float, float]


def boxes(
    places: dict[str, tuple[float, float]], sizes: dict[str, tuple[float, float]]
) -> list[Box]:
    return sorted((x, y, x + sizes[key][0], y + sizes[key][1]) for key, (x, y) in places.items())


def overlaps(found: list[Box]) -> list[tuple[Box, Box]]:
    hits = []
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            if other[0] >= one[2]:
                break
            if one[1] < other[3] and other[1] < one[3]:
                hits.append((one, other))
    return hits


def sizes_of(project: Project) -> dict[str, tuple[float, float]]:
    """Unlike ones."""
    return {
        key: (176.0 + 40 * (number % 3), 96.0 + 30 * (number % 5))
        for number, key in enumerate(project.graph.nodes)
    }


@pytest.mark.parametrize("flow", ["right", "down"])
@pytest.mark.parametrize("count", [1, 2, 40, 200, 1_000])
def test_no_card_over_another(count: int, flow: str) -> None:
    edges = random_edges(max(1, count * 9 // 10))
    project = drawn(count, edges, flow)
    sizes = sizes_of(project)
    assert overlaps(boxes(layout(project, sizes=sizes), sizes)) == []
    places = layout(project, sizes=sizes, wrap=None)
    assert places.keys() == project.graph.nodes.keys()
    assert overlaps(boxes(places, sizes)) == []
    axis = 1 if flow == "down" else 0
    for source, target in edges:
        before, after = places[f"n{source}"][axis], places[f"n{target}"][axis]
        assert before + sizes[f"n{source}"][axis] < after


@settings(deadline=None, max_examples=60)
@example(6, [(2, 4), (3, 1), (3, 2), (4, 1), (5, 0)], 600.0, "right")  # parts side by side
@given(
    st.integers(1, 14),
    st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=30),
    st.sampled_from([None, 600.0]),
    st.sampled_from(["right", "down"]),
)
def test_any_graph_even_with_loops(
    count: int, edges: list[tuple[int, int]], wrap: float | None, flow: str
) -> None:
    project = drawn(count, [(a % count, b % count) for a, b in edges], flow)
    sizes = sizes_of(project)
    places = layout(project, sizes=sizes, wrap=wrap)
    assert places.keys() == project.graph.nodes.keys()
    assert overlaps(boxes(places, sizes)) == []
    assert layout(project, sizes=sizes, wrap=wrap) == places


def test_a_chain_is_straight() -> None:
    project = drawn(20, [(number, number + 1) for number in range(19)])
    places = layout(project)
    assert {y for _, y in places.values()} == {0.0}
    xs = [places[f"n{number}"][0] for number in range(20)]
    assert len({after - before for before, after in itertools.pairwise(xs)}) == 1


def test_a_long_chain_is_wrapped() -> None:
    project = drawn(300, [(number, number + 1) for number in range(299)])
    places = layout(project, wrap=2_400)
    assert max(x for x, _ in places.values()) <= 2_400
    assert overlaps(boxes(places, dict.fromkeys(places, (176.0, 96.0)))) == []


@pytest.mark.parametrize("flow", ["right", "down"])
@pytest.mark.parametrize("count", [60, 1_000, 3_000])
def test_a_long_model_is_a_sheet(count: int, flow: str) -> None:
    """Rows along the flow that make a page, in which all but the wires between rows lead on."""
    steps = [(number, number + 1) for number in range(count - 1)]
    skips = [(number, number + 3) for number in range(0, count - 3, 5)]
    project = drawn(count, steps + skips, flow)
    places = layout(project)
    width = max(x for x, _ in places.values()) + 176
    height = max(y for _, y in places.values()) + 96
    assert 0.4 < width / height / 1.6 < 2.5 or max(width, height) <= 6_000
    axis = 1 if flow == "down" else 0
    back = [
        pair for pair in steps + skips if places[f"n{pair[1]}"][axis] <= places[f"n{pair[0]}"][axis]
    ]
    rows = len({round(place[1 - axis] / 264) for place in places.values()})
    assert len(back) <= 3 * rows


def test_a_selection_keeps_its_corner() -> None:
    project = drawn(6, [(0, 1), (1, 2), (3, 4)])
    project = edits.move_nodes(
        project, {f"n{number}": (500 - 30.0 * number, 300 + 7.0 * number) for number in range(6)}
    )
    places = layout(project, nodes=["n1", "n2"])
    assert places.keys() == {"n1", "n2"}
    assert min(x for x, _ in places.values()) == 440
    assert min(y for _, y in places.values()) == 307
    assert layout(project, nodes=["gone"]) == {}


def test_parts_stand_one_below_the_other() -> None:
    project = drawn(7, [(0, 1), (1, 2), (3, 4)])
    places = layout(project)
    assert max(places[key][1] for key in ("n0", "n1", "n2")) + 96 < places["n3"][1]
    assert places["n3"][1] + 96 < places["n5"][1] == places["n6"][1]


def test_order_of_wires_does_not_matter() -> None:
    edges = random_edges(60)
    assert layout(drawn(60, edges)).keys() == layout(drawn(60, edges[::-1])).keys()
    pairs = sorted(set(edges))
    project = drawn(60, pairs)
    places = layout(project)
    assert layout(drawn(60, pairs[::-1])) == places
