"""What cannot be read from Keras itself: one small table each, checked by the tests."""

from __future__ import annotations

from typing import Any

CATEGORIES = {
    "core": "Core",
    "convolutional": "Convolution",
    "pooling": "Pooling",
    "rnn": "Recurrent",
    "normalization": "Normalization",
    "regularization": "Regularization",
    "attention": "Attention",
    "reshaping": "Reshaping",
    "merging": "Merging",
    "activations": "Activation",
    "preprocessing": "Preprocessing",
    "image_preprocessing": "Augmentation",
}
"""Titles by the folder of `keras.src.layers` (image_preprocessing is one of preprocessing)."""

CATEGORY_OF = {
    "InputLayer": "Input & output",
    "Bidirectional": "Wrapper",
    "TimeDistributed": "Wrapper",
    "SpectralNormalization": "Wrapper",
    "Wrapper": "Wrapper",
    "CenterCrop": "Preprocessing",
    "Resizing": "Preprocessing",
    "JaxLayer": "Foreign",
    "FlaxLayer": "Foreign",
    "TorchModuleWrapper": "Foreign",
    "TFSMLayer": "Foreign",
}

CATEGORY_ORDER = (
    "Input & output", "Core", "Convolution", "Pooling", "Recurrent", "Normalization",
    "Regularization", "Attention", "Merging", "Reshaping", "Activation", "Preprocessing",
    "Augmentation", "Wrapper", "Foreign",
)  # fmt: skip

NOT_NODES = {"InputSpec", "Layer"}
"""Names in `keras.layers` that are no layers one can call."""

HIDDEN = {
    "Wrapper", "RNN", "Pipeline", "GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells",
}  # fmt: skip
"""Can be opened and drawn, but are of no use without code or another layer around them."""

NEEDS = {
    "JaxLayer": "JAX and Python code",
    "FlaxLayer": "Flax and Python code",
    "TorchModuleWrapper": "PyTorch and Python code",
    "TFSMLayer": "a TensorFlow SavedModel on disk",
    "MaxNumBoundingBoxes": "bounding boxes, which come as a dictionary",
    "STFTSpectrogram": "the package scipy",
    "Lambda": "Python code, which Keras refuses to load back from files",
}

DROPPED_ARGUMENTS = {
    "name", "trainable", "input_tensor", "batch_shape", "ragged", "gptq_unpacked_column_size",
}  # fmt: skip
"""Edited elsewhere, or meaningless in a project."""

REQUIRED = {
    ("InputLayer", "shape"),
    ("CategoryEncoding", "num_tokens"),
    ("Discretization", "num_bins"),
}
"""Arguments with a default that cannot be used."""

EXAMPLES: dict[str, Any] = {
    "units": 64,
    "filters": 32,
    "kernel_size": 3,
    "pool_size": 2,
    "output_size": 4,
    "rate": 0.3,
    "stddev": 0.1,
    "input_dim": 1000,
    "output_dim": 32,
    "num_heads": 4,
    "key_dim": 32,
    "head_dim": 32,
    "num_query_heads": 4,
    "num_key_value_heads": 2,
    "factor": 0.1,
    "height_factor": 0.1,
    "width_factor": 0.1,
    "height": 32,
    "width": 32,
    "num_bins": 16,
    "num_tokens": 16,
    "n": 4,
    "dims": [2, 1],
    "target_shape": [-1],
    "axes": -1,
    "scale": 1 / 255,
    "activation": "relu",
    "shape": [28, 28, 1],
    "equation": "...x,xy->...y",
    "output_shape": 64,
    "layer": {"module": "keras.layers", "class_name": "Dense", "config": {"units": 64},
              "registered_name": None},
    "cell": {"module": "keras.layers", "class_name": "LSTMCell", "config": {"units": 64},
             "registered_name": None},
    "cells": [{"module": "keras.layers", "class_name": "LSTMCell", "config": {"units": 64},
               "registered_name": None}],
    "layers": [{"module": "keras.layers", "class_name": "RandomFlip", "config": {},
                "registered_name": None}],
}  # fmt: skip
"""Sensible values of required arguments, by name."""

EXAMPLES_OF: dict[str, dict[str, Any]] = {
    "EinsumDense": {"equation": "...x,xy->...y", "output_shape": [64]},
    "Rescaling": {"scale": 0.00392156862745098},
    "Bidirectional": {
        "layer": {
            "module": "keras.layers",
            "class_name": "LSTM",
            "config": {"units": 32},
            "registered_name": None,
        }
    },
    "CategoryEncoding": {"num_tokens": 16},
    "Discretization": {"num_bins": 8},
    "Hashing": {"num_bins": 64},
    "HashedCrossing": {"num_bins": 64},
    "RandomPosterization": {"factor": 4},
    "RandomErasing": {},
    "TextVectorization": {"max_tokens": 10000, "output_mode": "int", "output_sequence_length": 100},
}
"""More than the required ones, where a layer without them would surprise."""

