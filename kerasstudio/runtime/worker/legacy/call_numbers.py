"""The numbers of calls: in most files those of a model inside count from 1."""

from __future__ import annotations

from typing import Any

from kerasstudio.runtime.worker.legacy.model_graph import ModelGraph, Tensor


def count_calls_from_zero(model: ModelGraph) -> None:
    """Where the making of a model inside counts as its first call, leave that out."""
    used: dict[int, set[int]] = {}

    def note(leaf: Any) -> Any:
        if isinstance(leaf, Tensor):
            used.setdefault(id(leaf.entry), set()).add(leaf.call)
        return leaf

    model.renew(note)
    first: dict[int, int] = {}
    for entry in model.entries:
        if entry.part is None:
            continue
        calls = used.get(id(entry), set())
        own = 1 if entry.part.entries and entry.part.entries[0].is_input else 0
        if calls and max(calls) >= len(entry.calls):
            own = 1
        elif 0 in calls:
            own = 0
        first[id(entry)] = own

    def shifted(leaf: Any) -> Any:
        if isinstance(leaf, Tensor) and first.get(id(leaf.entry)):
            return Tensor(leaf.entry, leaf.call - 1, leaf.output)
        return leaf

    model.renew(shifted)
