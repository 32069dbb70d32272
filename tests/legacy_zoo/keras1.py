"""Files as Keras 1 wrote them; what they predict is computed with NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from legacy_zoo import reference as r
from legacy_zoo.hand import HandKind, Written, normal

Rng = np.random.Generator
Config = dict[str, Any]


def layer(class_name: str, name: str, **config: Any) -> Config:
    return {"class_name": class_name, "config": {"name": name, "trainable": True, **config}}


def sequential(*layers: Config) -> Config:
    return {"class_name": "Sequential", "config": list(layers)}


def dense(name: str, units: int, activation: str = "linear", **more: Any) -> Config:
    config = {
        "output_dim": units,
        "init": "glorot_uniform",
        "activation": activation,
        "W_regularizer": None,
        "b_regularizer": None,
        "activity_regularizer": None,
        "W_constraint": None,
        "b_constraint": None,
        "bias": True,
        "input_dim": None,
    }
    return layer("Dense", name, **{**config, **more})


def pair(name: str, w: np.ndarray, b: np.ndarray) -> list[tuple[str, np.ndarray]]:
    return [(f"{name}_W", w), (f"{name}_b", b)]


def first(*shape: int, dtype: str = "float32") -> Config:
    return {"batch_input_shape": [None, *shape], "input_dtype": dtype}


# ---------------------------------------------------------------- dense


def mlp(rng: Rng) -> Written:
    w1, b1, w2, b2 = normal(rng, 5, 6), normal(rng, 6), normal(rng, 6, 3), normal(rng, 3)
    regularizer = {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}
    config = sequential(
        dense(
            "dense_1",
            6,
            "relu",
            **first(5),
            input_dim=5,
            W_regularizer=regularizer,
            W_constraint={"name": "MaxNorm", "m": 2, "axis": 0},
        ),
        layer("Dropout", "dropout_1", p=0.5),
        dense("dense_2", 3, b_constraint={"name": "NonNeg"}),
        layer("Activation", "activation_1", activation="softmax"),
    )
    weights = {
        "dense_1": pair("dense_1", w1, b1),
        "dropout_1": [],
        "dense_2": pair("dense_2", w2, b2),
        "activation_1": [],
    }
    training = {
        "optimizer_config": {
            "class_name": "SGD",
            "config": {"lr": 0.1, "decay": 1e-4, "momentum": 0.9, "nesterov": True},
        },
        "loss": "categorical_crossentropy",
        "metrics": ["accuracy"],
        "sample_weight_mode": None,
        "loss_weights": None,
    }
    return Written(
        config,
        weights,
        [(5,)],
        lambda x: r.softmax(r.relu(x @ w1 + b1) @ w2 + b2),
        training=training,
    )


def embedding(rng: Rng) -> Written:
    table, w, b = normal(rng, 9, 4), normal(rng, 4, 3), normal(rng, 3)
    config = sequential(
        layer(
            "Embedding",
            "embedding_1",
            **first(6, dtype="int32"),
            input_dim=9,
            output_dim=4,
            init="uniform",
            input_length=6,
            mask_zero=False,
            activity_regularizer=None,
            W_regularizer=None,
            W_constraint=None,
            dropout=0.2,
        ),
        layer("TimeDistributedDense", "time_1", output_dim=3, activation="tanh", bias=True),
        layer("GlobalAveragePooling1D", "pool_1"),
    )
    weights = {"embedding_1": [("embedding_1_W", table)], "time_1": pair("time_1", w, b)}
    return Written(config, weights, [(6,)], lambda x: np.tanh(table[x] @ w + b).mean(1), below=9)


def highway(rng: Rng) -> Written:
    w, wc, b, bc = normal(rng, 5, 5), normal(rng, 5, 5), normal(rng, 5), normal(rng, 5)
    m, mb = normal(rng, 3, 5, 4), normal(rng, 3, 4)
    config = sequential(
        layer(
            "Highway",
            "highway_1",
            **first(5),
            init="glorot_uniform",
            transform_bias=-2,
            activation="relu",
            bias=True,
            input_dim=5,
        ),
        layer("MaxoutDense", "maxout_1", output_dim=4, nb_feature=3, init="uniform", bias=True),
    )
    weights = {
        "highway_1": [("W", w), ("W_carry", wc), ("b", b), ("b_carry", bc)],
        "maxout_1": pair("maxout_1", m, mb),
    }

    def expected(x: np.ndarray) -> np.ndarray:
        gate = r.sigmoid(x @ wc + bc)
        y = gate * r.relu(x @ w + b) + (1 - gate) * x
        return (np.einsum("bi,kio->bko", y, m) + mb).max(1)

    return Written(config, weights, [(5,)], expected)


def advanced_activations(rng: Rng) -> Written:
    alphas, betas, slopes = normal(rng, 6), normal(rng, 6), normal(rng, 6)
    config = sequential(
        layer("LeakyReLU", "leaky_1", **first(6), alpha=0.2),
        layer("ParametricSoftplus", "soft_1", alpha_init=0.2, beta_init=5.0),
        layer("ThresholdedReLU", "thresholded_1", theta=0.1),
        layer("PReLU", "prelu_1", init="zero"),
        layer("ELU", "elu_1", alpha=0.7),
        layer("GaussianNoise", "noise_1", sigma=0.2),
        layer("GaussianDropout", "dropout_1", p=0.2),
    )
    weights = {
        "soft_1": [("alphas", alphas), ("betas", betas)],
        "prelu_1": [("alphas", slopes)],
    }

    def expected(x: np.ndarray) -> np.ndarray:
        y = np.where(x > 0, x, 0.2 * x)
        y = r.softplus(betas * y) * alphas
        y = y * (y > 0.1)
        y = np.where(y > 0, y, slopes * y)
        return np.where(y > 0, y, 0.7 * (np.exp(y) - 1))

    return Written(config, weights, [(6,)], expected)


def normalized(rng: Rng) -> Written:
    w, b = normal(rng, 5, 4), normal(rng, 4)
    gamma, beta, mean = normal(rng, 4), normal(rng, 4), normal(rng, 4)
    variance = (0.5 + rng.random(4)).astype("float32")
    config = sequential(
        dense("dense_1", 4, **first(5)),
        layer(
            "BatchNormalization",
            "bn_1",
            epsilon=1e-5,
            mode=0,
            axis=-1,
            momentum=0.9,
            gamma_regularizer=None,
            beta_regularizer=None,
        ),
        layer("Activation", "act_1", activation="hard_sigmoid"),
    )
    saved = [("gamma", gamma), ("beta", beta), ("running_mean", mean), ("running_std", variance)]
    return Written(
        config,
        {"dense_1": pair("dense_1", w, b), "bn_1": saved},
        [(5,)],
        lambda x: r.hard_sigmoid(r.batch_norm(x @ w + b, gamma, beta, mean, variance, 1e-5)),
    )


# ---------------------------------------------------------------- convolutions


def convolution(name: str, filters: int, rows: int, columns: int, **more: Any) -> Config:
    return layer(
        "Convolution2D",
        name,
        **{
            "nb_filter": filters,
            "nb_row": rows,
            "nb_col": columns,
            "init": "glorot_uniform",
            "activation": "linear",
            "border_mode": "valid",
            "subsample": [1, 1],
            "dim_ordering": "tf",
            "W_regularizer": None,
            "b_regularizer": None,
            "activity_regularizer": None,
            "W_constraint": None,
            "b_constraint": None,
            "bias": True,
            **more,
        },
    )


def cnn(rng: Rng) -> Written:
    k1, b1 = normal(rng, 3, 2, 2, 4), normal(rng, 4)
    k2, b2 = normal(rng, 3, 3, 4, 3), normal(rng, 3)
    w, b = normal(rng, 3 * 4 * 3, 2), normal(rng, 2)
    config = sequential(
        convolution("convolution2d_1", 4, 3, 2, activation="relu", **first(8, 9, 2)),
        layer(
            "MaxPooling2D",
            "maxpooling2d_1",
            pool_size=[2, 2],
            strides=[2, 2],
            border_mode="valid",
            dim_ordering="tf",
        ),
        convolution("convolution2d_2", 3, 3, 3, border_mode="same"),
        layer("SpatialDropout2D", "drop_1", p=0.3, dim_ordering="tf"),
        layer("Flatten", "flatten_1"),
        dense("dense_1", 2),
    )
    weights = {
        "convolution2d_1": pair("c1", k1, b1),
        "convolution2d_2": pair("c2", k2, b2),
        "dense_1": pair("dense_1", w, b),
    }

    def expected(x: np.ndarray) -> np.ndarray:
        y = r.max_pool(r.relu(r.correlate(x, k1) + b1), (2, 2))
        y = r.correlate(r.padded_same(y, (3, 3)), k2) + b2
        return y.reshape(len(y), -1) @ w + b

    return Written(config, weights, [(8, 9, 2)], expected)


def theano_cnn(rng: Rng) -> Written:
    kernel, bias = normal(rng, 4, 2, 3, 2), normal(rng, 4)
    w, b = normal(rng, 4 * 4 * 5, 2), normal(rng, 2)
    config = sequential(
        convolution("c1", 4, 3, 2, dim_ordering="th", activation="relu", **first(2, 6, 6)),
        layer("Flatten", "flatten_1"),
        dense("dense_1", 2),
    )
    weights = {"c1": pair("c1", kernel, bias), "dense_1": pair("dense_1", w, b)}

    def expected(x: np.ndarray) -> np.ndarray:
        y = r.relu(r.convolve_first(x, kernel) + bias[:, None, None])
        return y.reshape(len(y), -1) @ w + b

    return Written(config, weights, [(2, 6, 6)], expected)


def channels_first_cnn(rng: Rng) -> Written:
    """Theano's order of axes on TensorFlow: kernels are not turned."""
    kernel, bias = normal(rng, 4, 2, 3, 2), normal(rng, 4)
    config = sequential(
        convolution("c1", 4, 3, 2, dim_ordering="th", activation="relu", **first(2, 6, 6)),
        layer("ZeroPadding2D", "pad_1", padding=[1, 2], dim_ordering="th"),
        layer("UpSampling2D", "up_1", size=[2, 2], dim_ordering="th"),
    )

    def expected(x: np.ndarray) -> np.ndarray:
        y = r.correlate(x.transpose(0, 2, 3, 1), kernel.transpose(2, 3, 1, 0))
        y = r.relu(y.transpose(0, 3, 1, 2) + bias[:, None, None])
        y = np.pad(y, [(0, 0), (0, 0), (1, 1), (2, 2)])
        return y.repeat(2, 2).repeat(2, 3)

    return Written(config, {"c1": pair("c1", kernel, bias)}, [(2, 6, 6)], expected)


