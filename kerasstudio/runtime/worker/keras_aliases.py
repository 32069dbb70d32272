"""The classes behind the names that Keras takes for losses and metrics ("mse")."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import keras

from kerasstudio.graph.catalogue import shipped

_SHORT = (
    "mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "bce", "BCE", "kld", "KLD",
    "kl_divergence", "logcosh", "log_cosh", "huber", "cosine_similarity",
)  # fmt: skip
"""Names that only `keras.losses.get` and `keras.metrics.get` know."""


@lru_cache(maxsize=2)
def classes_by_name(family: Literal["losses", "metrics"]) -> dict[str, str]:
    """Class names by every name of a class, of its function and by their short names."""
    module = getattr(keras, family)
    found: dict[str, str] = {}
    functions: dict[Any, str] = {}
    for kind in shipped().family(family):
        made = getattr(module, kind.class_name, None)
        if made is None:
            continue
        found[kind.class_name] = kind.class_name
        if any(argument.required for argument in kind.arguments):
            continue
        instance = made()
        found.setdefault(str(instance.name), kind.class_name)
        function = getattr(instance, "fn", None) or getattr(instance, "_fn", None)
        if function is not None:
            functions.setdefault(function, kind.class_name)
            found.setdefault(function.__name__, kind.class_name)
    for name in _SHORT:
        try:
            meant = module.get(name)
        except ValueError:
            continue  # of the other family alone
        known = functions.get(meant) if callable(meant) else None
        called = str(known or getattr(meant, "__name__", type(meant).__name__))
        found.setdefault(name, found.get(called, called))
    return found
