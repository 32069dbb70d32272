"""Model files that try to do harm, made harmless: what they would run touches a marker file.

`make_all(folder, marker)` writes one file of each kind. The expected outcome stands beside each:
"refused" (the whole file is turned down) or "placeholder" (it opens, and what is code in it stands
as a placeholder that is never run)."""

from __future__ import annotations

import base64
import io
import json
import marshal
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np

Outcome = Literal["refused", "placeholder", "opened"]
Json = dict[str, Any]


@dataclass(frozen=True)
class Malicious:
    """One file. `outcome` is what has to become of it."""

    name: str
    path: Path
    outcome: Outcome


# ---------------------------------------------------------------- parts of configurations


def entry(
    module: str | None, class_name: str, config: Any, name: str = "evil", **more: Any
) -> Json:
    """A layer's entry in a Sequential configuration."""
    if isinstance(config, dict):
        config = {"name": name, "trainable": True, **config}
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": None,
        "name": name,
    } | more


def function(module: str, name: str) -> Json:
    return {"module": module, "class_name": "function", "config": name,
            "registered_name": "function"}  # fmt: skip


def dense(**config: Any) -> Json:
    built = {"build_config": {"input_shape": [None, 4]}}
    return entry("keras.layers", "Dense", {"units": 3, **config}, "dense", **built)


def bytecode(marker: Path) -> str:
    """What Keras stores of `lambda x: (touch the marker, x)[1]`."""
    source = f"lambda x, *rest, **more: (open({str(marker)!r}, 'a').close(), x)[1]"
    code = compile(source, "evil", "eval").co_consts[0]
    return base64.b64encode(marshal.dumps(code)).decode()


def stored_lambda(marker: Path) -> Json:
    value = {"code": bytecode(marker), "defaults": None, "closure": None}
    return {"class_name": "__lambda__", "config": value}


def old_lambda(marker: Path) -> Json:
    """A Lambda layer as Keras 2 writes it."""
    config = {
        "function": [bytecode(marker), None, None],
        "function_type": "lambda",
        "module": "__main__",
        "output_shape": None,
        "output_shape_type": "raw",
        "output_shape_module": None,
        "arguments": {},
        "dtype": "float32",
    }
    return {"class_name": "Lambda", "config": {"name": "evil", **config}, "name": "evil"}


def lambda_layer(called: Any, **config: Any) -> Json:
    return entry("keras.layers", "Lambda", {"function": called, "arguments": {}, **config})


def sequential(*layers: Json, **more: Any) -> Json:
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "input"},
        "registered_name": None,
    }
    config = {"name": "model", "trainable": True, "layers": [first, *layers],
              "build_input_shape": [None, 4]}  # fmt: skip
    return {"module": "keras", "class_name": "Sequential", "config": config,
            "registered_name": None, "build_config": {"input_shape": [None, 4]}} | more  # fmt: skip


def functional(layer: Json, inputs: Any = None, **kwargs: Any) -> Json:
    """A model of an Input and one layer, which is called with more arguments. With `inputs` that
    is what it is called with, and the tensor is its mask."""

    def tensor(name: str) -> Json:
        config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, 0, 0]}
        return {"class_name": "__keras_tensor__", "config": config}

    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "input"},
        "registered_name": None,
        "name": "input",
        "inbound_nodes": [],
    }
    call = {"args": [tensor("input")], "kwargs": kwargs}
    if inputs is not None:
        call = {"args": [], "kwargs": {**kwargs, "inputs": inputs, "mask": tensor("input")}}
    layer = {**layer, "inbound_nodes": [call]}
    config = {
        "name": "model",
        "trainable": True,
        "layers": [first, layer],
        "input_layers": [["input", 0, 0]],
        "output_layers": [[layer["name"], 0, 0]],
    }
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config,
            "registered_name": "Functional",
            "build_config": {"input_shape": None}}  # fmt: skip


# ---------------------------------------------------------------- files


