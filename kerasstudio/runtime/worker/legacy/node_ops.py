"""Nodes of a TensorFlow graph that tf.keras before TensorFlow 2.4 kept as a layer, each read as a
call of the function of `tf_functions` that computes the same."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, NamedTuple

from kerasstudio.runtime.worker.legacy.constants import constant
from kerasstudio.runtime.worker.legacy.given import Given, NoEquivalentError
from kerasstudio.runtime.worker.legacy.model_graph import Call, Constant


class Node(NamedTuple):
    """`names` are the arguments of the inputs after the first, `attributes` those of attributes.
    `takes_list`: the first so many inputs, all but the named ones, are one list."""

    function: str
    names: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    takes_list: bool = False


def node_call(config: dict[str, Any], call: Call) -> tuple[str, Given]:
    """(function, its arguments) of one call of a TensorFlowOpLayer."""
    definition = _definition(config.get("node_def"))
    op = str(definition.get("op"))
    row = NODES.get(op)
    if row is None:
        raise NoEquivalentError(f"no operation of Keras is the node {op}")
    inputs = _inputs(config, call)
    attributes = {
        row.attributes[key]: _attribute(value)
        for key, value in (definition.get("attr") or {}).items()
        if key in row.attributes
    }
    if op == "Split":  # the axis comes first
        inputs.reverse()
    if row.takes_list:
        count = len(inputs) - len(row.names)
        inputs = [inputs[:count], *inputs[count:]]
    if not inputs or len(inputs) > 1 + len(row.names):
        raise NoEquivalentError(f"the node {op} has {len(inputs)} inputs")
    named = {
        name: value.value if isinstance(value, Constant) and name not in _OPERANDS else value
        for name, value in zip(row.names, inputs[1:], strict=False)
    }
    return row.function, Given(inputs[0], {**named, **attributes})


_OPERANDS = {"y", "b", "x", "indices", "filters", "bias", "clip_value_min", "clip_value_max"}


def _definition(value: Any) -> dict[str, Any]:
    """The node as JSON; TensorFlow before 2.2 wrote the bytes of the protocol buffer as text."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise NoEquivalentError("the file does not say what it computes")
    from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from tensorflow.core.framework.node_def_pb2 import NodeDef

    try:
        return dict(MessageToDict(NodeDef.FromString(value.encode("utf-8"))))
    except DecodeError as error:
        raise NoEquivalentError("what it computes cannot be read from the file") from error


def _inputs(config: dict[str, Any], call: Call) -> list[Any]:
    """Tensors of the call with the constants of the layer between them."""
    first = call.args[0] if call.args else None
    inputs = list(first) if isinstance(first, list) else [first]
    constants = config.get("constants") or {}
    for index in sorted(constants, key=int):
        value = constants[index]
        if isinstance(value, dict):
            value = (value.get("config") or {}).get("value")
        if isinstance(value, list) and value:
            value = constant(value)
        inputs.insert(int(index), value)
    return inputs


