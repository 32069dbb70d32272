"""What a layer's inputs may be: found by running it on little data of every rank and type.

Symbolic calls accept far more than execution does, so only execution counts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from kerasstudio.graph.catalogue import Port
from kerasstudio.runtime.worker import catalogue_overrides as overrides

RANKS = (1, 2, 3, 4, 5)
DTYPES = ("float32", "int32", "string")
_SIZES = {1: (4,), 2: (4, 6), 3: (4, 6, 4), 4: (4, 8, 8, 3), 5: (2, 6, 6, 6, 4)}
_FLAGS = {"training", "return_attention_scores", "use_causal_mask", "reverse", "args", "kwargs"}
_STATES = {"initial_state", "states"}

Make = Callable[[], Any]


def call_ports(layer_class: type) -> list[Port]:
    """The tensor arguments of `call`, roles told from their names."""
    ports: list[Port] = []
    for name, parameter in inspect.signature(layer_class.call).parameters.items():  # type: ignore[attr-defined]
        if name == "self" or name in _FLAGS:
            continue
        first = not ports
        many = overrides.MANY.get(layer_class.__name__) if first else None
        role = "mask" if name.endswith("mask") else "state" if name in _STATES else "tensor"
        ports.append(
            Port(
                name=name,
                role=role,  # type: ignore[arg-type]
                required=parameter.default is inspect.Parameter.empty,
                many=many is not None
                or role == "state"
                or (role == "mask" and layer_class.__name__ in {"Attention", "AdditiveAttention"}),
                minimum=many or 1,
            )
        )
    return ports


def accepted(make: Make, ports: list[Port]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Ranks (batch axis included) and dtypes of the first port with which the layer runs."""
    ranks: list[int] = []
    working: dict[str, bool] = {}
    for rank in RANKS:
        for dtype in DTYPES:
            if _runs(make, ports, rank, dtype):
                ranks.append(rank)
                if not working:
                    working = {
                        other: other == dtype or _runs(make, ports, rank, other) for other in DTYPES
                    }
                break
    dtypes: tuple[str, ...] = tuple(dtype for dtype, works in working.items() if works)
    return tuple(ranks), dtypes


def sample(rank: int, dtype: str, seed: int = 0) -> Any:
    """A little tensor: numbers below one, class numbers below four, or words."""
    shape = _SIZES[rank]
    generator = np.random.default_rng(seed)
    if dtype == "string":
        import tensorflow as tf

        words = generator.choice(np.array(["a", "b", "c"], dtype=object), size=shape)
        return tf.constant(words.tolist(), shape=shape, dtype=tf.string)
    if dtype.startswith("float"):
        return keras.ops.convert_to_tensor(generator.random(shape), dtype=dtype)
    return keras.ops.convert_to_tensor(generator.integers(0, 4, shape), dtype=dtype)


def arguments_for(ports: Sequence[Port], rank: int, dtype: str) -> list[Any]:
    """Call arguments for all required ports of a layer."""
    args: list[Any] = []
    for port in ports:
        if not port.required:
            continue
        tensors = [sample(rank, dtype, seed) for seed in range(port.minimum if port.many else 1)]
        args.append(tensors if port.many else tensors[0])
    return args


def _runs(make: Make, ports: list[Port], rank: int, dtype: str) -> bool:
    """Keras raises errors of any class for inputs it cannot take; every one means no."""
    args = arguments_for(ports, rank, dtype)
    try:
        layer = make()
        # Without training many a layer lets everything through untouched.
        kwargs = {"training": True} if layer._call_has_training_arg else {}
        layer(*args, **kwargs)
        # In a model the number of samples is not known.
        make()(*keras.tree.map_structure(symbol, args))
    except Exception:  # noqa: BLE001 (the answer is "does not run")
        return False
    return True


def symbol(tensor: Any) -> Any:
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    return keras.KerasTensor((None, *tensor.shape[1:]), dtype=dtype)