def weights_bytes(change: Callable[[h5py.File], None] | None = None) -> bytes:
    """The weights file of one Dense layer."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.ones((4, 3), "f4"))
        file.create_dataset("layers/dense/vars/1", data=np.zeros(3, "f4"))
        if change is not None:
            change(file)
    return buffer.getvalue()


def archive(
    path: Path,
    config: Json | str | bytes,
    weights: bytes | None = None,
    more: Callable[[zipfile.ZipFile], None] | None = None,
    packing: int = zipfile.ZIP_DEFLATED,
) -> Path:
    path = path.with_suffix(".keras")
    text = json.dumps(config) if isinstance(config, dict) else config
    with zipfile.ZipFile(path, "w", packing) as file:
        file.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        file.writestr("config.json", text)
        file.writestr("model.weights.h5", weights_bytes() if weights is None else weights)
        if more is not None:
            more(file)
    return path


def whole_h5(path: Path, config: Json, change: Callable[[h5py.File], None] | None = None) -> Path:
    path = path.with_suffix(".h5")
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["backend"] = "tensorflow"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array(["dense"], "S5")
        inner = group.create_group("dense")
        inner.attrs["weight_names"] = np.array(["dense/kernel", "dense/bias"], "S12")
        inner["dense/kernel"] = np.ones((4, 3), "f4")
        inner["dense/bias"] = np.zeros(3, "f4")
        if change is not None:
            change(file)
    return path


def architecture(path: Path, config: Json | str) -> Path:
    path = path.with_suffix(".json")
    path.write_text(json.dumps(config) if isinstance(config, dict) else config)
    return path


def saved_model(folder: Path, marker: Path) -> Path:
    """A SavedModel that touches the marker while it is loaded: by the initializer of a resource."""
    import tensorflow as tf
    from tensorflow.python.trackable.resource import TrackableResource

    class Toucher(TrackableResource):
        def _create_resource(self) -> Any:
            return tf.raw_ops.MutableHashTableV2(key_dtype=tf.string, value_dtype=tf.int64)

        def _initialize(self) -> None:
            tf.io.write_file(str(marker), "touched")

    module = tf.Module()
    module.toucher = Toucher()

    @tf.function(input_signature=[tf.TensorSpec((None, 4))])
    def serve(x: Any) -> Any:
        return x + 0.0 * tf.cast(tf.size(tf.stack([module.toucher.resource_handle])), tf.float32)

    module.serve = serve
    path = folder / "saved_model"
    tf.saved_model.save(module, str(path), signatures={"serving_default": serve})
    marker.unlink(missing_ok=True)
    return path


class _Pickled:
    def __init__(self, marker: Path) -> None:
        self._marker = str(marker)

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self._marker, "a")


# ---------------------------------------------------------------- the kinds


def make_all(folder: Path, marker: Path) -> list[Malicious]:
    """Write one file of every kind into `folder`. Nothing of them touches the marker now."""
    made: list[Malicious] = []

    def add(name: str, outcome: Outcome, write: Callable[..., Path], *values: Any) -> None:
        made.append(Malicious(name, write(folder / name, *values), outcome))

    code = stored_lambda(marker)
    path = str(saved_model(folder, marker))
    gadget = {"filepath": path, "call_endpoint": "serving_default"}
    tfsm = entry("keras.layers", "TFSMLayer", gadget)

    # code in layers
    add("lambda_keras", "placeholder", archive, sequential(lambda_layer(code), dense()))
    add("lambda_h5", "placeholder", whole_h5, sequential(lambda_layer(code), dense()))
    add("lambda_old_h5", "placeholder", whole_h5, sequential(old_lambda(marker), dense()))
    add("lambda_json", "placeholder", architecture, sequential(lambda_layer(code), dense()))
    shaped = lambda_layer(function("builtins", "relu"), output_shape=code)
    add("lambda_output_shape", "placeholder", archive, sequential(shaped, dense()))
    masked = lambda_layer(function("builtins", "relu"), mask=code)
    add("lambda_mask", "placeholder", archive, sequential(masked, dense()))
    add("lambda_of_saved_model", "placeholder", archive, sequential(lambda_layer(tfsm), dense()))
    add("saved_model_layer", "placeholder", archive, sequential(tfsm, dense()))
    add("saved_model_layer_h5", "placeholder", whole_h5, sequential(tfsm, dense()))
    torch = entry("keras.layers", "TorchModuleWrapper", {"module": bytecode(marker)})
    add("torch_module", "placeholder", archive, sequential(torch, dense()))
    jax = entry("keras.layers", "JaxLayer", {"call_fn": code})
    add("jax_layer", "placeholder", archive, sequential(jax, dense()))
    flax = entry("keras.layers", "FlaxLayer", {"module": code, "method": None})
    add("flax_layer", "placeholder", archive, sequential(flax, dense()))
    regular = dense(kernel_regularizer=code)
    add("regularizer_code", "placeholder", archive, sequential(regular))
    wrapped = entry("keras.layers", "TimeDistributed", {"layer": lambda_layer(code)})
    add("lambda_in_wrapper", "placeholder", archive, sequential(wrapped, dense()))
    inner = {**sequential(lambda_layer(code)), "name": "inner"}
    add("lambda_in_model", "placeholder", archive, sequential(inner, dense()))
    named = entry("keras.layers", "Dense", {"units": 3}, registered_name="Custom>Evil")
    add("registered_name", "refused", archive, sequential(named))
    foreign = entry("evil_package.layers", "Evil", {"units": 3}, registered_name="Custom>Evil")
    add("custom_class", "placeholder", archive, sequential(foreign, dense()))
    call = functional(dense(), training=code)
    add("code_as_call_argument", "refused", archive, call)
    spec = {"class_name": "__typespec__", "spec_name": "load_data", "config": [],
            "module": "keras.datasets.mnist", "registered_name": None}  # fmt: skip
    add("type_spec", "placeholder", archive, sequential(dense(kernel_constraint=spec)))
    add("vocabulary_path", "placeholder", archive, sequential(
        entry("keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"}), dense()))  # fmt: skip
    add("vocabulary_path_h5", "placeholder", whole_h5, sequential(
        entry("keras.layers", "TextVectorization", {"vocabulary": "/etc/passwd"}),
        dense()))  # fmt: skip

    # functions that do more than compute
    for name, target in {
        "system": ("os", "system"),
        "eval": ("builtins", "eval"),
        "exec": ("builtins", "exec"),
        "get_file": ("keras.utils", "get_file"),
        "load_model": ("keras.models", "load_model"),
        "saving_load_model": ("keras.saving", "load_model"),
        "download": ("keras.datasets.mnist", "load_data"),
        "download_text": ("keras.datasets.imdb", "load_data"),
        "floatx": ("keras.config", "set_floatx"),
        "data_format": ("keras.config", "set_image_data_format"),
        "unsafe_mode": ("keras.config", "enable_unsafe_deserialization"),
        "clear_session": ("keras.utils", "clear_session"),
        "file_editor": ("keras.saving", "KerasFileEditor"),
        "pickle": ("pickle", "loads"),
        "inner_get_file": ("keras.src.utils.file_utils", "get_file"),
        "pretrained": ("keras.applications.vgg16", "VGG16"),
    }.items():
        called = function(*target)
        add(f"lambda_{name}", "refused", archive, sequential(lambda_layer(called), dense()))
        add(f"activation_{name}", "refused", archive, sequential(dense(activation=called)))
    # Called with a literal while Keras rebuilds the graph: safe mode lets these through.
    for name, target, literal, arguments in (
        ("class_of_layer", ("keras.layers", "TFSMLayer"), path,
         {"call_endpoint": "serving_default"}),
        ("floatx_called", ("keras.config", "set_floatx"), "float64", {}),
        ("download_called", ("keras.datasets.mnist", "load_data"), "evil.npz", {}),
        ("file_editor_called", ("keras.saving", "KerasFileEditor"), "/etc/passwd", {}),
    ):  # fmt: skip
        layer = lambda_layer(function(*target), arguments=arguments)
        add(f"lambda_{name}", "refused", archive, functional(layer, literal))
    add("dotted_function", "refused", archive, sequential(
        dense(activation=function("builtins", "eval('1')"))))  # fmt: skip
    editor = entry("keras.saving", "KerasFileEditor", {"filepath": "/etc/passwd"})
    add("class_that_opens_files", "refused", archive, sequential(editor, dense()))
    add("lambda_of_class", "refused", archive, sequential(lambda_layer(editor), dense()))
    popen = entry("subprocess", "Popen", {"args": ["touch", str(marker)]})
    add("foreign_program", "refused", archive, sequential(popen, dense()))
    add("function_as_class", "refused", archive, sequential(
        entry("keras.src.utils.file_utils", "get_file", {"fname": "x"}), dense()))  # fmt: skip
    add("own_layers_name", "refused", archive, sequential(
        entry("keras.utils", "get_file", {}, registered_name="kerasstudio>Layer")))  # fmt: skip
    add("call_argument_function", "refused", archive,
        functional(dense(), training=function("os", "system")))  # fmt: skip
    old = old_lambda(marker)
    old["config"] |= {"function": "system", "function_type": "function", "module": "os"}
    add("old_lambda_of_function", "placeholder", whole_h5, sequential(old, dense()))

    # what is made beside the layers
    compiled = {"optimizer": "adam", "loss": code, "metrics": None}
    add("loss_code", "opened", archive, sequential(dense(), compile_config=compiled))
    inner = {**sequential(dense(), compile_config=compiled), "name": "inner"}
    add("loss_code_inside", "opened", archive, sequential(inner))
    compiled = {"optimizer": "adam", "loss": function("os", "system"), "metrics": None}
    add("loss_function", "refused", archive, sequential(dense(), compile_config=compiled))
    compiled = {"optimizer": editor, "loss": "mse", "metrics": None}
    add("optimizer_class", "refused", archive, sequential(dense(), compile_config=compiled))

    # names and sizes
    add("layer_name_path", "refused", archive, sequential(
        entry("keras.layers", "Dense", {"units": 3}, "../../evil")))  # fmt: skip
    add("units", "refused", archive, sequential(dense(units=10**9)))
    add("filters", "refused", whole_h5, sequential(
        entry("keras.layers", "Conv2D", {"filters": 10**10, "kernel_size": 3})))  # fmt: skip
    add("infinite_units", "refused", architecture, json.dumps(
        sequential(dense(units=1e9))).replace("1000000000.0", "Infinity"))  # fmt: skip
    huge = {"build_config": {"input_shape": [None, 1 << 40]}}
    add("build_shape", "refused", archive, sequential({**dense(), **huge}))
    value = {"class_name": "__numpy__", "config": {"value": [1], "dtype": "V2000000000"}}
    add("dtype_bomb", "refused", archive, functional(dense(), mask=value))
    add("config_bomb", "refused", archive,
        '{"class_name": "Sequential", "config": [' + "[]," * 24_000_000 + "[]]}")  # fmt: skip
    add("config_of_lists", "refused", architecture,
        '{"class_name": "Sequential", "config": [' + "[]," * 6_000_000 + "[]]}")  # fmt: skip
    text = json.dumps(sequential(dense()))
    deep = "[" * 100_000 + "]" * 100_000
    add("deep_config", "refused", archive, text.replace('"units": 3', f'"units": 3, "x": {deep}'))
    less = "[" * 400 + "]" * 400
    add("nested_config", "refused", whole_h5, json.loads(
        text.replace('"units": 3', f'"units": 3, "x": {less}')))  # fmt: skip
    digits = "9" * 10_000
    add("long_number", "refused", architecture, text.replace('"units": 3', f'"units": {digits}'))

    _add_archives(add, folder)
    _add_hdf5(add, folder)
    _add_pickles(made, folder, marker)
    return made


def _add_archives(add: Callable[..., None], folder: Path) -> None:
    plain = sequential(dense())

    def member(name: str, data: bytes = b"evil") -> Callable[[zipfile.ZipFile], None]:
        return lambda file: file.writestr(name, data)

    def link(file: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("assets/link")
        info.external_attr = 0o120777 << 16
        file.writestr(info, "/etc/passwd")

    def twice(file: zipfile.ZipFile) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file.writestr("config.json", "{}")

    for name, more in {
        "zip_outside": member("../evil"),
        "zip_absolute": member("/tmp/evil"),
        "zip_backslash": member("..\\evil"),
        "zip_drive": member("C:evil"),
        "zip_asset_outside": member("assets/../../evil"),
        "zip_link": link,
        "zip_twice": twice,
        "zip_twice_by_case": member("Config.json"),
        "zip_bomb": member("assets/words", b"\0" * (300 << 20)),
    }.items():
        add(name, "refused", archive, plain, None, more)
    add("zip_packed_otherwise", "refused", archive, plain, None, None, zipfile.ZIP_BZIP2)

    def encrypted(path: Path) -> Path:
        made = archive(path, plain)
        data = bytearray(made.read_bytes())
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = data.find(mark)
            while at >= 0:
                data[at + place] |= 1
                at = data.find(mark, at + 4)
        made.write_bytes(data)
        return made

    def pickled_weights(path: Path) -> Path:
        made = path.with_suffix(".keras")
        with zipfile.ZipFile(made, "w") as file:
            file.writestr("config.json", json.dumps(plain))
            file.writestr("model.weights.npz", b"x")
        return made

    add("zip_encrypted", "refused", encrypted)
    add("weights_of_another_kind", "refused", pickled_weights)


def _add_hdf5(add: Callable[..., None], folder: Path) -> None:
    plain = sequential(dense())

    def virtual(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4,), "f4")
        file.create_virtual_dataset("x", layout)

    def cycle(file: h5py.File) -> None:
        file["loop"] = file["/"]

    def alias(file: h5py.File) -> None:
        data = file.create_dataset("x", data=np.ones(3))
        file["y"] = data

    def deep(file: h5py.File) -> None:
        group = file
        for _ in range(300):
            group = group.create_group("g")

    def zeros(file: h5py.File) -> None:
        data = file.create_dataset("x", (1 << 28,), "f4", chunks=(1 << 20,), compression="gzip")
        data[: 1 << 20] = 0

    def many(file: h5py.File) -> None:
        for number in range(40):
            file.create_dataset(f"x{number}", (15 << 20,), "f4", chunks=(1 << 10,))

    def foreign_filter(file: h5py.File) -> None:
        """A filter that HDF5 would look for in a library; optional, so that it can be written."""
        space = h5py.h5s.create_simple((1024,))
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((1024,))
        plan.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
        h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_FLOAT, space, plan)

    changes: dict[str, Callable[[h5py.File], None]] = {
        "external_link": lambda file: file.__setitem__("x", h5py.ExternalLink("/etc/hosts", "/")),
        "soft_link": lambda file: file.__setitem__("x", h5py.SoftLink("/y")),
        "external_values": lambda file: file.create_dataset(
            "x", (4,), "f4", external=[("/etc/passwd", 0, 16)]
        ),
        "virtual_values": virtual,
        "shape_bomb": lambda file: file.create_dataset("x", (10**10,), "f4", chunks=(1000,)),
        "packed_bomb": zeros,
        "many_bombs": many,
        "cycle": cycle,
        "alias": alias,
        "deep_groups": deep,
        "reference": lambda file: file.create_dataset("x", data=[file.ref], dtype=h5py.ref_dtype),
        "record": lambda file: file.create_dataset("x", (3,), np.dtype([("a", "f4"), ("b", "i4")])),
        "type_definition": lambda file: file.__setitem__("x", np.dtype("f8")),
        "wide_bomb": lambda file: file.create_dataset("x", (10**10, 10**5), "f4", chunks=(1, 999)),
        "foreign_filter": foreign_filter,
    }
    for name, change in changes.items():
        add(f"hdf5_{name}", "refused", whole_h5, plain, change)
        add(f"weights_{name}", "refused", archive, plain, weights_bytes(change))


def _add_pickles(made: list[Malicious], folder: Path, marker: Path) -> None:
    data = pickle.dumps(_Pickled(marker), protocol=2)
    for suffix in (".keras", ".h5", ".pkl"):
        path = folder / f"pickle{suffix}"
        path.write_bytes(data)
        made.append(Malicious(f"pickle{suffix}", path, "refused"))
    path = folder / "model.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", data)
        file.writestr("archive/version", "3")
    made.append(Malicious("pytorch", path, "refused"))
    path = folder / "array.keras"
    with path.open("wb") as target:
        target.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", 118))
        target.write(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n")
        target.write(data)
    made.append(Malicious("pickled_array", path, "refused"))
