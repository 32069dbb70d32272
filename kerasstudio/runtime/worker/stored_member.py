"""Members of a zip archive opened without unpacking them.

Keras stores the weights in a `.keras` file uncompressed, so that they are a part of the file. The
file objects of `zipfile` read a member from its beginning for every step back, and reading HDF5
steps back all the time: minutes for a big model.
"""

from __future__ import annotations

import io
import os
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

_HEADER = struct.Struct("<4s5H3I2H")
_COPIED = 1 << 20


@contextmanager
def open_member(archive: zipfile.ZipFile, name: str) -> Iterator[BinaryIO]:
    """A member for reading at any place, in the archive itself where it is stored, else unpacked
    into a temporary file. Raises `KeyError` for a name that is not in the archive, and
    `zipfile.BadZipFile` for a damaged one."""
    info = archive.getinfo(name)
    if info.compress_type == zipfile.ZIP_STORED and archive.filename is not None:
        with open(archive.filename, "rb") as file:
            yield io.BufferedReader(_Part(file, _start(file, info), info.file_size))
        return
    with tempfile.TemporaryFile(prefix="kerasstudio-") as copy:
        with archive.open(name) as member:
            while data := member.read(_COPIED):
                copy.write(data)
        copy.seek(0)
        yield copy


def _start(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    """Where a member's bytes begin: behind its own header, whose length the header tells."""
    file.seek(info.header_offset)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"the header of {info.filename} is damaged")
    *_, name, extra = _HEADER.unpack(header)
    return info.header_offset + _HEADER.size + int(name) + int(extra)


class _Part(io.RawIOBase):
    """Some bytes of a file as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._place = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        count = min(len(view), max(0, self._size - self._place))
        self._file.seek(self._start + self._place)
        data = self._file.read(count)
        view[: len(data)] = data
        self._place += len(data)
        return len(data)
