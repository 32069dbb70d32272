"""The whole drawing as a picture file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from kerasstudio.ui.canvas.batch_painter import BatchPainter, Emphasis
from kerasstudio.ui.canvas.card_cache import render
from kerasstudio.ui.canvas.card_painter import MARGIN, top_margin
from kerasstudio.ui.canvas.dots_painter import paint_dots
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.theme import tokens

PAPER_MARGIN = 40.0
MOST_PIXELS = 12_000


def save_picture(painter: BatchPainter, model: SceneModel, path: Path, scale: float = 2.0) -> bool:
    """Write a PNG of everything, `scale` pixels for each scene pixel (fewer for a drawing that
    would be larger than 12,000 pixels). Returns whether the file was written."""
    x0, y0, x1, y1 = model.nodes.bounds() or (0.0, 0.0, 1.0, 1.0)
    box = QRectF(x0, y0 - 20, x1 - x0, y1 - y0 + 20)
    box.adjust(-PAPER_MARGIN, -PAPER_MARGIN, PAPER_MARGIN, PAPER_MARGIN)
    scale = min(scale, MOST_PIXELS / max(box.width(), box.height()))
    image = QImage(
        round(box.width() * scale), round(box.height() * scale), QImage.Format.Format_RGB32
    )
    if image.isNull():
        return False
    image.fill(QColor(tokens().canvas))
    device = QPainter(image)
    device.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    device.scale(scale, scale)
    device.translate(-box.topLeft())
    corners = (box.left(), box.top(), box.right(), box.bottom())
    wires = model.wires.within(*corners)
    painter.paint_wires(device, wires, Emphasis())
    paint_dots(device, model.wires, corners, (), (), None)
    for node in model.nodes.slots:
        face = model.face(node)
        card = render(face, scale, 1.0)
        x, y, _width, _height = model.nodes.rect(node)
        target = QRectF(
            x - MARGIN, y - top_margin(face), card.width() / scale, card.height() / scale
        )
        device.drawPixmap(target, card, QRectF(card.rect()))
    device.end()
    return image.save(str(path), "PNG")  # type: ignore[call-overload, no-any-return]
