"""How a wire looks: its colour and width tell the number of axes, its dashes the type of values,
never the colour alone."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

from kerasstudio.graph.inspection import TensorSpec

ValueKind = Literal["decimals", "whole numbers", "texts", "yes or no"]
VALUE_KINDS: tuple[ValueKind, ...] = ("decimals", "whole numbers", "texts", "yes or no")
RANKS = 7
"""Colours by rank 0 to 6, batch axis included; a style is a rank and a kind of values."""
UNKNOWN_COLOR = RANKS * len(VALUE_KINDS)
ERROR_COLOR = UNKNOWN_COLOR + 1
WAITING_COLOR = UNKNOWN_COLOR + 2
COLOR_COUNT = UNKNOWN_COLOR + 3
_WIDTHS = (1.4, 1.4, 1.6, 1.9, 2.3, 2.8, 3.3)
_USUAL_WIDTH = 1.8
_DASHES: dict[ValueKind, list[float]] = {
    "decimals": [],
    "whole numbers": [5, 3],
    "texts": [1.2, 2.2],
    "yes or no": [6, 2.5, 1.2, 2.5],
}
_WRONG = [4.0, 3.0]


def tensor_style(spec: TensorSpec | None) -> int:
    """The index of a tensor's style."""
    if spec is None:
        return UNKNOWN_COLOR
    return min(len(spec.shape), RANKS - 1) + _first_style(spec.dtype)


@cache
def _first_style(dtype: str) -> int:
    return RANKS * VALUE_KINDS.index(value_kind(dtype))


def value_kind(dtype: str) -> ValueKind:
    """What values of a dtype are, for people."""
    if dtype == "string":
        return "texts"
    if dtype == "bool":
        return "yes or no"
    return "decimals" if "float" in dtype else "whole numbers"


def style_rank(style: int) -> int | None:
    """The rank that decides a style's colour; None for the three that are no tensors."""
    return style % RANKS if style < UNKNOWN_COLOR else None


def wire_width(style: int) -> float:
    """Pixels: more axes, a broader wire."""
    rank = style_rank(style)
    return _USUAL_WIDTH if rank is None else _WIDTHS[rank]


def wire_dashes(style: int) -> list[float]:
    """A dash pattern in widths of the line; empty for a solid one."""
    if style == ERROR_COLOR:
        return _WRONG
    return [] if style >= UNKNOWN_COLOR else _DASHES[VALUE_KINDS[style // RANKS]]


DASHED = np.array([bool(wire_dashes(style)) for style in range(COLOR_COUNT)])
"""Styles that must be drawn as whole curves: dashes begin anew with every piece."""
