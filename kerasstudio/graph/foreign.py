"""What a file really is, when it is not what it should be: told from its first bytes."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Literal

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, perhaps a Keras model (.h5)"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x93NUMPY", "a NumPy array (.npy)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file itself"),
    (b"<?xml", "an XML file"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)


HEAD = 4096
_BLANK = b"\xef\xbb\xbf \t\r\n"


def content_kind(path: Path) -> Literal["project", "model", "other"]:
    """What a file is by its first bytes, whatever its name says: a project of ours, a model as
    Keras writes it, or something else (what cannot be read, too)."""
    if not path.is_file():
        return "other"  # a pipe would be waited for
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return "other"
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "model"
    if head.startswith(b"PK\x03\x04"):
        first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
        return "other" if first.endswith(b".npy") else "model"
    if head.lstrip(_BLANK).startswith(b"{"):
        if b'"format"' in head and b'"kerasstudio"' in head:
            return "project"
        if b'"class_name"' in head and b'"config"' in head:
            return "model"
    return "other"


def foreign_kind(data: bytes) -> str | None:
    """What the bytes are, with its article ("a PNG picture"); None when nothing is recognised."""
    head = data[:HEAD]
    if not head.strip():
        return "empty" if not head else "blank"
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(data)
    for sign, kind in _SIGNS:
        if head.startswith(sign):
            return kind
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05":
        return "a Python pickle"
    if not any(head):
        return "filled with zero bytes, as after a crash of the computer"
    return None


def _zip_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return "a damaged zip archive"
    if "config.json" in names and any(name.startswith("model.weights") for name in names):
        return "a Keras model (.keras)"
    if names and all(name.endswith(".npy") for name in names):
        return "a NumPy archive (.npz)"
    return "a zip archive"
