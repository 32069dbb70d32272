"""`.onnx`: for ONNX Runtime and whatever reads ONNX. Needs the packages tf2onnx and onnx.

The way goes over a SavedModel, which carries the tables of lookup layers along.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import tensorflow as tf

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.exporters.inference_model import inference_model
from kerasstudio.runtime.worker.exporters.serving import (
    input_names,
    note_names,
    output_names,
    write_saved_model,
)
from kerasstudio.runtime.worker.failures import first_lines

OPSET = 18
"""The newest that tf2onnx writes; ONNX Runtime reads it from 1.14 on."""
INSTALL = 'pip install "kerasstudio[onnx]"'
_NEEDED = ("onnx", "tf2onnx")


def missing() -> str:
    """The command that installs what is missing to write ONNX, "" when nothing is."""
    return "" if all(find_spec(name) is not None for name in _NEEDED) else INSTALL


def write(subject: Subject, path: Path) -> None:
    if missing():
        raise StudioError(_not_installed())
    model = inference_model(subject, float32=True)
    with tempfile.TemporaryDirectory(prefix="kerasstudio-onnx-") as folder:
        write_saved_model(subject, model, Path(folder), named=True)
        subject.report("Converting to ONNX")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those packages' own, about NumPy 2
            proto = _converted(folder, subject.title or path.stem)
    unknown = _unknown_operations(proto)
    if unknown:
        raise StudioError(
            Problem(
                code="export.onnx",
                message=f"ONNX has no {', '.join(unknown)}, which this model computes with.",
                expected="layers whose operations ONNX has; .keras and SavedModel hold all",
                received=".onnx",
                place=Place(file=str(path)),
            )
        )
    path.write_bytes(proto.SerializeToString())
    note_names(subject)


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    made = {
        "kind": "onnx",
        "path": str(path),
        "inputs": input_names(subject.model),
        "outputs": output_names(subject),
    }
    if find_spec("onnxruntime") is None:
        made["unchecked"] = "ONNX Runtime is not installed (pip install onnxruntime)"
    return made


def _converted(folder: str, name: str) -> Any:
    """The ONNX model of a SavedModel. Raises what tf2onnx raises, as `RuntimeError`."""
    from keras.src.export.tf2onnx_lib import patch_tf2onnx
    from tf2onnx import tf_loader
    from tf2onnx.convert import _convert_common

    patch_tf2onnx()  # for NumPy 2
    # It tells of every operation that it looks at; what matters comes as an error below.
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
    graph, inputs, outputs, tables, renamed = tf_loader.from_saved_model(
        folder,
        None,
        None,
        tag=["serve"],
        signatures=["serving_default"],
        return_initialized_tables=True,
        return_tensors_to_rename=True,
    )
    try:
        with tf.device("/cpu:0"):
            proto, _storage = _convert_common(
                graph,
                name=name,
                opset=OPSET,
                input_names=inputs,
                output_names=outputs,
                tensors_to_rename=renamed,
                initialized_tables=tables,
            )
    except Exception as error:  # tf2onnx raises errors of every class
        raise RuntimeError(f"tf2onnx: {first_lines(error)}") from error
    for value in [*proto.graph.input, *proto.graph.output]:
        axes = value.type.tensor_type.shape.dim
        if len(axes) and axes[0].dim_param:
            axes[0].dim_param = "batch"
    return proto


def _unknown_operations(proto: Any) -> list[str]:
    """Operations that no ONNX runtime knows: tf2onnx leaves those it cannot convert."""
    import onnx

    known = {schema.name for schema in onnx.defs.get_all_schemas()}
    return sorted({node.op_type for node in _nodes(proto.graph)} - known)


def _nodes(graph: Any) -> Any:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


def _not_installed() -> Problem:
    return Problem(
        code="export.missing_package",
        message="Writing ONNX needs packages that are not installed: onnx and tf2onnx.",
        expected=INSTALL,
        received=", ".join(name for name in _NEEDED if find_spec(name) is None),
    )


EXPORTER = Exporter(
    Format(
        "onnx",
        "ONNX",
        ".onnx",
        "For ONNX Runtime and programs in other languages: predictions only.",
        missing=missing(),
    ),
    write,
    recipe,
    runtime="ONNX Runtime",
)
