"""The layers and operations that take the place of one layer of the file."""

from __future__ import annotations

from typing import Any

from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.model_graph import Call, Entry, ModelGraph, Tensor
from kerasstudio.runtime.worker.legacy.shapes import Shapes

OPERATIONS = "keras.src.ops"


class Steps:
    """Builds them in order of their first calls. What makes the result gets the name of the layer
    that goes."""

    def __init__(self, model: ModelGraph, old: Entry, shapes: Shapes, changes: Changes) -> None:
        self.model, self.old, self.changes = model, old, changes
        self._shapes = shapes
        self._made: list[Entry] = []
        self._names: set[str] = set()

    def layer(self, class_name: str, suffix: str, **config: Any) -> Entry:
        """A layer, not yet called. `suffix` tells it from the others."""
        entry = Entry(self._name(suffix), class_name, config)
        config["name"] = entry.name
        return entry

    def call(self, entry: Entry, *args: Any, **kwargs: Any) -> Tensor:
        if entry not in self._made:
            self._made.append(entry)
        entry.calls.append(Call(list(args), kwargs))
        return Tensor(entry, len(entry.calls) - 1)

    def operation(self, path: str, *args: Any, **config: Any) -> Tensor:
        """One call of an operation: "numpy.Mean" is `keras.src.ops.numpy.Mean`."""
        module, class_name = path.rsplit(".", 1)
        name = self._name(_snake(class_name))
        entry = Entry(name, class_name, {**config, "name": name}, f"{OPERATIONS}.{module}")
        return self.call(entry, *args)

    def chain(self, *entries: Entry) -> list[Entry]:
        """Call the entries one after the other, as often as the old layer was called, and
        finish."""
        results = []
        for call in self.old.calls:
            value = call.args[0]
            for entry in entries:
                value = self.call(entry, value)
            results.append([value])
        self.finish(results)
        return list(entries)

    def made_classes(self) -> list[str]:
        return [entry.class_name for entry in self._made]

    def today(self, leaf: Any) -> Any:
        """What stands for a leaf of a call of the old layer."""
        return self.model.today(leaf)

    def shape(self, tensor: Any) -> list[int | None] | None:
        """The shape of a tensor with the batch axis; None where Keras cannot tell it."""
        return self._shapes.of(self.model, tensor)

    def finish(self, results: list[list[Any]]) -> None:
        """Put what was made into the model; `results[call][output]`."""
        last = results[-1][0] if results and results[-1] else None
        named = any(entry.name == self.old.name for entry in self._made)
        if isinstance(last, Tensor) and last.entry in self._made and not named:
            last.entry.name = last.entry.config["name"] = self.old.name
        self.model.replace(self.old, self._made, results)

    def _name(self, suffix: str) -> str:
        wanted = f"{self.old.name}_{suffix}"
        name, number = wanted, 1
        taken = {entry.name for entry in self.model.entries} | self._names
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        self._names.add(name)
        return name


def _snake(name: str) -> str:
    found = "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
    return found.lstrip("_")
