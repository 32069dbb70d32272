"""Numbers among the tensors of a call."""

from __future__ import annotations

from typing import Any

from kerasstudio.runtime.worker.legacy.model_graph import Constant


def constant(value: list[Any]) -> Constant:
    """Nested lists of numbers as one array."""
    flat: list[Any] = [value]
    while flat and isinstance(flat[0], list):
        flat = [each for inner in flat for each in (inner if isinstance(inner, list) else [inner])]
    kinds = {type(each) for each in flat}
    dtype = "bool" if kinds == {bool} else "int32" if kinds <= {int, bool} else "float32"
    return Constant(value, dtype)