def theano_network(rng: Rng) -> Written:
    """Layers of images that follow one another, and one that is none."""
    k1, b1 = normal(rng, 4, 2, 3, 3), normal(rng, 4)
    k2, b2 = normal(rng, 3, 4, 2, 2), normal(rng, 3)
    gamma, beta, mean = normal(rng, 4), normal(rng, 4), normal(rng, 4)
    variance = (0.5 + rng.random(4)).astype("float32")
    w, b = normal(rng, 12, 2), normal(rng, 2)
    pooling: Config = {"pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid"}
    config = sequential(
        layer("ZeroPadding2D", "pad_1", padding=[1, 1], dim_ordering="th", **first(2, 6, 6)),
        convolution("c1", 4, 3, 3, dim_ordering="th"),
        layer("BatchNormalization", "bn_1", epsilon=1e-5, mode=0, axis=1, momentum=0.9),
        layer("Activation", "relu_1", activation="relu"),
        convolution("c2", 3, 2, 2, dim_ordering="th"),
        layer("MaxPooling2D", "pool_1", dim_ordering="th", **pooling),
        layer("Dropout", "drop_1", p=0.5),
        layer("Flatten", "flatten_1"),
        dense("dense_1", 2),
    )
    saved = [("gamma", gamma), ("beta", beta), ("mean", mean), ("std", variance)]
    weights = {
        "c1": pair("c1", k1, b1),
        "bn_1": saved,
        "c2": pair("c2", k2, b2),
        "dense_1": pair("dense_1", w, b),
    }

    def expected(x: np.ndarray) -> np.ndarray:
        y = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
        y = r.convolve_first(y, k1) + b1[:, None, None]
        y = y.transpose(0, 2, 3, 1)
        y = r.relu(r.batch_norm(y, gamma, beta, mean, variance, 1e-5)).transpose(0, 3, 1, 2)
        y = r.convolve_first(y, k2) + b2[:, None, None]
        y = r.max_pool(y.transpose(0, 2, 3, 1), (2, 2)).transpose(0, 3, 1, 2)
        return y.reshape(len(y), -1) @ w + b

    return Written(config, weights, [(2, 6, 6)], expected)


