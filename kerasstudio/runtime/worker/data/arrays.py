"""NumPy files: `.npy` (one array) and `.npz` (several); axis 0 counts samples.

Arrays are mapped from disk where the file allows it (`.npy`, and uncompressed members of `.npz`),
so a big file is read only where it is looked at. Pickled objects are never loaded.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from kerasstudio.graph.data_spec import Source
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.runtime.worker.data.columns import Array, RawColumn, Report, Table
from kerasstudio.runtime.worker.data.faults import fault, listed

MAP_ABOVE = 1 << 20
"""Smaller arrays are read at once: mapping them costs more than it saves."""
_LOCAL_HEADER = 30
_NPY_MAGIC = b"\x93NUMPY"
# What NumPy and zipfile raise for damaged content; a header may also claim more than there is.
_BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    OSError,
    OverflowError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
)
_TRAIN = re.compile(r"^((?P<stem>.+)_train|train_(?P<end>.+))$")


def read(source: Source, path: Path, report: Report) -> Table:
    """Read a `.npy` or `.npz` file. Raises `StudioError`."""
    report(f"Reading {path.name}", None)
    with path.open("rb") as file:
        head = file.read(len(_NPY_MAGIC))
    arrays = {path.stem: _single(path, head)} if head[:2] != b"PK" else _members(path)
    if not arrays:
        raise fault(
            "data.empty_file",
            f"{path.name} holds no array.",
            path,
            expected="at least one array whose first axis counts samples",
        )
    arrays, joined = _without_parts(arrays)
    columns = {name: _column(name, values, source, path) for name, values in arrays.items()}
    lengths = {name: column.length for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise fault(
            "data.lengths_differ",
            f"The arrays of {path.name} do not have the same number of samples.",
            path,
            expected="arrays whose first axis has the same length",
            received=listed(f"{name}: {length}" for name, length in lengths.items()),
        )
    notes: tuple[Problem, ...] = ()
    if joined:
        notes = (
            Problem(
                code="data.parts_joined",
                message=f"{path.name} holds a training and a test part of {listed(joined)}; they "
                "were put together, and the split of the project applies.",
                severity="hint",
                place=Place(file=str(path)),
            ),
        )
    rows = next(iter(lengths.values()))
    if rows == 0:
        raise fault(
            "data.too_few_rows",
            f"The arrays of {path.name} hold no samples: their first axis has the length 0.",
            path,
            expected="at least 10 samples",
            received="0 samples",
        )
    return Table(source=source, path=path, rows=rows, columns=columns, notes=notes)


def _without_parts(arrays: dict[str, Array]) -> tuple[dict[str, Array], list[str]]:
    """x_train and x_test put together as x, where every array belongs to such a pair."""
    pairs = {}
    for name in arrays:
        match = _TRAIN.match(name)
        if match:
            stem, other = match["stem"] or match["end"], name.replace("train", "test")
            if other in arrays and arrays[other].shape[1:] == arrays[name].shape[1:]:
                pairs[stem] = (name, other)
    if not pairs or 2 * len(pairs) != len(arrays):
        return arrays, []
    together = {
        stem: np.concatenate([arrays[first], arrays[second]])
        for stem, (first, second) in pairs.items()
    }
    return together, list(pairs)


def _single(path: Path, head: bytes) -> Array:
    try:
        if head != _NPY_MAGIC:
            # NumPy would take it for a pickle.
            raise ValueError("the file does not begin like a NumPy array")
        big = path.stat().st_size > MAP_ABOVE
        return np.load(path, mmap_mode="r" if big else None, allow_pickle=False)  # type: ignore[no-any-return]
    except _BROKEN as error:
        raise _unreadable(path, error) from error


def _members(path: Path) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {}
            for info in archive.infolist():
                if not info.filename.endswith(".npy"):
                    continue
                name = info.filename.removesuffix(".npy")
                mapped = _mapped(path, info)
                if mapped is None:
                    with archive.open(info) as member:
                        mapped = np.lib.format.read_array(member, allow_pickle=False)
                arrays[name] = mapped
            return arrays
    except _BROKEN as error:
        raise _unreadable(path, error) from error


def _mapped(path: Path, info: zipfile.ZipInfo) -> Array | None:
    """A member stored without compression as a map of the file; None where it must be read."""
    if info.compress_type != zipfile.ZIP_STORED or info.file_size < MAP_ABOVE:
        return None
    with path.open("rb") as file:
        # The local header repeats name and extra field, with lengths of its own.
        file.seek(info.header_offset)
        header = file.read(_LOCAL_HEADER)
        name_length = int.from_bytes(header[26:28], "little")
        extra_length = int.from_bytes(header[28:30], "little")
        start = info.header_offset + _LOCAL_HEADER + name_length + extra_length
        file.seek(start)
        version = np.lib.format.read_magic(file)
        reader = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = reader(file)
        if dtype.hasobject or not shape:
            return None
        needed = int(np.prod(shape)) * dtype.itemsize
        if file.tell() - start + needed > info.file_size:
            raise ValueError(f"{info.filename} is shorter than its header says")
        order: Any = "F" if fortran else "C"
        return np.memmap(path, dtype=dtype, mode="r", offset=file.tell(), shape=shape, order=order)


def _column(name: str, values: Array, source: Source, path: Path) -> RawColumn:
    if values.ndim == 0:
        raise fault(
            "data.no_samples",
            f'The array "{name}" of {path.name} is a single value.',
            path,
            expected="an array whose first axis counts samples",
            received="shape ()",
            column=name,
        )
    if 0 in values.shape[1:]:
        raise fault(
            "data.empty_array",
            f'The samples of the array "{name}" of {path.name} have no values.',
            path,
            expected="no axis of length 0",
            received=f"shape {values.shape}",
            column=name,
        )
    kind = values.dtype.kind
    if kind in "US":
        if values.ndim > 1:
            raise _unusable(name, values, path, "words in more than one axis")
        words = np.char.strip(values.astype(str))
        texts, codes = np.unique(words, return_inverse=True)
        codes = codes.astype(np.int32)
        if len(texts) and texts[0] == "":
            texts, codes = texts[1:], codes - 1
        return RawColumn(name, source.id, codes=codes, texts=[str(text) for text in texts])
    if kind not in "biuf":
        words_for = {"c": "complex numbers", "O": "Python objects", "V": "records"}
        raise _unusable(name, values, path, words_for.get(kind, f"values of type {values.dtype}"))
    if kind == "b":
        values = values.view(np.uint8)
    if values.dtype.byteorder not in "=|<" or values.dtype.itemsize > 8:
        values = values.astype(np.float64 if kind == "f" else values.dtype.newbyteorder("="))
    return RawColumn(name, source.id, numbers=values)


def _unusable(name: str, values: Array, path: Path, what: str) -> Exception:
    return fault(
        "data.array_type",
        f'The array "{name}" of {path.name} holds {what}, which no layer can take.',
        path,
        expected="numbers, or one axis of words",
        received=f"dtype {values.dtype}, shape {values.shape}",
        column=name,
    )


def _unreadable(path: Path, error: Exception) -> Exception:
    if "allow_pickle" in str(error) or "Object arrays" in str(error):
        return fault(
            "data.objects",
            f"{path.name} holds Python objects. They are not loaded, because such a file can run "
            "any program.",
            path,
            expected="arrays of numbers or words, saved with a dtype other than object",
            detail=str(error),
        )
    if isinstance(error, MemoryError):
        return fault(
            "data.too_large",
            f"{path.name} does not fit into memory, or its header is damaged.",
            path,
            expected="a file that fits, or an uncompressed one, which is read in parts",
            detail=str(error),
        )
    return fault(
        "data.broken_file",
        f"{path.name} is not a whole NumPy file: it is cut short, damaged or of another kind.",
        path,
        expected="a file written by numpy.save or numpy.savez",
        detail=str(error),
    )
