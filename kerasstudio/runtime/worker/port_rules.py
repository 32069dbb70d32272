"""What the catalogue knows about a layer's inputs and Keras's symbolic calls do not check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerasstudio.graph.catalogue import LayerType, Port
from kerasstudio.graph.ports import split_port
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import Layer, Node
from kerasstudio.runtime.worker.keras_errors import Source, received_text, wrong_dtype, wrong_rank

_LARGEST_TRIED = 5
_WARN_ONLY = {"Embedding", "ReversibleEmbedding", "IntegerLookup"}
"""They cut decimals off instead of failing."""
_STRETCHING = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"}


def rule_problems(
    graph: str, node: Node, layer: Layer, kind: LayerType | None, sources: Mapping[str, Source]
) -> Iterator[Problem]:
    """Wrong numbers of axes and wrong types of values, one problem a wire."""
    if kind is None or layer.graph is not None:
        return
    ports = {port.name: port for port in kind.ports}
    for name, source in sources.items():
        port = ports.get(split_port(name)[0])
        if port is None:
            if len(sources) > 1 or not kind.ports:
                continue
            port = kind.ports[0]
        if not _rank_fits(port, len(source.spec.shape)):
            yield wrong_rank(graph, node, layer, source, port.ranks)
        elif not _dtype_fits(port, source.spec.dtype):
            only_warning = (
                layer.class_name in _WARN_ONLY and value_class(source.spec.dtype) == "float32"
            )
            yield wrong_dtype(graph, node, layer, source, port.dtypes, only_warning)


def broadcast_hint(
    graph: str, node: Node, layer: Layer, sources: Mapping[str, Source]
) -> Iterator[Problem]:
    """Tensors with different numbers of axes are stretched without a word."""
    ranks = {len(source.spec.shape) for source in sources.values()}
    if layer.class_name not in _STRETCHING or len(ranks) < 2:
        return
    yield Problem(
        code="shape.broadcast",
        severity="hint",
        message=f'"{layer.name}" ({layer.class_name}) stretches the smaller input to the size of '
        "the larger one.",
        expected="inputs of equal shape, unless stretching is meant",
        received=received_text(sources),
        place=Place(graph=graph, node=node.id, layer=layer.id),
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
