"""Weights of old layers in the order and the shapes of today's.

Keras 1 kept a gate of a recurrent layer in arrays of its own, and kernels of convolutions in the
order of the backend; Theano turns kernels by 180 degrees; cuDNN lays kernels out otherwise and has
two biases. After `preprocess_weights_for_loading` of Keras 2, which did the same at loading.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.origin import Origin
from kerasstudio.runtime.worker.legacy.stored_weights import Arrays, Layout

_LSTM_GATES = (0, 2, 1, 3)
"""Keras 1: input, cell, forget, output; since then input, forget, cell, output."""
_CONVOLUTIONS = {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D"}
_GATED = {"LSTM": _LSTM_GATES, "ConvLSTM2D": _LSTM_GATES, "GRU": (0, 1, 2)}


def layout_of(
    class_name: str,
    today: str,
    config: dict[str, Any],
    old_config: dict[str, Any],
    origin: Origin,
    changes: Changes,
) -> Layout | None:
    """How the file keeps the weights of a layer; None where it is as today. `config` has the
    arguments of today, `old_config` those of the file."""
    config = dict(config)  # weights keep to the order of axes that the file has
    if class_name in ("CuDNNLSTM", "CuDNNGRU"):
        changes.add("weights", "", "cuDNN keeps the gates otherwise", class_name, today)
        return Layout(_cudnn_lstm if class_name == "CuDNNLSTM" else _cudnn_gru)
    turned = origin.backend == "theano" and today in _CONVOLUTIONS
    if turned:
        changes.add(
            "weights",
            "kernel",
            "Theano convolves with the kernel turned by 180 degrees, TensorFlow does not",
            after="turned",
        )
    if origin.major == 1:
        gates_apart = old_config.get("consume_less") != "gpu"
        return _keras1(today, config, turned, gates_apart, changes)
    if turned:
        return Layout(partial(_converted_kernels, today, config, False, True))
    if today in ("LSTM", "GRU"):
        return Layout(partial(_perhaps_cudnn, today))
    return None


def _keras1(
    today: str, config: dict[str, Any], turned: bool, gates_apart: bool, changes: Changes
) -> Layout | None:
    if today in _GATED:
        gates = _GATED[today]
        if gates_apart:
            why = "Keras 1 kept every gate in arrays of its own"
            changes.add("weights", "kernel, recurrent_kernel, bias", why, after="joined")
        convert = partial(_gates_joined, gates)
        if today == "ConvLSTM2D":
            convert = partial(_conv_lstm, gates, config, turned)
        return Layout(convert, 3 * len(gates) if gates_apart else 3, 0)
    if today in _CONVOLUTIONS:
        return Layout(partial(_converted_kernels, today, config, True, turned))
    return None


# ---------------------------------------------------------------- recurrent


def _gates_joined(gates: tuple[int, ...], arrays: Arrays) -> list[Arrays]:
    """[kernel, recurrent kernel, bias] from the three of every gate."""
    if len(arrays) != 3 * len(gates):
        return [arrays]
    return [
        [
            np.concatenate([np.asarray(arrays[3 * gate + kind]) for gate in gates], axis=-1)
            for kind in range(3)
        ]
    ]


def _conv_lstm(
    gates: tuple[int, ...], config: dict[str, Any], turned: bool, arrays: Arrays
) -> list[Arrays]:
    if len(arrays) == 3 * len(gates):
        apart = [np.asarray(array) for array in arrays]
        if config.get("data_format") == "channels_first":
            apart = [_first_to_last(each) if each.ndim == 4 else each for each in apart]
        (arrays,) = _gates_joined(gates, apart)
    kernel, recurrent, *bias = (np.asarray(array) for array in arrays)
    if turned:
        kernel, recurrent = _turned(kernel), _turned(recurrent)
    return [[kernel, recurrent, *bias]]


def _perhaps_cudnn(today: str, arrays: Arrays) -> list[Arrays]:
    """A file may hold weights of a cuDNN layer for a layer of the plain class."""
    if len(arrays) == 3:
        units, size = arrays[1].shape[0], arrays[2].shape
        if today == "LSTM" and size == (8 * units,):
            return _cudnn_lstm(arrays)
        if today == "GRU" and size == (6 * units,):
            return _cudnn_gru(arrays)
    return [arrays]


def _cudnn_lstm(arrays: Arrays) -> list[Arrays]:
    """Two biases, of inputs and of state, only ever added."""
    kernel, recurrent, bias = (np.asarray(array) for array in arrays)
    inputs, state = np.split(bias, 2)
    return [[_from_cudnn(kernel, 4), _transposed_gates(recurrent, 4), inputs + state]]


def _cudnn_gru(arrays: Arrays) -> list[Arrays]:
    """The biases of inputs and of state stay apart, as rows (`reset_after`)."""
    kernel, recurrent, bias = (np.asarray(array) for array in arrays)
    return [[_from_cudnn(kernel, 3), _transposed_gates(recurrent, 3), bias.reshape(2, -1)]]


def _from_cudnn(kernel: Any, gates: int) -> Any:
    """Of every gate cuDNN keeps the transposed kernel, in the shape of the kernel."""
    return np.hstack([gate.T.reshape(gate.shape, order="F") for gate in np.hsplit(kernel, gates)])


def _transposed_gates(kernel: Any, gates: int) -> Any:
    return np.hstack([gate.T for gate in np.hsplit(kernel, gates)])


# ---------------------------------------------------------------- convolutions


def _converted_kernels(
    today: str, config: dict[str, Any], keras1: bool, turned: bool, arrays: Arrays
) -> list[Arrays]:
    kernel, *rest = (np.asarray(array) for array in arrays)
    if keras1:
        kernel = _keras1_kernel(today, config, kernel)
    if turned:
        kernel = _turned(kernel)
        if today == "ConvLSTM2D":
            rest[0] = _turned(rest[0])
    return [[kernel, *rest]]


def _keras1_kernel(today: str, config: dict[str, Any], kernel: Any) -> Any:
    first = config.get("data_format") == "channels_first"
    if today == "Conv1D" and kernel.ndim == 4:
        length = _one(config.get("kernel_size"))
        if kernel.shape[:2] != (length, 1) or kernel.shape[3] != config.get("filters"):
            kernel = kernel.transpose(2, 3, 1, 0)  # (filters, channels, length, 1), before 1.1
        return kernel[:, 0]
    if today == "Conv2DTranspose":
        return kernel.transpose(2, 3, 0, 1) if first else kernel.transpose(0, 1, 3, 2)
    if first and today in ("Conv2D", "Conv3D"):
        return _first_to_last(kernel)
    return kernel


def _first_to_last(kernel: Any) -> Any:
    """(filters, channels, ...) to (..., channels, filters)."""
    return np.moveaxis(kernel, (0, 1), (-1, -2))


def _turned(kernel: Any) -> Any:
    """By 180 degrees in all axes of space."""
    return kernel[(slice(None, None, -1),) * (kernel.ndim - 2)]


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