PROBE_ARGUMENTS: dict[str, dict[str, Any]] = {
    "Discretization": {"bin_boundaries": [0.2, 0.5], "num_bins": None},
    "Normalization": {"mean": 0.0, "variance": 1.0},
    "StringLookup": {"vocabulary": ["a", "b"]},
    "IntegerLookup": {"vocabulary": [1, 2]},
    "TextVectorization": {"vocabulary": ["a", "b"]},
    "Reshape": {"target_shape": [-1]},
    "MelSpectrogram": {"fft_length": 4, "sequence_stride": 2, "num_mel_bins": 2},
    "STFTSpectrogram": {"frame_length": 4},
    "GroupNormalization": {"groups": 1},
    "AdaptiveAveragePooling1D": {"output_size": 2},
    "AdaptiveAveragePooling2D": {"output_size": 2},
    "AdaptiveAveragePooling3D": {"output_size": 2},
    "AdaptiveMaxPooling1D": {"output_size": 2},
    "AdaptiveMaxPooling2D": {"output_size": 2},
    "AdaptiveMaxPooling3D": {"output_size": 2},
    "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": [2, 2]},
    "CenterCrop": {"height": 4, "width": 4},
    "RandomCrop": {"height": 4, "width": 4},
    "Resizing": {"height": 4, "width": 4},
}
"""Arguments for trying a layer on little data; state that `adapt` would give, small sizes."""

MANY = {
    "Add": 2, "Average": 2, "Concatenate": 2, "Maximum": 2, "Minimum": 2, "Multiply": 2,
    "Subtract": 2, "Dot": 2, "Attention": 2, "AdditiveAttention": 2, "HashedCrossing": 2,
}  # fmt: skip
"""Layers that take a list of tensors as first argument, and how many at least."""

DTYPES = {
    "Embedding": ("int32", "int64"),
    "ReversibleEmbedding": ("int32", "int64"),
    "IntegerLookup": ("int32", "int64"),
    "Add": ("float32", "int32"),
    "AugMix": ("float32",),
}
"""Where execution accepts more than makes sense (Embedding cuts decimals off), or integers only
when chance wants it (AugMix draws its operations)."""

RANKS: dict[str, tuple[int, ...]] = {
    "MultiHeadAttention": (3, 4, 5),
    "Flatten": (),
    "ConvLSTM3D": (6,),
    "TextVectorization": (1, 2),
    "HashedCrossing": (1, 2),
    # These depend on an argument, which Keras itself checks.
    "Permute": (),
    "EinsumDense": (),
    "Bidirectional": (),
    "TimeDistributed": (),
    "SpectralNormalization": (),
    "AdaptiveAveragePooling2D": (4,),
    "AdaptiveMaxPooling2D": (4,),
    "AdaptiveAveragePooling3D": (5,),
    "AdaptiveMaxPooling3D": (5,),
}
"""Where executing on small data says too little or too much."""

BATCHED_ONLY = {"Augmentation", "Resizing", "CenterCrop"}
"""Categories and classes that take single images too, which a model never gives them."""

OUTPUTS = {
    "LSTM": ("output", "state h", "state c"),
    "GRU": ("output", "state"),
    "SimpleRNN": ("output", "state"),
    "RNN": ("output", "state"),
    "ConvLSTM1D": ("output", "state h", "state c"),
    "ConvLSTM2D": ("output", "state h", "state c"),
    "ConvLSTM3D": ("output", "state h", "state c"),
    "Bidirectional": ("output", "forward h", "forward c", "backward h", "backward c"),
    "MultiHeadAttention": ("output", "scores"),
    "GroupQueryAttention": ("output", "scores"),
    "Attention": ("output", "scores"),
    "AdditiveAttention": ("output", "scores"),
    "LSTMCell": ("output", "state h", "state c"),
    "GRUCell": ("output", "state"),
    "SimpleRNNCell": ("output", "state"),
}
"""All outputs a layer can have; how many there are depends on its arguments."""

IMAGE_CHOICES = ("constant", "reflect", "wrap", "nearest")

CHOICES: dict[str, tuple[str, ...]] = {
    "data_format": ("channels_last", "channels_first"),
    "dtype": (
        "float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16",
    ),
    "merge_mode": ("concat", "sum", "mul", "ave"),
    "fill_mode": IMAGE_CHOICES,
}  # fmt: skip

