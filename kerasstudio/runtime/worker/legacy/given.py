"""The arguments that a function of TensorFlow was called with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasstudio.runtime.worker.legacy.constants import constant
from kerasstudio.runtime.worker.legacy.model_graph import Constant, Tensor, leaves

_NO_EFFECT = {
    "name",
    "validate_indices",
    "use_cudnn_on_gpu",
    "conjugate",
    "sorted",
}


class NoEquivalentError(Exception):
    """Keras 3 has no operations for this call; the text says why."""


class Given:
    """`first` is the first argument, the others are taken by name. What nobody takes must be what
    the function would do anyway."""

    def __init__(self, first: Any, rest: dict[str, Any]) -> None:
        self.first = first
        self._rest = dict(rest)

    def take(self, name: str, default: Any = None) -> Any:
        found = self._rest.pop(name, None)
        return default if found is None else found

    def any_of(self, *names: str, default: Any = None) -> Any:
        """The argument under the first name that is there: old and new spellings."""
        found = [self.take(name) for name in names]
        return next((each for each in found if each is not None), default)

    def operand(self, *names: str) -> Any:
        """A tensor, a number or an array."""
        value = self.any_of(*names)
        if value is None:
            raise NoEquivalentError(f"it lacks its argument {names[0]}")
        return as_operand(value)

    def has(self, name: str) -> bool:
        return name in self._rest

    def replace(self, name: str, change: Callable[[Any], Any]) -> None:
        self._rest[name] = change(self._rest[name])

    def all(self) -> list[Any]:
        return [self.first, *self._rest.values()]

    def finish(self) -> None:
        for name, value in self._rest.items():
            if name not in _NO_EFFECT and value not in (None, False):
                raise NoEquivalentError(f"its argument {name}={value!r:.60}")


def as_operand(value: Any) -> Any:
    """Nested lists of numbers as one array; anything else as it is."""
    if isinstance(value, list) and value and not _holds_tensor(value):
        return constant(value)
    return value


def _holds_tensor(value: Any) -> bool:
    return any(isinstance(leaf, Tensor) for leaf in leaves(value))


def numbers(value: Any, what: str) -> Any:
    """A value that has to be plain numbers: an axis, a shape."""
    if isinstance(value, Constant):
        value = value.value
    for leaf in leaves(value):
        if isinstance(leaf, bool) or not isinstance(leaf, int | float):
            raise NoEquivalentError(f"its {what} is computed by the model")
    return value
