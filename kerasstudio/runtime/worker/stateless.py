"""Layers made and called without any variable: symbolic work costs neither time nor memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras.src.backend.common import global_state


@contextmanager
def symbolic() -> Iterator[None]:
    """Layers called inside make no variables. Keras keeps a list of those it owes; it is emptied
    afterwards, or it would grow with every edit."""
    owed = global_state.get_global_attribute("uninitialized_variables", [], set_to_default=True)
    kept = list(owed)
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", kept)


def wants_variables(error: BaseException) -> bool:
    """Whether a layer was refused only because it makes its variables at once (the states of a
    stateful recurrent layer)."""
    return "while in a stateless scope" in str(error)


@contextmanager
def with_variables() -> Iterator[None]:
    """Inside `symbolic()`, for a layer that cannot do without: its variables are real ones."""
    scope = global_state.get_global_attribute("stateless_scope")
    global_state.set_global_attribute("stateless_scope", None)
    try:
        yield
    finally:
        global_state.set_global_attribute("stateless_scope", scope)
