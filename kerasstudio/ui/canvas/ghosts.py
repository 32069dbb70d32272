"""What a mend would change, drawn over the drawing as ghosts: cards and wires that would come,
crossed-out ones that would go, and words on cards that would become others."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from kerasstudio.graph.cards import Side, port_offset
from kerasstudio.graph.fix_preview import FixPreview, GhostNode
from kerasstudio.graph.project import Wire
from kerasstudio.ui.canvas.card_painter import HEADER, RADIUS
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.theme import mono_font, tokens, ui_font

_REACH = 60.0
_PILL = 20.0
_SMALLEST = 11.0
"""Least height of words on the screen, in pixels."""
_MOST_NOTES = 4
Point = tuple[float, float]


class Ghosts:
    """Holds one preview; `paint` draws it in scene coordinates."""

    def __init__(self, model: SceneModel) -> None:
        self._model = model
        self.preview = FixPreview()

    def show(self, preview: FixPreview | None) -> bool:
        """Show another preview, or none; whether anything is different."""
        wanted = preview if preview is not None and preview.graph == self._model.graph_id else None
        wanted = wanted or FixPreview()
        changed = wanted != self.preview
        self.preview = wanted
        return changed

    def paint(self, painter: QPainter, zoom: float) -> None:
        preview = self.preview
        if not preview:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for key in preview.removed_wires:
            self._paint_going_wire(painter, key)
        for node in preview.removed_nodes:
            if node in self._model.nodes:
                self._paint_going_node(painter, node)
        ghosts = {ghost.id: ghost for ghost in preview.ghosts}
        for wire in preview.wires:
            self._paint_wire(painter, wire, ghosts)
        for ghost in preview.ghosts:
            _paint_card(painter, ghost, self._model.project.flow)
        for node, lines in preview.notes.items():
            if node in self._model.nodes:
                self._paint_note(painter, node, lines, zoom)
        if preview.settings:
            _paint_settings(painter, preview.settings)
        painter.restore()

    def bounds(self) -> QRectF:
        """Around everything that would appear, in the scene."""
        box = QRectF()
        for ghost in self.preview.ghosts:
            box = box.united(QRectF(ghost.x, ghost.y, *ghost.size))
        return box

    # ------------------------------------------------------------------ wires

    def _paint_wire(self, painter: QPainter, wire: Wire, ghosts: dict[str, GhostNode]) -> None:
        start = self._end(wire.source, wire.output, None, ghosts)
        end = self._end(wire.target, 0, wire.port, ghosts)
        if start is None or end is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(tokens().accent, 2.4, dashed=True))
        painter.drawPath(_curve(start, end, self._model.project.flow == "down"))

    def _end(
        self, node: str, output: int, port: str | None, ghosts: dict[str, GhostNode]
    ) -> Point | None:
        """Where a wire would begin (`port` None) or end."""
        model, flow = self._model, self._model.project.flow
        ghost = ghosts.get(node)
        if ghost is not None:
            if port is None:
                dx, dy = port_offset("output", output, max(1, ghost.outputs), ghost.size, flow)
            else:
                number = ghost.ports.index(port) if port in ghost.ports else 0
                dx, dy = port_offset("input", number, max(1, len(ghost.ports)), ghost.size, flow)
            return ghost.x + dx, ghost.y + dy
        if node not in model.nodes:
            return None
        x, y, _width, _height = model.nodes.rect(node)
        if port is None:
            last = max(0, len(model.ports(node).outputs) - 1)
            dx, dy = model.output_offset(node, min(output, last))
        else:
            dx, dy = model.input_offset(node, model.ports(node).place(port))
        return x + dx, y + dy

    def _paint_going_wire(self, painter: QPainter, key: str) -> None:
        wires = self._model.wires
        slot = wires.slots.get(key)
        if slot is None:
            return
        lines = wires.segments[slot]
        path = QPainterPath(QPointF(*lines[0, :2].tolist()))
        for x, y in lines[:, 2:].tolist():
            path.lineTo(x, y)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(tokens().error, 2.6, dashed=True))
        painter.drawPath(path)
        x, y = wires.middle(slot)
        painter.setPen(_pen(tokens().error, 2.6))
        for one, other in (((-5, -5), (5, 5)), ((-5, 5), (5, -5))):
            painter.drawLine(QPointF(x + one[0], y + one[1]), QPointF(x + other[0], y + other[1]))

    # ------------------------------------------------------------------ cards

    def _paint_going_node(self, painter: QPainter, node: str) -> None:
        box = QRectF(*self._model.nodes.rect(node))
        fill = QColor(tokens().error)
        fill.setAlpha(38)
        painter.setBrush(fill)
        painter.setPen(_pen(tokens().error, 2.0, dashed=True))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setPen(_pen(tokens().error, 2.0))
        painter.drawLine(box.topLeft(), box.bottomRight())

    def _paint_note(self, painter: QPainter, node: str, lines: Iterable[str], zoom: float) -> None:
        """What becomes of the card, on a strip along its lower edge."""
        theme = tokens()
        x, y, width, height = self._model.nodes.rect(node)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(theme.accent, 2.0, dashed=True))
        painter.drawRoundedRect(QRectF(x, y, width, height), RADIUS, RADIUS)
        font = QFont(mono_font(12))
        scale = max(1.0, _SMALLEST / (12 * zoom))
        font.setPixelSize(round(12 * scale))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        top = y + height - _PILL * scale / 2
        shown = list(lines)[:_MOST_NOTES]
        for line in shown:
            wide = metrics.horizontalAdvance(line) + 16 * scale
            box = QRectF(x + (width - wide) / 2, top, wide, _PILL * scale)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(box, 5 * scale, 5 * scale)
            painter.setPen(QColor(theme.on_accent))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, line)
            top += (_PILL + 3) * scale


def _paint_card(painter: QPainter, ghost: GhostNode, flow: str) -> None:
    theme = tokens()
    box = QRectF(ghost.x, ghost.y, *ghost.size)
    ground = QColor(theme.canvas)
    ground.setAlphaF(0.94)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    tint = QColor(theme.accent)
    tint.setAlpha(30)
    painter.setBrush(tint)
    painter.setPen(_pen(theme.accent, 1.8, dashed=True))
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    painter.setPen(QColor(theme.accent))
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setFont(ui_font(13, QFont.Weight.DemiBold))
    head = QRectF(box.left() + 11, box.top() + 2, box.width() - 22, HEADER)
    painter.drawText(head, left, ghost.title)
    painter.setFont(mono_font(11))
    painter.setPen(QColor(theme.text_muted))
    top = box.top() + HEADER + 8
    for line in ghost.lines:
        painter.drawText(QRectF(box.left() + 11, top, box.width() - 22, 16), left, line)
        top += 16
    painter.setPen(_pen(theme.accent, 1.7))
    painter.setBrush(QColor(theme.canvas))
    sides: tuple[tuple[Side, int], ...]
    sides = (("input", len(ghost.ports)), ("output", ghost.outputs))
    for side, count in sides:
        for number in range(count):
            dx, dy = port_offset(side, number, count, ghost.size, flow)
            painter.drawEllipse(QPointF(ghost.x + dx, ghost.y + dy), 5.0, 5.0)


def _paint_settings(painter: QPainter, lines: Iterable[str]) -> None:
    """Changes of data and training, which have no card: at the top of what is seen."""
    theme = tokens()
    painter.resetTransform()
    font = mono_font(12)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    shown = list(lines)[:_MOST_NOTES]
    wide = max(metrics.horizontalAdvance(line) for line in shown) + 24
    box = QRectF(16, 14, wide, len(shown) * 20 + 10)
    painter.setPen(_pen(theme.accent, 1.6, dashed=True))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor(theme.text))
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    for number, line in enumerate(shown):
        painter.drawText(QRectF(28, 19 + number * 20, wide, 20), left, line)


def _curve(start: Point, end: Point, down: bool) -> QPainterPath:
    reach = max(_REACH, abs(end[1 if down else 0] - start[1 if down else 0]) / 2)
    dx, dy = (0.0, reach) if down else (reach, 0.0)
    path = QPainterPath(QPointF(*start))
    path.cubicTo(
        QPointF(start[0] + dx, start[1] + dy), QPointF(end[0] - dx, end[1] - dy), QPointF(*end)
    )
    return path


def _pen(color: str, width: float, dashed: bool = False) -> QPen:
    pen = QPen(QColor(color), width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if dashed:
        pen.setDashPattern([3, 3])
    return pen
