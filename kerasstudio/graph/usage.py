"""What usually stands beside a layer: counted, not thought up (see `runtime.worker.usage`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.resources import resource

NOTE = (
    "Made by python -m kerasstudio.runtime.worker.usage. after, before: for each layer, summed over"
    " the models, what share of its calls is followed (preceded) by which layer; after_rank: what"
    " takes a tensor of that rank (batch axis included); gives: ranks of a layer's first output."
)

# How much the kind of tensor counts against the layer it comes from, and being common at all
# against both: they order what the counts say nothing of.
_RANK_WEIGHT, _COMMON_WEIGHT = 0.3, 0.02


class Counted(msgspec.Struct, frozen=True):
    """How many models were counted."""

    applications: int = 0
    classics: int = 0
    templates: int = 0
    examples: int = 0


class Usage(msgspec.Struct, frozen=True):
    note: str = NOTE
    keras_version: str = ""
    counted: Counted = Counted()
    after: dict[str, dict[str, float]] = {}
    before: dict[str, dict[str, float]] = {}
    after_rank: dict[str, dict[str, float]] = {}
    gives: dict[str, tuple[int, ...]] = {}


@lru_cache(maxsize=1)
def shipped_usage() -> Usage:
    """The counts from the package's resources."""
    return msgspec.json.decode(resource("catalogue/usage.json").read_bytes(), type=Usage)


def likely_behind(
    kinds: Iterable[LayerType], class_name: str, rank: int | None = None, usage: Usage | None = None
) -> list[LayerType]:
    """Layers in the order in which they are likely to take what a layer of this class gives, a
    tensor of this rank (batch axis included). Equally likely ones stay in their order."""
    usage = usage or shipped_usage()
    tables = [(1.0, usage.after.get(class_name, {}))]
    if rank is not None:
        tables.append((_RANK_WEIGHT, usage.after_rank.get(str(rank), {})))
    return _ordered(kinds, [*tables, (_COMMON_WEIGHT, _common(usage.after))])


def likely_before(
    kinds: Iterable[LayerType], class_name: str, usage: Usage | None = None
) -> list[LayerType]:
    """Layers in the order in which they are likely to feed a layer of this class."""
    usage = usage or shipped_usage()
    tables = [(1.0, usage.before.get(class_name, {}))]
    return _ordered(kinds, [*tables, (_COMMON_WEIGHT, _common(usage.before))])


def gives_rank(kind: LayerType, ranks: Iterable[int], usage: Usage | None = None) -> bool:
    """Whether a layer can give a tensor of one of these ranks, as far as is known; Inputs can give
    any."""
    known = (usage or shipped_usage()).gives.get(kind.class_name)
    wanted = set(ranks)
    return not wanted or not known or not wanted.isdisjoint(known)


def _ordered(
    kinds: Iterable[LayerType], tables: list[tuple[float, Mapping[str, float]]]
) -> list[LayerType]:
    sums = [(weight / (sum(table.values()) or 1.0), table) for weight, table in tables]

    def score(kind: LayerType) -> float:
        return sum(weight * table.get(kind.class_name, 0.0) for weight, table in sums)

    return sorted(kinds, key=score, reverse=True)


def _common(tables: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """How often each layer follows anything."""
    found: dict[str, float] = {}
    for table in tables.values():
        for name, share in table.items():
            found[name] = found.get(name, 0.0) + share
    return found
