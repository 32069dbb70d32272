"""Aligning, distributing and straightening rectangles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.graph.alignment import Link, aligned, distributed, straightened
from kerasstudio.graph.frames import Rect

RECTS: dict[str, Rect] = {
    "a": (0.0, 0.0, 100.0, 40.0),
    "b": (250.0, 90.0, 60.0, 80.0),
    "c": (500.0, 30.0, 120.0, 60.0),
}
SIZES = st.floats(10, 300).map(lambda value: round(value, 1))
PLACES = st.floats(-2_000, 2_000).map(lambda value: round(value, 1))
TABLES = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(PLACES, PLACES, SIZES, SIZES), min_size=1
)


def moved(rects: dict[str, Rect], places: dict[str, tuple[float, float]]) -> dict[str, Rect]:
    return {key: (*places.get(key, rect[:2]), *rect[2:]) for key, rect in rects.items()}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        ("left", {"b": (0.0, 90.0), "c": (0.0, 30.0)}),
        ("right", {"a": (520.0, 0.0), "b": (560.0, 90.0)}),
        ("top", {"b": (250.0, 0.0), "c": (500.0, 0.0)}),
        ("bottom", {"a": (0.0, 130.0), "c": (500.0, 110.0)}),
        ("center_h", {"a": (260.0, 0.0), "b": (280.0, 90.0), "c": (250.0, 30.0)}),
        ("center_v", {"a": (0.0, 65.0), "b": (250.0, 45.0), "c": (500.0, 55.0)}),
    ],
)
def test_edges_and_middles(edge: str, expected: dict[str, tuple[float, float]]) -> None:
    assert aligned(RECTS, edge) == expected  # type: ignore[arg-type]


def test_what_is_fixed_is_the_measure() -> None:
    assert aligned(RECTS, "top", fixed=["b"]) == {"a": (0.0, 90.0), "c": (500.0, 90.0)}
    assert aligned({}, "left") == {}


@given(TABLES, st.sampled_from(["left", "right", "top", "bottom", "center_h", "center_v"]))
def test_aligning_again_changes_nothing(rects: dict[str, Rect], edge: str) -> None:
    once = moved(rects, aligned(rects, edge))  # type: ignore[arg-type]
    again = aligned(once, edge)  # type: ignore[arg-type]
    assert all(
        abs(at[axis] - once[key][axis]) <= 0.11 for key, at in again.items() for axis in (0, 1)
    )


def test_gaps_are_equal_and_the_ends_stay() -> None:
    assert distributed(RECTS, 0) == {"b": (270.0, 90.0)}
    assert distributed({key: RECTS[key] for key in "ab"}, 0) == {}


@given(TABLES, st.sampled_from([0, 1]))
def test_distributing_keeps_the_order_and_the_ends(rects: dict[str, Rect], axis: int) -> None:
    after = moved(rects, distributed(rects, axis))
    if len(rects) < 3:
        assert after == rects
        return
    order = sorted(rects, key=lambda key: (rects[key][axis] + rects[key][axis + 2] / 2, key))
    assert after[order[0]][axis] == rects[order[0]][axis]
    starts = [after[key][axis] for key in order]
    ends = [after[key][axis] + after[key][axis + 2] for key in order]
    gaps = [start - end for end, start in zip(ends, starts[1:], strict=False)]
    assert max(gaps) - min(gaps) < 0.5


def test_wires_run_straight_in_a_chain() -> None:
    rects = {"a": (0.0, 0.0, 100.0, 90.0), "b": (200.0, 37.0, 100.0, 90.0), "c": (400.0, -20.0,
             100.0, 130.0)}  # fmt: skip
    links = [Link("a", "b", 45.0, 45.0), Link("b", "c", 45.0, 25.0)]
    assert straightened(rects, links, ["a", "b", "c"], 1) == {
        "b": (200.0, 0.0),
        "c": (400.0, 20.0),
    }


def test_a_single_card_follows_what_feeds_it_or_what_it_feeds() -> None:
    rects = {"a": (0.0, 0.0, 100.0, 90.0), "b": (200.0, 37.0, 100.0, 90.0)}
    links = [Link("a", "b", 45.0, 45.0)]
    assert straightened(rects, links, ["b"], 1) == {"b": (200.0, 0.0)}
    assert straightened(rects, links, ["a"], 1) == {"a": (0.0, 37.0)}
    assert straightened(rects, links, ["b"], 1, fixed=["b"]) == {}


def test_straightening_covers_no_card() -> None:
    rects = {
        "a": (0.0, 100.0, 100.0, 90.0),
        "b": (200.0, 0.0, 100.0, 90.0),
        "c": (200.0, 230.0, 100.0, 90.0),
    }
    links = [Link("a", "b", 45.0, 45.0), Link("a", "c", 45.0, 45.0)]
    found = straightened(rects, links, ["a", "b", "c"], 1)
    assert found == {"b": (200.0, 100.0)}, "there is no room for both"


def test_straightening_down_the_flow() -> None:
    rects = {"a": (0.0, 0.0, 100.0, 90.0), "b": (30.0, 200.0, 60.0, 90.0)}
    assert straightened(rects, [Link("a", "b", 50.0, 30.0)], ["a", "b"], 0) == {"b": (20.0, 200.0)}
