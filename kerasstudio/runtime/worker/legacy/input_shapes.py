"""The shape of its Input that a first layer tells, in the ways of Keras 1 and 2."""

from __future__ import annotations

from kerasstudio.runtime.worker.legacy.model_graph import Entry


def input_shape(entry: Entry) -> tuple[list[int | None] | None, str]:
    """(shape with the batch axis, dtype) that a first layer says of its Input."""
    if entry.part is not None:
        first = entry.part.entries[:1]
        if first and first[0].is_input:
            inner = first[0].config
            shape = inner.get("batch_shape") or inner.get("batch_input_shape")
            return shape, str(inner.get("dtype") or "float32")
        return input_shape(first[0]) if first else (None, "float32")
    config = entry.config
    shape = config.get("batch_input_shape") or config.get("batch_shape")
    if entry.class_name == "Embedding":
        dtype = str(config.get("input_dtype") or "int32")
        if shape is None and "input_length" in config:
            shape = [None, config["input_length"]]
        return shape, dtype
    held = config.get("layer")
    if shape is None and isinstance(held, dict) and entry.class_name == "Bidirectional":
        inside = held.get("config")
        shape = inside.get("batch_input_shape") if isinstance(inside, dict) else None
    if shape is None and isinstance(config.get("input_dim"), int):
        dims = [config["input_dim"]]
        if "input_length" in config:
            dims.insert(0, config["input_length"])
        shape = [None, *dims]
    return shape, str(config.get("input_dtype") or "float32")
