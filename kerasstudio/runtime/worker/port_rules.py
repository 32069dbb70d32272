"""What the catalogue knows about a layer's inputs and Keras's symbolic calls do not check."""

from __future__ import annotations

from collections.abc import Iterator

from kerasstudio.graph.catalogue import Port
from kerasstudio.graph.ports import split_port
from kerasstudio.graph.problems import Problem
from kerasstudio.runtime.worker.mends.around import CallSite
from kerasstudio.runtime.worker.shape_messages import given, place_of, wrong_dtype, wrong_rank

_LARGEST_TRIED = 5
_WARN_ONLY = {"Embedding", "ReversibleEmbedding", "IntegerLookup"}
"""They cut decimals off instead of failing."""
_STRETCHING = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"}


def rule_problems(call: CallSite) -> Iterator[Problem]:
    """Wrong numbers of axes and wrong types of values, one problem a wire."""
    kind, sources = call.kind, call.sources
    if kind is None or call.layer.graph is not None:
        return
    ports = {port.name: port for port in kind.ports}
    for name, source in sources.items():
        port = ports.get(split_port(name)[0])
        if port is None:
            if len(sources) > 1 or not kind.ports:
                continue
            port = kind.ports[0]
        if not _rank_fits(port, source.rank):
            yield wrong_rank(call, source, port.ranks)
        elif not _dtype_fits(port, source.spec.dtype):
            only_warning = (
                call.layer.class_name in _WARN_ONLY and value_class(source.spec.dtype) == "float32"
            )
            yield wrong_dtype(call, source, port.dtypes, only_warning)


def broadcast_hint(call: CallSite) -> Iterator[Problem]:
    """Tensors with different numbers of axes are stretched without a word."""
    ranks = {source.rank for source in call.sources.values()}
    if call.layer.class_name not in _STRETCHING or len(ranks) < 2:
        return
    told = given(call.sources.values())
    yield Problem(
        code="shape.broadcast",
        severity="hint",
        message=f"{call.what} stretches the smaller input to the size of the larger one: {told}.",
        expected="inputs of equal shape, unless stretching is meant",
        received=told,
        place=place_of(call),
    )


def value_class(dtype: str) -> str:
    """The type that stands for all of its kind in the catalogue."""
    if dtype == "string":
        return "string"
    return "float32" if "float" in dtype else "int32"


def _rank_fits(port: Port, rank: int) -> bool:
    if not port.ranks or rank in port.ranks:
        return True
    return rank > _LARGEST_TRIED and _LARGEST_TRIED in port.ranks and len(port.ranks) > 1


def _dtype_fits(port: Port, dtype: str) -> bool:
    return not port.dtypes or value_class(dtype) in {value_class(each) for each in port.dtypes}
