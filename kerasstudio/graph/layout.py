"""Automatic layout: ranks and order by fast-sugiyama, spacing by the sizes of the cards.

The layered method is that of Sugiyama, Tagawa and Toda (1981) with the coordinates of Brandes and
Köpf (2001), as the fast-sugiyama package does it. That package knows one spacing for all, leaves
out isolated nodes, and a loop aborts the process; so it gets integers and a graph without loops,
and each rank is spaced anew here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Literal, NamedTuple

from kerasstudio.graph.cards import card_size, flow_axis
from kerasstudio.graph.project import ROOT, Graph, Project

RANK_GAP = 64.0
"""Between cards along the flow, scene pixels: room for a wire and the shape written on it."""
CARD_GAP = 32.0
"""Between cards side by side."""
PART_GAP = 72.0
"""Between parts that no wire joins."""
ROW_GAP = 168.0
"""Between the rows of a wrapped part: room for the wires that lead from one to the next, and wider
than what is free within a row, so that they find it."""
SHEET = 1.6
"""Width to height of a readable whole."""
SHORT = 6000.0
"""Parts up to this length stay in one row."""
_LANE = 12.0
_ISOLATED_IN_A_ROW = 6
# Real networks have fewer way-points than nodes; above this the fine method takes half a second.
_MOST_WAY_POINTS = 3_000

Size = tuple[float, float]
Position = tuple[float, float]


def layout(
    project: Project,
    graph: str = ROOT,
    sizes: Mapping[str, Size] | None = None,
    nodes: Collection[str] | None = None,
    wrap: float | Literal["sheet"] | None = "sheet",
) -> dict[str, Position]:
    """Where the cards go: top left corners, scene pixels, none overlapping.

    `sizes` are the cards' (width, height); without them they follow from the wires. `nodes` lays
    out these alone. The top left corner of what is laid out stays where it was. A part that is
    longer than `wrap` pixels along the flow is broken into rows one below the other; with "sheet"
    a long part gets rows as long as make the whole a sheet of the usual proportions. Loops are laid
    out as if their closing wires were not there.
    """
    drawing = project.graphs[graph]
    chosen = [key for key in drawing.nodes if nodes is None or key in nodes]
    if not chosen:
        return {}
    axis = flow_axis(project.flow)
    found = _sizes(drawing, project.flow, sizes or {}, chosen)
    boxes = {key: _Box(size[axis], size[1 - axis]) for key, size in found.items()}
    edges = _acyclic(chosen, drawing)
    parts = _parts(chosen, edges, boxes)
    joined = {key for part in parts for key in part.places}
    placed: dict[str, Position] = {}
    across = 0.0
    longest = 0.0
    for part in parts:
        most = _sheet_length(part, boxes, axis) if wrap == "sheet" else wrap
        rows = _wrapped(part, boxes, most) if most else [part]
        for row in rows:
            low = min(row.places[key][1] - boxes[key].across / 2 for key in row.places)
            high = max(row.places[key][1] + boxes[key].across / 2 for key in row.places)
            for key, (along, centre) in row.places.items():
                placed[key] = (along, across + centre - low - boxes[key].across / 2)
                longest = max(longest, along + boxes[key].along)
            across += high - low + (PART_GAP if row is rows[-1] else ROW_GAP)
    alone = [key for key in chosen if key not in joined]
    placed.update(_row(alone, boxes, across, longest))
    return _in_place(placed, drawing, axis)


class _Box(NamedTuple):
    """A card's size along the flow and across it."""

    along: float
    across: float


class _Part(NamedTuple):
    """A connected part: node → (start along the flow, centre across it); its ranks in order, each
    as node ids; its edges."""

    places: dict[str, Position]
    ranks: list[list[str]]
    edges: list[tuple[str, str]]


def _sizes(
    drawing: Graph, flow: str, sizes: Mapping[str, Size], chosen: Sequence[str]
) -> dict[str, Size]:
    inputs: dict[str, int] = {}
    outputs: dict[str, int] = {}
    for wire in drawing.wires.values():
        inputs[wire.target] = inputs.get(wire.target, 0) + 1
        outputs[wire.source] = max(outputs.get(wire.source, 1), wire.output + 1)
    return {
        key: sizes.get(key)
        or card_size(inputs.get(key, 1), outputs.get(key, 1), flow, drawing.nodes[key].collapsed)
        for key in chosen
    }


