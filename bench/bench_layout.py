"""The layout of NASNetLarge, 1,041 layers: how long it takes, and crossings beside Graphviz's dot.

Crossings are counted in the wires as the canvas draws them (its own curves, and its ways round for
the wires between rows), for our places and for dot's, with the same sizes of cards. dot lays out
one strip of 67,000 pixels; ours is broken into the rows of a sheet. Graphviz is needed for the
comparison alone: where its program `dot` is missing that is said, and the figure left out.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
from numpy.typing import NDArray

from kerasstudio.graph.cards import card_size, port_offset
from kerasstudio.graph.layout import layout
from kerasstudio.graph.project import Project, Wire
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.stateless import symbolic
from kerasstudio.ui.canvas.node_index import NodeIndex
from kerasstudio.ui.canvas.wire_index import WireIndex

Places = dict[str, tuple[float, float]]
Sizes = dict[str, tuple[float, float]]
RUNS = 7
POINTS_PER_INCH = 72


def main() -> None:
    with symbolic():
        model = keras.applications.NASNetLarge(weights=None)
    project, _ = import_keras(model)
    sizes = sizes_of(project)
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        places = layout(project, sizes=sizes)
        times.append(time.perf_counter() - start)
    figure("layout of NASNetLarge: s", statistics.median(times), 0.2)
    figure("layout of NASNetLarge: overlapping cards", overlapping(places, sizes), 0)
    width = max(x + sizes[key][0] for key, (x, _) in places.items())
    height = max(y + sizes[key][1] for key, (_, y) in places.items())
    figure(
        "layout of NASNetLarge: longer to shorter side", max(width, height) / min(width, height), 2
    )
    if shutil.which("dot") is None:
        print("Graphviz's dot is not installed: crossings are not compared", file=sys.stderr)
        return
    ours = crossings(curves(project, places, sizes))
    theirs = crossings(curves(project, dot_places(project, sizes), sizes))
    print(
        f"crossings: {ours}, in {width:.0f} x {height:.0f} pixels; dot: {theirs}", file=sys.stderr
    )
    figure("layout of NASNetLarge: crossings to those of dot", ours / theirs, 1.3)


def figure(name: str, value: float, limit: float) -> None:
    line = {"figure": name, "value": round(value, 3), "limit": limit, "better": "lower"}
    print(json.dumps(line), flush=True)


def ends_of(project: Project) -> tuple[dict[str, list[Wire]], dict[str, int]]:
    into: dict[str, list[Wire]] = {}
    out: dict[str, int] = {}
    for wire in project.graph.wires.values():
        into.setdefault(wire.target, []).append(wire)
        out[wire.source] = max(out.get(wire.source, 1), wire.output + 1)
    return into, out


def sizes_of(project: Project) -> Sizes:
    into, out = ends_of(project)
    return {
        key: card_size(len(into.get(key, ())) or 1, out.get(key, 1)) for key in project.graph.nodes
    }


def overlapping(places: Places, sizes: Sizes) -> int:
    boxes = np.array(
        [(x, y, x + sizes[key][0], y + sizes[key][1]) for key, (x, y) in places.items()]
    )
    return sum(
        int(
            (
                (rest[:, 0] < box[2])
                & (rest[:, 2] > box[0])
                & (rest[:, 1] < box[3])
                & (rest[:, 3] > box[1])
            ).sum()
        )
        for number, box in enumerate(boxes)
        for rest in [boxes[number + 1 :]]
    )


def dot_places(project: Project, sizes: Sizes) -> Places:
    """Where dot puts the cards, with gaps like ours."""
    lines = ["digraph g {rankdir=LR; nodesep=0.44; ranksep=0.89; node[shape=box fixedsize=true];"]
    for key, (width, height) in sizes.items():
        lines.append(f"{key} [width={width / POINTS_PER_INCH} height={height / POINTS_PER_INCH}];")
    lines += [f"{wire.source}->{wire.target};" for wire in project.graph.wires.values()]
    done = subprocess.run(
        ["dot", "-Tplain"],
        input="\n".join([*lines, "}"]),
        capture_output=True,
        text=True,
        check=True,
    )
    places: Places = {}
    for line in done.stdout.splitlines():
        if line.startswith("node "):
            _, key, x, y, *_ = line.split()
            left = float(x) * POINTS_PER_INCH - sizes[key][0] / 2
            places[key] = (left, -float(y) * POINTS_PER_INCH - sizes[key][1] / 2)
    return places


def curves(project: Project, places: Places, sizes: Sizes) -> NDArray[np.float64]:
    """The pieces (wires, pieces, 4) of the wires as the canvas draws them."""
    nodes = NodeIndex()
    for key, (x, y) in places.items():
        nodes.add(key, x, y, sizes[key], 0)
    wires = WireIndex(nodes)
    into, out = ends_of(project)
    for key, wire in project.graph.wires.items():
        ports = into[wire.target]
        number = next(i for i, each in enumerate(ports) if each.port == wire.port)
        wires.add(
            key,
            nodes.slots[wire.source],
            nodes.slots[wire.target],
            port_offset("output", wire.output, out[wire.source], sizes[wire.source]),
            port_offset("input", number, len(ports), sizes[wire.target]),
            0,
        )
    wires.place(wires.slots.values())
    return wires.segments[list(wires.slots.values())]


def crossings(pieces: NDArray[np.float64]) -> int:
    """How often two of the curves cross."""
    owner = np.repeat(np.arange(len(pieces)), pieces.shape[1])
    flat = pieces.reshape(-1, 4)
    long = np.abs(flat[:, :2] - flat[:, 2:]).sum(axis=1) > 1e-9
    flat, owner = flat[long], owner[long]
    order = np.argsort(np.minimum(flat[:, 0], flat[:, 2]))
    flat, owner = flat[order], owner[order]
    left, right = np.minimum(flat[:, 0], flat[:, 2]), np.maximum(flat[:, 0], flat[:, 2])
    low, high = np.minimum(flat[:, 1], flat[:, 3]), np.maximum(flat[:, 1], flat[:, 3])
    last = np.searchsorted(left, right, side="right")
    count = 0
    for number, (x1, y1, x2, y2) in enumerate(flat):
        rest = slice(number + 1, last[number])
        near = (owner[rest] != owner[number]) & (low[rest] <= high[number])
        near &= high[rest] >= low[number]
        a1, b1, a2, b2 = flat[rest][near].T
        one = side(a1, b1, a2, b2, x1, y1) * side(a1, b1, a2, b2, x2, y2)
        other = side(x1, y1, x2, y2, a1, b1) * side(x1, y1, x2, y2, a2, b2)
        count += int(((one < 0) & (other < 0)).sum())
    return count


def side(x1: object, y1: object, x2: object, y2: object, x: object, y: object) -> object:
    """On which side of the line through two points a third one lies."""
    return (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)  # type: ignore[operator]


if __name__ == "__main__":
    main()
