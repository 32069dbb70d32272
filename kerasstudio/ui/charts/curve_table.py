"""Curves as a CSV table: one row a value, which every tool can pivot."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from kerasstudio.ui.charts.curves import Curves

COLUMNS = ("run", "scope", "epoch", "batch", "metric", "value")


def write_curves(path: Path, runs: list[tuple[str, Curves]]) -> int:
    """Write the curves of labelled runs; returns the number of rows. Raises `OSError`.

    "scope" is "batch" (the batch's own value) or "epoch" (as Keras reports it). Batches count
    from 0, epochs from 1. Gaps are left out. The file is complete or not there.
    """
    part = path.with_name(path.name + ".part")
    rows = 0
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for label, curves in runs:
                for metric, series in curves.batch.items():
                    finite = np.flatnonzero(np.isfinite(series.values))
                    for index in finite.tolist():
                        value = float(series.values[index])
                        writer.writerow((label, "batch", "", index, metric, repr(value)))
                    rows += len(finite)
                for metric, curve in curves.epoch.items():
                    for epoch, batch, value in zip(
                        curve.epochs, curve.batches, curve.values, strict=True
                    ):
                        writer.writerow((label, "epoch", epoch, batch, metric, repr(value)))
                    rows += len(curve.values)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return rows