def _acyclic(chosen: Sequence[str], drawing: Graph) -> list[tuple[str, str]]:
    """Edges among `chosen`, each once, in graph order; those that close a loop left out."""
    order = {key: number for number, key in enumerate(chosen)}
    pairs = {
        (order[wire.source], order[wire.target])
        for wire in drawing.wires.values()
        if wire.source in order and wire.target in order and wire.source != wire.target
    }
    following: dict[int, list[int]] = {}
    for source, target in sorted(pairs):
        following.setdefault(source, []).append(target)
    fed = {target for _, target in pairs}
    starts = [number for number in range(len(chosen)) if number not in fed]
    closing: set[tuple[int, int]] = set()
    state = bytearray(len(chosen))  # 0 unseen, 1 on the way, 2 done
    for start in [*starts, *range(len(chosen))]:
        if state[start]:
            continue
        state[start] = 1
        way = [(start, iter(following.get(start, ())))]
        while way:
            number, rest = way[-1]
            for target in rest:
                if state[target] == 1:
                    closing.add((number, target))
                elif not state[target]:
                    state[target] = 1
                    way.append((target, iter(following.get(target, ()))))
                    break
            else:
                state[number] = 2
                way.pop()
    return [(chosen[source], chosen[target]) for source, target in sorted(pairs - closing)]


def _parts(
    chosen: Sequence[str], edges: list[tuple[str, str]], boxes: Mapping[str, _Box]
) -> list[_Part]:
    """The connected parts, in the order of their first nodes."""
    if not edges:
        return []
    order = {key: number for number, key in enumerate(chosen)}
    wired = {key for edge in edges for key in edge}
    unit = median(boxes[key].across for key in wired) + CARD_GAP
    parts = [_part(part, order, boxes, unit) for part in _connected(edges)]
    parts.sort(key=lambda part: min(order[key] for key in part.places))
    return parts


