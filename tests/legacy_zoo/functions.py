"""Functions of TensorFlow in a model of tf.keras 2.4 and later: TFOpLambda and SlicingOpLambda."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf
import tf_keras as k

from legacy_zoo.kind import Kind

L = k.layers
ROW = tf.constant([0.5, -1.0, 2.0, 0.25])


def of(shape: tuple[int | None, ...], function: Callable[[Any], Any]) -> Callable[[], Any]:
    """A model that returns whatever the function makes of its input."""

    def build() -> Any:
        x = k.Input(shape)
        return k.Model(x, tf.nest.flatten(function(x)))

    return build


def arithmetic(x: Any) -> Any:
    y = 1.0 - x * 2.0 + ROW
    return [y / 3.0, 2.0 / (abs(x) + 1.0), -x, x**2.0, x // 2.0, x % 2.0, 2.0**x, y - x, x + 1]


def comparison(x: Any) -> Any:
    inside = (x > -0.5) & (x < 0.5)
    return [
        tf.where(inside, x, 0.0),
        tf.where(~inside, tf.zeros_like(x), tf.ones_like(x)),
        tf.cast((x >= 0.0) | (x <= -1.0), "float32"),
        tf.cast(tf.equal(x, x), "float32") + tf.cast(tf.not_equal(x, 1.0), "float32"),
    ]


def elementwise(x: Any) -> Any:
    positive = tf.abs(x) + 0.5
    return [
        tf.exp(x),
        tf.math.log(positive),
        tf.math.log1p(positive),
        tf.sqrt(positive),
        tf.math.rsqrt(positive),
        tf.math.reciprocal(positive),
        tf.square(x),
        tf.sign(x),
        tf.floor(x),
        tf.math.ceil(x),
        tf.round(x),
        tf.sin(x) + tf.cos(x) + tf.tan(x),
        tf.math.erf(x),
        tf.atan2(x, positive),
        tf.math.squared_difference(x, 1.0),
        tf.maximum(x, 0.1),
        tf.minimum(x, ROW),
        tf.math.divide_no_nan(x, positive),
        tf.math.expm1(x),
        tf.sinh(x) + tf.cosh(x) + tf.asinh(x),
        tf.add_n([x, positive, x]),
        tf.math.scalar_mul(2.5, x),
    ]


def activations(x: Any) -> Any:
    return [
        tf.nn.relu(x),
        tf.nn.relu6(x * 4.0),
        tf.nn.leaky_relu(x, alpha=0.1),
        tf.nn.elu(x),
        tf.nn.selu(x),
        tf.nn.gelu(x),
        tf.nn.gelu(x, approximate=True),
        tf.nn.silu(x),
        tf.nn.softmax(x),
        tf.nn.softmax(x, axis=1),
        tf.nn.log_softmax(x),
        tf.nn.softplus(x),
        tf.nn.softsign(x),
        tf.sigmoid(x),
        tf.tanh(x),
        tf.math.log_sigmoid(x),
    ]


def keras_functions(x: Any) -> Any:
    a, b = k.activations, k.backend
    return [
        a.hard_sigmoid(x),
        a.relu(x, alpha=0.1, max_value=1.0),
        a.swish(x),
        a.gelu(x),
        a.softmax(x),
        b.mean(x, axis=1),
        b.sum(x, axis=-1, keepdims=True),
        b.l2_normalize(x, axis=-1),
        b.concatenate([x, x]),
        b.permute_dimensions(x, (0, 2, 1)),
        b.clip(x, -0.5, 0.5),
        b.batch_dot(x, x, axes=2),
        b.dot(x, b.constant([[1.0, 2.0]] * 4)),
        b.expand_dims(x, 1),
        b.std(x, axis=1),
    ]


def reductions(x: Any) -> Any:
    return [
        tf.reduce_mean(x, 1),
        tf.reduce_sum(x, axis=[1, 2]),
        tf.reduce_max(x, axis=-1, keepdims=True),
        tf.reduce_min(x, axis=1),
        tf.reduce_prod(x, axis=1),
        tf.math.reduce_std(x, axis=1),
        tf.math.reduce_variance(x, axis=-1),
        tf.reduce_logsumexp(x, axis=1),
        tf.norm(x, axis=-1),
        tf.norm(x, ord=1, axis=1),
        tf.math.l2_normalize(x, axis=-1),
        tf.cast(tf.argmax(x, axis=-1), "float32"),
        tf.cumsum(x, axis=1),
        tf.cumsum(x, axis=1, reverse=True),
        *tf.nn.moments(x, [1]),
        *tf.math.top_k(x, 2),
    ]


def rearranging(x: Any) -> Any:
    return [
        tf.reshape(x, [-1, 24]),
        tf.transpose(x, [0, 2, 1]),
        tf.concat([x, x * 2.0], axis=1),
        tf.stack([x, x], axis=1),
        *tf.unstack(x, axis=2),
        *tf.split(x, 2, axis=-1),
        *tf.split(x, [1, -1], axis=-1),
        tf.squeeze(tf.expand_dims(x, 1), [1]),
        tf.tile(x, [1, 2, 1]),
        tf.repeat(x, 2, axis=1),
        tf.reverse(x, [1, 2]),
        tf.roll(x, shift=1, axis=1),
        tf.gather(x, [0, 2], axis=1),
        tf.pad(x, [[0, 0], [1, 2], [0, 0]]),
        tf.pad(x, [[0, 0], [1, 1], [0, 0]], constant_values=3.0),
        tf.pad(x, [[0, 0], [1, 1], [1, 1]], mode="REFLECT"),
        tf.sort(x, axis=-1, direction="DESCENDING"),
        tf.cast(tf.argsort(x, axis=1), "float32"),
        tf.slice(x, [0, 1, 0], [-1, 2, -1]),
        tf.strided_slice(x, [0, 1, 0], [0, 5, 4], [1, 2, 1], begin_mask=1, end_mask=1),
        tf.identity(tf.stop_gradient(x)),
        tf.one_hot(tf.cast(tf.abs(x), "int32"), 3),
    ]


def slicing(x: Any) -> Any:
    return [
        x[:, -1],
        x[:, 1:4],
        x[:, ::2, 0],
        x[..., 0],
        x[:, tf.newaxis, :, ::-1],
        x[:, 0:1] * x[:, :, :1],
        x[0:1],
    ]


def shapes(x: Any) -> Any:
    size = tf.shape(x)
    return [
        tf.reshape(x, [tf.shape(x)[0], 24]),
        tf.reshape(x, tf.stack([size[0], size[1] * size[2]])),
        tf.reshape(x, tf.concat([size[:1], [2, 12]], axis=0)),
        tf.reshape(x, [-1, size[2]]),
    ]


def matrices(x: Any) -> Any:
    return [
        tf.matmul(x, x, transpose_b=True),
        x @ tf.ones((4, 3)),
        tf.ones((5, 6)) @ x,
        tf.tensordot(x, tf.constant([[1.0, 2.0]] * 4), axes=1),
        tf.nn.bias_add(x, ROW),
        tf.clip_by_value(x, -0.3, 0.7),
    ]


def further(x: Any) -> Any:
    square = tf.matmul(x, x, transpose_b=True)
    size = tf.shape(x)
    return [
        tf.linalg.matvec(x, tf.constant([1.0, -2.0, 0.5, 3.0])),
        tf.linalg.trace(square),
        tf.linalg.diag_part(square),
        tf.math.reduce_euclidean_norm(x, axis=1),
        tf.broadcast_to(x[:, :1], [size[0], 6, 4]),
        tf.cast(tf.sequence_mask(tf.cast(tf.abs(x[:, 0, 0]) * 3.0, "int32"), 5), "float32"),
        tf.nn.silu(x, beta=0.7),
        tf.math.cumsum(x, axis=-1),
        tf.math.argmin(x, axis=1),
    ]


def pictures(x: Any) -> Any:
    kernel = tf.reshape(tf.linspace(-1.0, 1.0, 2 * 2 * 4 * 3), (2, 2, 4, 3))
    return [
        tf.image.resize(x, (9, 5)),
        tf.image.resize(x, (12, 12), method="nearest"),
        tf.image.flip_left_right(x),
        tf.image.flip_up_down(x),
        tf.image.rgb_to_grayscale(x[..., :3]),
        tf.image.grayscale_to_rgb(x[..., :1]),
        tf.image.per_image_standardization(x),
        tf.image.crop_to_bounding_box(x, 1, 2, 4, 3),
        tf.image.adjust_brightness(x, 0.3),
        tf.image.adjust_contrast(x, 1.7),
        tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"),
        tf.nn.conv2d(x, kernel, strides=2, padding="SAME"),
        tf.nn.max_pool2d(x, 2, 2, "SAME"),
        tf.nn.avg_pool2d(x, 2, 1, "VALID"),
        tf.nn.depth_to_space(x, 2),
        tf.nn.space_to_depth(x, 2),
        tf.nn.local_response_normalization(x, 1, 1.5, 0.1, 0.75),
    ]


def preprocessing(x: Any) -> Any:
    applications = k.applications
    return [
        applications.mobilenet_v2.preprocess_input(x),
        applications.resnet50.preprocess_input(x),
        applications.densenet.preprocess_input(x),
    ]


def called_twice() -> Any:
    """An op layer and a layer between, shared by two calls of a model inside."""
    p = k.Input((4,))
    inner = k.Model(p, L.Dense(3)(tf.nn.relu(p) * 2.0) + 1.0, name="inner")
    a, b = k.Input((4,)), k.Input((4,))
    return k.Model([a, b], tf.concat([inner(a), inner(b)], -1) / 2.0)


KINDS = (
    Kind("operators", of((6, 4), arithmetic)),
    Kind("comparisons", of((6, 4), comparison)),
    Kind("elementwise functions", of((6, 4), elementwise)),
    Kind("activation functions", of((6, 4), activations)),
    Kind("functions of the Keras backend", of((6, 4), keras_functions)),
    Kind("reductions", of((6, 4), reductions)),
    Kind("rearranging functions", of((6, 4), rearranging)),
    Kind("slices", of((6, 4), slicing)),
    Kind("shapes of tensors", of((6, 4), shapes)),
    Kind("matrices", of((6, 4), matrices)),
    Kind("further functions", of((6, 4), further)),
    Kind("image functions", of((8, 8, 4), pictures)),
    Kind("preprocess_input", of((4, 4, 3), preprocessing)),
    Kind("functions in a shared model", called_twice),
)
