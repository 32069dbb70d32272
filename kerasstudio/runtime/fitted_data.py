"""What was learned from the data while preparing it: enough to prepare other rows alike.

Saved as `data.json` in the run folder. Classes come from all rows (a class that happens to lie
only in the test part must still have a number); values that fill empty cells come from the
training part alone.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from kerasstudio.graph.data_spec import ColumnKind, Encoding, Missing, Window
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.atomic import write_atomic


class FittedColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column. `shape` is that of one sample before encoding; `classes` are the texts behind
    the numbers 0..n-1 of "index" and "one_hot"; `fill` replaces an empty cell (a number as text
    for numbers)."""

    name: str
    kind: ColumnKind
    encoding: Encoding = "none"
    missing: Missing = "refuse"
    shape: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    fill: str | None = None


class FittedPort(msgspec.Struct, frozen=True, omit_defaults=True):
    """One Input or Output: the columns joined for it, the shape and dtype of one sample.

    `classes` are the names of the classes an Output tells apart, empty for numbers."""

    layer: str
    name: str
    columns: tuple[str, ...]
    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    classes: tuple[str, ...] = ()


class FittedData(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything about the prepared data but the data. `parts` are sample counts (train,
    validation, test), `fingerprint` is the SHA-256 of the sources."""

    columns: tuple[FittedColumn, ...] = ()
    inputs: tuple[FittedPort, ...] = ()
    outputs: tuple[FittedPort, ...] = ()
    window: Window = Window()
    parts: tuple[int, int, int] = (0, 0, 0)
    fingerprint: str = ""

    def column(self, name: str) -> FittedColumn:
        """The column of that name. Raises `KeyError`."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def output(self, name: str) -> FittedPort:
        """The Output of that name. Raises `KeyError`."""
        for port in self.outputs:
            if port.name == name:
                return port
        raise KeyError(name)


FILE_NAME = "data.json"


def save_fitted(folder: Path, fitted: FittedData) -> None:
    """Write `data.json` into a run folder. Raises `OSError`."""
    write_atomic(folder / FILE_NAME, msgspec.json.format(msgspec.json.encode(fitted), indent=1))


def load_fitted(folder: Path) -> FittedData:
    """Read `data.json` of a run folder. Raises `StudioError` when it is missing or broken."""
    path = folder / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=FittedData)
    except OSError as error:
        reason, detail = "it cannot be read", error.strerror or str(error)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason, detail = "it is not a record of prepared data", str(error)
    raise StudioError(
        Problem(
            code="file.fitted_data",
            message=f"How this run prepared its data is not known: {path.name}: {reason}.",
            expected="the data.json that training wrote into the run folder",
            place=Place(file=str(path)),
            detail=detail,
        )
    )