def _text_cnn(rng: Rng, old: bool) -> Written:
    kernel, bias = normal(rng, 3, 4, 5), normal(rng, 5)
    saved = kernel.transpose(2, 1, 0)[..., None] if old else kernel[:, None]
    config = sequential(
        layer(
            "Convolution1D",
            "c1",
            **first(8, 4),
            nb_filter=5,
            filter_length=3,
            init="uniform",
            activation="relu",
            border_mode="valid",
            subsample_length=1,
            bias=True,
            input_dim=4,
            input_length=8,
        ),
        layer("MaxPooling1D", "p1", pool_length=2, stride=2, border_mode="valid"),
        layer("Flatten", "flatten_1"),
    )

    def expected(x: np.ndarray) -> np.ndarray:
        y = r.relu(r.correlate(x[:, :, None], kernel[:, None]) + bias)
        return r.max_pool(y, (2, 1)).reshape(len(x), -1)

    return Written(config, {"c1": pair("c1", saved, bias)}, [(8, 4)], expected)


def text_cnn(rng: Rng) -> Written:
    return _text_cnn(rng, old=False)


def text_cnn_before_1_1(rng: Rng) -> Written:
    return _text_cnn(rng, old=True)


def other_convolutions(rng: Rng) -> Written:
    dilated, b1 = normal(rng, 2, 2, 2, 3), normal(rng, 3)
    deep, point, b2 = normal(rng, 2, 2, 3, 2), normal(rng, 1, 1, 6, 4), normal(rng, 4)
    config = sequential(
        {
            **convolution("a1", 3, 2, 2, atrous_rate=[2, 2], **first(8, 8, 2)),
            "class_name": "AtrousConvolution2D",
        },
        layer(
            "SeparableConvolution2D",
            "s1",
            nb_filter=4,
            nb_row=2,
            nb_col=2,
            border_mode="valid",
            subsample=[1, 1],
            depth_multiplier=2,
            depthwise_regularizer=None,
            pointwise_regularizer=None,
            dim_ordering="tf",
            bias=True,
            activation="linear",
            init="uniform",
        ),
        layer("Cropping2D", "crop_1", cropping=[[1, 0], [0, 1]], dim_ordering="tf"),
    )
    weights = {
        "a1": pair("a1", dilated, b1),
        "s1": [("dW", deep), ("pW", point), ("b", b2)],
    }

    def expected(x: np.ndarray) -> np.ndarray:
        spread = np.zeros((3, 3, 2, 3), "float32")
        spread[::2, ::2] = dilated
        y = r.correlate(x, spread) + b1
        places = r.windows(y, (2, 2))
        y = np.einsum("bijrsc,rscm->bijcm", places, deep).reshape(*places.shape[:3], -1)
        return (y @ point[0, 0] + b2)[:, 1:, :-1]

    return Written(config, weights, [(8, 8, 2)], expected)


