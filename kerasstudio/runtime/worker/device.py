"""What this worker runs on: the first report after importing TensorFlow."""

from __future__ import annotations

import os
import warnings

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from kerasstudio.graph.catalogue import generated_path
from kerasstudio.runtime.confinement import Confinement
from kerasstudio.runtime.protocol import Format, Ready


def ready_report(confinement: Confinement | None = None) -> Ready:
    """`Ready` with versions, the device in words, the export formats, and what keeps a process
    that reads foreign files."""
    return Ready(
        pid=os.getpid(),
        keras=keras.__version__,
        tensorflow=tf.__version__,
        device=device_in_words(),
        formats=_formats(),
        catalogue=_catalogue(),
        confinement=confinement,
    )


def device_in_words() -> str:
    """ "CPU", "GPU: NVIDIA H200" or "2 GPUs: NVIDIA H200"."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "CPU"
    for gpu in gpus:
        try:
            # Otherwise the first worker takes all memory and the next gets none.
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError as error:
            warnings.warn(f"memory growth of {gpu.name}: {error}", stacklevel=1)
    details = tf.config.experimental.get_device_details(gpus[0])
    name = details.get("device_name", gpus[0].name)
    return f"GPU: {name}" if len(gpus) == 1 else f"{len(gpus)} GPUs: {name}"


def _catalogue() -> str | None:
    """The path of a catalogue written for this Keras; None for the shipped one."""
    path = generated_path(keras.__version__)
    return str(path) if path.is_file() else None


def _formats() -> tuple[Format, ...]:
    from kerasstudio.runtime.worker import exporters

    formats = getattr(exporters, "formats", None)
    return tuple(formats()) if formats is not None else ()
