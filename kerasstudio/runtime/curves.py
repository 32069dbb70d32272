"""The curves of a run as arrays, read back from `points.jsonl` and `epochs.jsonl`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kerasstudio.runtime.protocol import EpochEnded, Points, encode

# NumPy is imported where it is needed: the window lists runs before it draws any.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

POINTS_FILE = "points.jsonl"
EPOCHS_FILE = "epochs.jsonl"

_points_decoder = msgspec.json.Decoder(Points)
_epoch_decoder = msgspec.json.Decoder(EpochEnded)


class Curves(msgspec.Struct, frozen=True):
    """`batch` maps a metric to its value per batch (index = global batch number, NaN where a
    metric was not reported); `epoch` maps a metric to its value per finished epoch, `epoch_ends`
    holds the global number of batches done at each epoch's end (the x of epoch values)."""

    batch: dict[str, NDArray[np.float64]] = {}
    epoch: dict[str, NDArray[np.float64]] = {}
    epoch_ends: NDArray[np.int64] = msgspec.field(default_factory=lambda: _no_epochs())


def read_curves(folder: Path) -> Curves:
    """The curves of a run; empty where nothing was written yet. Lines that are cut off (the
    process was killed while writing) are left out."""
    import numpy as np

    points = list(read_points(folder))
    epochs = list(read_epochs(folder))
    length = max((each.first + _length(each) for each in points), default=0)
    batch: dict[str, NDArray[np.float64]] = {}
    for each in points:
        for name, values in each.values.items():
            if name not in batch:
                batch[name] = np.full(length, np.nan)
            batch[name][each.first : each.first + len(values)] = np.array(values, np.float64)
    names = {name: None for each in epochs for name in each.values}
    epoch = {
        name: np.array([each.values.get(name, np.nan) for each in epochs], np.float64)
        for name in names
    }
    return Curves(batch, epoch, np.array([each.batches for each in epochs], np.int64))


def _no_epochs() -> NDArray[np.int64]:
    import numpy as np

    return np.empty(0, np.int64)


def read_points(folder: Path) -> Iterator[Points]:
    for line in _lines(folder / POINTS_FILE):
        try:
            yield _points_decoder.decode(line)
        except msgspec.DecodeError:
            continue


def read_epochs(folder: Path) -> Iterator[EpochEnded]:
    for line in _lines(folder / EPOCHS_FILE):
        try:
            yield _epoch_decoder.decode(line)
        except msgspec.DecodeError:
            continue


def history_of(folder: Path) -> dict[str, list[float | None]]:
    """Epoch values by metric, one per finished epoch; None where one is missing."""
    epochs = list(read_epochs(folder))
    names = dict.fromkeys(name for each in epochs for name in each.values)
    return {name: [each.values.get(name) for each in epochs] for name in names}


def copy_curves(source: Path, target: Path, epochs: int, batches: int) -> None:
    """Copy the curves of a run up to `epochs` and `batches` into another's folder."""
    with (target / POINTS_FILE).open("wb") as file:
        for points in read_points(source):
            keep = batches - points.first
            if keep > 0:
                values = {name: each[:keep] for name, each in points.values.items()}
                file.write(encode(msgspec.structs.replace(points, values=values)))
    with (target / EPOCHS_FILE).open("wb") as file:
        for epoch in read_epochs(source):
            if epoch.epoch < epochs:
                file.write(encode(epoch))


def _length(points: Points) -> int:
    return max((len(values) for values in points.values.values()), default=0)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except FileNotFoundError:
        return
