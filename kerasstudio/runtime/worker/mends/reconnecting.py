"""Mends that take another node's tensor instead of the one that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.problems import Fix
from kerasstudio.runtime.worker.mends.around import CallSite, Source

_MOST = 3


def reconnected(
    call: CallSite, source: Source, fits: Callable[[TensorSpec], bool]
) -> Iterator[Fix]:
    """Wires from other nodes whose tensor `fits`: those before the present one first (a wire that
    should have begun earlier), then the nearest on the canvas."""
    around = call.around
    if around is None:
        return
    target, present = call.node, source.wire.source
    behind = around.behind(target.id) | {each.wire.source for each in call.sources.values()}
    earlier = around.before(present)
    order = {node: number for number, node in enumerate(earlier)}
    others = [
        node
        for node in around.graph.nodes.values()
        if node.id not in behind and not around.layer(node.id).is_output
    ]
    others.sort(
        key=lambda node: (
            order.get(node.id, len(order)),
            (node.x - target.x) ** 2 + (node.y - target.y) ** 2,
        )
    )
    count = 0
    for node in others:
        spec = around.spec(node.id)
        if spec is None or not fits(spec):
            continue
        count += 1
        yield Fix(
            f'connect "{around.layer(node.id).name}" instead',
            "connect",
            {
                "source": node.id,
                "target": target.id,
                "port": source.wire.port,
                "graph": call.graph,
            },
        )
        if count == _MOST:
            return