def deconvolution(rng: Rng) -> Written:
    kernel, bias = normal(rng, 3, 3, 2, 4), normal(rng, 4)
    config = sequential(
        {
            **convolution("d1", 4, 3, 3, output_shape=[None, 7, 7, 4], **first(5, 5, 2)),
            "class_name": "Deconvolution2D",
        }
    )

    def expected(x: np.ndarray) -> np.ndarray:
        y = np.zeros((len(x), 7, 7, 4))
        for i in range(5):
            for j in range(5):
                y[:, i : i + 3, j : j + 3] += np.einsum("bc,rscf->brsf", x[:, i, j], kernel)
        return y + bias

    return Written(config, {"d1": pair("d1", kernel, bias)}, [(5, 5, 2)], expected)


def locally_connected(rng: Rng) -> Written:
    k1, b1 = normal(rng, 5 * 6, 2 * 2 * 2, 3), normal(rng, 5, 6, 3)
    k2, b2 = normal(rng, 28, 3 * 3, 2), normal(rng, 28, 2)
    common: Config = {"init": "uniform", "activation": "linear", "border_mode": "valid"}
    config = sequential(
        layer(
            "LocallyConnected2D",
            "l2",
            **first(6, 7, 2),
            nb_filter=3,
            nb_row=2,
            nb_col=2,
            subsample=[1, 1],
            dim_ordering="tf",
            bias=True,
            **common,
        ),
        layer("Reshape", "r1", target_shape=[30, 3]),
        layer(
            "LocallyConnected1D",
            "l1",
            nb_filter=2,
            filter_length=3,
            subsample_length=1,
            bias=True,
            **common,
        ),
    )
    weights = {"l2": pair("l2", k1, b1), "l1": pair("l1", k2, b2)}

    def expected(x: np.ndarray) -> np.ndarray:
        patches = r.windows(x, (2, 2)).reshape(len(x), 30, -1)
        y = np.einsum("btp,tpf->btf", patches, k1) + b1.reshape(30, 3)
        rows = r.windows(y[:, :, None], (3, 1)).reshape(len(x), 28, -1)
        return np.einsum("btp,tpf->btf", rows, k2) + b2

    return Written(config, weights, [(6, 7, 2)], expected)