def _attribute(value: Any) -> Any:
    """The value in an AttrValue: {"i": "1"}, {"b": true}, {"list": {"i": ["1", "2"]}}, ..."""
    if not isinstance(value, dict) or not value:
        return None
    kind, content = next(iter(value.items()))
    if kind == "list":
        inner = content if isinstance(content, dict) else {}
        return [_attribute({key: each}) for key, values in inner.items() for each in values]
    if kind == "i":
        return int(content)
    if kind == "f":
        return float(content)
    if kind == "s":
        try:
            return base64.b64decode(content, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return content
    if kind == "type":
        return _dtype(content)
    return content


def _dtype(name: Any) -> str:
    """DT_FLOAT is float32, DT_INT64 int64."""
    plain = str(name).removeprefix("DT_").lower()
    named = {"float": "float32", "double": "float64", "half": "float16"}
    return named.get(plain, re.sub(r"_ref$", "", plain))


def _plain(functions: dict[str, str], *names: str) -> dict[str, Node]:
    return {op: Node(function, names) for op, function in functions.items()}


_KEEP = {"keep_dims": "keepdims"}
_MASKS = {
    name: name
    for name in ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
}
_WINDOW = {
    "ksize": "ksize",
    "strides": "strides",
    "padding": "padding",
    "data_format": "data_format",
}
_PIXELS = {"half_pixel_centers": "half_pixel_centers", "align_corners": "align_corners"}

NODES: dict[str, Node] = {
    **_plain(
        {
            "Abs": "math.abs",
            "Neg": "math.negative",
            "Sign": "math.sign",
            "Square": "math.square",
            "Sqrt": "math.sqrt",
            "Rsqrt": "math.rsqrt",
            "Reciprocal": "math.reciprocal",
            "Exp": "math.exp",
            "Expm1": "math.expm1",
            "Log": "math.log",
            "Log1p": "math.log1p",
            "Sin": "math.sin",
            "Cos": "math.cos",
            "Tan": "math.tan",
            "Tanh": "math.tanh",
            "Sigmoid": "math.sigmoid",
            "Erf": "math.erf",
            "Floor": "math.floor",
            "Ceil": "math.ceil",
            "Round": "math.round",
            "LogicalNot": "math.logical_not",
            "Relu": "nn.relu",
            "Relu6": "nn.relu6",
            "Elu": "nn.elu",
            "Selu": "nn.selu",
            "Softplus": "nn.softplus",
            "Softsign": "nn.softsign",
            "Softmax": "nn.softmax",
            "LogSoftmax": "nn.log_softmax",
            "Identity": "identity",
            "StopGradient": "stop_gradient",
            "ZerosLike": "zeros_like",
            "OnesLike": "ones_like",
            "Shape": "shape",
        }
    ),
    **_plain(
        {
            "Add": "math.add",
            "AddV2": "math.add",
            "BiasAdd": "math.add",
            "Sub": "math.subtract",
            "Mul": "math.multiply",
            "Div": "math.truediv",
            "RealDiv": "math.truediv",
            "DivNoNan": "math.divide_no_nan",
            "FloorDiv": "math.floordiv",
            "FloorMod": "math.floormod",
            "Pow": "math.pow",
            "Maximum": "math.maximum",
            "Minimum": "math.minimum",
            "SquaredDifference": "math.squared_difference",
            "Equal": "math.equal",
            "NotEqual": "math.not_equal",
            "Greater": "math.greater",
            "GreaterEqual": "math.greater_equal",
            "Less": "math.less",
            "LessEqual": "math.less_equal",
            "LogicalAnd": "math.logical_and",
            "LogicalOr": "math.logical_or",
        },
        "y",
    ),
    **{
        op: Node(function, ("axis",), _KEEP)
        for op, function in (
            ("Mean", "math.reduce_mean"),
            ("Sum", "math.reduce_sum"),
            ("Max", "math.reduce_max"),
            ("Min", "math.reduce_min"),
            ("Prod", "math.reduce_prod"),
            ("Any", "math.reduce_any"),
            ("All", "math.reduce_all"),
        )
    },
    "ArgMax": Node("math.argmax", ("axis",)),
    "ArgMin": Node("math.argmin", ("axis",)),
    "LeakyRelu": Node("nn.leaky_relu", (), {"alpha": "alpha"}),
    "MatMul": Node(
        "linalg.matmul", ("b",), {"transpose_a": "transpose_a", "transpose_b": "transpose_b"}
    ),
    "BatchMatMul": Node("linalg.matmul", ("b",), {"adj_x": "adj_x", "adj_y": "adj_y"}),
    "BatchMatMulV2": Node("linalg.matmul", ("b",), {"adj_x": "adj_x", "adj_y": "adj_y"}),
    "Reshape": Node("reshape", ("shape",)),
    "Transpose": Node("transpose", ("perm",)),
    "ExpandDims": Node("expand_dims", ("axis",)),
    "Squeeze": Node("squeeze", (), {"squeeze_dims": "axis"}),
    "ConcatV2": Node("concat", ("axis",), takes_list=True),
    "Pack": Node("stack", (), {"axis": "axis"}, takes_list=True),
    "Unpack": Node("unstack", (), {"axis": "axis", "num": "num"}),
    "AddN": Node("math.add_n", (), takes_list=True),
    "Split": Node("split", ("axis",), {"num_split": "num_or_size_splits"}),
    "SplitV": Node("split", ("num_or_size_splits", "axis")),
    "StridedSlice": Node(
        "strided_slice",
        ("begin", "end", "strides"),
        _MASKS,
    ),
    "Slice": Node("slice", ("begin", "size")),
    "Tile": Node("tile", ("multiples",)),
    "Pad": Node("pad", ("paddings",)),
    "PadV2": Node("pad", ("paddings", "constant_values")),
    "ReverseV2": Node("reverse", ("axis",)),
    "GatherV2": Node("gather", ("indices", "axis"), {"batch_dims": "batch_dims"}),
    "Cast": Node("cast", (), {"DstT": "dtype"}),
    "Select": Node("where", ("x", "y")),
    "SelectV2": Node("where", ("x", "y")),
    "ClipByValue": Node("clip_by_value", ("clip_value_min", "clip_value_max")),
    "OneHot": Node("one_hot", ("depth", "on_value", "off_value"), {"axis": "axis", "T": "dtype"}),
    "BroadcastTo": Node("broadcast_to", ("shape",)),
    "Cumsum": Node("math.cumsum", ("axis",), {"reverse": "reverse", "exclusive": "exclusive"}),
    "ResizeBilinear": Node("image.resize_bilinear", ("size",), _PIXELS),
    "ResizeNearestNeighbor": Node("image.resize_nearest_neighbor", ("size",), _PIXELS),
    "DepthToSpace": Node("nn.depth_to_space", (), {"block_size": "block_size"}),
    "SpaceToDepth": Node("nn.space_to_depth", (), {"block_size": "block_size"}),
    "Conv2D": Node(
        "nn.conv2d",
        ("filters",),
        {"strides": "strides", "padding": "padding", "dilations": "dilations"},
    ),
    "MaxPool": Node("nn.max_pool", (), _WINDOW),
    "AvgPool": Node("nn.avg_pool", (), _WINDOW),
}
