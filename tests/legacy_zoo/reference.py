"""What old layers compute, in NumPy, from their definitions: neither Keras is asked.

Images are (batch, rows, columns, channels) unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def hard_sigmoid(x: Array) -> Array:
    """That of Keras 1 and 2."""
    return np.clip(0.2 * x + 0.5, 0, 1)


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def softplus(x: Array) -> Array:
    return np.log1p(np.exp(x))


def identity(x: Array) -> Array:
    return x


def windows(x: Array, size: tuple[int, int], strides: tuple[int, int] = (1, 1)) -> Array:
    """(batch, rows, columns, size ..., channels): what a kernel sees at each place."""
    rows = (x.shape[1] - size[0]) // strides[0] + 1
    columns = (x.shape[2] - size[1]) // strides[1] + 1
    return np.stack(
        [
            np.stack(
                [
                    x[:, i * strides[0] :][:, : size[0], j * strides[1] :][:, :, : size[1]]
                    for j in range(columns)
                ],
                axis=1,
            )
            for i in range(rows)
        ],
        axis=1,
    )


def padded_same(x: Array, size: tuple[int, int]) -> Array:
    """For strides of 1."""
    pad = [((n - 1) // 2, n - 1 - (n - 1) // 2) for n in size]
    return np.pad(x, [(0, 0), *pad, (0, 0)])


def correlate(x: Array, kernel: Array, strides: tuple[int, int] = (1, 1)) -> Array:
    """As TensorFlow: kernel (rows, columns, channels, filters), valid."""
    size = (kernel.shape[0], kernel.shape[1])
    return np.einsum("bijrsc,rscf->bijf", windows(x, size, strides), kernel)


def convolve_first(x: Array, kernel: Array) -> Array:
    """As Theano, channels first: kernel (filters, channels, rows, columns) turned, valid."""
    turned = kernel[:, :, ::-1, ::-1].transpose(2, 3, 1, 0)
    return correlate(x.transpose(0, 2, 3, 1), turned).transpose(0, 3, 1, 2)


def max_pool(x: Array, size: tuple[int, int]) -> Array:
    return windows(x, size, size).max((3, 4))


def lstm(
    x: Array,
    kernels: list[Array],
    states: list[Array],
    biases: list[Array],
    gate: Callable[[Array], Array] = hard_sigmoid,
    activation: Callable[[Array], Array] = np.tanh,
) -> Array:
    """(batch, time, units); gates in the order input, forget, cell, output."""
    h = c = np.zeros((len(x), states[0].shape[0]))
    out = []
    for t in range(x.shape[1]):
        i, f, g, o = (
            x[:, t] @ w + h @ u + b for w, u, b in zip(kernels, states, biases, strict=True)
        )
        c = gate(f) * c + gate(i) * activation(g)
        h = gate(o) * activation(c)
        out.append(h)
    return np.stack(out, 1)


def gru(
    x: Array,
    kernels: list[Array],
    states: list[Array],
    biases: list[Array],
    gate: Callable[[Array], Array] = hard_sigmoid,
    state_biases: list[Array] | None = None,
) -> Array:
    """(batch, time, units); update, reset, candidate. With `state_biases` the reset gate comes
    after the product, as in cuDNN."""
    h = np.zeros((len(x), states[0].shape[0]))
    out = []
    wz, wr, wh = kernels
    uz, ur, uh = states
    bz, br, bh = biases
    vz, vr, vh = state_biases or [np.zeros(len(bz))] * 3
    for t in range(x.shape[1]):
        z = gate(x[:, t] @ wz + bz + h @ uz + vz)
        r = gate(x[:, t] @ wr + br + h @ ur + vr)
        inner = r * (h @ uh + vh) if state_biases else (r * h) @ uh
        h = z * h + (1 - z) * np.tanh(x[:, t] @ wh + bh + inner)
        out.append(h)
    return np.stack(out, 1)


def simple_rnn(x: Array, kernel: Array, state: Array, bias: Array) -> Array:
    h = np.zeros((len(x), state.shape[0]))
    out = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ state + bias)
        out.append(h)
    return np.stack(out, 1)


def batch_norm(
    x: Array, gamma: Array, beta: Array, mean: Array, variance: Array, epsilon: float
) -> Array:
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
