"""What kind of model file a path is, told from its content, whatever its name says."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import h5py

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.worker.foreign_models import (
    ForeignFile,
    foreign_file,
    foreign_folder,
)

ModelKind = Literal["keras", "h5", "json"]

HDF5_MARK = b"\x89HDF\r\n\x1a\n"
ZIP_MARK = b"PK\x03\x04"
EMPTY_ZIP_MARK = b"PK\x05\x06"
CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
HEAD = 4096
WANTED = "a Keras model: .keras, .h5 or architecture JSON"
SUFFIX_OF: dict[ModelKind, str] = {"keras": ".keras", "h5": ".h5", "json": ".json"}


def sniff_model(path: Path) -> ModelKind:
    """The kind by the first bytes. Raises `StudioError` that says what the file is instead."""
    if path.is_dir():
        raise no_model(path, foreign_folder(path))
    if path.exists() and not path.is_file():
        raise no_model(path, ForeignFile("a device or a pipe"))
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise import_error(
            "import.unreadable",
            f"{path.name} cannot be read: {error.strerror or error}.",
            path,
            expected="a file that you may read",
        ) from error
    if head.startswith((ZIP_MARK, EMPTY_ZIP_MARK)):
        return "keras"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b'"')) and b"\0" not in head:
        return "json"
    # HDF5 may begin behind a block of something else, as in MATLAB's files.
    if head.startswith(HDF5_MARK) or h5py.is_hdf5(path):
        return "h5"
    raise no_model(path, foreign_file(path, head))


def no_model(path: Path, found: ForeignFile) -> StudioError:
    """The error for a file (or folder) that is something else."""
    return import_error(
        "import.kind",
        f"{path.name} is no Keras model but {found.what}.",
        path,
        expected=WANTED,
        received=found.what,
        advice=found.advice,
    )


def damaged(path: Path, why: str, error: BaseException | None = None) -> StudioError:
    """The error for a model file that is not whole; `why` completes "it ..."."""
    return import_error(
        "import.damaged",
        f"{path.name} is damaged or cut short: it {why[:200]}.",
        path,
        expected="a whole model file",
        received=f"a file of {path.stat().st_size:,} bytes" if path.exists() else "",
        detail="" if error is None else repr(error),
        advice="Copy or download it again, and compare its size with that of the original.",
    )


def import_error(
    code: str,
    message: str,
    path: Path,
    *,
    expected: str = "",
    received: str = "",
    detail: str = "",
    advice: str = "",
) -> StudioError:
    """An error of importing `path`."""
    return StudioError(
        Problem(
            code=code,
            message=message,
            expected=expected,
            received=received,
            place=Place(file=str(path)),
            detail=detail,
            advice=advice,
        )
    )
