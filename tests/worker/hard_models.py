"""Models that use everything a Keras graph can hold: each must come out of a drawing as it went in.

`HARD` maps names to functions that make them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

Input = keras.Input
Model = keras.Model


def seq2seq() -> Model:
    """An encoder whose states start a decoder; the calls by keyword."""
    source, target = Input((6, 5), name="source"), Input((7, 4), name="target")
    _, h, c = layers.LSTM(8, return_state=True, name="encoder")(source)
    decoded = layers.LSTM(8, return_sequences=True, name="decoder")(target, initial_state=[h, c])
    return Model([source, target], layers.Dense(3, activation="softmax")(decoded))


def masked_attention() -> Model:
    """Masks through Embedding, a Bidirectional LSTM with states, and attention with scores."""
    words = Input((9,), dtype="int32", name="words")
    x = layers.Embedding(20, 6, mask_zero=True)(words)
    x, h1, c1, h2, c2 = layers.Bidirectional(
        layers.LSTM(4, return_sequences=True, return_state=True)
    )(x)
    attended, scores = layers.Attention()([x, x], return_attention_scores=True)
    state = layers.Concatenate()([h1, h2, c1, c2])
    return Model(words, [layers.GlobalAveragePooling1D()(attended), scores, layers.Dense(2)(state)])


def mask_chains() -> Model:
    """Masks that are merged and passed on before they are used."""
    a, b = Input((5, 3), name="a"), Input((5, 3), name="b")
    x = layers.Masking()(a)
    y = layers.Masking(mask_value=1.0)(b)
    joined = layers.Concatenate()([layers.Dense(4)(x), layers.Dropout(0.1)(y)])
    added = layers.Add()([layers.LSTM(4, return_sequences=True)(joined), layers.Dense(4)(x)])
    return Model([a, b], layers.GRU(3)(added))


def explicit_mask() -> Model:
    """A mask of the model's own, which must not be taken for one of Keras's."""
    x = Input((5, 3), name="x")
    lengths = Input((5,), name="lengths")
    mask = ops.not_equal(lengths, 0)
    return Model([x, lengths], layers.LSTM(2)(x, mask=mask))


def transformer() -> Model:
    """Two MultiHeadAttention with masks, scores and a causal mask; a Sequential in the middle."""
    x, memory = Input((6, 8), name="x"), Input((5, 8), name="memory")
    allowed = Input((6, 5), dtype="bool", name="allowed")
    y = layers.MultiHeadAttention(2, 4, name="own")(x, x, use_causal_mask=True)
    y = layers.LayerNormalization()(x + y)
    z, scores = layers.MultiHeadAttention(2, 4, value_dim=3, name="other")(
        y, memory, memory, attention_mask=allowed, return_attention_scores=True
    )
    feed = keras.Sequential([layers.Dense(16, activation="gelu"), layers.Dense(8)], name="feed")
    y = layers.LayerNormalization()(y + z)
    return Model([x, memory, allowed], {"y": layers.Dropout(0.1)(y + feed(y)), "scores": scores})


def attention_by_keyword() -> Model:
    """Arguments given in another order than the signature's."""
    q, k, v = Input((4, 8), name="q"), Input((5, 8), name="k"), Input((5, 6), name="v")
    dense = [layers.Dense(8)(each) for each in (q, k, v)]
    y = layers.MultiHeadAttention(2, 4)(query=dense[0], key=dense[1], value=dense[2])
    return Model([q, k, v], y)


def siamese() -> Model:
    """One submodel called twice, and the distance of the results."""
    image = Input((8, 8, 1))
    x = layers.Flatten()(layers.MaxPooling2D()(layers.Conv2D(3, 3)(image)))
    encoder = Model(image, layers.Dense(4)(x), name="encoder")
    left, right = Input((8, 8, 1), name="left"), Input((8, 8, 1), name="right")
    distance = ops.abs(encoder(left) - encoder(right))
    return Model([left, right], layers.Dense(1, activation="sigmoid")(distance))


def unet() -> Model:
    """Skips that are concatenated, transposed convolutions."""
    image = Input((16, 16, 2))
    a = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    b = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.MaxPooling2D()(a))
    up = layers.Conv2DTranspose(4, 2, strides=2)(b)
    c = layers.Concatenate()([a, up])
    return Model(image, layers.Conv2D(1, 1, activation="sigmoid")(c))


