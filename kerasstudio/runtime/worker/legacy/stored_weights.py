"""Where the weights of an old file lie, and which layers of the new model they are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Arrays = list[Any]


@dataclass(frozen=True)
class Layout:
    """How a layer of the file keeps its weights, where today's Keras does it otherwise.

    `convert` takes the arrays of the file and gives those of each home; `trainable` and `fixed`
    say how many of either the file has, None: as many as the homes have together."""

    convert: Callable[[Arrays], list[Arrays]]
    trainable: int | None = None
    fixed: int | None = None


@dataclass(eq=False)
class Stored:
    """The weights of one layer of the file.

    `homes` are the layers of the new model that take them, by name. `parts` are the layers inside,
    with their name (a model) or their attribute (a wrapper). `factors` multiply the blocks along
    the last axis of every weight but those in `unscaled`, see `hard_sigmoids`. `is_foreign`: the
    class is not Keras's, so only the names in the file tell which weights are its own.
    """

    name: str
    class_name: str
    trainable: bool = True
    is_model: bool = False
    is_foreign: bool = False
    homes: list[str] = field(default_factory=list)
    parts: list[tuple[str, Stored]] = field(default_factory=list)
    layout: Layout | None = None
    factors: tuple[float, ...] = ()
    unscaled: tuple[str, ...] = ()
