"""Recurrent layers: states, wrappers, cells, masks."""

from __future__ import annotations

from typing import Any

import tf_keras as k

from legacy_zoo.kind import Kind

L = k.layers


def plain() -> Any:
    x = k.Input((6, 4))
    y = L.LSTM(5, return_sequences=True, unit_forget_bias=False, dropout=0.1)(x)
    y = L.GRU(4, return_sequences=True, recurrent_dropout=0.2)(y)
    y = L.SimpleRNN(3, return_sequences=True, activation="relu", use_bias=False)(y)
    return k.Model(x, L.GRU(3, reset_after=False, go_backwards=True, unroll=True)(y))


def no_bias() -> Any:
    x = k.Input((6, 4))
    return k.Model(x, [L.LSTM(3, use_bias=False)(x), L.GRU(3, use_bias=False)(x)])


def states() -> Any:
    x = k.Input((6, 4))
    sequence, h, c = L.LSTM(5, return_state=True, return_sequences=True)(x)
    decoded = L.LSTM(5, return_sequences=True)(sequence, initial_state=[h, c])
    last, state = L.GRU(5, return_state=True)(decoded, initial_state=h)
    return k.Model(x, [last, state, L.SimpleRNN(5)(x, initial_state=c)])


def states_as_inputs() -> Any:
    x, h, c = k.Input((None, 4)), k.Input((5,)), k.Input((5,))
    outputs = L.LSTM(5, return_sequences=True, return_state=True)(x, initial_state=[h, c])
    return k.Model([x, h, c], outputs)


def sequence_to_sequence() -> Any:
    source, target = k.Input((None,), dtype="int32"), k.Input((None,), dtype="int32")
    embedding = L.Embedding(9, 4, mask_zero=True)
    _, h, c = L.LSTM(6, return_state=True)(embedding(source))
    y = L.LSTM(6, return_sequences=True)(embedding(target), initial_state=[h, c])
    return k.Model([source, target], L.TimeDistributed(L.Dense(9, activation="softmax"))(y))


def bidirectional() -> Any:
    x = k.Input((6, 4))
    y = L.Bidirectional(L.LSTM(3, return_sequences=True), merge_mode="sum")(x)
    y = L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode="ave")(y)
    y = L.Bidirectional(L.SimpleRNN(2, return_sequences=True), merge_mode="mul")(y)
    return k.Model(x, L.Bidirectional(L.LSTM(2))(y))


def bidirectional_backwards() -> Any:
    x = k.Input((6, 4))
    y = L.Bidirectional(L.LSTM(3, go_backwards=True, return_sequences=True))(x)
    other = L.Bidirectional(
        L.GRU(3, return_sequences=True),
        backward_layer=L.LSTM(2, go_backwards=True, return_sequences=True),
    )
    return k.Model(x, [y, other(y)])


def bidirectional_states() -> Any:
    x = k.Input((6, 4))
    outputs = L.Bidirectional(L.LSTM(3, return_sequences=True, return_state=True))(x)
    y = L.Bidirectional(L.LSTM(3))(outputs[0], initial_state=outputs[1:])
    return k.Model(x, [*outputs, y])


def masked() -> Any:
    return k.Sequential(
        [
            L.Embedding(9, 5, mask_zero=True, input_length=7),
            L.Bidirectional(L.LSTM(4, return_sequences=True)),
            L.Dense(5),
            L.GRU(3),
        ]
    )


def masking() -> Any:
    x = k.Input((6, 3))
    y = L.Masking(mask_value=0.0)(L.ReLU(threshold=0.5)(x))
    y = L.TimeDistributed(L.Dense(4))(y)
    return k.Model(x, L.GlobalAveragePooling1D()(L.LSTM(3, return_sequences=True)(y)))


def masked_attention() -> Any:
    x = k.Input((7,), dtype="int32")
    y = L.Embedding(9, 4, mask_zero=True)(x)
    y = L.MultiHeadAttention(2, 2)(y, y)
    y = L.LayerNormalization()(y)
    return k.Model(x, L.Attention()([y, y]))


def given_mask() -> Any:
    x, m = k.Input((6, 3)), k.Input((6,), dtype="bool")
    return k.Model([x, m], L.LSTM(4)(x, mask=m))


def cells() -> Any:
    x = k.Input((6, 4))
    stacked = L.RNN([L.LSTMCell(4), L.GRUCell(3), L.SimpleRNNCell(2)], return_sequences=True)
    return k.Model(x, L.RNN(L.GRUCell(3, reset_after=False))(stacked(x)))


def conv_lstms() -> Any:
    x = k.Input((4, 6, 6, 2))
    y = L.ConvLSTM2D(3, 3, return_sequences=True, padding="same")(x)
    y = L.ConvLSTM2D(2, 2, recurrent_activation="hard_sigmoid")(y)
    return k.Model(x, y)


def conv_lstms_1d_3d() -> Any:
    x, z = k.Input((3, 6, 2)), k.Input((2, 4, 4, 4, 2))
    y = L.ConvLSTM1D(3, 3, return_state=True)(x)
    return k.Model([x, z], [*y, L.ConvLSTM3D(2, 2)(z)])


def time_distributed() -> Any:
    x = k.Input((3, 8, 8, 2))
    inner = k.Sequential(
        [L.Conv2D(3, 3, activation="relu", input_shape=(8, 8, 2)), L.BatchNormalization()]
    )
    y = L.TimeDistributed(inner)(x)
    y = L.TimeDistributed(L.GlobalAveragePooling2D())(y)
    return k.Model(x, L.TimeDistributed(L.Bidirectional(L.LSTM(2)))(L.Reshape((3, 3, 1))(y)))


def wrapped_model() -> Any:
    p = k.Input((4,))
    inner = k.Model(p, L.BatchNormalization()(L.Dense(3)(L.ThresholdedReLU(0.2)(p))))
    x = k.Input((5, 4))
    return k.Model(x, L.TimeDistributed(inner)(x))


def cudnn() -> Any:
    x = k.Input((5, 4))
    return k.Model(x, L.LSTM(3, return_sequences=True)(x))


def stateful() -> Any:
    x = k.Input(batch_shape=(2, 5, 4))
    return k.Model(x, L.GRU(3, stateful=True)(x))


def time_major() -> Any:
    x = k.Input(batch_shape=(6, 3, 4))
    y = L.LSTM(5, time_major=True, return_sequences=True)(x)
    return k.Model(x, L.GRU(2, time_major=True)(y))


KINDS = (
    Kind("recurrent layers", plain),
    Kind("recurrent layers without bias", no_bias),
    Kind("initial states", states, is_slow=True),
    Kind("initial states as inputs", states_as_inputs),
    Kind("sequence to sequence", sequence_to_sequence),
    Kind("bidirectional", bidirectional, is_slow=True),
    Kind("bidirectional, backwards", bidirectional_backwards),
    Kind("bidirectional with states", bidirectional_states, is_slow=True),
    Kind("masked embedding", masked, whole=True),
    Kind("masking", masking, is_slow=True),
    Kind("masked attention", masked_attention),
    Kind("a mask as input", given_mask),
    Kind("cells", cells),
    Kind("ConvLSTM2D", conv_lstms),
    Kind("ConvLSTM1D and 3D", conv_lstms_1d_3d, is_slow=True),
    Kind("time distributed model", time_distributed),
    Kind("time distributed functional model", wrapped_model),
    Kind("stateful", stateful),
    Kind("time major", time_major),
)