def dictionaries() -> Model:
    """A dictionary in; a dictionary with a tuple and a list inside out."""
    a, b = Input((4,), name="a"), Input((3,), name="b")
    x = layers.Concatenate()([layers.Dense(4)(a) * 2, layers.Dense(4)(b)])
    heads = [layers.Dense(n, name=f"head_{n}")(x) for n in (1, 2, 3, 4)]
    return Model(
        {"a": a, "b": b}, {"z": heads[0], "pair": (heads[1], heads[2]), "list": [heads[3]]}
    )


def nested_inputs() -> Model:
    """Inputs in a tuple inside a list, one of them a list of one."""
    a, b, c = (Input((n,), name=f"in_{n}") for n in (2, 3, 4))
    x = layers.Concatenate()([layers.Dense(2)(a), layers.Dense(2)(b), layers.Dense(2)(c)])
    return Model([(a, b), [c]], (layers.Dense(1)(x),))


def lists_of_one() -> Model:
    x = Input((3,), name="x")
    return Model([x], [layers.Dense(2)(x)])


def operations() -> Model:
    """Thirty operations: slices, None, Ellipsis, constants, several results."""
    x = Input((6, 4), name="x")
    y = (x * 2.0 + 1.0 - x / 3.0) ** 2
    y = -ops.relu(y) % 5.0
    a, b = y[:, 0], y[..., -1]
    c = y[:, 1:5:2, None, :]
    d = ops.concatenate([a, ops.mean(x, axis=1)], axis=-1)
    values, indices = ops.top_k(d, k=3)
    e = ops.einsum("bij,bkj->bik", x, y)
    f = ops.where(e > 0.5, e, ops.zeros_like(e))
    g = ops.matmul(x, np.arange(12, dtype="float32").reshape(4, 3) / 10)
    h = ops.stack([b, ops.sum(g, axis=-1)], axis=1)
    i = ops.reshape(ops.squeeze(c, axis=2), (-1, 8))
    j = ops.transpose(f, (0, 2, 1))
    k = ops.clip(ops.max(j, axis=(1, 2), keepdims=True), -10.0, float("inf"))
    m = ops.split(i, 2, axis=1)
    n = ops.cast(indices, "float32") + ops.add(values, np.array([0.5, -0.5, float("inf")]))
    o = ops.logical_and(a > 0, ops.less(a, 3))
    p = ops.softmax(ops.pad(h, ((0, 0), (1, 0), (0, 0))), axis=-1)
    r = ops.take(y, [0, 2], axis=1)
    return Model(x, [k, m[1], n, o, p, r, ops.expand_dims(m[0], 1), ops.logsumexp(e, axis=-1)])


def images() -> Model:
    """Operations on images, constants as tensors."""
    x = Input((8, 8, 3))
    y = ops.image.resize(x, (4, 4))
    y = y - ops.convert_to_tensor([0.5, 0.25, 0.125])
    return Model(x, ops.nn.average_pool(y, 2) @ np.eye(3, dtype="float32"))


def recurrent_wrappers() -> Model:
    """TimeDistributed around a Sequential, a backward layer, stacked cells."""
    x = Input((5, 6))
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)], name="inner")
    y = layers.TimeDistributed(inner)(layers.Masking()(x))
    y = layers.Bidirectional(
        layers.LSTM(4, return_sequences=True),
        backward_layer=layers.GRU(4, return_sequences=True, go_backwards=True),
    )(y)
    y = layers.RNN([layers.LSTMCell(5), layers.GRUCell(3), layers.SimpleRNNCell(2)])(y)
    return Model(x, y)


def bidirectional_kinds() -> Model:
    """Bidirectional layers in several ways of merging, one with a frozen half."""
    x = Input((5, 3))
    y = layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum", name="sum")(x)
    half = layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="half")
    half.forward_layer.trainable = False
    a, b = layers.Bidirectional(layers.SimpleRNN(2), merge_mode=None)(half(y))
    return Model(x, [a, b])


def wrapped_model() -> Model:
    """A Functional model inside TimeDistributed, which is called outside too."""
    frame = Input((4, 4, 1))
    look = Model(frame, layers.Dense(3)(layers.Flatten()(frame)), name="look")
    film, still = Input((5, 4, 4, 1), name="film"), Input((4, 4, 1), name="still")
    seen = layers.LSTM(3)(layers.TimeDistributed(look)(film))
    return Model([film, still], layers.Add()([seen, look(still)]))