CHOICES_OF: dict[tuple[str, str], tuple[str, ...]] = {
    ("InputLayer", "dtype"): (
        "float32", "int32", "int64", "uint8", "bool", "string", "float16", "bfloat16", "float64",
    ),
    ("Resizing", "fill_mode"): ("constant",),
    ("STFTSpectrogram", "scaling"): ("density", "spectrum"),
    ("STFTSpectrogram", "padding"): ("valid", "same"),
    ("STFTSpectrogram", "window"): (),
    ("RandAugment", "interpolation"): ("nearest", "bilinear"),
    ("IntegerLookup", "vocabulary_dtype"): ("int64",),
    ("RandomFlip", "mode"): ("horizontal_and_vertical", "horizontal", "vertical"),
}  # fmt: skip

KINDS: dict[str, str] = {
    "shape": "shape",
    "batch_shape": "shape",
    "target_shape": "list",
    "output_shape": "int_or_tuple",
    "noise_shape": "shape",
    "dims": "list",
    "axes": "int_or_tuple",
    "axis": "int_or_tuple",
    "cropping": "any",
    "value_range": "list",
    "vocabulary": "list",
    "idf_weights": "list",
    "bin_boundaries": "list",
    "weights": "any",
    "cells": "list",
    "layers": "list",
    "quantization_config": "any",
    "arguments": "any",
    "thresholds": "any",
    "factor": "any",
    "ngrams": "int_or_tuple",
    "attention_axes": "int_or_tuple",
    "shared_axes": "int_or_tuple",
    "tile_grid_size": "list",
    "sigma": "any",
    "scale_range": "list",
    "salt": "int_or_tuple",
    "mean": "any",
    "variance": "any",
    "renorm_clipping": "any",
    "batch_size": "int",
    "sparse": "bool",
    "equation": "text",
    "bias_axes": "text",
    "lora_alpha": "float",
    "logit_soft_cap": "float",
    "reverse_dtype": "text",
    "num_bins": "int",
    "num_tokens": "int",
    "max_tokens": "int",
    "max_number": "int",
    "num_heads": "int",
    "num_query_heads": "int",
    "num_key_value_heads": "int",
    "output_size": "int_or_tuple",
    "output_padding": "int_or_tuple",
    "seed": "int",
    "use_cudnn": "any",
    "flash_attention": "bool",
    "brightness_factor": "any",
    "contrast_factor": "any",
    "saturation_factor": "any",
    "hue_factor": "any",
    "height_factor": "any",
    "width_factor": "any",
    "x_factor": "any",
    "y_factor": "any",
    "fill_value": "float",
    "mask_token": "any",
    "ignore_class": "int",
    "label_smoothing": "float",
    "min_delta": "float",
    "patience": "int",
    "start_from_epoch": "int",
    "num_regressors": "int",
    "warmup_steps": "int",
}
"""Kinds by argument name, before anything is guessed from defaults and help."""

KINDS_OF: dict[tuple[str, str], str] = {
    ("BatchNormalization", "axis"): "int",
    ("Concatenate", "axis"): "int",
    ("GroupNormalization", "axis"): "int",
    ("RMSNormalization", "axis"): "int",
    ("MaxNumBoundingBoxes", "fill_value"): "int",
    ("StringLookup", "mask_token"): "text",
    ("IntegerLookup", "mask_token"): "int",
    ("CTC", "axis"): "int",
    ("ZeroPadding1D", "padding"): "int_or_tuple",
    ("ZeroPadding2D", "padding"): "any",
    ("ZeroPadding3D", "padding"): "any",
    ("Cropping1D", "cropping"): "int_or_tuple",
    ("EinsumDense", "output_shape"): "int_or_tuple",
    ("RandomErasing", "scale"): "any",
    ("RandomElasticTransform", "scale"): "any",
    ("RandomPerspective", "scale"): "any",
    ("AugMix", "factor"): "float",
    ("CutMix", "factor"): "any",
    ("RandAugment", "factor"): "float",
    ("TextVectorization", "output_sequence_length"): "int",
    ("OrthogonalRegularizer", "factor"): "float",
    ("ReduceLROnPlateau", "factor"): "float",
    ("Normalization", "axis"): "int_or_tuple",
}

