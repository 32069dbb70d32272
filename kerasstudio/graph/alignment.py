"""Where things go that are aligned, distributed, or put so that their wires run straight. Pure
geometry: rectangles (x, y, width, height) in scene pixels in, corners out, and only of what moves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from kerasstudio.graph.frames import Rect
from kerasstudio.graph.project import Point

Edge = Literal["left", "right", "top", "bottom", "center_h", "center_v"]
_CLEAR = 8.0


class Link(NamedTuple):
    """A wire for `straightened`: its ends, and how far across the flow its ports lie from the
    corners of their cards."""

    source: str
    target: str
    leaves: float
    arrives: float


def aligned(rects: Mapping[str, Rect], edge: Edge, fixed: Collection[str] = ()) -> dict[str, Point]:
    """Lay rectangles in one line: at the outermost edge of all, or in the middle of all; with
    `fixed` ones, which cannot move, at theirs."""
    guides = [rect for key, rect in rects.items() if key in fixed] or list(rects.values())
    if not guides:
        return {}
    axis = 0 if edge in ("left", "right", "center_h") else 1
    starts = [rect[axis] for rect in guides]
    ends = [rect[axis] + rect[axis + 2] for rect in guides]
    places: dict[str, Point] = {}
    for key, rect in rects.items():
        if edge in ("left", "top"):
            at = min(starts)
        elif edge in ("right", "bottom"):
            at = max(ends) - rect[axis + 2]
        else:
            at = (min(starts) + max(ends)) / 2 - rect[axis + 2] / 2
        places[key] = (at, rect[1]) if axis == 0 else (rect[0], at)
    return _changed(places, rects, fixed)


def distributed(
    rects: Mapping[str, Rect], axis: int, fixed: Collection[str] = ()
) -> dict[str, Point]:
    """Equal gaps along x (`axis` 0) or y (1) between rectangles in the order they lie in. The
    first and the last stay; where all do not fit between them, they overlap by equal parts."""
    order = sorted(rects, key=lambda key: (rects[key][axis] + rects[key][axis + 2] / 2, key))
    if len(order) < 3:
        return {}
    first, last = rects[order[0]], rects[order[-1]]
    room = last[axis] + last[axis + 2] - first[axis]
    gap = (room - sum(rect[axis + 2] for rect in rects.values())) / (len(order) - 1)
    places: dict[str, Point] = {}
    at = first[axis]
    for key in order:
        rect = rects[key]
        places[key] = (at, rect[1]) if axis == 0 else (rect[0], at)
        at += rect[axis + 2] + gap
    return _changed(places, rects, fixed)


def straightened(
    rects: Mapping[str, Rect],
    links: Iterable[Link],
    chosen: Collection[str],
    across: int,
    fixed: Collection[str] = (),
) -> dict[str, Point]:
    """Move chosen cards across the flow (`across` 1: flow to the right) until their wires run
    straight. Each follows the first of its wires from another chosen card, and one that no chosen
    card feeds stays; a single chosen card follows what feeds it, or else what it feeds. A card that
    would come to lie on another stays where it is. `rects` are those of all cards."""
    now = dict(rects)
    links = [link for link in links if link.source in now and link.target in now]
    if len(chosen) == 1:
        (only,) = chosen
        moves = [(only, _follow_source(link)) for link in links if link.target == only][:1]
        moves = moves or [(only, _follow_target(link)) for link in links if link.source == only][:1]
    else:
        inner = [link for link in links if link.source in chosen and link.target in chosen]
        first: dict[str, Link] = {}
        for link in inner:
            first.setdefault(link.target, link)
        along = 1 - across
        order = sorted(first, key=lambda key: (now[key][along], now[key][across]))
        moves = [(key, _follow_source(first[key])) for key in order]
    for key, (other, shift) in moves:
        if key in fixed:
            continue
        wanted = list(now[key])
        wanted[across] = now[other][across] + shift
        rect = (wanted[0], wanted[1], wanted[2], wanted[3])
        if not any(_touch(rect, each) for name, each in now.items() if name != key):
            now[key] = rect
    return _changed({key: now[key][:2] for key in chosen if key in now}, rects, fixed)


def _follow_source(link: Link) -> tuple[str, float]:
    return link.source, link.leaves - link.arrives


def _follow_target(link: Link) -> tuple[str, float]:
    return link.target, link.arrives - link.leaves


def _touch(one: Rect, other: Rect) -> bool:
    return (
        one[0] < other[0] + other[2] + _CLEAR
        and other[0] < one[0] + one[2] + _CLEAR
        and one[1] < other[1] + other[3] + _CLEAR
        and other[1] < one[1] + one[3] + _CLEAR
    )


def _changed(
    places: Mapping[str, Sequence[float]], rects: Mapping[str, Rect], fixed: Collection[str]
) -> dict[str, Point]:
    rounded = {key: (round(at[0], 1), round(at[1], 1)) for key, at in places.items()}
    return {
        key: at for key, at in rounded.items() if at != tuple(rects[key][:2]) and key not in fixed
    }