def wrapper_shares_layer() -> Model:
    """A layer inside a wrapper that is called by itself as well."""
    dense = layers.Dense(3, name="both")
    x, y = Input((5, 4), name="x"), Input((4,), name="y")
    over_time = layers.GlobalAveragePooling1D()(layers.TimeDistributed(dense)(x))
    return Model([x, y], layers.Subtract()([over_time, dense(y)]))


def spectral() -> Model:
    x = Input((8, 8, 3))
    y = layers.SpectralNormalization(layers.Conv2D(4, 3))(x)
    return Model(
        x, layers.SpectralNormalization(layers.Dense(2), power_iterations=2)(layers.Flatten()(y))
    )


def interleaved() -> Model:
    """A(B(A(B(x)))), two layers that are shared in turns."""
    a, b = layers.Dense(4, name="a"), layers.Dense(4, name="b", activation="tanh")
    x = Input((4,))
    return Model(x, a(b(a(b(x)))))


def shared_calls() -> Model:
    """Calls of one layer in an order that the wires do not tell."""
    dense, x, y = layers.Dense(3, name="dense"), Input((3,), name="x"), Input((3,), name="y")
    deep = dense(layers.ReLU()(layers.Dense(3, name="before")(x)))
    flat = dense(y)
    return Model([x, y], [flat, deep])


def shared_across_levels() -> Model:
    """A layer that a submodel and the outer model call: Keras itself cannot reload this."""
    dense = layers.Dense(4, name="d")
    inside = Input((4,))
    sub = Model(inside, layers.ReLU()(dense(inside)), name="sub")
    x = Input((4,), name="x")
    return Model(x, layers.Dense(2)(dense(sub(x))))


def nested_thrice() -> Model:
    """Models inside models, with equal names of layers, one of them called twice."""

    def level(width: int, inside: Any, name: str) -> Model:
        x = Input((4,))
        y = layers.Dense(width, name="dense")(x)
        y = layers.Dense(4, name="back")(y)
        return Model(x, y if inside is None else inside(y), name=name)

    inner = level(3, level(5, level(6, None, "inner"), "middle"), "outer")
    x = Input((4,), name="x")
    return Model(x, inner(inner(x)) + x)


def several_in_block() -> Model:
    """A submodel with several named inputs and outputs in a dictionary, one output unused."""
    a, b = Input((4,), name="zeta"), Input((3,), name="alpha")
    one, two = layers.Dense(2, name="one")(a), layers.Dense(3, name="two")(b)
    block = Model({"zeta": a, "alpha": b}, {"y": two, "x": one, "w": layers.ReLU()(two)}, name="b")
    u, v = Input((4,), name="u"), Input((3,), name="v")
    out = block({"zeta": u, "alpha": v})
    return Model([u, v], layers.Concatenate()([out["y"], out["x"]]))


def list_block() -> Model:
    """A submodel with inputs and outputs in lists."""
    a, b = Input((4,), name="zeta"), Input((3,), name="alpha")
    block = Model([a, b], [layers.Dense(2)(b), layers.Dense(3)(a)], name="block")
    u, v = Input((4,), name="u"), Input((3,), name="v")
    first, second = block([u, v])
    return Model((u, v), (layers.Dense(1)(second), layers.Dense(1)(first)))


def cut_out() -> Model:
    """A model between two tensors in the middle of another."""
    x = Input((8,))
    a = layers.Dense(6, name="first")(x)
    b = layers.Dense(5, name="second", activation="relu")(a)
    c = layers.Dense(4, name="third")(layers.Add()([b, layers.Dense(5, name="side")(a)]))
    Model(x, c)
    return Model(a, c, name="cut")


def optional_input() -> Model:
    """An input that may be left out: given to an argument that may be None."""
    x = Input((5, 8), name="x")
    allowed = Input((5, 5), dtype="bool", name="allowed", optional=True)
    return Model([x, allowed], layers.MultiHeadAttention(2, 4)(x, x, attention_mask=allowed))


def unused_input() -> Model:
    """An input that nothing uses."""
    x, unused = Input((4,), name="x"), Input((2,), name="unused")
    return Model([unused, x], layers.Dense(3)(x))


