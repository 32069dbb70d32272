"""What goes into a model that was read and what comes out of it: order, names, structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasstudio.runtime.worker.model_config import INPUT, Call, ModelConfig, Tensor, tensors_in


def inputs_first(model: ModelConfig) -> list[Call]:
    """Inputs in the model's order, then calls by layer, each layer's in their order."""
    inputs = list(dict.fromkeys(leaf.call for leaf in tensors_in(model.inputs)))
    rest = [call for call in model.calls() if call not in set(inputs)]
    alone = [call for call in rest if call.entry.class_name == INPUT]
    return [*inputs, *alone, *(call for call in rest if call.entry.class_name != INPUT)]


def named_tensors(structure: Any, name: str) -> list[tuple[str, Tensor]]:
    """The tensors of a structure in Keras's order, with names made of the keys; "" for none."""
    if isinstance(structure, Tensor):
        return [(name, structure)]
    if isinstance(structure, dict):
        pairs = [(key, structure[key]) for key in sorted(structure)]
    else:
        pairs = [(str(i) if name else "", each) for i, each in enumerate(structure or ())]
    return [
        found
        for key, each in pairs
        for found in named_tensors(each, f"{name}_{key}" if name and key else name or key)
    ]


def encoded_structure(structure: Any, node: Any) -> Any:
    if isinstance(structure, Tensor):
        return {"$node": node(structure)}
    if isinstance(structure, dict):
        return {"$dict": {key: encoded_structure(each, node) for key, each in structure.items()}}
    inside = [encoded_structure(each, node) for each in structure]
    return {"$tuple": inside} if isinstance(structure, tuple) else inside


def is_usual(structure: Any, name: Callable[[Tensor], str]) -> bool:
    """Whether it is a single tensor, or a dictionary of several whose keys are their names."""
    if isinstance(structure, Tensor):
        return True
    return (
        isinstance(structure, dict)
        and len(structure) > 1
        and all(isinstance(each, Tensor) and name(each) == key for key, each in structure.items())
    )
