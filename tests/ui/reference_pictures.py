"""Compares what the window looks like with a picture that was looked at and found good.

KERASSTUDIO_REDRAW=1 pytest tests/ui/test_reference_pictures.py draws them anew: look at each one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPixmap
from pytestqt.qtbot import QtBot

FOLDER = Path(__file__).resolve().parent / "reference"
REDRAW = "KERASSTUDIO_REDRAW"
CHANGED = 40
"""A pixel is another one when a channel differs by more than this of 255."""
MOST_CHANGED = 0.002
"""Share of pixels that may: letters are rounded otherwise by other processors, no more."""


def assert_looks_like(qtbot: QtBot, grab: Callable[[], QPixmap], name: str, folder: Path) -> None:
    """Wait until `grab` gives the reference picture `name`; when it never does, both lie in
    `folder`."""
    path = FOLDER / f"{name}.png"
    if os.environ.get(REDRAW):
        qtbot.wait(1500)  # whatever moves is at rest
        now, before = grab().toImage(), QImage()
        while now != before:  # cards are painted a few at a time
            qtbot.wait(100)
            now, before = grab().toImage(), now
        assert now.convertToFormat(QImage.Format.Format_RGB32).save(str(path), "", 0)
        return
    assert path.is_file(), f"no reference picture {path.name}: {REDRAW}=1 draws it"
    expected = pixels(QImage(str(path)))
    found: list[QImage] = []

    def alike() -> bool:
        found[:] = [grab().toImage()]
        return difference(pixels(found[0]), expected) <= MOST_CHANGED

    try:
        qtbot.waitUntil(alike, timeout=6000)
    except qtbot.TimeoutError as error:
        found[0].save(str(folder / f"{name}-now.png"))
        share = difference(pixels(found[0]), expected)
        words = f"{share:.2%} of {name} look otherwise: {path} and {folder / f'{name}-now.png'}"
        raise AssertionError(words) from error


def difference(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    """The share of pixels that differ, 0 to 1."""
    if one.shape != other.shape:
        return 1.0
    return float((np.abs(one - other).max(axis=2) > CHANGED).mean())


def pixels(image: QImage) -> NDArray[np.int16]:
    """Channels (height, width, 3)."""
    flat = image.convertToFormat(QImage.Format.Format_RGB32)
    values = np.frombuffer(flat.constBits(), np.uint8).reshape(flat.height(), -1, 4)
    return values[:, : flat.width(), :3].astype(np.int16)
