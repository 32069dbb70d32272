"""Names of Keras 1: layers, their arguments and values."""

from __future__ import annotations

from typing import Any

RENAMED_CLASSES = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
}
"""Beside Convolution1D and its like, which Keras 3 still has as aliases."""

_KERNEL = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_CONVOLUTION = {
    **_KERNEL,
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "dim_ordering": "data_format",
    "atrous_rate": "dilation_rate",
    "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
}
_RECURRENT = {
    **_KERNEL,
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}
_POOLING = {
    "pool_length": "pool_size",
    "stride": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
}
_PLACE = {"dim_ordering": "data_format"}
_RATE = {"p": "rate", "dim_ordering": "data_format"}
_LOCAL = {**_CONVOLUTION}

RENAMED_ARGUMENTS: dict[str, dict[str, str]] = {
    # By the class of today.
    "Dense": {**_KERNEL, "output_dim": "units"},
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "Conv1D": _CONVOLUTION,
    "Conv2D": _CONVOLUTION,
    "Conv3D": _CONVOLUTION,
    "Conv2DTranspose": _CONVOLUTION,
    "SeparableConv2D": _CONVOLUTION,
    "LocallyConnected1D": _LOCAL,
    "LocallyConnected2D": _LOCAL,
    "ConvLSTM2D": {**_RECURRENT, **_CONVOLUTION},
    "SimpleRNN": _RECURRENT,
    "LSTM": _RECURRENT,
    "GRU": _RECURRENT,
    "Highway": {**_KERNEL},
    "MaxoutDense": {**_KERNEL, "output_dim": "units"},
    "BatchNormalization": {
        "beta_init": "beta_initializer",
        "gamma_init": "gamma_initializer",
    },
    "PReLU": {"init": "alpha_initializer"},
    "Dropout": _RATE,
    "SpatialDropout1D": _RATE,
    "SpatialDropout2D": _RATE,
    "SpatialDropout3D": _RATE,
    "GaussianDropout": _RATE,
    "GaussianNoise": {"sigma": "stddev"},
    "UpSampling1D": {"length": "size"},
    **{
        f"{kind}Pooling{rank}D": _POOLING
        for kind in ("Max", "Average", "GlobalMax", "GlobalAverage")
        for rank in (1, 2, 3)
    },
    "UpSampling2D": _PLACE,
    "UpSampling3D": _PLACE,
    "ZeroPadding2D": _PLACE,
    "ZeroPadding3D": _PLACE,
    "Cropping2D": _PLACE,
    "Cropping3D": _PLACE,
}

KERNEL_SIDES = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
"""Arguments that together are `kernel_size`."""

VALUES: dict[str, dict[Any, Any]] = {
    "dim_ordering": {"tf": "channels_last", "th": "channels_first", "default": None},
    "forget_bias_init": {"one": True, "ones": True, "zero": False, "zeros": False},
}
"""By the name in Keras 1."""

REMOVED = {
    "input_dim": "the Input says the shape",
    "output_shape": "Keras 3 computes the shape",
    "weights": "the weights are in the file",
    "dropout": "it worked in training only; Keras 3 has no dropout of words",
}

FORGET_BIAS = "forget_bias_init"
PADDING_SIDES = ("top_pad", "bottom_pad", "left_pad", "right_pad")
CROPS_OR_PADS = {"padding"}
