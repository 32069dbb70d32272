"""Images with the channels first, as Theano had them: TensorFlow convolves those on a GPU only.

Where a model needs that, its layers of images are told to work with the channels last, and axes are
swapped where tensors go in and out of such a stretch. Inputs and outputs keep their shapes, kernels
are the same either way.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.model_graph import (
    Call,
    Entry,
    ModelGraph,
    Tensor,
    map_leaves,
    tensors_of,
)

_GPU_ONLY = ("Conv1D", "Conv2D", "ConvLSTM")
_NEUTRAL = {
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "ELU",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "LeakyReLU",
    "ReLU",
    "Rescaling",
}
_ELEMENTWISE = {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Concatenate"}
_OVER_LAST_AXIS = {"softmax", "log_softmax"}
_FIRST, _LAST = "channels_first", "channels_last"
_WHY = "TensorFlow computes it on a GPU only; axes are swapped around such layers instead"


class Axes(NamedTuple):
    """Axes of an image in a tensor: how many of space, and whether time comes before them."""

    space: int
    time: bool = False

    def to_last(self) -> list[int]:
        """The order for a Permute layer, which counts from 1."""
        begin = 2 if self.time else 1
        return [*range(1, begin), *range(begin + 1, begin + 1 + self.space), begin]

    def to_first(self) -> list[int]:
        begin = 2 if self.time else 1
        return [*range(1, begin), begin + self.space, *range(begin, begin + self.space)]


def put_channels_last(model: ModelGraph, changes: Changes) -> None:
    """Change the model where it has to be; see above."""
    if not any(_gpu_only(entry) for entry in model.entries):
        return
    axes: dict[Entry, Axes] = {}
    takers: dict[Entry, Axes] = {}
    for entry in model.in_call_order():
        taken = _formatted(entry)
        if taken is not None:
            takers[entry] = taken
            given = _given(entry, taken)
            _tell_last(entry, changes)
        else:
            given = _passed(entry, axes)
            if given is not None:
                takers[entry] = given
        if given is not None:
            axes[entry] = given
    _swap_between(model, axes, takers)


def _gpu_only(entry: Entry) -> bool:
    config = _image_config(entry)
    name = _image_class(entry)
    return bool(config.get("data_format") == _FIRST and name.startswith(_GPU_ONLY))


def _image_class(entry: Entry) -> str:
    if entry.class_name == "TimeDistributed":
        return str(entry.config.get("layer", {}).get("class_name"))
    return entry.class_name


def _image_config(entry: Entry) -> dict[str, Any]:
    if entry.class_name == "TimeDistributed":
        held = entry.config.get("layer", {}).get("config")
        return held if isinstance(held, dict) else {}
    return entry.config


def _formatted(entry: Entry) -> Axes | None:
    """The axes of what an entry takes that is told where the channels are."""
    config, name = _image_config(entry), _image_class(entry)
    if config.get("data_format") != _FIRST or config.get("activation") in _OVER_LAST_AXIS:
        return None
    if name.startswith("ConvLSTM") and config.get("return_state"):
        return None
    space = next((rank for rank in (1, 2, 3) if f"{rank}D" in name), None)
    if space is None:
        return None
    return Axes(space, name.startswith("ConvLSTM") or entry.class_name == "TimeDistributed")


def _given(entry: Entry, taken: Axes) -> Axes | None:
    """The axes of what it gives, None where no image is left."""
    config = _image_config(entry)
    if entry.class_name.startswith("Global") and not config.get("keepdims"):
        return None
    if entry.class_name.startswith("ConvLSTM"):
        return Axes(taken.space, bool(config.get("return_sequences")))
    return taken


def _tell_last(entry: Entry, changes: Changes) -> None:
    _image_config(entry)["data_format"] = _LAST
    changes.of(entry.name, entry.class_name)
    changes.add("converted", "data_format", _WHY, _FIRST, _LAST)


def _passed(entry: Entry, axes: dict[Entry, Axes]) -> Axes | None:
    """The axes of what an entry passes on that works alike on both orders; it is told its axis."""
    sources = [tensor for call in entry.calls for tensor in tensors_of(call)]
    found = {axes.get(tensor.entry) for tensor in sources}
    if len(found) != 1 or None in found:
        return None
    (given,) = found
    config = entry.config
    if entry.class_name in _NEUTRAL:
        fixed = config.get("noise_shape") or config.get("activation") in _OVER_LAST_AXIS
        return None if fixed or not isinstance(config.get("activation", ""), str) else given
    if entry.class_name in ("BatchNormalization", "Concatenate"):
        if config.get("axis", -1) != (2 if given and given.time else 1):
            return None
        config["axis"] = -1
        return given
    return given if entry.class_name in _ELEMENTWISE else None


def _swap_between(model: ModelGraph, axes: dict[Entry, Axes], takers: dict[Entry, Axes]) -> None:
    made: dict[tuple[Entry, int, int, bool], Tensor] = {}

    def swapped(wanted: Axes | None, tensor: Any) -> Any:
        has = axes.get(tensor.entry) if isinstance(tensor, Tensor) else None
        if not isinstance(tensor, Tensor) or (has is None) == (wanted is None):
            return tensor
        key = (tensor.entry, tensor.call, tensor.output, wanted is not None)
        if key not in made:
            made[key] = _permute(model, tensor, wanted, has)
        return made[key]

    for entry in list(model.entries):
        change = partial(swapped, takers.get(entry))
        for call in entry.calls:
            call.args = map_leaves(change, call.args)
            call.kwargs = map_leaves(change, call.kwargs)
    model.outputs = map_leaves(partial(swapped, None), model.outputs)


def _permute(model: ModelGraph, tensor: Tensor, wanted: Axes | None, has: Axes | None) -> Tensor:
    order, suffix = [], ""
    if wanted is not None:
        order, suffix = wanted.to_last(), _LAST
    elif has is not None:
        order, suffix = has.to_first(), _FIRST
    name = model.free_name(f"{tensor.entry.name}_{suffix}")
    added = Entry(name, "Permute", {"dims": order, "name": name}, calls=[Call([tensor])])
    model.entries.insert(model.entries.index(tensor.entry) + 1, added)
    return Tensor(added)
