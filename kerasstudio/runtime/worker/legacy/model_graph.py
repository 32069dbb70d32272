"""A model of an old file taken apart: its layers, their calls, and which tensor goes where.

The upgrade works on this; `reading` makes it from an old configuration, `writing` makes a
configuration of Keras 3 from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from kerasstudio.runtime.worker.legacy.stored_weights import Stored

LAYERS = "keras.layers"


@dataclass(frozen=True, eq=False)
class Tensor:
    """Output number `output` of call number `call` of a layer. Calls of a model inside count
    from 0 here, whatever the file does."""

    entry: Entry
    call: int = 0
    output: int = 0


@dataclass(frozen=True)
class Constant:
    """Numbers in an argument, nested lists of one shape."""

    value: Any
    dtype: str


@dataclass(eq=False)
class Call:
    """Arguments in any structure of lists and dictionaries, with tensors and constants in it."""

    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Entry:
    """A layer, an operation (`module` says which) or a model inside (`part`) with its calls.

    `module` is None for classes that are not Keras's: they stay as the file has them, which
    `said` module and registered name.
    `time_major` is of recurrent layers: the sequences have the time before the batch. A `loose`
    one was taken out of the model, as it led to no output."""

    name: str
    class_name: str
    config: dict[str, Any]
    module: str | None = LAYERS
    said: tuple[Any, Any] = (None, None)
    calls: list[Call] = field(default_factory=list)
    part: ModelGraph | None = None
    stored: Stored | None = None
    time_major: bool = False
    loose: bool = False

    @property
    def is_input(self) -> bool:
        return self.class_name == "InputLayer"

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer or a model, not an operation."""
        return not (self.module or "").startswith("keras.src.ops")


@dataclass(eq=False)
class ModelGraph:
    """A Functional or Sequential model. In a Sequential one the calls are a chain; it may lack an
    Input, and then its outputs are None. `added_inputs` are not in the file; `replaced` says by
    (entry, call) what stands for the outputs of entries that went."""

    name: str
    kind: Literal["Functional", "Sequential"]
    entries: list[Entry] = field(default_factory=list)
    inputs: Any = None
    outputs: Any = None
    trainable: bool = True
    added_inputs: list[Entry] = field(default_factory=list)
    replaced: dict[tuple[Entry, int], list[Any]] = field(default_factory=dict)

    def replace(self, old: Entry, new: list[Entry], results: list[list[Any]]) -> None:
        """Put entries in the place of one; `results[call][output]` stands for what it made."""
        where = self.entries.index(old)
        self.entries[where : where + 1] = new
        self.replaced.update({(old, call): each for call, each in enumerate(results)})

    def today(self, leaf: Any) -> Any:
        """A leaf, where its layer was replaced what stands for it now."""
        while isinstance(leaf, Tensor) and (leaf.entry, leaf.call) in self.replaced:
            leaf = self.replaced[leaf.entry, leaf.call][leaf.output]
        return leaf

    def renew(self, change: Callable[[Any], Any]) -> None:
        """Change every leaf of every call, of the inputs and of the outputs."""
        for entry in self.entries:
            for call in entry.calls:
                call.args = map_leaves(change, call.args)
                call.kwargs = map_leaves(change, call.kwargs)
        self.inputs = map_leaves(change, self.inputs)
        self.outputs = map_leaves(change, self.outputs)

    def free_name(self, wanted: str) -> str:
        """`wanted`, with a number behind it where another layer has the name."""
        taken = {entry.name for entry in self.entries}
        name, number = wanted, 1
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        return name

    def in_call_order(self) -> list[Entry]:
        """Entries with all that feed a first call before it; the file's order where it is free."""
        ordered: list[Entry] = []
        placed: set[int] = set()
        for first in self.entries:
            waiting = [(first, iter(_sources(first)))]
            seen = {id(first)}
            while waiting:
                entry, sources = waiting[-1]
                source = next(sources, None)
                if source is None:
                    waiting.pop()
                    if id(entry) not in placed:
                        placed.add(id(entry))
                        ordered.append(entry)
                elif id(source) not in placed and id(source) not in seen:
                    seen.add(id(source))
                    waiting.append((source, iter(_sources(source))))
        return ordered


def map_leaves(change: Callable[[Any], Any], value: Any) -> Any:
    """The structure with every leaf changed; lists, tuples and dictionaries are structure."""
    if isinstance(value, dict):
        return {key: map_leaves(change, each) for key, each in value.items()}
    if isinstance(value, list):
        return [map_leaves(change, each) for each in value]
    if isinstance(value, tuple):
        return tuple(map_leaves(change, each) for each in value)
    return change(value)


def leaves(value: Any) -> Iterator[Any]:
    """Every leaf of a structure, in order."""
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def tensors_of(call: Call) -> Iterator[Tensor]:
    for leaf in leaves([call.args, call.kwargs]):
        if isinstance(leaf, Tensor):
            yield leaf


def _sources(entry: Entry) -> list[Entry]:
    return [tensor.entry for call in entry.calls[:1] for tensor in tensors_of(call)]