def same_tensor_twice() -> Model:
    """One tensor returned twice, an input returned as it is."""
    x = Input((4,), name="x")
    y = layers.Dense(3, name="y")(x)
    return Model(x, [y, y, x])


def text() -> Model:
    """Text and lookups with vocabularies, integers, hashing, numbers in classes."""
    words = Input((1,), dtype="string", name="words")
    vectors = layers.TextVectorization(
        max_tokens=20, output_sequence_length=5, vocabulary=["cat", "dog", "bird", "größe"]
    )(words)
    kind = layers.StringLookup(vocabulary=["red", "green"], output_mode="one_hot")(words)
    age = Input((1,), name="age")
    group = layers.Discretization(bin_boundaries=[1.0, 2.5, 9.0])(age)
    number = layers.IntegerLookup(vocabulary=[3, 5, 9])(group)
    hashed = layers.Flatten()(layers.Hashing(7, output_mode="one_hot")(words))
    kind = layers.Flatten()(kind)
    embedded = layers.GlobalAveragePooling1D()(layers.Embedding(20, 4, mask_zero=True)(vectors))
    number = layers.Flatten()(layers.Embedding(5, 3)(number))
    return Model(
        {"words": words, "age": age},
        layers.Dense(2)(layers.Concatenate()([embedded, kind, hashed, number])),
    )


def adapted() -> Model:
    """Layers that have learnt from data: Normalization, lookup, text with weights of words."""
    normal = layers.Normalization()
    normal.adapt(np.array([[1.0, 200.0], [3.0, 400.0], [5.0, 900.0]]))
    lookup = layers.StringLookup(output_mode="multi_hot")
    lookup.adapt(np.array([["a"], ["b"], ["c"], ["a"]]))
    vector = layers.TextVectorization(output_mode="tf_idf", ngrams=2)
    vector.adapt(np.array(["the cat", "the dog sat", "a cat"]))
    bins = layers.Discretization(num_bins=4)
    bins.adapt(np.linspace(0, 1, 50))
    x = Input((2,), name="x")
    word = Input((1,), dtype="string", name="word")
    line = Input((), dtype="string", name="line")
    number = Input((1,), name="number")
    parts = [
        normal(x), lookup(word), vector(line), layers.CategoryEncoding(5)(bins(number)),
    ]  # fmt: skip
    return Model([x, word, line, number], layers.Dense(2)(layers.Concatenate()(parts)))


def augmented() -> Model:
    """Image preprocessing in front of a convolution with batch normalisation."""
    x = Input((16, 16, 3))
    y = layers.Rescaling(1 / 127.5, offset=-1)(x)
    y = layers.RandomFlip("horizontal", seed=3)(y)
    y = layers.RandomRotation(0.1, fill_mode="nearest")(y)
    y = layers.Resizing(12, 12, interpolation="nearest")(y)
    y = layers.RandomContrast([0.1, 0.3])(y)
    y = layers.BatchNormalization(momentum=0.9)(layers.SeparableConv2D(4, 3)(y))
    return Model(x, layers.GlobalMaxPooling2D()(layers.SpatialDropout2D(0.2)(y)))


def mixed_precision() -> Model:
    """A dtype policy of every layer its own."""
    x = Input((8,))
    y = layers.Dense(6, dtype="mixed_float16", name="half")(x)
    y = layers.Dense(5, dtype="mixed_bfloat16", name="brain")(y)
    y = layers.BatchNormalization(dtype="float32")(y)
    return Model(x, layers.Dense(2, dtype="float64", name="double")(y))


def partly_frozen() -> Model:
    """Frozen layers, a frozen submodel, one with a layer thawed again, inference-mode norm."""
    base = keras.Sequential(
        [Input((6,)), layers.Dense(5, name="a"), layers.BatchNormalization(name="n")], name="base"
    )
    base.trainable = False
    other = keras.Sequential([Input((5,)), layers.Dense(5, name="a"), layers.Dense(4)], name="top")
    other.trainable = False
    other.layers[1].trainable = True
    x = Input((6,), name="x")
    y = other(base(x))
    still = layers.Dense(4, name="still", trainable=False)
    return Model(x, layers.Dense(2)(layers.Add()([still(y), layers.Dense(4)(y)])))


def frozen_whole() -> Model:
    x = Input((4,))
    model = Model(x, layers.Dense(2)(layers.BatchNormalization()(layers.Dense(3)(x))))
    model.trainable = False
    return model


