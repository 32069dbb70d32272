"""Spellings of Keras 2.0 to 2.3 and of TensorFlow 1.4 to 2.3 that tf_keras no longer writes.

Where `expected` is None, tf_keras opens the file and predicts; else NumPy does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from legacy_zoo import reference as r
from legacy_zoo.hand import HandKind, Written, normal

Rng = np.random.Generator
Config = dict[str, Any]

ZEROS: Config = {"class_name": "Zeros", "config": {}}
SCALING: Config = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
}
TF_ZEROS: Config = {"class_name": "Zeros", "config": {"dtype": "float32"}}
TF_GLOROT: Config = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}


def layer(class_name: str, name: str, **config: Any) -> Config:
    return {"class_name": class_name, "config": {"name": name, "trainable": True, **config}}


def dense(name: str, units: int, activation: Any = "linear", **more: Any) -> Config:
    config = {
        "units": units,
        "activation": activation,
        "use_bias": True,
        "kernel_initializer": SCALING,
        "bias_initializer": ZEROS,
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }
    return layer("Dense", name, **{**config, **more})


def recurrent(class_name: str, name: str, units: int, **more: Any) -> Config:
    config = {
        "return_sequences": False,
        "return_state": False,
        "go_backwards": False,
        "stateful": False,
        "unroll": False,
        "units": units,
        "activation": "tanh",
        "use_bias": True,
        "kernel_initializer": SCALING,
        "recurrent_initializer": {
            "class_name": "Orthogonal",
            "config": {"gain": 1.0, "seed": None},
        },
        "bias_initializer": ZEROS,
        "kernel_regularizer": None,
        "recurrent_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "recurrent_constraint": None,
        "bias_constraint": None,
    }
    return layer(class_name, name, **{**config, **more})


PLAIN: Config = {
    "recurrent_activation": "hard_sigmoid",
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
    "implementation": 1,
}


def pair(name: str, *arrays: np.ndarray) -> list[tuple[str, np.ndarray]]:
    kinds = ("kernel", "bias") if len(arrays) == 2 else ("kernel", "recurrent_kernel", "bias")
    return [(f"{name}/{kind}:0", each) for kind, each in zip(kinds, arrays, strict=True)]


def sequential(*layers: Config, **more: Any) -> Config:
    return {
        "class_name": "Sequential",
        "config": {"name": "sequential_1", "layers": [*layers], **more},
    }


def listed(*layers: Config) -> Config:
    """As up to Keras 2.2.2."""
    return {"class_name": "Sequential", "config": list(layers)}


def first(*shape: int | None) -> Config:
    return {"batch_input_shape": [None, *shape], "dtype": "float32"}


# ---------------------------------------------------------------- Keras 2.0 to 2.3


def mlp(rng: Rng) -> Written:
    w1, b1, w2, b2 = normal(rng, 5, 6), normal(rng, 6), normal(rng, 6, 3), normal(rng, 3)
    config = listed(
        dense(
            "dense_1",
            6,
            "relu",
            **first(5),
            kernel_regularizer={"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.001}},
            kernel_constraint={"class_name": "MaxNorm", "config": {"max_value": 3, "axis": 0}},
        ),
        layer("Dropout", "dropout_1", rate=0.5, noise_shape=None, seed=None),
        dense("dense_2", 3, "hard_sigmoid"),
    )
    weights = {
        "dense_1": pair("dense_1", w1, b1),
        "dropout_1": [],
        "dense_2": pair("dense_2", w2, b2),
    }
    return Written(config, weights, [(5,)], lambda x: r.hard_sigmoid(r.relu(x @ w1 + b1) @ w2 + b2))


def leaky(rng: Rng) -> Written:
    w, b = normal(rng, 5, 6), normal(rng, 6)
    config = listed(
        dense("dense_1", 6, **first(5)),
        layer("LeakyReLU", "leaky_1", alpha={"type": "ndarray", "value": 0.3}),
        layer("ThresholdedReLU", "t_1", theta={"type": "ndarray", "value": 0.2}),
    )

    def expected(x: np.ndarray) -> np.ndarray:
        y = x @ w + b
        y = np.where(y > 0, y, 0.3 * y)
        return y * (y > 0.2)

    return Written(config, {"dense_1": pair("dense_1", w, b)}, [(5,)], expected)


def gru_before_reset_after(rng: Rng) -> Written:
    parts = [[normal(rng, 4, 5) for _ in range(3)], [normal(rng, 5, 5) for _ in range(3)]]
    biases = [normal(rng, 5) for _ in range(3)]
    config = sequential(recurrent("GRU", "gru_1", 5, **PLAIN, **first(6, 4)))
    joined = [np.concatenate(each, -1) for each in (*parts, biases)]
    return Written(
        config,
        {"gru_1": pair("gru_1", *joined)},
        [(6, 4)],
        lambda x: r.gru(x, *parts, biases)[:, -1],
    )


def _to_cudnn(gates: list[np.ndarray]) -> np.ndarray:
    """The kernel of each gate transposed, its numbers in the shape of the kernel."""
    return np.hstack([gate.T.ravel().reshape(gate.shape) for gate in gates])


def cudnn_lstm(rng: Rng) -> Written:
    kernels, states = [normal(rng, 4, 3) for _ in range(4)], [normal(rng, 3, 3) for _ in range(4)]
    ours, theirs = [normal(rng, 3) for _ in range(4)], [normal(rng, 3) for _ in range(4)]
    saved = [
        _to_cudnn(kernels),
        np.hstack([state.T for state in states]),
        np.concatenate([*ours, *theirs]),
    ]
    config = sequential(recurrent("CuDNNLSTM", "cu_dnnlstm_1", 3, **first(6, 4)))
    sums = [one + other for one, other in zip(ours, theirs, strict=True)]
    return Written(
        config,
        {"cu_dnnlstm_1": pair("cu_dnnlstm_1", *saved)},
        [(6, 4)],
        lambda x: r.lstm(x, kernels, states, sums, gate=r.sigmoid)[:, -1],
    )


def cudnn_gru(rng: Rng) -> Written:
    """In a Bidirectional layer."""
    both = []
    for _ in range(2):
        kernels = [normal(rng, 4, 3) for _ in range(3)]
        states = [normal(rng, 3, 3) for _ in range(3)]
        ours, theirs = [normal(rng, 3) for _ in range(3)], [normal(rng, 3) for _ in range(3)]
        both.append((kernels, states, ours, theirs))
    inner = recurrent("CuDNNGRU", "cu_dnngru_1", 3)
    config = sequential(
        layer("Bidirectional", "bidirectional_1", **first(6, 4), layer=inner, merge_mode="concat")
    )
    weights = [
        saved
        for way, (kernels, states, ours, theirs) in zip(("forward", "backward"), both, strict=True)
        for saved in pair(
            f"{way}_gru",
            _to_cudnn(kernels),
            np.hstack([state.T for state in states]),
            np.concatenate([*ours, *theirs]),
        )
    ]

    def expected(x: np.ndarray) -> np.ndarray:
        ends = [
            r.gru(y, kernels, states, ours, gate=r.sigmoid, state_biases=theirs)[:, -1]
            for y, (kernels, states, ours, theirs) in zip((x, x[:, ::-1]), both, strict=True)
        ]
        return np.concatenate(ends, -1)

    return Written(config, {"bidirectional_1": weights}, [(6, 4)], expected)


def theano_convolution(rng: Rng) -> Written:
    """Kernels in the order of TensorFlow already, but turned."""
    kernel, bias = normal(rng, 3, 2, 2, 4), normal(rng, 4)
    config = sequential(
        layer(
            "Conv2D",
            "conv2d_1",
            **first(7, 7, 2),
            filters=4,
            kernel_size=[3, 2],
            strides=[1, 1],
            padding="valid",
            data_format="channels_last",
            dilation_rate=[1, 1],
            activation="linear",
            use_bias=True,
            kernel_initializer=SCALING,
            bias_initializer=ZEROS,
            kernel_regularizer=None,
            bias_regularizer=None,
            activity_regularizer=None,
            kernel_constraint=None,
            bias_constraint=None,
        )
    )
    return Written(
        config,
        {"conv2d_1": pair("conv2d_1", kernel, bias)},
        [(7, 7, 2)],
        lambda x: r.correlate(x, kernel[::-1, ::-1]) + bias,
    )


def functional(*layers: Config, inputs: list[str], outputs: list[str]) -> Config:
    return {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": list(layers),
            "input_layers": [[name, 0, 0] for name in inputs],
            "output_layers": [[name, 0, 0] for name in outputs],
        },
    }


def called(config: Config, *calls: Any) -> Config:
    return {**config, "name": config["config"]["name"], "inbound_nodes": list(calls)}


def an_input(name: str, *shape: int | None, dtype: str = "float32") -> Config:
    config = {
        "batch_input_shape": [None, *shape],
        "dtype": dtype,
        "sparse": False,
        "name": name,
    }
    return called({"class_name": "InputLayer", "config": config})


def initial_states(rng: Rng) -> Written:
    """Keras 2 gives first states as further inputs of the call."""
    w = [normal(rng, 4, 12), normal(rng, 3, 12), normal(rng, 12)]
    config = functional(
        an_input("x", 5, 4),
        an_input("h", 3),
        an_input("c", 3),
        called(
            recurrent("LSTM", "lstm_1", 3, **PLAIN),
            [["x", 0, 0, {}], ["h", 0, 0, {}], ["c", 0, 0, {}]],
        ),
        inputs=["x", "h", "c"],
        outputs=["lstm_1"],
    )
    return Written(config, {"lstm_1": pair("lstm_1", *w)}, [(5, 4), (3,), (3,)], None)


def nested_with_statistics(rng: Rng) -> Written:
    """A model inside keeps the statistics of all its layers behind all trainable weights."""
    gamma = [normal(rng, 4) for _ in range(4)]
    gamma[3] = np.abs(gamma[3]) + 0.5
    w1, b1, w2, b2 = normal(rng, 4, 4), normal(rng, 4), normal(rng, 4, 2), normal(rng, 2)
    normalization = layer(
        "BatchNormalization",
        "bn",
        axis=-1,
        momentum=0.99,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer=ZEROS,
        gamma_initializer={"class_name": "Ones", "config": {}},
        moving_mean_initializer=ZEROS,
        moving_variance_initializer={"class_name": "Ones", "config": {}},
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
    )
    inner = functional(
        an_input("input_1", 4),
        called(dense("dense_1", 4), [["input_1", 0, 0, {}]]),
        called(normalization, [["dense_1", 0, 0, {}]]),
        called(dense("dense_2", 2), [["bn", 0, 0, {}]]),
        inputs=["input_1"],
        outputs=["dense_2"],
    )
    inner["config"]["name"] = "inner"
    config = functional(
        an_input("x", 4),
        {**inner, "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]]]},
        inputs=["x"],
        outputs=["inner"],
    )
    config["config"]["output_layers"] = [["inner", 1, 0]]
    saved = [
        *pair("dense_1", w1, b1),
        ("bn/gamma:0", gamma[0]),
        ("bn/beta:0", gamma[1]),
        *pair("dense_2", w2, b2),
        ("bn/moving_mean:0", gamma[2]),
        ("bn/moving_variance:0", gamma[3]),
    ]
    return Written(
        config,
        {"x": [], "inner": saved},
        [(4,)],
        lambda x: r.batch_norm(x @ w1 + b1, *gamma, 0.001) @ w2 + b2,
    )


def merge_layers(rng: Rng) -> Written:
    w, b = normal(rng, 4, 4), normal(rng, 4)
    two = [["dense_1", 0, 0, {}], ["dense_1", 1, 0, {}]]
    config = functional(
        an_input("a", 4),
        an_input("b", 4),
        called(dense("dense_1", 4), [["a", 0, 0, {}]], [["b", 0, 0, {}]]),
        called(layer("Add", "add_1"), two),
        called(layer("Concatenate", "concatenate_1", axis=-1), two),
        called(layer("Dot", "dot_1", axes=[1, 1], normalize=True), two),
        inputs=["a", "b"],
        outputs=["add_1", "concatenate_1", "dot_1"],
    )
    return Written(config, {"dense_1": pair("dense_1", w, b)}, [(4,), (4,)], None)


# ---------------------------------------------------------------- TensorFlow 1


def tf_dense(name: str, units: int, activation: Any = "linear", **more: Any) -> Config:
    dtypes = {"kernel_initializer": TF_GLOROT, "bias_initializer": TF_ZEROS, "dtype": "float32"}
    return dense(name, units, activation, **{**dtypes, **more})


def tf1_normalization(rng: Rng) -> Written:
    arrays = [normal(rng, 6) for _ in range(4)]
    arrays[3] = np.abs(arrays[3]) + 0.5
    w, b = normal(rng, 5, 6), normal(rng, 6)
    config = sequential(
        tf_dense("dense", 6, "softmax_v2", **first(5)),
        layer(
            "BatchNormalizationV1",
            "batch_normalization_v1",
            dtype="float32",
            axis=[1],
            momentum=0.99,
            epsilon=0.001,
            center=True,
            scale=True,
            beta_initializer=TF_ZEROS,
            gamma_initializer={"class_name": "Ones", "config": {"dtype": "float32"}},
            moving_mean_initializer=TF_ZEROS,
            moving_variance_initializer={"class_name": "Ones", "config": {"dtype": "float32"}},
            beta_regularizer=None,
            gamma_regularizer=None,
            beta_constraint=None,
            gamma_constraint=None,
        ),
    )
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    saved = [(f"bn/{name}:0", each) for name, each in zip(names, arrays, strict=True)]
    weights = {"dense": pair("dense", w, b), "batch_normalization_v1": saved}
    return Written(
        config,
        weights,
        [(5,)],
        lambda x: r.batch_norm(r.softmax(x @ w + b), *arrays, 0.001),
    )


def deferred(rng: Rng) -> Written:
    """A Sequential model that was built by its first call."""
    w, b = normal(rng, 5, 3), normal(rng, 3)
    config = sequential(tf_dense("dense", 3), build_input_shape=[None, 5])
    return Written(config, {"dense": pair("dense", w, b)}, [(5,)], lambda x: x @ w + b)


def unified(rng: Rng) -> Written:
    w = [normal(rng, 4, 12), normal(rng, 3, 12), normal(rng, 12)]
    config = sequential(
        recurrent(
            "UnifiedLSTM",
            "unified_lstm",
            3,
            **{**PLAIN, "recurrent_activation": "sigmoid"},
            **first(6, 4),
            time_major=False,
            unit_forget_bias=True,
        )
    )
    gates = [np.split(each, 4, -1) for each in w]
    return Written(
        config,
        {"unified_lstm": pair("unified_lstm", *w)},
        [(6, 4)],
        lambda x: r.lstm(x, *gates, gate=r.sigmoid)[:, -1],
    )


def policies(rng: Rng) -> Written:
    w, b = normal(rng, 5, 3), normal(rng, 3)
    policy = {"class_name": "PolicyV1", "config": {"name": "float32", "loss_scale": None}}
    constant = {"class_name": "Constant", "config": {"value": 0.1, "dtype": "float32"}}
    config = sequential(
        layer(
            "InputLayer",
            "input_1",
            batch_input_shape=[None, 5],
            dtype="float32",
            sparse=False,
            ragged=False,
        ),
        tf_dense("dense", 3, dtype=policy, bias_initializer=constant),
    )
    del config["config"]["layers"][0]["config"]["trainable"]
    return Written(config, {"dense": pair("dense", w, b)}, [(5,)], lambda x: x @ w + b)


def node(op: str, name: str, count: int, constants: Config, **attributes: Any) -> Config:
    """A TensorFlowOpLayer of TensorFlow 2.2 and 2.3: its node as JSON."""
    definition = {
        "name": name,
        "op": op,
        "input": [f"in_{number}" for number in range(count)],
        "attr": attributes,
    }
    config = {
        "name": name,
        "trainable": True,
        "dtype": "float32",
        "node_def": definition,
        "constants": constants,
    }
    return {"class_name": "TensorFlowOpLayer", "config": config}


def op_called(config: Config, *sources: str) -> Config:
    name = f"tf_op_layer_{config['config']['name']}"
    return {**config, "name": name, "inbound_nodes": [[[each, 0, 0, {}] for each in sources]]}


FLOAT: Config = {"type": "DT_FLOAT"}
INT: Config = {"type": "DT_INT32"}


def op_layers(rng: Rng) -> Written:
    w, b = normal(rng, 4, 4), normal(rng, 4)
    config = functional(
        an_input("x", 4),
        called(tf_dense("dense", 4), [["x", 0, 0, {}]]),
        op_called(node("Mul", "mul", 2, {"1": 2.5}, T=FLOAT), "dense"),
        op_called(
            node("AddV2", "add", 2, {"0": [0.5, 1.0, -1.0, 0.0]}, T=FLOAT), "tf_op_layer_mul"
        ),
        op_called(node("Relu", "Relu", 1, {}, T=FLOAT), "tf_op_layer_add"),
        op_called(
            node(
                "Mean",
                "Mean",
                2,
                {"1": -1},
                T=FLOAT,
                Tidx=INT,
                keep_dims={"b": True},
            ),
            "tf_op_layer_Relu",
        ),
        op_called(node("Sub", "sub", 2, {}, T=FLOAT), "tf_op_layer_Relu", "tf_op_layer_Mean"),
        op_called(
            node(
                "ConcatV2",
                "concat",
                3,
                {"2": 1},
                T=FLOAT,
                Tidx=INT,
                N={"i": "2"},
            ),
            "tf_op_layer_sub",
            "x",
        ),
        op_called(
            node(
                "StridedSlice",
                "strided_slice",
                4,
                {"1": [0, 1], "2": [0, 7], "3": [1, 2]},
                T=FLOAT,
                Index=INT,
                begin_mask={"i": "1"},
                end_mask={"i": "1"},
                ellipsis_mask={"i": "0"},
                new_axis_mask={"i": "0"},
                shrink_axis_mask={"i": "0"},
            ),
            "tf_op_layer_concat",
        ),
        op_called(
            node("Reshape", "Reshape", 2, {"1": [-1, 1, 3]}, T=FLOAT, Tshape=INT),
            "tf_op_layer_strided_slice",
        ),
        op_called(
            node("Transpose", "transpose", 2, {"1": [0, 2, 1]}, T=FLOAT, Tperm=INT),
            "tf_op_layer_Reshape",
        ),
        op_called(node("Softmax", "Softmax", 1, {}, T=FLOAT), "tf_op_layer_sub"),
        inputs=["x"],
        outputs=["tf_op_layer_transpose", "tf_op_layer_Softmax"],
    )

    def expected(x: np.ndarray) -> list[np.ndarray]:
        y = r.relu((x @ w + b) * 2.5 + np.array([0.5, 1.0, -1.0, 0.0]))
        y = y - y.mean(-1, keepdims=True)
        joined = np.concatenate([y, x], -1)[:, 1:7:2]
        return [joined.reshape(-1, 3, 1), r.softmax(y)]

    return Written(config, {"dense": pair("dense", w, b)}, [(4,)], expected)


def op_layers_in_bytes(rng: Rng) -> Written:
    """TensorFlow 1.14 to 2.1 wrote the bytes of the node."""
    w, b = normal(rng, 4, 3), normal(rng, 3)
    definition = tf.compat.v1.NodeDef(name="Tanh", op="Tanh", input=["dense/BiasAdd"])
    definition.attr["T"].type = tf.float32.as_datatype_enum
    layers = {
        "name": "Tanh",
        "trainable": True,
        "dtype": "float32",
        "node_def": definition.SerializeToString().decode("utf-8"),
        "constants": {},
    }
    config = functional(
        an_input("x", 4),
        called(tf_dense("dense", 3), [["x", 0, 0, {}]]),
        op_called({"class_name": "TensorFlowOpLayer", "config": layers}, "dense"),
        inputs=["x"],
        outputs=["tf_op_layer_Tanh"],
    )
    weights = {"dense": pair("dense", w, b)}
    return Written(config, weights, [(4,)], lambda x: np.tanh(x @ w + b))


KINDS = (
    HandKind("Keras 2.1: layers in a list", mlp, "2.1.6"),
    HandKind("Keras 2.2: LeakyReLU with an array", leaky, "2.2.0"),
    HandKind("Keras 2.1: GRU without reset_after", gru_before_reset_after, "2.1.2"),
    HandKind("Keras 2.2: CuDNNLSTM", cudnn_lstm, "2.2.4"),
    HandKind("Keras 2.2: CuDNNGRU, both ways", cudnn_gru, "2.2.4"),
    HandKind("Keras 2.2: Theano", theano_convolution, "2.2.4", "theano"),
    HandKind("Keras 2.2: initial states", initial_states, "2.2.4"),
    HandKind("Keras 2.2: a model inside with statistics", nested_with_statistics, "2.2.4"),
    HandKind("Keras 2.2: merging layers", merge_layers, "2.2.4"),
    HandKind("TensorFlow 1.13: batch normalization", tf1_normalization, "2.2.4-tf"),
    HandKind("TensorFlow 1.15: built by its first call", deferred, "2.2.4-tf"),
    HandKind("TensorFlow 1.14: UnifiedLSTM", unified, "2.2.4-tf"),
    HandKind("TensorFlow 1.15: policies", policies, "2.2.4-tf"),
    HandKind("TensorFlow 2.3: nodes as layers", op_layers, "2.4.0"),
    HandKind("TensorFlow 2.0: nodes in bytes", op_layers_in_bytes, "2.2.4-tf"),
)
