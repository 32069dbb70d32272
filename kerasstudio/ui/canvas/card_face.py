"""What one card shows: a value, made from the project and what Keras said of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import msgspec

from kerasstudio.graph.costs import Measure, measured
from kerasstudio.graph.inspection import NodeInfo, TensorSpec, lettered
from kerasstudio.graph.problems import Problem
from kerasstudio.ui.canvas.wire_styles import UNKNOWN_COLOR
from kerasstudio.ui.widgets.amounts import amount_text, bytes_text

State = Literal["ok", "error", "warning", "waiting", "unknown"]
BadgeKind = Literal["data", "missing"]
LEFT_OUT = "left out"
"""The category of cards that are no part of the model, in place of their own."""
Presence = Literal["on", "bypassed", "muted", "left out"]
"""Whether a node is in the model: "bypassed" passes its first input on, "left out" means that
something it needs is muted."""
StartMark = Literal["kept", "partly", "new", ""]
"""What the layer begins training with; "" where all begin fresh."""


class CardLook(msgspec.Struct, frozen=True):
    """What cards show beside what they are: the number of an overlay, at a batch size, and a mark
    on those that have `changed` since the model was trained."""

    measure: Measure | None = None
    batch: int = 1
    changed: frozenset[str] = frozenset()


class PortMark(msgspec.Struct, frozen=True):
    """A port as drawn: its centre from the card's corner, an index of wire colours, whether a wire
    is in it, and whether it must have one."""

    x: float
    y: float
    color: int = UNKNOWN_COLOR
    wired: bool = False
    wanted: bool = False


class CardFace(msgspec.Struct, frozen=True):
    """Everything that decides a card's pixels, apart from zoom and theme."""

    title: str
    name: str
    category: str
    size: tuple[float, float]
    lines: tuple[str, ...] = ()
    shape: str = ""
    count: str = ""
    state: State = "unknown"
    trouble: str = ""
    badge: str = ""
    badge_kind: BadgeKind = "data"
    calls: int = 1
    link: int = 0
    """The number of the shared layer behind it, where there is one."""
    is_block: bool = False
    frozen: bool = False
    changed: bool = False
    start: StartMark = ""
    code: bool = False
    ports: tuple[PortMark, ...] = ()
    presence: Presence = "on"
    through: tuple[float, float, float, float] | None = None
    """The way of a tensor that is passed on: from the centre of one port to that of another."""
    collapsed: bool = False
    pinned: bool = False


def shapes_line(info: NodeInfo) -> str:
    """The footer's left text: the shapes of all outputs, with the letters of their axes."""
    if not info.outputs:
        return ""
    first = lettered(info.outputs[0])
    others = len(info.outputs) - 1
    return f"{first} + {others} more" if others else first


def count_line(info: NodeInfo, look: CardLook) -> str:
    """The footer's right text: the number of the heat overlay, else that of the weights."""
    measure = look.measure or "parameters"
    value = measured(info, measure, look.batch)
    if value is None:
        return "? unknown"
    if measure == "memory":
        return bytes_text(value)
    return f"{amount_text(value)} {'params' if measure == 'parameters' else '×+'}"


@lru_cache(maxsize=2000)  # asked for every wire of every frame
def tensor_label(spec: TensorSpec) -> str:
    """What stands on a wire: the shape, and the dtype where it is not the usual one."""
    text = lettered(spec)
    return text if spec.dtype == "float32" else f"{text} · {spec.dtype}"


def card_state(info: NodeInfo | None, problems: Sequence[Problem]) -> State:
    """The worst of what is known."""
    if any(problem.severity == "error" for problem in problems):
        return "error"
    if info is not None and info.status == "waiting":
        return "waiting"
    if any(problem.severity == "warning" for problem in problems):
        return "warning"
    if info is not None and info.status == "error":
        return "error"
    return "ok" if info is not None and info.status == "ok" else "unknown"


# Problem codes that a footer can say in two words.
_BRIEF = {
    "structure.port_unfed": "no input",
    "structure.no_input": "no input",
    "structure.unreachable": "no Input feeds it",
    "structure.unconnected": "not wired",
    "structure.dead_end": "leads to no Output",
    "structure.cycle": "in a loop",
    "structure.unknown_class": "unknown layer",
    "structure.missing_argument": "a value is missing",
    "structure.name_taken": "name is taken",
    "shape.unknown_class": "unknown layer",
    "shape.missing_argument": "a value is missing",
    "shape.too_small": "input is too small",
    "shape.broadcast": "shapes differ",
    "shape.mismatch": "shapes differ",
    "shape.rank": "wrong rank",
    "shape.empty": "nothing is left",
    "shape.axis": "no such axis",
    "shape.states": "states are missing",
    "shape.unknown_size": "a size is open",
    "shape.argument": "wrong argument",
    "shape.unknown_argument": "wrong argument",
    "memory.weights": "too large for memory",
    "shape.dtype": "wrong dtype",
    "placeholder.code": "code, not run",
    "placeholder.shape": "output not known",
    "data.input_unbound": "no data",
    "data.output_unbound": "no target",
}


def trouble_line(problems: Sequence[Problem]) -> str:
    """The first error in few words, for the footer."""
    first = next((problem for problem in problems if problem.severity == "error"), None)
    if first is None:
        return ""
    if first.code == "shape.rank" and first.expected.startswith("("):
        return f"needs rank {first.expected.partition(')')[0].count(',') + 1}"
    return _BRIEF.get(first.code, first.message)
