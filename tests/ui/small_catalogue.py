"""A catalogue of a few layers and objects, with every argument kind."""

from __future__ import annotations

from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType, ObjectType, Port

A = Argument
ACTIVATION = A("activation", "object", optional=True, family="activations")
KERNEL = A("kernel_initializer", "object", default="glorot_uniform", family="initializers")
REGULARIZER = A("kernel_regularizer", "object", optional=True, family="regularizers")
USE_BIAS = A("use_bias", "bool", default=True, help="Whether a bias is added.")

CONV = LayerType(
    "Conv2D",
    "keras.layers",
    "convolutional",
    summary="2D convolution layer.",
    help="2D convolution layer.\n\nIt slides a kernel over the image.",
    arguments=(
        A("filters", "int", required=True, minimum=1, help="The number of filters."),
        A("kernel_size", "int_or_tuple", required=True, rank=2, minimum=1),
        A("strides", "int_or_tuple", default=[1, 1], rank=2, minimum=1),
        A("padding", "choice", default="valid", choices=("valid", "same")),
        ACTIVATION,
        USE_BIAS,
        KERNEL,
        REGULARIZER,
        A("groups", "int", default=1, minimum=1, advanced=True),
    ),
    ports=(Port("inputs", ranks=(4,)),),
    example={"filters": 32, "kernel_size": [3, 3]},
)
DENSE = LayerType(
    "Dense",
    "keras.layers",
    "core",
    summary="A densely connected layer.",
    arguments=(
        A("units", "int", required=True, minimum=1),
        ACTIVATION,
        USE_BIAS,
        KERNEL,
        REGULARIZER,
    ),
    ports=(Port("inputs"),),
    example={"units": 64},
)
DROPOUT = LayerType(
    "Dropout",
    "keras.layers",
    "regularization",
    arguments=(
        A("rate", "float", required=True, minimum=0),
        A("noise_shape", "shape", optional=True),
        A("seed", "int", optional=True),
        A("tag", "text", default="a"),
        A("axes", "list", default=[1, 2]),
        A("dtype", "any", optional=True),
        A("flag", "bool", optional=True),
    ),
    ports=(Port("inputs"),),
)
INPUT = LayerType(
    "InputLayer",
    "keras.layers",
    "core",
    arguments=(A("shape", "shape", optional=True), A("dtype", "any", optional=True)),
)
OBJECTS = (
    ObjectType(
        "GlorotUniform",
        "keras.initializers",
        "initializers",
        arguments=(A("seed", "int", optional=True),),
    ),
    ObjectType(
        "HeNormal",
        "keras.initializers",
        "initializers",
        arguments=(A("seed", "int", optional=True),),
    ),
    ObjectType("Zeros", "keras.initializers", "initializers"),
    ObjectType(
        "L2",
        "keras.regularizers",
        "regularizers",
        arguments=(A("l2", "float", default=0.01, minimum=0),),
    ),
    *(
        ObjectType(name, "keras.activations", "activations")
        for name in ("linear", "relu", "sigmoid", "softmax")
    ),
    ObjectType(
        "Adam",
        "keras.optimizers",
        "optimizers",
        arguments=(
            A("learning_rate", "float", default=0.001, family="schedules", minimum=0),
            A("beta_1", "float", default=0.9),
            A("amsgrad", "bool", default=False),
            A("name", "text", default="adam"),
        ),
    ),
    ObjectType(
        "SGD",
        "keras.optimizers",
        "optimizers",
        arguments=(
            A("learning_rate", "float", default=0.01, family="schedules", minimum=0),
            A("momentum", "float", default=0.0),
        ),
    ),
    ObjectType(
        "ExponentialDecay",
        "keras.optimizers.schedules",
        "schedules",
        arguments=(
            A("initial_learning_rate", "float", required=True),
            A("decay_steps", "int", required=True),
            A("decay_rate", "float", required=True),
        ),
        example={"initial_learning_rate": 0.01, "decay_steps": 1000, "decay_rate": 0.9},
    ),
    ObjectType(
        "SparseCategoricalCrossentropy",
        "keras.losses",
        "losses",
        arguments=(A("from_logits", "bool", default=False),),
    ),
    ObjectType("MeanSquaredError", "keras.losses", "losses"),
    ObjectType("SparseCategoricalAccuracy", "keras.metrics", "metrics"),
    ObjectType("MeanAbsoluteError", "keras.metrics", "metrics"),
    ObjectType(
        "SparseTopKCategoricalAccuracy",
        "keras.metrics",
        "metrics",
        arguments=(A("k", "int", default=5, minimum=1),),
    ),
)
CATALOGUE = Catalogue("3.15.1", (CONV, DENSE, DROPOUT, INPUT), OBJECTS)