def sequential() -> Model:
    """A Sequential with a submodel and a Sequential inside."""
    x = Input((6, 6, 2))
    base = Model(x, layers.Conv2D(3, 3)(x), name="base")
    head = keras.Sequential([layers.Flatten(), layers.Dense(4)], name="head")
    return keras.Sequential(
        [Input((6, 6, 2), name="image"), base, layers.ReLU(), head, layers.Dense(2)], name="all"
    )


def sequential_repeats() -> Model:
    """One layer twice in a Sequential."""
    twice = layers.Dense(4, name="twice")
    return keras.Sequential([Input((4,)), twice, layers.ReLU(), twice])


def sequential_masked() -> Model:
    return keras.Sequential(
        [
            Input((7,), dtype="int32"),
            layers.Embedding(20, 8, mask_zero=True),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(3)),
            layers.GRU(3),
        ]
    )


def call_literals() -> Model:
    """Literal call arguments, flags of training among them."""
    x = Input((5, 4))
    y = layers.BatchNormalization()(x, training=False)
    y = layers.MultiHeadAttention(2, 4)(y, y, use_causal_mask=True)
    y = layers.Dropout(0.3)(y, training=True)
    return Model(x, layers.LSTM(3, return_sequences=True)(y, training=True))


def batch_shapes() -> Model:
    """A fixed batch size, open axes, a scalar input, a sparse one."""
    fixed = Input(batch_shape=(2, None, 3), name="fixed")
    scalar = Input((), batch_size=2, name="scalar")
    y = layers.Conv1D(4, 3, padding="causal")(fixed)
    return Model([fixed, scalar], layers.GlobalMaxPooling1D()(y) * scalar[:, None])


def stateful() -> Model:
    x = Input(batch_shape=(2, 4, 3))
    return Model(x, layers.GRU(3, stateful=True, reset_after=False)(x))


def unicode_names() -> Model:
    x = Input((4,), name="Eingabe größe")
    y = layers.Dense(3, name="слой 1")(x)
    return Model(x, layers.Dense(2, name="出力")(y), name="modèle é")


def initializers() -> Model:
    """Initializers, regularizers, constraints and activations in several spellings."""
    x = Input((6,))
    y = layers.Dense(
        5,
        activation=layers.LeakyReLU(negative_slope=0.1),
        kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=3),
        kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02),
        kernel_constraint=keras.constraints.MaxNorm(3.0, axis=0),
        bias_initializer=keras.initializers.Constant(0.25),
        activity_regularizer="l2",
    )(x)
    y = layers.PReLU(alpha_initializer="ones")(layers.Activation("swish")(y))
    return Model(x, layers.Dense(2, activation=keras.activations.hard_sigmoid)(y))


def lookalikes() -> Model:
    """Explicit operations whose automatic names Keras would give to masks as well."""
    x = Input((5,), dtype="int32", name="x")
    different = ops.not_equal(x, 3)
    y = layers.LSTM(3)(layers.Embedding(9, 4, mask_zero=True)(x))
    return Model(x, [y, different])


def slices_everywhere() -> Model:
    """Tensors inside slices and dictionaries of arguments."""
    x = Input((6, 4), name="x")
    first, second = ops.split(x, [2], axis=1)
    y = ops.concatenate((second, first), axis=1)
    y = y[::-1, ..., 1:]
    a, b = ops.meshgrid(ops.arange(3), ops.arange(2))
    return Model(x, [y, ops.slice(x, (0, 1, 1), (1, 2, 3)) + ops.cast(ops.sum(a + b), "float32")])


def einsum_layers() -> Model:
    x = Input((4, 6))
    y = layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de")(x)
    y = layers.Reshape((4, 6))(y)
    return Model(x, layers.UnitNormalization(axis=(1, 2))(layers.GroupNormalization(3)(y)))


def conv_lstm() -> Model:
    x = Input((3, 8, 8, 1))
    y = layers.ConvLSTM2D(2, 3, return_sequences=True, padding="same")(x)
    y = layers.TimeDistributed(layers.TimeDistributed(layers.Dense(2)))(y)
    return Model(x, layers.Conv3D(1, (1, 3, 3), dilation_rate=(1, 2, 2))(y))


