"""The arrays of an HDF5 file of Keras 1 or 2, by the layer of the model that they belong to."""

from __future__ import annotations

from typing import Any, NamedTuple

from kerasstudio.runtime.worker.legacy.origin import as_text

_WEIGHTS = "model_weights"


class Saved(NamedTuple):
    """One array: its name in the file ("lstm/lstm_cell/kernel:0") and its data set."""

    name: str
    data: Any

    @property
    def last(self) -> str:
        """The last word of the name: "kernel"."""
        return self.name.rsplit("/", 1)[-1].split(":", 1)[0]


def weight_groups(file: Any) -> dict[str, list[Saved]]:
    """Arrays by the name of the top model's layer, both in the order of the file; layers without
    arrays too. A file of weights only has its groups at the top."""
    group = file.get(_WEIGHTS, file)
    found: dict[str, list[Saved]] = {}
    for name in _names(group, "layer_names"):
        if name not in group:
            continue
        inside = group[name]
        found[name] = [
            Saved(weight, inside[weight])
            for weight in _names(inside, "weight_names")
            if weight in inside
        ]
    return found


def _names(group: Any, key: str) -> list[str]:
    """A list of names; long ones are cut into attributes key0, key1, ..."""
    if key in group.attrs:
        return [as_text(each) for each in group.attrs[key]]
    names: list[str] = []
    number = 0
    while f"{key}{number}" in group.attrs:
        names += [as_text(each) for each in group.attrs[f"{key}{number}"]]
        number += 1
    return names
