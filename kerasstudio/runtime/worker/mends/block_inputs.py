"""Mends for a tensor that an Input inside a block does not take."""

from __future__ import annotations

from collections.abc import Iterator

from kerasstudio.graph.inspection import TensorSpec, shape_text
from kerasstudio.graph.problems import Fix
from kerasstudio.runtime.worker.mends.around import (
    CallSite,
    insert,
    known,
    remove_wires,
    set_argument,
)
from kerasstudio.runtime.worker.mends.ranks import change_rank
from kerasstudio.runtime.worker.mends.reconnecting import reconnected

_WIDTHS = ("units", "filters", "output_dim")


def fit_block(call: CallSite, port: str | None, declared: TensorSpec) -> Iterator[Fix]:
    """Outside of the block: what comes could be as the Input inside wants it."""
    around, source = call.around, call.sources.get(port or "")
    if around is None or source is None:
        return
    wanted = declared.shape
    if source.rank != len(wanted):
        yield from change_rank(call, source, (len(wanted),))
    *_, last = around.back(source.wire.source)
    layer = around.layer(last)
    sizes = known(wanted[1:])
    if layer.is_input and sizes is not None:
        label = f'make "{layer.name}" {shape_text(declared)}'
        yield set_argument(layer, "shape", sizes, label)
    width = wanted[-1]
    if source.rank == len(wanted) and source.spec.shape[1:-1] == wanted[1:-1] and width:
        for name in _WIDTHS:
            if name in layer.arguments:
                yield set_argument(layer, name, width, f'set {name} of "{layer.name}" to {width}')
        yield insert(call.graph, source.wire, "Dense", f"insert Dense {width}", units=width)
    yield from reconnected(call, source, lambda spec: _fits(spec, declared))
    yield from remove_wires(call.graph, [source.wire])


def _fits(spec: TensorSpec, declared: TensorSpec) -> bool:
    return len(spec.shape) == len(declared.shape) and all(
        None in pair or pair[0] == pair[1]
        for pair in zip(spec.shape[1:], declared.shape[1:], strict=True)
    )