MINIMUM: dict[str, float] = {
    "units": 1, "filters": 1, "kernel_size": 1, "pool_size": 1, "strides": 1, "dilation_rate": 1,
    "groups": 1, "rate": 0, "dropout": 0, "recurrent_dropout": 0, "stddev": 0, "input_dim": 1,
    "output_dim": 1, "num_heads": 1, "key_dim": 1, "value_dim": 1, "head_dim": 1,
    "num_query_heads": 1, "num_key_value_heads": 1, "height": 1, "width": 1, "num_bins": 1,
    "num_tokens": 1, "n": 1, "depth_multiplier": 1, "batch_size": 1, "epsilon": 0, "size": 1,
    "output_size": 1, "l1": 0, "l2": 0, "patience": 0, "min_delta": 0,
    "momentum": 0, "ema_momentum": 0, "beta_1": 0, "beta_2": 0, "adam_beta_1": 0,
    "adam_beta_2": 0, "rho": 0, "label_smoothing": 0, "recall": 0, "precision": 0,
    "specificity": 0, "sensitivity": 0,
}  # fmt: skip

MAXIMUM: dict[str, float] = {
    "rate": 1, "dropout": 1, "recurrent_dropout": 1, "momentum": 1, "ema_momentum": 1, "beta_1": 1,
    "beta_2": 1, "adam_beta_1": 1, "adam_beta_2": 1, "rho": 1, "label_smoothing": 1, "recall": 1,
    "precision": 1, "specificity": 1, "sensitivity": 1,
}  # fmt: skip

PLAIN_INITIALIZERS = {"kernel_initializer", "embeddings_initializer", "depthwise_initializer"}
PLAIN_REGULARIZERS = {"kernel_regularizer", "embeddings_regularizer", "depthwise_regularizer"}
ADVANCED = {
    "dtype", "data_format", "seed", "lora_rank", "lora_alpha", "quantization_config", "use_cudnn",
    "flash_attention", "sparse", "encoding", "stateful", "unroll", "go_backwards", "weights",
    "synchronized", "renorm", "renorm_clipping", "renorm_momentum", "batch_size", "optional",
    "unit_forget_bias", "reset_after", "noise_shape", "salt", "oov_method", "keepdims",
    "pad_to_max_tokens",
    "zero_output_for_mask", "use_gate", "sliding_window", "attention_axes", "backward_layer",
    "reverse_dtype", "logit_soft_cap", "bias_axes", "output_padding", "fill_value",
    "tie_weights", "data_shape", "baseline", "start_from_epoch",
    "use_ema", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor", "global_clipnorm",
    "gradient_accumulation_steps", "verbose", "input_axes", "output_axes", "name", "reduction",
    "clipvalue", "epsilon", "amsgrad", "beta_1", "beta_2",
}  # fmt: skip
"""Folded away at first: rarely needed."""

FAMILY_OF = {
    "layer": "layers",
    "backward_layer": "layers",
    "layers": "layers",
    "cell": "cells",
    "cells": "cells",
    "activation": "activations",
    "recurrent_activation": "activations",
    "learning_rate": "schedules",
    "initializer": "initializers",
}

OBJECTS_LEFT_OUT = {
    "Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap", "LearningRateSchedule",
    "Loss", "Metric", "MeanMetricWrapper", "Mean", "Sum", "Callback", "CallbackList", "History",
    "LambdaCallback", "LearningRateScheduler", "ProgbarLogger", "OrbaxCheckpoint", "Initializer",
    "Regularizer", "Constraint", "RemoteMonitor", "STFT",
}  # fmt: skip
"""Abstract, needing Python functions or scipy, or of no use in a window."""

OBJECT_EXAMPLES: dict[str, dict[str, Any]] = {
    "BinaryIoU": {},
    "IoU": {"num_classes": 2, "target_class_ids": [1]},
    "MeanIoU": {"num_classes": 2},
    "OneHotIoU": {"num_classes": 2, "target_class_ids": [1]},
    "OneHotMeanIoU": {"num_classes": 2},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "CosineDecay": {"initial_learning_rate": 0.001, "decay_steps": 1000},
    "CosineDecayRestarts": {"initial_learning_rate": 0.001, "first_decay_steps": 1000},
    "ExponentialDecay": {
        "initial_learning_rate": 0.001,
        "decay_steps": 1000,
        "decay_rate": 0.9,
    },
    "InverseTimeDecay": {"initial_learning_rate": 0.001, "decay_steps": 1000, "decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [1000, 2000], "values": [0.001, 0.0005, 0.0001]},
    "PolynomialDecay": {"initial_learning_rate": 0.001, "decay_steps": 1000},
    "CSVLogger": {"filename": "log.csv"},
    "BackupAndRestore": {"backup_dir": "backup"},
    "ModelCheckpoint": {"filepath": "model.keras"},
}