# ---------------------------------------------------------------- recurrent


def recurrent(class_name: str, name: str, units: int, **more: Any) -> Config:
    return layer(
        class_name,
        name,
        **{
            "output_dim": units,
            "init": "glorot_uniform",
            "inner_init": "orthogonal",
            "activation": "tanh",
            "return_sequences": False,
            "go_backwards": False,
            "stateful": False,
            "unroll": False,
            "consume_less": "cpu",
            "W_regularizer": None,
            "U_regularizer": None,
            "b_regularizer": None,
            "dropout_W": 0.1,
            "dropout_U": 0.2,
            "input_dim": 4,
            "input_length": None,
            **more,
        },
    )


GATED: Config = {"inner_activation": "hard_sigmoid", "forget_bias_init": "one"}


def gates(rng: Rng, names: str, inputs: int, units: int) -> dict[str, tuple[np.ndarray, ...]]:
    return {
        name: (normal(rng, inputs, units), normal(rng, units, units), normal(rng, units))
        for name in names
    }


def apart(found: dict[str, tuple[np.ndarray, ...]], order: str) -> list[tuple[str, np.ndarray]]:
    """W, U and b of each gate, one after the other."""
    return [
        (f"{kind}_{name}", array)
        for name in order
        for kind, array in zip("WUb", found[name], strict=True)
    ]


def by_kind(found: dict[str, tuple[np.ndarray, ...]], order: str) -> list[list[np.ndarray]]:
    return [[found[name][kind] for name in order] for kind in range(3)]


def lstms(rng: Rng) -> Written:
    one, two = gates(rng, "icfo", 4, 5), gates(rng, "icfo", 5, 3)
    config = sequential(
        recurrent("LSTM", "lstm_1", 5, return_sequences=True, **first(6, 4), **GATED),
        recurrent("LSTM", "lstm_2", 3, inner_activation="sigmoid", go_backwards=True),
    )
    weights = {"lstm_1": apart(one, "icfo"), "lstm_2": apart(two, "icfo")}

    def expected(x: np.ndarray) -> np.ndarray:
        y = r.lstm(x, *by_kind(one, "ifco"))
        return r.lstm(y[:, ::-1], *by_kind(two, "ifco"), gate=r.sigmoid)[:, -1]

    return Written(config, weights, [(6, 4)], expected)