def constants() -> Model:
    """Arrays among the tensors of a call, in a list and alone."""
    x = Input((4,), name="x")
    y = layers.Add()([x, np.arange(4, dtype="float32")[None]])
    z = layers.Concatenate()([y, ops.convert_to_tensor([[1.0, 2.0]]) * x[:, :1]])
    return Model(x, layers.Dense(2)(z))


def single_states() -> Model:
    """States given alone, in a list, by position."""
    x, h = Input((5, 3), name="x"), Input((4,), name="h")
    a = layers.GRU(4)(x, initial_state=h)
    b = layers.GRU(4)(x, [h])
    c = layers.LSTM(4, return_sequences=True)(x, [h, a])
    d = layers.Bidirectional(layers.GRU(4))(c, initial_state=[h, b])
    return Model([x, h], layers.Dense(1)(d))


def augmentation_block() -> Model:
    """Augmentation as a Sequential without an Input, lists of numbers as arguments."""
    augment = keras.Sequential(
        [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augment"
    )
    x = Input((12, 12, 3))
    y = layers.Rescaling([0.1, 0.2, 0.3], offset=[1.0, 2.0, 3.0])(augment(x))
    y = layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])(y)
    return Model(x, layers.Dense(2)(layers.GlobalAveragePooling2D()(y)))


def block_with_nested_inputs() -> Model:
    """A submodel that takes a nested structure, given by position and by keyword."""
    a, b, c = Input((2,), name="one"), Input((3,), name="b"), Input((4,), name="c")
    y = layers.Concatenate()([layers.Dense(2)(each) for each in (a, b, c)])
    block = Model({"one": a, "two": [b, c]}, {"y": y, "z": (layers.Dense(1)(y),)}, name="block")
    u, v, w = (Input((n,), name=f"o{n}") for n in (2, 3, 4))
    first = block({"one": u, "two": [v, w]})
    second = block(inputs={"one": u, "two": [v, w]})
    return Model([u, v, w], [first["y"] + second["y"], first["z"][0]])


def partial_masks() -> Model:
    """A mask for the values and none for the queries."""
    q, v = Input((4, 6), name="q"), Input((5, 6), name="v")
    seen = Input((5,), dtype="bool", name="seen")
    y = layers.Attention()([q, v], mask=[None, seen])
    z = layers.MultiHeadAttention(2, 3)(q, layers.Masking()(v))
    return Model([q, v, seen], layers.Add()([y, z]))


def quantized() -> Model:
    """Weights of eight bits."""
    x = Input((8,))
    model = Model(x, layers.Dense(4, name="b")(layers.Dense(16, activation="relu", name="a")(x)))
    model.quantize("int8")
    return model


def sequential_around_model() -> Model:
    """A Sequential that begins with a model, and one of a model alone."""
    x = Input((6,))
    base = Model(x, layers.Dense(4)(x), name="base")
    alone = keras.Sequential([base], name="alone")
    z = Input((6,), name="z")
    return Model(z, keras.Sequential([alone, layers.Dense(3)], name="outer")(z))


def one_layer_in_many_models() -> Model:
    """A layer shared by a Sequential, a submodel in it and the outer model."""
    dense = layers.Dense(4, name="shared")
    x = Input((4,))
    inner = Model(x, dense(layers.ReLU()(x)), name="inner")
    chain = keras.Sequential([Input((4,)), inner, dense, layers.Dense(4)], name="chain")
    y = Input((4,), name="y")
    return Model(y, layers.Add()([dense(y), chain(y), inner(y)]))


HARD: dict[str, Callable[[], Model]] = {
    made.__name__: made
    for made in (
        seq2seq, masked_attention, mask_chains, explicit_mask, transformer, attention_by_keyword,
        siamese, unet, dictionaries, nested_inputs, lists_of_one, operations, images,
        recurrent_wrappers, bidirectional_kinds, wrapped_model, wrapper_shares_layer, spectral,
        interleaved, shared_calls, shared_across_levels, nested_thrice, several_in_block,
        list_block, cut_out, optional_input, unused_input, same_tensor_twice, text, adapted,
        augmented, mixed_precision, partly_frozen, frozen_whole, sequential, sequential_repeats,
        sequential_masked, call_literals, batch_shapes, stateful, unicode_names, initializers,
        lookalikes, slices_everywhere, einsum_layers, conv_lstm, constants, single_states,
        augmentation_block, block_with_nested_inputs, partial_masks, quantized,
        sequential_around_model, one_layer_in_many_models,
    )
}  # fmt: skip
