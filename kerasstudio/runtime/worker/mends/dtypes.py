"""Mends for values of a type that the layer does not take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kerasstudio.graph.problems import Fix
from kerasstudio.runtime.worker.mends.around import CallSite, Source, insert, set_argument, together

_PIXELS = 255
_WORDS, _LENGTH = 10_000, 100


def change_dtype(call: CallSite, source: Source, dtypes: Sequence[str]) -> Iterator[Fix]:
    """Another type at the Input, or a layer that makes numbers of what comes in."""
    have = source.spec.dtype
    if have == "string":
        yield from numbers_of_words(call, source)
    elif source.layer.is_input and have == "uint8" and "float32" in dtypes:
        yield insert(
            call.graph,
            source.wire,
            "Rescaling",
            f"insert Rescaling by 1/{_PIXELS}",
            scale=1 / _PIXELS,
        )
    if source.layer.is_input:
        label = f'set dtype of "{source.layer.name}" to {dtypes[0]}'
        yield set_argument(source.layer, "dtype", dtypes[0], label)
    elif "float32" in dtypes and have != "string":
        yield insert(call.graph, source.wire, "Rescaling", "insert Rescaling by 1", scale=1.0)


def numbers_of_words(call: CallSite, source: Source) -> Iterator[Fix]:
    """One text a sample becomes numbers of words, and these vectors, where numbers alone would
    say nothing to the layer."""
    if source.rank > 2 or source.spec.shape[1:] not in ((), (1,)):
        return
    graph, wire = call.graph, source.wire
    words = insert(
        graph,
        wire,
        "TextVectorization",
        max_tokens=_WORDS,
        output_mode="int",
        output_sequence_length=_LENGTH,
    )
    if call.layer.class_name.endswith("Embedding"):
        yield words
        return
    vectors = insert(graph, wire, "Embedding", input_dim=_WORDS, output_dim=64)
    mean = insert(graph, wire, "GlobalAveragePooling1D")
    yield together("insert TextVectorization, Embedding, pooling", words, vectors, mean)
    yield together("insert TextVectorization, Embedding", words, vectors)
