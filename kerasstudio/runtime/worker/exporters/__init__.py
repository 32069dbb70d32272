"""Export: one file per format, this table, and a check of every file in its own runtime."""

from __future__ import annotations

from kerasstudio.runtime.protocol import Export, Exported, Format
from kerasstudio.runtime.worker.exporters import (
    architecture_json,
    keras_archive,
    keras_h5,
    notebook,
    onnx_file,
    python_script,
    saved_model,
    tflite,
    weights_h5,
)
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Report
from kerasstudio.runtime.worker.exporters.exporting import export_with

__all__ = ["export", "formats"]

EXPORTERS: tuple[Exporter, ...] = (
    keras_archive.EXPORTER,
    keras_h5.EXPORTER,
    weights_h5.EXPORTER,
    architecture_json.EXPORTER,
    python_script.EXPORTER,
    saved_model.EXPORTER,
    tflite.EXPORTER,
    onnx_file.EXPORTER,
    notebook.EXPORTER,
)


def formats() -> tuple[Format, ...]:
    """What can be written, in the order it is offered."""
    return tuple(exporter.format for exporter in EXPORTERS)


def export(request: Export, progress: Report) -> Exported:
    """Write the file and check it in a fresh process. Raises `StudioError`."""
    return export_with(request, EXPORTERS, progress)
