"""The predictions of a run as a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

from kerasstudio.ui.results.run_results import RunResults


def write_predictions(path: Path, results: RunResults) -> int:
    """One row a sample: the row of the data file, then true, predicted and score of each Output
    (class names, or values in columns numbered when a sample has several). Returns the number of
    rows. Raises `OSError`; the file is complete or not there."""
    header = ["row"]
    for output in results.outputs:
        width = 1 if output.classes is not None else _width(output.predicted)
        for what in ("true", "predicted"):
            names = [f"{output.name}_{what}"]
            header += names if width == 1 else [f"{names[0]}_{n}" for n in range(width)]
        if output.classes is not None and output.scores is not None:
            header.append(f"{output.name}_score")
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for sample, row in enumerate(results.rows.tolist()):
                cells: list[object] = [row]
                for output in results.outputs:
                    if output.classes is not None:
                        cells.append(output.text(output.true, sample))
                        cells.append(output.text(output.predicted, sample))
                        if output.scores is not None:
                            cells.append(repr(float(output.scores[sample])))
                        continue
                    for values in (output.true, output.predicted):
                        cells += [repr(float(value)) for value in values[sample].ravel()]
                writer.writerow(cells)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return len(results.rows)


def _width(values: object) -> int:
    shape = getattr(values, "shape", (0,))
    size = 1
    for axis in shape[1:]:
        size *= axis
    return size