def _connected(edges: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The edges by the connected part that they are in."""
    leader: dict[str, str] = {}

    def find(key: str) -> str:
        way = []
        while (above := leader.setdefault(key, key)) != key:
            way.append(key)
            key = above
        for each in way:
            leader[each] = key
        return key

    for source, target in edges:
        leader[find(source)] = find(target)
    found: dict[str, list[tuple[str, str]]] = {}
    for edge in edges:
        found.setdefault(find(edge[0]), []).append(edge)
    return list(found.values())


def _part(
    edges: list[tuple[str, str]], order: Mapping[str, int], boxes: Mapping[str, _Box], unit: float
) -> _Part:
    """One connected part, as the package ranks and orders it."""
    # Numbers without gaps: the package tells its own way-points from nodes by being greater than
    # those of the part.
    keys = sorted({key for edge in edges for key in edge}, key=order.__getitem__)
    numbers = {key: number for number, key in enumerate(keys)}
    pairs = [(numbers[source], numbers[target]) for source, target in edges]
    fine = _way_points(len(keys), pairs) <= _MOST_WAY_POINTS
    import fast_sugiyama  # 30 ms that the start of the window need not wait for

    ((positions, *_),) = fast_sugiyama.from_edges(
        pairs,
        vertex_spacing=unit,
        dummy_vertices=True,
        dummy_size=_LANE * 2,
        ranking_type="minimize" if fine else "up",
        crossing_minimization="barycenter",
        transpose=fine,
    )
    rows: dict[float, list[tuple[float, int]]] = {}
    for number, (x, y) in positions:
        # A way-point's number says nothing and changes from call to call.
        rows.setdefault(-round(y, 3), []).append((x, min(int(number), len(keys))))
    ranks = [sorted(rows[y]) for y in sorted(rows)]
    return _spaced(ranks, keys, boxes, edges)


def _way_points(count: int, pairs: list[tuple[int, int]]) -> int:
    """How many ranks the edges pass through, ranks being longest ways from a start."""
    following: dict[int, list[int]] = {}
    waiting = [0] * count
    for source, target in pairs:
        following.setdefault(source, []).append(target)
        waiting[target] += 1
    rank = [0] * count
    front = [number for number in range(count) if not waiting[number]]
    for number in front:
        for target in following.get(number, ()):
            rank[target] = max(rank[target], rank[number] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                front.append(target)
    return sum(rank[target] - rank[source] - 1 for source, target in pairs)


def _spaced(
    ranks: list[list[tuple[float, int]]],
    keys: Sequence[str],
    boxes: Mapping[str, _Box],
    edges: list[tuple[str, str]],
) -> _Part:
    places: dict[str, Position] = {}
    named: list[list[str]] = []
    along = 0.0
    for rank in ranks:
        extents = [
            boxes[keys[number]].across if number < len(keys) else _LANE for _, number in rank
        ]
        centres = _apart([centre for centre, _ in rank], extents)
        row = [
            (keys[number], centre)
            for (_, number), centre in zip(rank, centres, strict=True)
            if number < len(keys)
        ]
        if not row:
            continue
        depth = max(boxes[key].along for key, _ in row)
        for key, centre in row:
            # In the middle of its rank, so that cards of different depth line up.
            places[key] = (along + (depth - boxes[key].along) / 2, centre)
        named.append([key for key, _ in row])
        along += depth + RANK_GAP
    return _Part(places, named, edges)


def _apart(centres: Sequence[float], extents: Sequence[float]) -> list[float]:
    """The nearest centres (least squares) that keep the order and leave gaps: with the least
    distances taken off, isotonic regression by pooling adjacent violators (Ayer et al. 1955)."""
    offsets = [0.0]
    for before, after in pairwise(extents):
        gap = CARD_GAP if before > _LANE and after > _LANE else CARD_GAP / 2
        offsets.append(offsets[-1] + (before + after) / 2 + gap)
    blocks: list[tuple[float, int]] = []
    for centre, offset in zip(centres, offsets, strict=True):
        mean, count = centre - offset, 1
        while blocks and blocks[-1][0] > mean:
            earlier, size = blocks.pop()
            mean = (mean * count + earlier * size) / (count + size)
            count += size
        blocks.append((mean, count))
    means = [mean for mean, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _sheet_length(part: _Part, boxes: Mapping[str, _Box], axis: int) -> float:
    """How long rows must be for the part to be a sheet."""
    places = part.places
    length = max(along + boxes[key].along for key, (along, _) in places.items())
    low = min(centre - boxes[key].across / 2 for key, (_, centre) in places.items())
    high = max(centre + boxes[key].across / 2 for key, (_, centre) in places.items())
    ratio = SHEET if axis == 0 else 1 / SHEET
    return max(SHORT, sqrt(ratio * length * (high - low + ROW_GAP)))


def _wrapped(part: _Part, boxes: Mapping[str, _Box], wrap: float) -> list[_Part]:
    """A long part cut into rows at most `wrap` long, where the wires that then lead back cross the
    fewest others."""
    starts = [min(part.places[key][0] for key in rank) for rank in part.ranks]
    ends = [max(part.places[key][0] + boxes[key].along for key in rank) for rank in part.ranks]
    costs = _cut_costs(part)
    rows: list[_Part] = []
    first = 0
    while first < len(part.ranks):
        last = first + 1
        while last < len(part.ranks) and ends[last] - starts[first] <= wrap:
            last += 1
        if last < len(part.ranks):
            # Any cut in the last third will do; the latest of the cheapest is taken.
            earliest = first + max(1, (last - first) * 2 // 3)
            last = min(range(earliest, last + 1), key=lambda cut: (costs[cut], -cut))
        members = [key for rank in part.ranks[first:last] for key in rank]
        places = {
            key: (part.places[key][0] - starts[first], part.places[key][1]) for key in members
        }
        rows.append(_Part(places, part.ranks[first:last], []))
        first = last
    return rows


def _cut_costs(part: _Part) -> list[int]:
    """For a cut before each rank, how many wires those that it cuts may cross: such a wire leaves
    its row behind its source, and comes down before its target, through the wires there."""
    rank_of = {key: number for number, rank in enumerate(part.ranks) for key in rank}
    spans = [(rank_of[source], rank_of[target]) for source, target in part.edges]
    beside = [0] * (len(part.ranks) + 1)  # wires from a rank, or past it, to the next
    for start, end in spans:
        for number in range(start, end):
            beside[number] += 1
    costs = [0] * (len(part.ranks) + 1)
    for start, end in spans:
        for cut in range(start + 1, end + 1):
            costs[cut] += 1 + beside[start] + beside[end - 1]
    return costs


def _row(
    alone: Sequence[str], boxes: Mapping[str, _Box], across: float, longest: float
) -> dict[str, Position]:
    """Unconnected nodes in rows behind the rest, as long as it is."""
    placed: dict[str, Position] = {}
    along = depth = 0.0
    for number, key in enumerate(alone):
        box = boxes[key]
        full = (
            along + box.along > max(longest, 1.0) if longest else number % _ISOLATED_IN_A_ROW == 0
        )
        if along and full:
            across += depth + CARD_GAP
            along = depth = 0.0
        placed[key] = (along, across)
        along += box.along + CARD_GAP
        depth = max(depth, box.across)
    return placed


def _in_place(placed: Mapping[str, Position], drawing: Graph, axis: int) -> dict[str, Position]:
    """Along and across turned into x and y, the top left corner where it was, whole pixels."""
    turned = {key: place if axis == 0 else place[::-1] for key, place in placed.items()}
    old_x = min(drawing.nodes[key].x for key in turned)
    old_y = min(drawing.nodes[key].y for key in turned)
    left = min(x for x, _ in turned.values())
    top = min(y for _, y in turned.values())
    return {
        key: (float(round(x - left + old_x)), float(round(y - top + old_y)))
        for key, (x, y) in turned.items()
    }
