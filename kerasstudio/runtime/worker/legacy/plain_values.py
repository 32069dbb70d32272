"""Values that old Kerases wrote in forms of their own, as plain JSON."""

from __future__ import annotations

from typing import Any

_SEQUENCES = {"__tuple__", "TensorShape"}


def plain(value: Any) -> Any:
    """The value with tuples, tensor shapes and arrays as lists and numbers; copied throughout.

    `{"class_name": "__tuple__", "items": [...]}` and `{"class_name": "TensorShape", ...}` are of
    tf.keras, `{"type": "ndarray", "value": ...}` of Keras 2."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") in _SEQUENCES and isinstance(value.get("items"), list):
        return [plain(each) for each in value["items"]]
    if set(value) == {"type", "value"} and value["type"] in ("ndarray", "numpy.ndarray"):
        return plain(value["value"])
    return {key: plain(each) for key, each in value.items()}
