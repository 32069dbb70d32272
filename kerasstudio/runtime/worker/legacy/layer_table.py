"""What changed in the layers from Keras 2 and tf.keras to Keras 3: names, arguments, defaults.

Which arguments a layer takes today is asked of the installed Keras (`accepted`); here is only what
that does not tell: new names, why something went, and what a file that says nothing meant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

RENAMED_CLASSES = {
    "Input": "InputLayer",
    "SyncBatchNormalization": "BatchNormalization",
    "UnifiedLSTM": "LSTM",
    "UnifiedGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "ThresholdedReLU": "ReLU",
}
"""Beside aliases that Keras 3 has itself, and a version behind the name ("LSTMV2")."""

APPLICATION_CLASSES = {
    # Layers of keras.applications, with the arguments by which they are told from others' layers
    # of the same name.
    "LayerScale": ("keras.src.applications.convnext", {"init_values", "projection_dim"}),
    "StochasticDepth": ("keras.src.applications.convnext", {"drop_path_rate"}),
    "CustomScaleLayer": ("keras.src.applications.inception_resnet_v2", {"scale"}),
}

RENAMED_ARGUMENTS = {
    # By the class in the file.
    "ThresholdedReLU": {"theta": "threshold"},
    "LeakyReLU": {"alpha": "negative_slope"},
    "InputLayer": {"batch_input_shape": "batch_shape", "input_dtype": "dtype"},
    "CategoryEncoding": {"max_tokens": "num_tokens"},
}

ADDED_ARGUMENTS: dict[str, dict[str, tuple[Any, str]]] = {
    # By the class in the file. A value, and why a file without the argument meant it.
    "GRU": {"reset_after": (False, "Keras 2 before 2.1.5, and 1, knew only this kind of GRU")},
    "GRUCell": {"reset_after": (False, "Keras 2 before 2.1.5, and 1, knew only this kind of GRU")},
    "SyncBatchNormalization": {"synchronized": (True, "a class of its own in tf.keras")},
    "CuDNNLSTM": {
        "activation": ("tanh", "the only one of cuDNN"),
        "recurrent_activation": ("sigmoid", "the only one of cuDNN"),
    },
    "CuDNNGRU": {
        "activation": ("tanh", "the only one of cuDNN"),
        "recurrent_activation": ("sigmoid", "the only one of cuDNN"),
        "reset_after": (True, "the only kind of cuDNN"),
    },
}


def _one_axis(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


CONVERTED: dict[tuple[str, str], tuple[Callable[[Any], Any], str]] = {
    ("BatchNormalization", "axis"): (_one_axis, "Keras 3 takes one axis as a number"),
    ("LayerNormalization", "axis"): (_one_axis, "one axis as a number"),
}
"""By class and argument of Keras 3: the value today, and why."""

REMOVED = {
    # Any layer: why the argument went without an effect on predictions.
    "batch_input_shape": "the Input says the shape",
    "input_shape": "the Input says the shape",
    "input_dim": "the Input says the shape",
    "input_length": "the Input says the shape",
    "input_dtype": "the Input says the type",
    "dynamic": "Keras 3 decides it by itself",
    "implementation": "Keras 3 chooses the computation by itself",
    "consume_less": "Keras 3 chooses the computation by itself",
    "experimental_autocast": "Keras 3 decides it by itself",
    "autocast": "Keras 3 decides it by itself",
    "rng_type": "Keras 3 has one kind of random numbers",
    "fused": "Keras 3 chooses the computation by itself",
    "virtual_batch_size": "it works in training only",
    "adjustment": "it works in training only",
    "query_shape": "Keras 3 takes the shapes from the tensors",
    "key_shape": "Keras 3 takes the shapes from the tensors",
    "value_shape": "Keras 3 takes the shapes from the tensors",
    "softmax_robust_masking": "Keras 3 always masks robustly",
    "vocabulary_size": "Keras 3 counts the vocabulary",
    "kernel_initializer": "the layer has no such weight",
    "kernel_regularizer": "the layer has no such weight",
    "kernel_constraint": "the layer has no such weight",
    "noise_shape": "the layer has a fixed one",
    "trainable": "the layer has no weights",
    "weights": "the weights are in the file",
    "supports_masking": "Keras 3 decides it by itself",
    "input_spec": "Keras 3 decides it by itself",
    "num_constants": "Keras 3 has no constants of recurrent layers",
    "reverse_state_order": "Keras 3 has one order of states",
    "func": "part of the code of the layer",
    "ragged": "Keras 3 has no ragged tensors in models",
    "type_spec": "Keras 3 has only shapes and types",
}

ONLY_VALUE = {
    # Arguments that Keras 3 does not have: the value that means what it does anyway.
    "time_major": False,
    "groups": 1,
    "sparse": False,
    "ragged": False,
    "num_constants": None,
    "reverse_state_order": False,
    "mode": 0,
    "full_matrices": None,
    "weight_norm": False,
}
"""Another value is lost, with a warning."""

DOES_THAT_ANYWAY = "Keras 3 has no other"
NO_ARGUMENT = "Keras 3 has no such argument"