def lstm_gpu(rng: Rng) -> Written:
    found = gates(rng, "ifco", 4, 5)
    joined = [np.concatenate(each, -1) for each in by_kind(found, "ifco")]
    config = sequential(recurrent("LSTM", "lstm_1", 5, **first(6, 4), **GATED, consume_less="gpu"))
    saved = list(zip(("W", "U", "b"), joined, strict=True))
    return Written(
        config,
        {"lstm_1": saved},
        [(6, 4)],
        lambda x: r.lstm(x, *by_kind(found, "ifco"))[:, -1],
    )


def grus(rng: Rng) -> Written:
    found = gates(rng, "zrh", 4, 5)
    w, u, b = normal(rng, 5, 3), normal(rng, 3, 3), normal(rng, 3)
    config = sequential(
        recurrent(
            "GRU",
            "gru_1",
            5,
            return_sequences=True,
            inner_activation="hard_sigmoid",
            **first(6, 4),
        ),
        recurrent("SimpleRNN", "rnn_1", 3),
    )
    weights = {"gru_1": apart(found, "zrh"), "rnn_1": [("W", w), ("U", u), ("b", b)]}
    return Written(
        config,
        weights,
        [(6, 4)],
        lambda x: r.simple_rnn(r.gru(x, *by_kind(found, "zrh")), w, u, b)[:, -1],
    )


def wrappers(rng: Rng) -> Written:
    w, b = normal(rng, 4, 5), normal(rng, 5)
    there, back = gates(rng, "icfo", 5, 3), gates(rng, "icfo", 5, 3)
    config = sequential(
        layer(
            "TimeDistributed",
            "time_1",
            **first(6, 4),
            layer=dense("dense_1", 5, "hard_sigmoid"),
        ),
        layer(
            "Bidirectional",
            "both_1",
            layer=recurrent("LSTM", "lstm_1", 3, **GATED),
            merge_mode="concat",
        ),
    )
    weights = {
        "time_1": pair("dense_1", w, b),
        "both_1": [
            (f"{way}_{name}", array)
            for way, found in (("forward", there), ("backward", back))
            for name, array in apart(found, "icfo")
        ],
    }

    def expected(x: np.ndarray) -> np.ndarray:
        y = r.hard_sigmoid(x @ w + b)
        ends = [
            r.lstm(y, *by_kind(there, "ifco"))[:, -1],
            r.lstm(y[:, ::-1], *by_kind(back, "ifco"))[:, -1],
        ]
        return np.concatenate(ends, -1)

    return Written(config, weights, [(6, 4)], expected)


# ---------------------------------------------------------------- graphs


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


def called(config: Config, *calls: list[str]) -> Config:
    nodes = [[[name, 0, 0] for name in names] for names in calls]
    return {**config, "name": config["config"]["name"], "inbound_nodes": nodes}


def an_input(name: str, *shape: int) -> Config:
    config = {
        "batch_input_shape": [None, *shape],
        "input_dtype": "float32",
        "sparse": False,
        "name": name,
    }
    return called({"class_name": "InputLayer", "config": config})


def merged(name: str, mode: Any, **more: Any) -> Config:
    return layer(
        "Merge",
        name,
        **{
            "layers": [],
            "mode": mode,
            "mode_type": "raw",
            "concat_axis": -1,
            "dot_axes": -1,
            "output_shape": None,
            "output_shape_type": "raw",
            "arguments": {},
            **more,
        },
    )


def merging(rng: Rng) -> Written:
    w, b = normal(rng, 4, 4), normal(rng, 4)
    twin = {**dense("dense_1", 4), "name": "dense_1"}
    twin["inbound_nodes"] = [[["a", 0, 0]], [["b", 0, 0]]]

    def both(config: Config) -> Config:
        nodes = [[["dense_1", 0, 0], ["dense_1", 1, 0]]]
        return {**config, "name": config["config"]["name"], "inbound_nodes": nodes}

    modes = ["sum", "mul", "ave", "max", "concat", "dot", "cos"]
    config = functional(
        an_input("a", 4),
        an_input("b", 4),
        twin,
        *(both(merged(f"merge_{mode}", mode)) for mode in modes),
        inputs=["a", "b"],
        outputs=[f"merge_{mode}" for mode in modes],
    )

    def expected(a: np.ndarray, c: np.ndarray) -> list[np.ndarray]:
        x, y = a @ w + b, c @ w + b
        dot = (x * y).sum(-1, keepdims=True)
        size = np.sqrt((x * x).sum(-1, keepdims=True) * (y * y).sum(-1, keepdims=True))
        return [
            x + y,
            x * y,
            (x + y) / 2,
            np.maximum(x, y),
            np.concatenate([x, y], -1),
            dot,
            (dot / size)[:, :, None],
        ]

    return Written(config, {"dense_1": pair("dense_1", w, b)}, [(4,), (4,)], expected)


