"""The old hard_sigmoid in layers of Keras 3: by weights times 1.2, see `activations`."""

from __future__ import annotations

from typing import Any

from kerasstudio.runtime.worker.legacy.activations import HARD_SIGMOID, SLOPE
from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.stored_weights import Stored

_GATES = {
    # One mark a gate, in the order of Keras: r takes the recurrent activation, a the activation.
    "LSTM": "rrar",
    "LSTMCell": "rrar",
    "ConvLSTM1D": "rrar",
    "ConvLSTM2D": "rrar",
    "ConvLSTM3D": "rrar",
    "GRU": "rra",
    "GRUCell": "rra",
}
_ACTIVATION_OF_STATE = {"LSTM", "LSTMCell", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
"""They also put the activation on their state, which no weight reaches."""
_UNSCALED = {
    "SeparableConv1D": ("depthwise_kernel",),
    "SeparableConv2D": ("depthwise_kernel",),
}
_WHY = "hard_sigmoid is flatter in Keras 3; weights and biases before it times 1.2 give the old one"
_UNTRAINED = "hard_sigmoid is flatter in Keras 3; the file holds no weights that depend on it"


def keep_hard_sigmoids(
    today: str, config: dict[str, Any], stored: Stored, has_weights: bool, changes: Changes
) -> None:
    """Have the weights multiplied where an activation of this layer is the old hard_sigmoid."""
    names = [
        key for key in ("recurrent_activation", "activation") if config.get(key) == HARD_SIGMOID
    ]
    if not names or today == "Activation":
        return
    if not has_weights:
        changes.add("converted", " and ".join(names), _UNTRAINED, HARD_SIGMOID, HARD_SIGMOID)
        return
    scaled = {"r": "recurrent_activation" in names, "a": "activation" in names}
    if scaled["a"] and today in _ACTIVATION_OF_STATE:
        config["activation"] = _old_hard_sigmoid(_state_shape(today, config))
        why = "hard_sigmoid is flatter in Keras 3; these two layers compute the old one"
        changes.add("replaced", "activation", why, HARD_SIGMOID, "Rescaling, ReLU")
        scaled["a"] = False
        names.remove("activation")
    stored.factors = tuple(SLOPE if scaled[gate] else 1.0 for gate in _GATES.get(today, "a"))
    stored.unscaled = _UNSCALED.get(today, ())
    if names:
        what = " and ".join(names)
        changes.add("weights", what, _WHY, HARD_SIGMOID, f"{HARD_SIGMOID} of Keras 3")


def _old_hard_sigmoid(shape: list[int | None]) -> dict[str, Any]:
    """clip(0.2 x + 0.5, 0, 1) of a tensor as an activation made of layers."""
    layers = [
        _serialized("keras.layers", class_name, config)
        for class_name, config in (
            ("InputLayer", {"batch_shape": shape, "name": "state"}),
            ("Rescaling", {"scale": 0.2, "offset": 0.5, "name": "scale"}),
            ("ReLU", {"max_value": 1.0, "name": "clip"}),
        )
    ]
    return _serialized("keras", "Sequential", {"name": "old_hard_sigmoid", "layers": layers})


def _state_shape(today: str, config: dict[str, Any]) -> list[int | None]:
    """The shape of the state of a recurrent layer, with the batch axis."""
    if not today.startswith("ConvLSTM"):
        return [None, int(config["units"])]
    space: list[int | None] = [None] * int(today[len("ConvLSTM")])
    filters = int(config["filters"])
    if config.get("data_format") == "channels_first":
        return [None, filters, *space]
    return [None, *space, filters]


def _serialized(module: str, class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }
