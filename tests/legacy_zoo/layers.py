"""Every family of layers, most in one small model each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tf_keras as k

from legacy_zoo.kind import Kind

L = k.layers
NAMES = [
    "elu",
    "selu",
    "softplus",
    "softsign",
    "relu",
    "tanh",
    "sigmoid",
    "exponential",
    "linear",
    "gelu",
    "swish",
    "mish",
    "softmax",
]


def chain(shape: tuple[int | None, ...], *made: Callable[[], Any], dtype: str = "float32") -> Any:
    """A Functional model of one layer after the other."""

    def build() -> Any:
        x = y = k.Input(shape, dtype=dtype)
        for make in made:
            y = make()(y)
        return k.Model(x, y)

    return build


def dense_everything() -> Any:
    return k.Sequential(
        [
            L.Dense(
                6,
                activation="relu",
                kernel_initializer=k.initializers.VarianceScaling(
                    2.0, "fan_out", "uniform", seed=3
                ),
                bias_initializer=k.initializers.Constant(0.1),
                kernel_regularizer=k.regularizers.L1L2(0.01, 0.02),
                bias_regularizer="l1",
                activity_regularizer=k.regularizers.L2(0.003),
                kernel_constraint=k.constraints.MaxNorm(3, axis=0),
                bias_constraint="non_neg",
                input_shape=(5,),
            ),
            L.Dense(4, kernel_initializer="he_normal", kernel_constraint=k.constraints.UnitNorm()),
            L.Dense(3, "softmax", kernel_initializer=k.initializers.Orthogonal(1.5)),
        ]
    )


def activations() -> Any:
    x = k.Input((7,))
    return k.Model(x, L.Concatenate()([L.Activation(name)(x) for name in NAMES]))


def activation_layers() -> Any:
    x = k.Input((7,))
    made = [
        L.LeakyReLU(0.17),
        L.ELU(0.6),
        L.ReLU(max_value=1.2, negative_slope=0.3, threshold=0.1),
        L.ThresholdedReLU(theta=0.4),
        L.Softmax(),
        L.PReLU(),
    ]
    return k.Model(x, [layer(x) for layer in made])


def activations_as_layers() -> Any:
    x = k.Input((7,))
    y = L.Dense(5, activation=L.LeakyReLU(0.2))(x)
    return k.Model(x, L.Dense(4, activation=L.ThresholdedReLU(0.3))(y))


def hard_sigmoids() -> Any:
    x = k.Input((8, 8, 3))
    y = L.Conv2D(4, 3, activation="hard_sigmoid")(x)
    y = L.DepthwiseConv2D(2, activation="hard_sigmoid")(y)
    y = L.SeparableConv2D(3, 2, activation="hard_sigmoid")(y)
    y = L.Conv2DTranspose(2, 2, activation="hard_sigmoid")(y)
    y = L.Activation("hard_sigmoid")(L.Flatten()(y))
    return k.Model(x, L.Dense(3, activation="hard_sigmoid", use_bias=False)(y))


def wrapped_hard_sigmoids() -> Any:
    return k.Sequential(
        [
            L.TimeDistributed(L.Dense(4, activation="hard_sigmoid"), input_shape=(5, 3)),
            L.TimeDistributed(L.Activation("hard_sigmoid")),
            L.Bidirectional(L.LSTM(3, recurrent_activation="hard_sigmoid")),
        ]
    )


def hard_sigmoid_rnns() -> Any:
    x = k.Input((6, 4))
    hard: dict[str, Any] = {"recurrent_activation": "hard_sigmoid"}
    layers = [
        L.LSTM(3, **hard),
        L.GRU(3, **hard),
        L.GRU(3, reset_after=False, activation="hard_sigmoid", **hard),
        L.SimpleRNN(3, activation="hard_sigmoid"),
        L.RNN(L.LSTMCell(3, **hard)),
        L.RNN([L.GRUCell(3, **hard), L.LSTMCell(2, **hard)]),
    ]
    return k.Model(x, [layer(x) for layer in layers])


def hard_sigmoid_state() -> Any:
    return k.Sequential([L.LSTM(3, activation="hard_sigmoid", input_shape=(6, 4))])


def normalizations() -> Any:
    x = k.Input((6, 4))
    y = L.BatchNormalization()(x)
    y = L.LayerNormalization(axis=[1, 2])(y)
    y = L.LayerNormalization(epsilon=1e-6, center=False)(y)
    y = L.GroupNormalization(groups=2)(y)
    y = L.UnitNormalization()(y)
    return k.Model(x, L.BatchNormalization(axis=1, scale=False, epsilon=0.01)(y))


def noises() -> Any:
    x = k.Input((6, 4))
    y = L.Dropout(0.3, noise_shape=[None, 1, 4], seed=5)(x)
    y = L.GaussianNoise(0.2)(y)
    y = L.GaussianDropout(0.2)(y)
    y = L.AlphaDropout(0.1)(y)
    y = L.SpatialDropout1D(0.2)(y)
    return k.Model(x, L.Dense(3)(L.ActivityRegularization(l1=0.1, l2=0.2)(y)))


def reshapings() -> Any:
    x = k.Input((6, 4))
    y = L.Permute((2, 1))(x)
    y = L.Reshape((8, -1))(y)
    y = L.UpSampling1D(2)(L.ZeroPadding1D((1, 2))(y))
    y = L.Cropping1D((1, 3))(y)
    y = L.Flatten()(y)
    return k.Model(x, L.RepeatVector(3)(L.Dense(5)(y)))


def images() -> Any:
    x = k.Input((6, 8, 2))
    y = L.ZeroPadding2D(((1, 0), (2, 1)))(x)
    y = L.Cropping2D(((0, 1), (1, 0)))(y)
    y = L.UpSampling2D((2, 3), interpolation="bilinear")(y)
    return k.Model(x, [L.UpSampling2D(2)(y), L.SpatialDropout2D(0.3)(y)])


def volumes() -> Any:
    x = k.Input((6, 6, 6, 2))
    y = L.Conv3D(3, 2, padding="same", dilation_rate=1)(x)
    y = L.MaxPooling3D(2)(L.Conv3DTranspose(2, 2, strides=2)(y))
    y = L.AveragePooling3D((1, 2, 2))(L.SpatialDropout3D(0.2)(y))
    y = L.UpSampling3D(2)(L.Cropping3D(1)(L.ZeroPadding3D(1)(y)))
    return k.Model(x, [L.GlobalAveragePooling3D()(y), L.GlobalMaxPooling3D()(y)])


def convolutions_1d() -> Any:
    x = k.Input((12, 4))
    y = L.Conv1D(6, 3, strides=2, padding="causal", activation="relu")(x)
    y = L.Conv1D(4, 2, groups=2, dilation_rate=1, use_bias=False)(y)
    y = L.SeparableConv1D(5, 2, depth_multiplier=2)(y)
    y = L.DepthwiseConv1D(2, depth_multiplier=2)(y)
    return k.Model(x, L.Conv1DTranspose(3, 3, strides=2, output_padding=1)(y))


def convolutions_2d() -> Any:
    x = k.Input((9, 10, 4))
    y = L.Conv2D(6, (3, 2), strides=(2, 1), padding="same", groups=2)(x)
    y = L.Conv2D(4, 3, dilation_rate=2, padding="same", kernel_regularizer="l2")(y)
    y = L.DepthwiseConv2D(3, depth_multiplier=2, padding="same", dilation_rate=(1, 1))(y)
    y = L.SeparableConv2D(5, 2, depth_multiplier=2, activation="elu")(y)
    return k.Model(x, L.Conv2DTranspose(3, 3, strides=2, padding="same")(y))


def poolings() -> Any:
    x = k.Input((8, 8, 3))
    made = [
        L.MaxPooling2D((2, 3), strides=2, padding="same")(x),
        L.AveragePooling2D(2)(x),
        L.GlobalAveragePooling2D(keepdims=True)(x),
        L.GlobalMaxPooling2D()(x),
    ]
    return k.Model(x, made)


def poolings_1d() -> Any:
    x = k.Input((8, 3))
    made = [
        L.MaxPooling1D(2, padding="same")(x),
        L.AveragePooling1D(3, strides=2)(x),
        L.GlobalAveragePooling1D()(x),
        L.GlobalMaxPooling1D(keepdims=True)(x),
    ]
    return k.Model(x, made)


def merges() -> Any:
    a, b = k.Input((5, 4)), k.Input((5, 4))
    made = [
        layer([a, b])
        for layer in (
            L.Add(),
            L.Subtract(),
            L.Multiply(),
            L.Average(),
            L.Maximum(),
            L.Minimum(),
            L.Concatenate(axis=1),
            L.Dot(axes=(2, 2), normalize=True),
            L.Dot(axes=1),
        )
    ]
    return k.Model([a, b], made)


def attentions() -> Any:
    q, v = k.Input((5, 4)), k.Input((6, 4))
    y = L.Attention(use_scale=True)([q, v])
    z = L.AdditiveAttention()([q, v, v])
    w = L.Attention(score_mode="concat", use_scale=True)([q, v], use_causal_mask=True)
    return k.Model([q, v], [y, z, w])


def multi_head() -> Any:
    q, v = k.Input((5, 4)), k.Input((6, 3))
    y, scores = L.MultiHeadAttention(2, 3, value_dim=2, output_shape=5)(
        q, v, return_attention_scores=True
    )
    z = L.MultiHeadAttention(2, 3, use_bias=False, dropout=0.1)(y, y, use_causal_mask=True)
    return k.Model([q, v], [z, scores])


def einsums() -> Any:
    x = k.Input((5, 4))
    y = L.EinsumDense("abc,cd->abd", output_shape=(None, 6), bias_axes="d", activation="relu")(x)
    return k.Model(x, L.EinsumDense("abc,cde->abde", output_shape=(5, 2, 3))(y))


def local_1d() -> Any:
    x = k.Input((9, 3))
    y = L.LocallyConnected1D(4, 3, strides=2, activation="relu")(x)
    return k.Model(x, L.LocallyConnected1D(2, 2, use_bias=False)(y))


def local_2d() -> Any:
    x = k.Input((7, 8, 2))
    y = L.LocallyConnected2D(3, (3, 2), strides=(2, 1))(x)
    return k.Model(x, L.LocallyConnected2D(2, 2, activation="hard_sigmoid")(y))


def local_dense() -> Any:
    x = k.Input((7, 6, 2))
    y = L.LocallyConnected2D(3, 3, padding="same", implementation=2)(x)
    y = L.LocallyConnected2D(2, (2, 3), strides=(2, 1), padding="same", implementation=3)(y)
    y = L.Reshape((-1, 4))(y)
    y = L.LocallyConnected1D(3, 3, padding="same", strides=2, implementation=2)(y)
    return k.Model(x, L.LocallyConnected1D(2, 2, implementation=3)(y))


def local_channels_first() -> Any:
    x = k.Input((2, 6, 7))
    y = L.LocallyConnected2D(3, 2, data_format="channels_first", activation="tanh")(x)
    y = L.LocallyConnected2D(2, 3, data_format="channels_first", implementation=2, padding="same")(
        y
    )
    y = L.LocallyConnected2D(2, 2, data_format="channels_first", implementation=3, padding="same")(
        y
    )
    y = L.Reshape((2, -1))(y)
    return k.Model(x, L.LocallyConnected1D(2, 3, data_format="channels_first")(y))


def fourier() -> Any:
    made = L.experimental.RandomFourierFeatures(7, scale=2.0, trainable=True)
    return k.Sequential([k.Input((5,)), made, L.Dense(2)])


def renorm() -> Any:
    x = k.Input((6, 4))
    made = k.src.layers.normalization.batch_normalization_v1.BatchNormalization
    return k.Model(x, made(renorm=True)(x))


def synchronized() -> Any:
    return k.Sequential([k.Input((5,)), L.BatchNormalization(synchronized=True), L.Dense(2)])


def identities() -> Any:
    x = k.Input((5,))
    return k.Model(x, L.Identity()(L.Dense(3)(x)))


KINDS = (
    Kind("dense with everything", dense_everything),
    Kind("activations by name", activations),
    Kind("activation layers", activation_layers),
    Kind("activations that are layers", activations_as_layers),
    Kind("hard_sigmoid in convolutions", hard_sigmoids),
    Kind("hard_sigmoid in wrappers", wrapped_hard_sigmoids),
    Kind("hard_sigmoid in recurrent layers", hard_sigmoid_rnns),
    Kind("hard_sigmoid on a state", hard_sigmoid_state),
    Kind("normalizations", normalizations),
    Kind("noise and dropout", noises),
    Kind("reshaping", reshapings),
    Kind("images", images),
    Kind("volumes", volumes),
    Kind("convolutions 1D", convolutions_1d),
    Kind("convolutions 2D", convolutions_2d),
    Kind("pooling 2D", poolings),
    Kind("pooling 1D", poolings_1d),
    Kind("merging", merges),
    Kind("attention", attentions),
    Kind("multi-head attention", multi_head),
    Kind("einsum dense", einsums),
    Kind("locally connected 1D", local_1d),
    Kind("locally connected 2D", local_2d),
    Kind("locally connected by matrix", local_dense),
    Kind("locally connected, channels first", local_channels_first),
    Kind("random Fourier features", fourier),
    Kind("batch renormalization", renorm),
    Kind("synchronized batch normalization", synchronized),
    Kind("identity", identities),
)
