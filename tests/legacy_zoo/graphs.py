"""Shapes of models: shared and nested ones, several inputs and outputs, names, frozen parts."""

from __future__ import annotations

from typing import Any

import tf_keras as k

from legacy_zoo.kind import Kind

L = k.layers


def shared_layer() -> Any:
    a, b, twin = k.Input((4,)), k.Input((4,)), L.Dense(3)
    return k.Model([a, b], L.Subtract()([twin(a), twin(b)]))


def shared_model() -> Any:
    encoder = k.Sequential([L.Dense(4, input_shape=(5,)), L.BatchNormalization()], name="encoder")
    a, b = k.Input((5,)), k.Input((5,))
    return k.Model([a, b], [L.Add()([encoder(a), encoder(b)]), encoder(a)])


def nested_functional() -> Any:
    p, q = k.Input((4,), name="p"), k.Input((3,), name="q")
    inner = k.Model([p, q], [L.Dense(2)(p), L.BatchNormalization()(L.Dense(2)(q))], name="inner")
    x, y = k.Input((4,)), k.Input((3,))
    u, v = inner([x, y])
    w, _ = inner([x, y])
    return k.Model([x, y], L.Concatenate()([u, v, w]))


def nested_twice() -> Any:
    inmost = k.Sequential([k.Input((4,)), L.Dense(4), L.BatchNormalization()], name="inmost")
    p = k.Input((4,))
    middle = k.Model(p, L.Dense(3)(inmost(inmost(p))), name="middle")
    return k.Sequential([k.Input((4,)), L.Dense(4), middle, L.Dense(2)])


def nested_without_input() -> Any:
    inner = k.Sequential([L.Dense(4, activation="relu"), L.Dense(3)], name="inner")
    x = k.Input((5,))
    return k.Model(x, inner(x))


def frozen() -> Any:
    base = k.Sequential(
        [
            k.Input((6, 6, 2)),
            L.Conv2D(3, 3),
            L.BatchNormalization(),
            L.Conv2D(2, 2),
            L.BatchNormalization(),
        ],
        name="base",
    )
    base.layers[1].trainable = False
    base.layers[2].trainable = False
    x = k.Input((6, 6, 2))
    outer = L.Dense(3)(L.Flatten()(base(x)))
    model = k.Model(x, outer)
    model.layers[-1].trainable = False
    return model


def frozen_model() -> Any:
    base = k.Sequential([k.Input((5,)), L.Dense(4), L.BatchNormalization(), L.Dense(3)])
    base.trainable = False
    return k.Sequential([k.Input((5,)), base, L.Dense(2)])


def residual() -> Any:
    x = k.Input((8, 8, 3))
    y = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(3, 3, padding="same", use_bias=False)(x)))
    y = L.Add()([x, y])
    return k.Model(x, L.Dense(4)(L.GlobalAveragePooling2D()(y)))


def dictionaries() -> Any:
    a, b = k.Input((4,), name="a"), k.Input((3,), name="b")
    y = L.Concatenate()([L.Dense(2)(a), b])
    return k.Model({"a": a, "b": b}, {"sum": L.Dense(2)(y), "product": L.Dense(3)(y)})


def slashes() -> Any:
    x = k.Input((4,), name="in")
    y = L.Dense(3, name="block/dense")(x)
    z = L.Dense(3, name="block_dense")(x)
    return k.Model(x, L.Add(name="block/add")([y, z]), name="my/model")


def order_of_calls() -> Any:
    a, b = L.Dense(4, name="a"), L.Dense(4, name="b")
    x = k.Input((4,))
    return k.Model(x, a(b(a(b(x)))))


def first_layer_is_model() -> Any:
    inner = k.Sequential([L.Dense(4, input_shape=(5,))])
    return k.Sequential([inner, L.Dense(2)])


def unknown_sizes() -> Any:
    x = k.Input((None, None, 3))
    y = L.Conv2D(4, 3, padding="same")(x)
    return k.Model(x, L.GlobalMaxPooling2D()(L.UpSampling2D()(y)))


def fixed_batch() -> Any:
    return k.Sequential([k.Input((4,), batch_size=2), L.Dense(3)])


def half_precision() -> Any:
    x = k.Input((6,))
    y = L.Dense(4, dtype=k.mixed_precision.Policy("mixed_float16"))(x)
    return k.Model(x, L.Dense(2, dtype="float32")(y))


def double_precision() -> Any:
    x = k.Input((6,), dtype="float64")
    return k.Model(x, L.Dense(4, dtype="float64", activation="tanh")(x))


def mobile_net() -> Any:
    return k.applications.MobileNetV2(
        (32, 32, 3), alpha=0.35, weights=None, classes=5, include_top=True
    )


def efficient_net() -> Any:
    return k.applications.EfficientNetB0(
        input_shape=(32, 32, 3), weights=None, classes=5, include_top=True
    )


def resnet() -> Any:
    return k.applications.ResNet50V2(
        input_shape=(32, 32, 3), weights=None, include_top=False, pooling="avg"
    )


def mobile_net_3() -> Any:
    return k.applications.MobileNetV3Small(
        (64, 64, 3), weights=None, classes=5, include_preprocessing=True, dropout_rate=0.1
    )


def dense_net_nested() -> Any:
    base = k.applications.MobileNet((32, 32, 3), 0.25, weights=None, include_top=False)
    base.trainable = False
    return k.Sequential([base, L.GlobalAveragePooling2D(), L.Dense(4, activation="softmax")])


KINDS = (
    Kind("a shared layer", shared_layer),
    Kind("a shared model", shared_model),
    Kind("a model with two inputs inside", nested_functional),
    Kind("models nested twice", nested_twice),
    Kind("a model inside without input", nested_without_input),
    Kind("frozen layers in a model inside", frozen),
    Kind("a frozen model inside", frozen_model),
    Kind("residual", residual),
    Kind("dictionaries in and out", dictionaries),
    Kind("names with slashes", slashes),
    Kind("layers called in turns", order_of_calls),
    Kind("a model as first layer", first_layer_is_model),
    Kind("unknown image size", unknown_sizes),
    Kind("a fixed batch", fixed_batch),
    Kind("mixed precision", half_precision),
    Kind("double precision", double_precision),
    Kind("MobileNetV2", mobile_net, is_slow=True),
    Kind("EfficientNetB0", efficient_net, is_slow=True),
    Kind("ResNet50V2", resnet, is_slow=True),
    Kind("MobileNetV3Small", mobile_net_3, is_slow=True),
    Kind("a frozen MobileNet below a head", dense_net_nested, is_slow=True),
)
