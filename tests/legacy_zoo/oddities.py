"""What people do beside the usual: flags in calls, inputs as outputs, losses in the graph, ..."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as k

from legacy_zoo.kind import Kind

L = k.layers


def inputs_as_outputs() -> Any:
    a, b = k.Input((4,)), k.Input((3,))
    y = L.Dense(2)(a)
    return k.Model([a, b], [y, b, y])


def two_of_everything() -> Any:
    x = k.Input((5, 4))
    there, back = L.Bidirectional(L.GRU(3), merge_mode=None)(x)
    return k.Model(x, [there, back])


def bytes_of_images() -> Any:
    x = k.Input((6, 6, 3), dtype="uint8")
    y = L.Rescaling(1 / 255.0)(x)
    return k.Model(x, L.GlobalAveragePooling2D()(L.Conv2D(2, 3)(y)))


def half_precision_everywhere() -> Any:
    before = k.mixed_precision.global_policy()
    k.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        x = k.Input((6,))
        y = L.BatchNormalization()(L.Dense(4, activation="relu")(x))
        return k.Model(x, L.Activation("softmax", dtype="float32")(L.Dense(3)(y)))
    finally:
        k.mixed_precision.set_global_policy(before)


def losses_inside() -> Any:
    x = k.Input((4,))
    y = L.Dense(3, activity_regularizer="l2")(x)
    model = k.Model(x, L.Dense(2)(y))
    model.add_loss(tf.reduce_mean(tf.square(y)) * 0.1)
    model.add_metric(tf.reduce_sum(y), name="total", aggregation="mean")
    return model


def flags() -> Any:
    x = k.Input((5, 4))
    y = L.BatchNormalization()(x, training=False)
    y = L.Dropout(0.5)(y, training=False)
    inner = k.Sequential([L.Dense(4, input_shape=(5, 4)), L.BatchNormalization()])
    return k.Model(x, inner(y, training=False))


def functions_as_activations() -> Any:
    x = k.Input((5,))
    y = L.Dense(4, activation=tf.nn.relu)(x)
    y = L.Dense(4, activation=tf.nn.relu6)(y)
    y = L.Dense(4, activation=tf.nn.swish)(y)
    y = L.Dense(4, activation=tf.nn.leaky_relu)(y)
    y = L.Dense(4, activation=tf.tanh)(y)
    return k.Model(x, L.Dense(3, activation=tf.nn.softmax)(y))


def initializers() -> Any:
    return k.Sequential(
        [
            k.Input((4,)),
            L.Dense(4, kernel_initializer=tf.random_normal_initializer(0.0, 0.1, seed=1)),
            L.Dense(4, kernel_initializer=k.initializers.Identity(0.5)),
            L.Dense(4, kernel_initializer=tf.constant_initializer(0.2), bias_initializer="ones"),
            L.Dense(4, kernel_initializer=k.initializers.TruncatedNormal(stddev=0.2)),
            L.Dense(3, kernel_regularizer=k.regularizers.OrthogonalRegularizer(0.01)),
        ]
    )


def dictionaries_inside() -> Any:
    p, q = k.Input((4,), name="p"), k.Input((3,), name="q")
    inner = k.Model({"p": p, "q": q}, {"u": L.Dense(2)(p), "v": L.Dense(2)(q)}, name="inner")
    x, y = k.Input((4,), name="x"), k.Input((3,), name="y")
    made = inner({"p": x, "q": y})
    return k.Model({"x": x, "y": y}, L.Add()([made["u"], made["v"]]))


def shared_across_levels() -> Any:
    shared = L.Dense(4)
    p = k.Input((4,))
    inner = k.Model(p, shared(p))
    x = k.Input((4,))
    return k.Model(x, L.Add()([inner(x), shared(L.Activation("tanh")(x))]))


def same_names_inside() -> Any:
    def block(name: str) -> Any:
        x = k.Input((4,))
        return k.Model(x, L.BatchNormalization(name="bn")(L.Dense(4, name="dense")(x)), name=name)

    x = k.Input((4,))
    y = L.Dense(4, name="dense")(block("one")(x))
    return k.Model(x, block("two")(y))


def attention_masks() -> Any:
    q, m = k.Input((5, 4)), k.Input((5, 5), dtype="bool")
    y = L.MultiHeadAttention(2, 2)(q, q, attention_mask=m)
    s = L.Softmax()(y)
    return k.Model([q, m], [y, s])


def constant_operands() -> Any:
    x = k.Input((3,))
    scale = np.array([1.0, 2.0, 3.0], "float32")
    y = tf.constant([[0.5, 0.25, 0.125]]) - x
    return k.Model(x, L.Concatenate()([y * scale, y]))


def layer_scales() -> Any:
    return k.applications.ConvNeXtTiny(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )


def inception_resnet() -> Any:
    return k.applications.InceptionResNetV2(
        include_top=False, weights=None, input_shape=(75, 75, 3), pooling="avg"
    )


def nas_net() -> Any:
    return k.applications.NASNetMobile(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )


def reg_net() -> Any:
    return k.applications.RegNetX002(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )


def dense_net() -> Any:
    return k.applications.DenseNet121(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )


def xception() -> Any:
    return k.applications.Xception(
        include_top=False, weights=None, input_shape=(71, 71, 3), pooling="avg"
    )


def efficient_net_v2() -> Any:
    return k.applications.EfficientNetV2B0(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )


def vgg() -> Any:
    return k.applications.VGG16(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="max"
    )


KINDS = (
    Kind("inputs as outputs", inputs_as_outputs),
    Kind("bidirectional, not merged", two_of_everything, is_slow=True),
    Kind("bytes of images", bytes_of_images, below=256),
    Kind("mixed precision everywhere", half_precision_everywhere),
    Kind("losses and metrics inside", losses_inside),
    Kind("training flags", flags),
    Kind("functions of TensorFlow as activations", functions_as_activations),
    Kind("initializers of TensorFlow", initializers),
    Kind("dictionaries into a model inside", dictionaries_inside),
    Kind("a layer shared across levels", shared_across_levels),
    Kind("the same names inside", same_names_inside),
    Kind("attention masks", attention_masks),
    Kind("constants among tensors", constant_operands),
    Kind("ConvNeXtTiny", layer_scales, is_slow=True),
    Kind("InceptionResNetV2", inception_resnet, is_slow=True),
    Kind("NASNetMobile", nas_net, is_slow=True),
    Kind("RegNetX002", reg_net, is_slow=True),
    Kind("DenseNet121", dense_net, is_slow=True),
    Kind("Xception", xception, is_slow=True),
    Kind("EfficientNetV2B0", efficient_net_v2, is_slow=True),
    Kind("VGG16", vgg, is_slow=True),
)
