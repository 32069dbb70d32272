"""Text inside a PNG file: how a picture of a drawing carries the project it was drawn from.

The text lies in an iTXt chunk (PNG specification, 11.3.3.4): compressed UTF-8 under a keyword.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = "kerasstudio"
MAX_BYTES = 64 * 1024 * 1024


def with_text(png: bytes, text: str, keyword: str = KEYWORD) -> bytes:
    """The same picture with a text in it. Raises `ValueError` when `png` is no PNG file."""
    end = next((start for kind, start, _ in _chunks(png) if kind == b"IEND"), None)
    if end is None:
        raise ValueError("no PNG file")
    body = keyword.encode("latin-1") + b"\0\1\0\0\0" + zlib.compress(text.encode(), 9)
    return png[:end] + _chunk(b"iTXt", body) + png[end:]


def text_of(png: bytes, keyword: str = KEYWORD) -> str | None:
    """The text under the keyword, None where there is none.

    Raises `ValueError` when the file is cut short, or the text is damaged or larger than 64 MiB."""
    head = keyword.encode("latin-1") + b"\0"
    for kind, start, size in _chunks(png):
        body = png[start + 8 : start + 8 + size]
        if kind != b"iTXt" or not body.startswith(head):
            continue
        (check,) = struct.unpack(">I", png[start + 8 + size : start + 12 + size])
        if zlib.crc32(kind + body) != check:
            raise ValueError("the project in the picture is damaged")
        compressed, rest = body[len(head)], body[len(head) + 2 :]
        _language, _, rest = rest.partition(b"\0")
        _translated, _, data = rest.partition(b"\0")
        return (_unpacked(data) if compressed else data).decode()
    return None


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise ValueError(f"the project in the picture is damaged: {error}") from error
    if unpacker.unconsumed_tail:
        raise ValueError(f"the project in the picture is larger than {MAX_BYTES >> 20} MiB")
    if not unpacker.eof:
        raise ValueError("the project in the picture is cut short")
    return text


def _chunks(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(kind, where the chunk starts, size of its body) of each chunk."""
    if not png.startswith(SIGNATURE):
        raise ValueError("no PNG file")
    start = len(SIGNATURE)
    while start < len(png):
        if start + 12 > len(png):
            raise ValueError("the picture is cut short")
        size, kind = struct.unpack(">I4s", png[start : start + 8])
        if start + 12 + size > len(png):
            raise ValueError("the picture is cut short")
        yield kind, start, size
        if kind == b"IEND":
            return
        start += 12 + size
    raise ValueError("the picture is cut short")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
