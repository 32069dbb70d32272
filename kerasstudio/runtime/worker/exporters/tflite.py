"""`.tflite`: TensorFlow Lite (LiteRT), for phones and small devices.

Recurrent layers are loops over lists of tensors, which TensorFlow Lite has not: where the number
of time steps is known they are unrolled, else the file needs the Flex delegate (Select TensorFlow
ops), as text layers do.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.protocol import Format, Variant
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.exporters.inference_model import inference_model, is_recurrent
from kerasstudio.runtime.worker.exporters.serving import (
    input_names,
    note_names,
    output_names,
    write_saved_model,
)
from kerasstudio.runtime.worker.failures import first_lines

DYNAMIC = "dynamic"
FLOAT16 = "float16"
MOST_STEPS = 256
"""Longer sequences are not unrolled: the file and the time to make it grow with the steps."""
FLEX_NOTE = (
    "the file needs the Flex delegate (Select TensorFlow ops) beside TensorFlow Lite, because of "
)

_FAILURES = (ValueError, TypeError, RuntimeError, NotImplementedError, tf.errors.OpError)
_OPS = re.compile(r"tf\.([A-Z][A-Za-z0-9]+)")


def write(subject: Subject, path: Path) -> None:
    model = inference_model(subject, float32=True)
    content, reason = _converted(subject, model)
    if content is None and _can_unroll(subject):
        subject.report("Unrolling the recurrent layers")
        content, _reason = _converted(subject, inference_model(subject, float32=True, unroll=True))
        if content is not None:
            subject.notes.append("recurrent layers are unrolled: one copy for each time step")
    if content is None:
        subject.report("Converting with Select TensorFlow ops")
        content, still = _converted(subject, model, flex=True)
        if content is None:
            raise StudioError(
                Problem(
                    code="export.tflite",
                    message=f"TensorFlow Lite cannot hold this model: {still}",
                    expected="layers that it knows; .keras and SavedModel hold all",
                    received=".tflite",
                    place=Place(file=str(path)),
                    detail=reason,
                )
            )
        operations = sorted(set(_OPS.findall(reason))) or ["operations that it does not know"]
        subject.notes.append(FLEX_NOTE + ", ".join(operations[:6]))
    path.write_bytes(content)
    note_names(subject)


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    return {
        "kind": "tflite",
        "path": str(path),
        "inputs": input_names(subject.model),
        "outputs": output_names(subject),
    }


def _converted(
    subject: Subject, model: keras.Model, flex: bool = False
) -> tuple[bytes | None, str]:
    """The file's content, or None and why not."""
    with tempfile.TemporaryDirectory(prefix="kerasstudio-tflite-") as folder:
        try:
            write_saved_model(subject, model, Path(folder), named=True)
            converter = tf.lite.TFLiteConverter.from_saved_model(folder)
            if subject.variant:
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
            if subject.variant == FLOAT16:
                converter.target_spec.supported_types = [tf.float16]
            if flex:
                converter.target_spec.supported_ops = [
                    tf.lite.OpsSet.TFLITE_BUILTINS,
                    tf.lite.OpsSet.SELECT_TF_OPS,
                ]
            return bytes(converter.convert()), ""
        except _FAILURES as error:
            return None, f"{first_lines(error)}\n{error}"
        except Exception as error:  # the converter's own class is not public
            if type(error).__name__ != "ConverterError":
                raise
            return None, str(error)


def _can_unroll(subject: Subject) -> bool:
    """Whether there are recurrent layers, and all see a known, small number of time steps."""
    steps = []
    for key, layer in subject.live.layers.items():
        made = subject.built.layers.get(key)
        if made is None or not is_recurrent(layer):
            continue
        shape: Any = None
        with contextlib.suppress(AttributeError, ValueError):
            shape = made.input.shape
        steps.append(shape[1] if shape is not None and len(shape) > 1 else None)
    return bool(steps) and all(count is not None and count <= MOST_STEPS for count in steps)


EXPORTER = Exporter(
    Format(
        "tflite",
        "TensorFlow Lite",
        ".tflite",
        "One small file for phones and boards: predictions only.",
        variants=(
            Variant("", "32-bit floats", "Exact, as trained."),
            Variant(FLOAT16, "16-bit floats", "Half the size, differences of about 0.1 %."),
            Variant(DYNAMIC, "8-bit weights", "A quarter of the size, computed in 8 bits."),
        ),
    ),
    write,
    recipe,
    runtime="TensorFlow Lite",
    tolerance={FLOAT16: 0.01, DYNAMIC: 0.1},
)