def merged_branches(rng: Rng) -> Written:
    w1, b1, w2, b2 = normal(rng, 4, 3), normal(rng, 3), normal(rng, 5, 2), normal(rng, 2)
    w3, b3 = normal(rng, 5, 2), normal(rng, 2)
    branches = [
        sequential(dense("dense_1", 3, "relu", **first(4))),
        sequential(dense("dense_2", 2, **first(5)), layer("Activation", "t", activation="tanh")),
    ]
    config = sequential(merged("merge_1", "concat", layers=branches), dense("dense_3", 2))
    weights = {
        "dense_1": pair("dense_1", w1, b1),
        "dense_2": pair("dense_2", w2, b2),
        "dense_3": pair("dense_3", w3, b3),
    }

    def expected(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        y = np.concatenate([r.relu(a @ w1 + b1), np.tanh(b @ w2 + b2)], -1)
        return y @ w3 + b3

    return Written(config, weights, [(4,), (5,)], expected)


def shared_model(rng: Rng) -> Written:
    w1, b1, w2, b2 = normal(rng, 4, 3), normal(rng, 3), normal(rng, 3, 3), normal(rng, 3)
    inner = {
        **sequential(dense("dense_1", 3, "relu", **first(4)), dense("dense_2", 3)),
        "name": "sequential_1",
        "inbound_nodes": [[["a", 0, 0]], [["b", 0, 0]]],
    }
    total = {
        **merged("merge_1", "sum"),
        "name": "merge_1",
        "inbound_nodes": [[["sequential_1", 1, 0], ["sequential_1", 2, 0]]],
    }
    config = functional(
        an_input("a", 4), an_input("b", 4), inner, total, inputs=["a", "b"], outputs=["merge_1"]
    )
    weights = {"sequential_1": [*pair("dense_1", w1, b1), *pair("dense_2", w2, b2)]}

    def encoded(x: np.ndarray) -> np.ndarray:
        return r.relu(x @ w1 + b1) @ w2 + b2

    return Written(config, weights, [(4,), (4,)], lambda a, b: encoded(a) + encoded(b))


KINDS = (
    HandKind("Keras 1: dense", mlp),
    HandKind("Keras 1: dense, without a version", mlp, version=None, backend=None),
    HandKind("Keras 1: dense, names in chunks", mlp, chunk=2),
    HandKind("Keras 1: embedding", embedding),
    HandKind("Keras 1: highway and maxout", highway),
    HandKind("Keras 1: advanced activations", advanced_activations),
    HandKind("Keras 1: batch normalization", normalized),
    HandKind("Keras 1: convolutions", cnn),
    HandKind("Keras 1: convolutions of Theano", theano_cnn, backend="theano"),
    HandKind("Keras 1: a network of Theano", theano_network, backend="theano"),
    HandKind("Keras 1: channels first on TensorFlow", channels_first_cnn),
    HandKind("Keras 1: convolutions of text", text_cnn, version="1.1.0"),
    HandKind("Keras 1: convolutions of text, 1.0", text_cnn_before_1_1, version=None),
    HandKind("Keras 1: dilated and separable", other_convolutions),
    HandKind("Keras 1: deconvolution", deconvolution),
    HandKind("Keras 1: locally connected", locally_connected),
    HandKind("Keras 1: LSTM", lstms),
    HandKind("Keras 1: LSTM for the GPU", lstm_gpu),
    HandKind("Keras 1: GRU and SimpleRNN", grus),
    HandKind("Keras 1: wrappers", wrappers),
    HandKind("Keras 1: merging", merging),
    HandKind("Keras 1: merged branches", merged_branches),
    HandKind("Keras 1: a shared model", shared_model),
)
