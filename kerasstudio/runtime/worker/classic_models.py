"""Models of sequences, texts, volumes and pictures as the literature draws them, for counting which
layers usually stand beside each other: `keras.applications` has classifiers of images only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers as L  # noqa: N812 (as in every Keras text)


def text_cnn() -> keras.Model:
    """Convolutions over words (Kim 2014)."""
    words = keras.Input((64,), dtype="int32")
    x = L.Embedding(1000, 32)(words)
    parts = [L.GlobalMaxPooling1D()(L.Conv1D(16, size, activation="relu")(x)) for size in (3, 4, 5)]
    x = L.Dropout(0.5)(L.Concatenate()(parts))
    return keras.Model(words, L.Dense(2, activation="softmax")(x))


def text_lstm() -> keras.Model:
    """A bidirectional LSTM over words (Graves and Schmidhuber 2005), texts as they are."""
    text = keras.Input((1,), dtype="string")
    x = L.TextVectorization(max_tokens=1000, output_sequence_length=64)(text)
    x = L.Embedding(1000, 32, mask_zero=True)(x)
    x = L.Bidirectional(L.LSTM(16, return_sequences=True))(x)
    x = L.Bidirectional(L.LSTM(16))(x)
    x = L.Dropout(0.5)(L.Dense(16, activation="relu")(x))
    return keras.Model(text, L.Dense(1, activation="sigmoid")(x))


def transformer_encoder() -> keras.Model:
    """Two blocks of the encoder of Vaswani et al. (2017)."""
    words = keras.Input((64,), dtype="int32")
    x = L.Embedding(1000, 32)(words)
    for _block in range(2):
        y = L.Dropout(0.1)(L.MultiHeadAttention(4, 8)(x, x))
        x = L.LayerNormalization()(L.Add()([x, y]))
        y = L.Dropout(0.1)(L.Dense(32)(L.Dense(64, activation="relu")(x)))
        x = L.LayerNormalization()(L.Add()([x, y]))
    return keras.Model(words, L.Dense(2)(L.GlobalAveragePooling1D()(x)))


def sequence_to_sequence() -> keras.Model:
    """Encoder and decoder with the states handed over (Sutskever et al. 2014)."""
    source, target = keras.Input((20,), dtype="int32"), keras.Input((20,), dtype="int32")
    _last, h, c = L.LSTM(16, return_state=True)(L.Embedding(100, 16, mask_zero=True)(source))
    y = L.Embedding(100, 16, mask_zero=True)(target)
    y = L.LSTM(16, return_sequences=True)(y, initial_state=[h, c])
    return keras.Model([source, target], L.TimeDistributed(L.Dense(100, activation="softmax"))(y))


def forecast_gru() -> keras.Model:
    """Stacked GRUs over measured values (Cho et al. 2014)."""
    values = keras.Input((48, 3))
    x = L.GRU(16, return_sequences=True)(L.Normalization()(values))
    x = L.Dropout(0.2)(L.GRU(16)(x))
    return keras.Model(values, L.Dense(1)(x))


def temporal_convolutions() -> keras.Model:
    """Dilated causal convolutions with shortcuts (Bai et al. 2018)."""
    values = keras.Input((48, 3))
    x: Any = values
    for dilation in (1, 2, 4):
        y = L.Conv1D(16, 3, padding="causal", dilation_rate=dilation)(x)
        y = L.SpatialDropout1D(0.1)(L.ReLU()(L.LayerNormalization()(y)))
        x = L.Add()([L.Conv1D(16, 1)(x), y])
    return keras.Model(values, L.Dense(1)(L.GlobalAveragePooling1D()(x)))


def recurrent_convolutions() -> keras.Model:
    """Convolutions, pooling and an LSTM over a signal."""
    signal = keras.Input((256, 1))
    x: Any = signal
    for filters in (16, 32):
        x = L.BatchNormalization()(L.Conv1D(filters, 5, activation="relu")(x))
        x = L.MaxPooling1D()(x)
    return keras.Model(signal, L.Dense(4, activation="softmax")(L.LSTM(16)(x)))


def u_net() -> keras.Model:
    """Down and up again with shortcuts (Ronneberger et al. 2015)."""
    image = keras.Input((32, 32, 3))
    x, kept = L.Rescaling(1 / 255)(image), []
    for filters in (8, 16):
        x = L.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = L.Conv2D(filters, 3, padding="same", activation="relu")(x)
        kept.append(x)
        x = L.MaxPooling2D()(x)
    x = L.Dropout(0.3)(L.Conv2D(32, 3, padding="same", activation="relu")(x))
    for filters in (16, 8):
        x = L.Conv2DTranspose(filters, 2, strides=2)(x)
        x = L.Concatenate()([x, kept.pop()])
        x = L.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return keras.Model(image, L.Conv2D(1, 1, activation="sigmoid")(x))


def image_autoencoder() -> keras.Model:
    """Convolutions to a few numbers and back (Masci et al. 2011)."""
    image = keras.Input((28, 28, 1))
    x = L.Conv2D(8, 3, strides=2, padding="same", activation="relu")(L.Rescaling(1 / 255)(image))
    x = L.Conv2D(16, 3, strides=2, padding="same", activation="relu")(x)
    x = L.Dense(16)(L.Flatten()(x))
    x = L.Reshape((7, 7, 16))(L.Dense(784, activation="relu")(x))
    x = L.UpSampling2D()(L.Conv2DTranspose(16, 3, padding="same", activation="relu")(x))
    x = L.UpSampling2D()(L.Conv2DTranspose(8, 3, padding="same", activation="relu")(x))
    return keras.Model(image, L.Conv2D(1, 3, padding="same", activation="sigmoid")(x))


def augmented_images() -> keras.Model:
    """A small classifier that sees its pictures turned and shifted (LeCun et al. 1998)."""
    image = keras.Input((32, 32, 3))
    x = L.RandomZoom(0.1)(L.RandomRotation(0.1)(L.RandomFlip()(image)))
    x = L.Rescaling(1 / 255)(x)
    for filters in (16, 32):
        x = L.BatchNormalization()(L.Conv2D(filters, 3, padding="same")(x))
        x = L.MaxPooling2D()(L.Activation("relu")(x))
    x = L.Dropout(0.5)(L.Dense(32, activation="relu")(L.Flatten()(x)))
    return keras.Model(image, L.Dense(10, activation="softmax")(x))


def volumes() -> keras.Model:
    """Three-dimensional convolutions (Ji et al. 2013)."""
    film = keras.Input((8, 32, 32, 1))
    x: Any = film
    for filters in (8, 16):
        x = L.MaxPooling3D(2)(L.Conv3D(filters, 3, padding="same", activation="relu")(x))
        x = L.BatchNormalization()(x)
    x = L.Dense(16, activation="relu")(L.GlobalAveragePooling3D()(x))
    return keras.Model(film, L.Dense(3, activation="softmax")(L.Dropout(0.3)(x)))


def films() -> keras.Model:
    """The next frames of a film (Shi et al. 2015)."""
    film = keras.Input((8, 32, 32, 1))
    x = L.ConvLSTM2D(8, 3, padding="same", return_sequences=True)(film)
    x = L.BatchNormalization()(x)
    x = L.ConvLSTM2D(8, 3, padding="same", return_sequences=True)(x)
    return keras.Model(film, L.Conv3D(1, 3, padding="same", activation="sigmoid")(x))


def siamese() -> keras.Model:
    """Two inputs through the same layers, compared (Bromley et al. 1993)."""
    one, other = keras.Input((16,)), keras.Input((16,))
    body = [L.Dense(32, activation="relu"), L.Dropout(0.2), L.Dense(8)]
    ends = []
    for end in (one, other):
        for layer in body:
            end = layer(end)
        ends.append(end)
    return keras.Model([one, other], L.Dense(1, activation="sigmoid")(L.Subtract()(ends)))


def categories_and_numbers() -> keras.Model:
    """A table with words and numbers (Cheng et al. 2016)."""
    word, numbers = keras.Input((1,), dtype="string"), keras.Input((6,))
    x = L.StringLookup(vocabulary=["a", "b", "c"])(word)
    x = L.Flatten()(L.Embedding(4, 4)(x))
    x = L.Concatenate()([x, L.Normalization()(numbers)])
    x = L.Dropout(0.3)(L.BatchNormalization()(L.Dense(32, activation="relu")(x)))
    return keras.Model([word, numbers], L.Dense(1)(L.Dense(16, activation="relu")(x)))


CLASSICS: tuple[Callable[[], keras.Model], ...] = (
    text_cnn,
    text_lstm,
    transformer_encoder,
    sequence_to_sequence,
    forecast_gru,
    temporal_convolutions,
    recurrent_convolutions,
    u_net,
    image_autoencoder,
    augmented_images,
    volumes,
    films,
    siamese,
    categories_and_numbers,
)
