"""A picture carries its project, and what is damaged is told."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from kerasstudio.graph import png_text
from kerasstudio.graph.files import encode_project, project_in_picture
from kerasstudio.graph.png_text import text_of, with_text
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.templates import project_from


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
DOT = png_text.SIGNATURE + HEADER + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("text", ["", "x", "größer → 层", "a" * 100_000])
def test_a_text_comes_back(text: str) -> None:
    assert text_of(with_text(DOT, text)) == text
    assert text_of(DOT) is None
    assert text_of(with_text(DOT, text, "other")) is None


def test_a_project_comes_back(tmp_path: Path) -> None:
    project = project_from("residual_cnn")
    path = tmp_path / "drawing.png"
    path.write_bytes(with_text(DOT, encode_project(project).decode()))
    assert project_in_picture(path) == project


def carrying() -> bytes:
    return with_text(DOT, encode_project(project_from("iris_mlp")).decode())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no PNG file"),
        (b"GIF89a", "no PNG file"),
        (DOT, "carries no project"),
        (carrying()[:-30], "cut short"),
        (carrying()[:200], "cut short"),
        (carrying().replace(b"kerasstudio\0\1\0\0\0x", b"kerasstudio\0\1\0\0\0y"), "damaged"),
        (with_text(DOT, "{}"), "no KerasStudio project"),
        (with_text(DOT, '{"format": "kerasstudio", "version": 999}'), "newer"),
    ],
)
def test_pictures_of_no_use_say_why(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "drawing.png"
    path.write_bytes(data)
    with pytest.raises(StudioError, match=words):
        project_in_picture(path)
    with pytest.raises(StudioError, match="cannot be read"):
        project_in_picture(tmp_path / "none.png")


def test_a_text_that_unpacks_to_a_huge_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = with_text(DOT, "0" * 10_000)
    monkeypatch.setattr(png_text, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match="larger"):
        text_of(picture)


def test_only_pictures_take_a_text() -> None:
    with pytest.raises(ValueError, match="no PNG"):
        with_text(b"nothing", "x")
