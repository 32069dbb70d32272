"""A small picture of a model, drawn from its graph."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kerasstudio.graph.cards import CARD_HEIGHT, CARD_WIDTH
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.project import Layer, Project
from kerasstudio.ui.theme import tokens

MARGIN = 14.0
LARGEST_SCALE = 0.24
LONGEST_ROW = 8
ROW_GAP = 110.0


class GraphPicture(QWidget):
    """Cards as boxes in their category's colour, wires as lines; fits any size. The project is
    made after the first paint, when the page is there already."""

    def __init__(
        self,
        make: Callable[[], Project],
        catalogue: Catalogue,
        height: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._height = height
        self._boxes: list[tuple[QRectF, str]] = []
        self._wires: list[tuple[QPointF, QPointF]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QTimer.singleShot(0, self, lambda: self._read(make(), catalogue))

    def sizeHint(self) -> QSize:
        return QSize(200, self._height)

    def _read(self, project: Project, catalogue: Catalogue) -> None:
        graph = project.graph
        places = {
            node.id: QRectF(node.x, node.y, CARD_WIDTH, CARD_HEIGHT)
            for node in graph.nodes.values()
        }
        rows = _fold(places)
        for node in graph.nodes.values():
            self._boxes.append((places[node.id], _category(project.layers[node.layer], catalogue)))
        for wire in graph.wires.values():
            if rows[wire.source] != rows[wire.target]:
                continue
            source, target = places[wire.source], places[wire.target]
            self._wires.append(
                (
                    QPointF(source.right(), source.center().y()),
                    QPointF(target.left(), target.center().y()),
                )
            )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._boxes:
            return
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF()
        for box, _category_name in self._boxes:
            whole = whole.united(box)
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        scale = min(room.width() / whole.width(), room.height() / whole.height(), LARGEST_SCALE)
        painter.translate(room.center())
        painter.scale(scale, scale)
        painter.translate(-whole.center())
        pen = QPen(QColor(theme.wire), 1.3)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for start, end in self._wires:
            bend = max(30.0, (end.x() - start.x()) / 2)
            path = QPainterPath(start)
            path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        for box, category in self._boxes:
            color = QColor(theme.category(category))
            painter.setBrush(QColor(theme.node))
            painter.drawRoundedRect(box, 22, 22)
            fill = QColor(color)
            fill.setAlphaF(0.30)
            painter.setBrush(fill)
            painter.drawRoundedRect(box, 22, 22)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(box.left(), box.top(), box.width(), 30), 15, 15)


def _fold(places: dict[str, QRectF]) -> dict[str, int]:
    """Break a long chain into rows, as a text is; moves the boxes and tells each one's row."""
    columns = sorted({box.left() for box in places.values()})
    if not columns:
        return {}
    count = -(-len(columns) // LONGEST_ROW)
    length = -(-len(columns) // count)
    top = min(box.top() for box in places.values())
    height = max(box.bottom() for box in places.values()) - top + ROW_GAP
    rows = {}
    for key, box in places.items():
        row = columns.index(box.left()) // length
        rows[key] = row
        box.translate(columns[0] - columns[row * length], row * height)
    return rows


def _category(layer: Layer, catalogue: Catalogue) -> str:
    kind = catalogue.layer_type(layer)
    if kind is not None:
        return kind.category
    return "Input & output" if layer.is_input or layer.is_output else "Other"
