"""Zip archives, as `.keras` files are: their list of members, before anything is unpacked."""

from __future__ import annotations

import stat
import zipfile

from kerasstudio.graph.vetting.limits import (
    BIG_DATASET,
    MOST_ASSET_BYTES,
    MOST_CONFIG_BYTES,
    MOST_MEMBER_EXPANSION,
    MOST_MEMBERS,
    MOST_NAME,
    DamagedError,
    UnsafeError,
)
from kerasstudio.runtime.worker.model_files import WEIGHTS

ASSETS = "assets/"
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1
_CHUNK = 1 << 20


def vet_archive(archive: zipfile.ZipFile) -> None:
    """Raises `UnsafeError` for members that reach outside, hide or burst."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise UnsafeError(f"{len(members):,} files in one archive")
    seen: set[str] = set()
    assets = 0
    for info in members:
        _vet_name(info.filename)
        plain = info.filename.casefold().rstrip("/")
        if plain in seen:
            raise UnsafeError("two files of one name", info.filename)
        seen.add(plain)
        _vet_member(info)
        if info.filename.startswith(ASSETS):
            assets += info.file_size
    if assets > MOST_ASSET_BYTES:
        raise UnsafeError(f"vocabularies of {assets >> 20:,} MiB", ASSETS)


def read_small(archive: zipfile.ZipFile, name: str, most: int = MOST_CONFIG_BYTES) -> bytes:
    """A member that fits in memory, whatever size it claims. Raises `UnsafeError` above `most`."""
    parts: list[bytes] = []
    size = 0
    with archive.open(name) as member:
        while part := member.read(_CHUNK):
            size += len(part)
            if size > most:
                raise UnsafeError(f"a {name} of more than {most >> 20} MiB", name)
            parts.append(part)
    return b"".join(parts)


def whole_weights(archive: zipfile.ZipFile) -> None:
    """Raises `DamagedError` when the weights are missing."""
    names = archive.namelist()
    if WEIGHTS not in names:
        shown = ", ".join(sorted(names)[:6]) or "nothing"
        raise DamagedError(f"holds no {WEIGHTS}, only {shown}")


def _vet_name(name: str) -> None:
    shown = name[:80]
    if not name or len(name) > MOST_NAME or "\0" in name:
        raise UnsafeError("a file without a proper name", shown)
    drive = len(name) > 1 and name[1] == ":"
    if name.startswith("/") or drive or "\\" in name or ".." in name.split("/"):
        raise UnsafeError("a file that wants to lie outside", shown)


def _vet_member(info: zipfile.ZipInfo) -> None:
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsafeError("a link or a device instead of a file", info.filename)
    if info.flag_bits & _ENCRYPTED:
        raise UnsafeError("an encrypted file", info.filename)
    if info.compress_type not in _PACKED:
        raise UnsafeError("a file packed in a way that Keras does not use", info.filename)
    burst = info.compress_size * MOST_MEMBER_EXPANSION < info.file_size
    if info.file_size > BIG_DATASET and burst:
        raise UnsafeError("a file that unpacks to a huge one", info.filename)
