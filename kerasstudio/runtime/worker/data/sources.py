"""Where a source's path leads, and reading it with a cache (kinds: `graph.source_kinds`)."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from importlib import import_module
from pathlib import Path
from typing import Generic, Protocol, TypeVar, cast

import msgspec

from kerasstudio.graph.data_spec import Source
from kerasstudio.graph.resources import resource
from kerasstudio.graph.source_kinds import (
    DATA_SUFFIXES,
    SOURCE_KINDS,
    SourceKind,
    kind_of_file,
)
from kerasstudio.runtime.worker.data.columns import Report, Table, silent
from kerasstudio.runtime.worker.data.faults import fault, listed

SAMPLE = "sample:"
Value = TypeVar("Value")


class Reader(Protocol):
    """What the module of a source kind offers. It is imported when first needed: polars alone
    takes longer than reading a small array."""

    def read(self, source: Source, path: Path, report: Report) -> Table: ...


# What other files begin with, to say what was really chosen.
_CONTENTS: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"\x89PNG", "a PNG image", ()),
    (b"\xff\xd8\xff", "a JPEG image", ()),
    (b"GIF8", "a GIF image", ()),
    (b"%PDF", "a PDF document", ()),
    (b"\x1f\x8b", "a gzip archive", ()),
    (b"\x89HDF", "an HDF5 file", ()),
    (b"PAR1", "a Parquet file", ()),
    (b"SQLite format 3", "an SQLite database", ()),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", ()),
    (b"version https://git-lfs", "a Git LFS pointer: the file itself was not downloaded", ()),
    (b"PK\x03\x04", "a zip archive (an .npz, .xlsx or .keras file)", ("npz",)),
    (b"\x93NUMPY", "a NumPy .npy file", ("npy", "npz")),
)


def kind_of(path: Path) -> SourceKind:
    """The source kind by suffix. Raises `StudioError` for a suffix nobody reads."""
    kind = kind_of_file(path.name)
    if kind is not None:
        return kind
    raise fault(
        "data.unknown_kind",
        f"{path.name}: files ending in {path.suffix or 'nothing'} are not read as data.",
        path,
        expected=f"a file ending in {listed(DATA_SUFFIXES)}",
        received=path.suffix or "no suffix",
    )


def locate(source: Source, base: Path) -> Path:
    """Where a source's file is: "sample:NAME" among the samples, relative paths from `base`."""
    if source.path.startswith(SAMPLE):
        return resource("samples") / source.path.removeprefix(SAMPLE)
    path = Path(source.path).expanduser()
    return path if path.is_absolute() else base / path


def open_source(source: Source, base: Path, report: Report = silent) -> Table:
    """Read one source, or take it from the cache when the file has not changed.

    Raises `StudioError` naming the file when it is missing, empty, or not what it says."""
    path = locate(source, base)
    _check(path, source)
    kind = next((kind for kind in SOURCE_KINDS if kind.id == source.kind), None) or kind_of(path)
    stat = path.stat()
    key = (msgspec.json.encode(source), path, stat.st_mtime_ns, stat.st_size)
    table = _cache.get(key)
    if table is None:
        reader = cast(Reader, import_module(f"{__package__}.{kind.reader}"))
        try:
            table = reader.read(source, path, report)
        except OSError as error:
            raise fault(
                "data.unreadable",
                f"{path.name} cannot be read: {error.strerror or error}.",
                path,
                detail=str(error),
            ) from error
        _cache.put(key, table)
    return table


def fingerprint(sources: tuple[Source, ...], base: Path) -> str:
    """SHA-256 over the bytes of every source, as hexadecimal text."""
    total = hashlib.sha256()
    for source in sources:
        path = locate(source, base)
        stat = path.stat()
        key = (path, stat.st_mtime_ns, stat.st_size)
        digest = _digests.get(key)
        if digest is None:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            _digests.put(key, digest)
        total.update(digest.encode())
    return total.hexdigest()


class _Cache(Generic[Value]):
    """The last few values; a describing worker reads the same files after every edit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[object, Value] = OrderedDict()

    def get(self, key: object) -> Value | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: object, value: Value) -> None:
        self._values[key] = value
        while len(self._values) > self._most:
            self._values.popitem(last=False)


_cache: _Cache[Table]
_digests: _Cache[str]


def _check(path: Path, source: Source) -> None:
    """The file is there, is a file, is not empty and does not begin like something else."""
    if source.path.startswith(SAMPLE) and not path.is_file():
        names = sorted(
            entry.name for entry in resource("samples").iterdir() if entry.suffix != ".md"
        )
        raise fault(
            "data.missing_file",
            f'There is no sample "{path.name}".',
            path,
            expected=f"one of: {listed(names)}",
        )
    if path.is_dir():
        raise fault(
            "data.is_folder",
            f"{path.name} is a folder.",
            path,
            expected="a data file",
        )
    if not path.exists():
        raise fault(
            "data.missing_file",
            f"There is no file {path}.",
            path,
            expected="the data file that the project names; it was moved, renamed or not copied",
        )
    if not path.is_file():
        # Opening a pipe would wait for ever, a device may never end.
        raise fault(
            "data.no_file",
            f"{path.name} is a device or a pipe.",
            path,
            expected="a data file",
        )
    try:
        with path.open("rb") as file:
            head = file.read(32)
    except OSError as error:
        raise fault(
            "data.unreadable",
            f"{path.name} cannot be read: {error.strerror or error}.",
            path,
            detail=str(error),
        ) from error
    if not head:
        raise fault("data.empty_file", f"{path.name} is empty (0 bytes).", path)
    for begin, what, kinds in _CONTENTS:
        if head.startswith(begin) and source.kind not in kinds:
            raise fault(
                "data.wrong_content",
                f"{path.name} is {what}, not a {source.kind} file.",
                path,
                expected=f"the content of a .{source.kind} file",
                received=what,
            )


_cache = _Cache(4)
_digests = _Cache(16)
