"""Paints one card. Called only when its content or the zoom step changed; see `CardCache`."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QLinearGradient,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
)

from kerasstudio.ui import icons
from kerasstudio.ui.canvas.block_marks import paint_stack
from kerasstudio.ui.canvas.card_face import CardFace, PortMark
from kerasstudio.ui.canvas.link_marks import LinkMark
from kerasstudio.ui.canvas.slim_card import paint_fold, paint_slim_words
from kerasstudio.ui.canvas.wire_styles import (
    ERROR_COLOR,
    UNKNOWN_COLOR,
    WAITING_COLOR,
    style_rank,
)
from kerasstudio.ui.theme import drawing_font as ui_font
from kerasstudio.ui.theme import drawing_mono as mono_font
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.tokens import Tokens

MARGIN = 10.0
"""Room around a card in its picture, for ports and shadow; scene pixels."""
BADGE_HEIGHT = 20.0
BADGE_GAP = 5.0
HEADER = 26.0
FOOTER = 22.0
RADIUS = 7.0
PORT_RADIUS = 5.0
SLIM_RADIUS = 4.2
"""Of the ports of a collapsed card, which stand closer."""
FAR_STEP = 0.5
"""At this zoom step and below a card shows its title, large, and nothing small."""
_PAD = 11.0
_LINE = 15.5


def top_margin(face: CardFace) -> float:
    """Room above the card in its picture."""
    return MARGIN + (BADGE_HEIGHT + BADGE_GAP if face.badge else 0.0)


def picture_size(face: CardFace) -> tuple[float, float]:
    """Scene pixels of the whole picture, margins included."""
    width, height = face.size
    extra = max(0.0, badge_width(face) - width) if face.badge else 0.0
    return width + extra + 2 * MARGIN, height + top_margin(face) + MARGIN


def wire_colors(theme: Tokens) -> list[QColor]:
    """Colours by the indices of `wire_styles`."""
    colors = [QColor(theme.rank(style_rank(style))) for style in range(UNKNOWN_COLOR)]
    return [*colors, QColor(theme.wire), QColor(theme.error), QColor(theme.node_border)]


def mixed(one: QColor, other: QColor, part: float) -> QColor:
    """`part` of `one`, the rest of `other`."""
    rest = 1 - part
    return QColor.fromRgbF(
        one.redF() * part + other.redF() * rest,
        one.greenF() * part + other.greenF() * rest,
        one.blueF() * part + other.blueF() * rest,
    )


def badge_width(face: CardFace) -> float:
    metrics = QFontMetricsF(ui_font(11))
    return metrics.horizontalAdvance(face.badge) + 30.0


def plate_key(face: CardFace) -> tuple[object, ...]:
    """What decides the pixels of `paint_plate`, apart from zoom and theme. Cards of one kind
    mostly share it."""
    state = face.state if face.state in ("waiting", "error", "warning") else "ok"
    way = face.presence, face.through, face.collapsed
    size = face.size, picture_size(face), face.is_block
    return *size, face.category, state, face.code, face.ports, *way


def paint_plate(painter: QPainter, face: CardFace, step: float) -> None:
    """The card without words, with its corner at the origin. The dear part: shadow, rounded
    shapes and ports cost several times as much as the words."""
    theme = tokens()
    width, height = face.size
    box = QRectF(0.5, 0.5, width - 1, height - 1)
    shape = QPainterPath()
    shape.addRoundedRect(box, RADIUS, RADIUS)
    _paint_shadow(painter, box, theme)
    if face.collapsed:
        paint_fold(painter, face)
    ground = _ground(face, theme)
    if face.is_block:
        edge = mixed(QColor(theme.category("blocks")), ground, 0.3 if _is_faint(face) else 0.6)
        paint_stack(painter, box, edge, ground, RADIUS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawPath(shape)
    _paint_header(painter, face, theme, ground, shape, step)
    border = QColor(theme.node_border)
    style = Qt.PenStyle.SolidLine if face.presence == "on" else Qt.PenStyle.DashLine
    if face.presence in _OFF:
        border = QColor(theme.text_faint)
    elif face.state == "error":
        border = QColor(theme.error)
    elif face.state == "warning":
        border = QColor(theme.warning)
    outline = QPen(border, 1.4 if face.state == "error" else 1.0, style)
    if face.code and face.state != "ok":  # it stands for something that is not there
        outline = QPen(border, 1.8, Qt.PenStyle.DashLine)
    painter.setPen(outline)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(shape)
    if step > FAR_STEP and not face.collapsed:
        rule = QColor(theme.node_border)
        rule.setAlphaF(0.75)
        painter.setPen(QPen(rule, 1))
        top = height - FOOTER + 0.5
        painter.drawLine(QPointF(1, top), QPointF(width - 1, top))
    colors = wire_colors(theme)
    if face.through is not None:
        _paint_through(painter, face, colors, theme)
    radius = PORT_RADIUS if not face.collapsed else SLIM_RADIUS
    for mark in face.ports:
        paint_port(painter, mark, colors, theme, radius)


def paint_words(painter: QPainter, face: CardFace, step: float) -> None:
    """What stands on the plate of the same face and step."""
    theme = tokens()
    if face.collapsed:
        scale = _icon_scale(painter, step)

        def sign(name: str, color: QColor, box: QRectF) -> None:
            picture = icons.pixmap(name, color.name(), round(box.width()), scale)
            painter.drawPixmap(box, picture, QRectF())

        paint_slim_words(painter, face, step <= FAR_STEP, draw_text, sign)
    elif step > FAR_STEP:
        _paint_title(painter, face, theme, step)
        _paint_body(painter, face, theme)
        _paint_footer(painter, face, theme)
    else:
        _paint_far(painter, face, theme)
    if face.badge:
        _paint_badge(painter, face, theme)


def _ground(face: CardFace, theme: Tokens) -> QColor:
    ground = QColor(theme.node)
    if face.presence in _OFF:
        return mixed(ground, QColor(theme.canvas), 0.3)
    faint = face.state == "waiting" or face.presence == "bypassed"
    return mixed(ground, QColor(theme.canvas), 0.55) if faint else ground


def _is_faint(face: CardFace) -> bool:
    return face.state == "waiting" or face.presence != "on"


def _paint_through(painter: QPainter, face: CardFace, colors: list[QColor], theme: Tokens) -> None:
    """What goes through a bypassed card, from port to port."""
    x0, y0, x1, y1 = face.through or (0.0, 0.0, 0.0, 0.0)
    color = next((colors[mark.color] for mark in face.ports if (mark.x, mark.y) == (x1, y1)), None)
    painter.setPen(QPen(color or QColor(theme.wire), 2.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(QPointF(x0, y0))
    path.lineTo(QPointF(x1, y1))
    painter.drawPath(path)


def paint_port(
    painter: QPainter,
    mark: PortMark,
    colors: list[QColor],
    theme: Tokens,
    radius: float = PORT_RADIUS,
) -> None:
    """A ring; filled once wired, dashed red where a wire is missing."""
    color = colors[mark.color]
    if mark.color == WAITING_COLOR:
        color = QColor(theme.text_faint)
    if mark.color == ERROR_COLOR:
        color = QColor(theme.error)
    pen = QPen(color, 1.7)
    if mark.wanted:
        pen.setColor(QColor(theme.warning))
    painter.setPen(pen)
    painter.setBrush(color if mark.wired else QColor(theme.canvas))
    painter.drawEllipse(QPointF(mark.x, mark.y), radius, radius)
    if mark.wired:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.canvas))
        painter.drawEllipse(QPointF(mark.x, mark.y), radius * 0.36, radius * 0.36)


def _paint_shadow(painter: QPainter, box: QRectF, theme: Tokens) -> None:
    """Soft, in three strokes: a blur would cost more than the card."""
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, alpha in ((4.0, 16), (2.5, 24), (1.0, 34)):
        shade = QColor(theme.shadow)
        shade.setAlpha(alpha * 2)
        painter.setBrush(shade)
        painter.drawRoundedRect(
            box.adjusted(-spread + 1, -spread + 2.5, spread - 1, spread + 1.5),
            RADIUS + spread,
            RADIUS + spread,
        )


def _paint_header(
    painter: QPainter,
    face: CardFace,
    theme: Tokens,
    ground: QColor,
    shape: QPainterPath,
    step: float,
) -> None:
    width = face.size[0]
    category = QColor(theme.category(face.category))
    strength = 0.42 if theme.dark else 0.20
    if _is_faint(face):
        category = mixed(category, ground, 0.45)
    whole = step <= FAR_STEP or face.collapsed
    height = face.size[1] if whole else HEADER
    top = mixed(category, ground, strength)
    bottom = mixed(category, ground, strength * (0.45 if whole else 0.72))
    fill = QLinearGradient(0, 0, 0, height)
    fill.setColorAt(0, top)
    fill.setColorAt(1, bottom)
    # Cut to the card's shape by geometry: an SVG knows no clipping of what is painted.
    for part, brush in ((height, QBrush(fill)), (2.5, QBrush(category))):
        band = QPainterPath()
        band.addRect(QRectF(0, 0, width, part))
        painter.fillPath(shape.intersected(band), brush)


def _paint_title(painter: QPainter, face: CardFace, theme: Tokens, step: float) -> None:
    right = face.size[0] - _PAD
    signs = [("pin", theme.text_muted)] if face.pinned else []
    if face.code:
        signs.append(("code", theme.warning))
    if face.frozen:
        signs.append(("snow", theme.rank(2)))
    scale = _icon_scale(painter, step)
    if face.link:
        middle, faint = HEADER / 2 + 1, _is_faint(face)
        mark = LinkMark(face.link, face.calls, faint)
        right -= mark.paint(painter, right + 4, middle, scale, draw_text)
    for name, color in signs:
        right -= 14
        painter.drawPixmap(QRectF(right, 7, 14, 14), icons.pixmap(name, color, 14, scale), QRectF())
        right -= 4
    if face.changed:
        right -= 9
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        painter.drawEllipse(QPointF(right + 4, HEADER / 2 + 1), 3.5, 3.5)
        right -= 5
    left = _PAD
    if face.is_block:
        color = theme.text_muted if _is_faint(face) else theme.category("blocks")
        picture = icons.pixmap("block", color, 15, scale)
        painter.drawPixmap(QRectF(left - 1, 6.5, 15, 15), picture, QRectF())
        left += 18
    room, size = right - left, 13
    while size > 11 and _advance(_ui(size, QFont.Weight.DemiBold), face.title) > room:
        size -= 1
    painter.setPen(QColor(theme.text_muted if _is_faint(face) else theme.text))
    font = _ui(size, QFont.Weight.DemiBold, face.presence in ("muted", "bypassed"))
    draw_text(painter, font, face.title, QRectF(left, 2, room, HEADER - 2))


def _paint_body(painter: QPainter, face: CardFace, theme: Tokens) -> None:
    width, height = face.size
    rows = 1 + len(face.lines)
    top = HEADER + (height - HEADER - FOOTER - rows * _LINE) / 2
    painter.setPen(QColor(theme.text_faint if _is_faint(face) else theme.accent))
    room = width - 2 * _PAD
    if face.start:
        pen = painter.pen()
        taken = _paint_start(painter, face.start, width - _PAD, top + _LINE / 2, theme)
        painter.setPen(pen)
        room -= taken + 6
    name_font = _ui(12, QFont.Weight.Medium)
    draw_text(painter, name_font, face.name, QRectF(_PAD, top, room, _LINE))
    painter.setPen(QColor(theme.text_faint if _is_faint(face) else theme.text_muted))
    for number, line in enumerate(face.lines, 1):
        box = QRectF(_PAD, top + number * _LINE, width - 2 * _PAD, _LINE)
        draw_text(painter, _mono(11), line, box)


def _paint_start(
    painter: QPainter, start: str, right: float, middle: float, theme: Tokens
) -> float:
    """What the layer begins training with: a full, half or empty disc and the word, which ends at
    `right`. Returns the room it took."""
    color = start_color(start)
    font = _ui(11, QFont.Weight.Medium)
    room = _advance(font, start)
    painter.setPen(color)
    draw_text(painter, font, start, QRectF(right - room, middle - _LINE / 2, room + 1, _LINE))
    paint_start_disc(painter, start, QPointF(right - room - 9, middle + 0.5), 3.6, color)
    return room + 13


def paint_start_disc(
    painter: QPainter, start: str, middle: QPointF, radius: float, color: QColor
) -> None:
    """Full for kept weights, half for some of them, empty for new ones."""
    painter.setPen(QPen(color, 1.3))
    painter.setBrush(color if start == "kept" else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(middle, radius, radius)
    if start == "partly":
        painter.setBrush(color)
        box = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
        painter.drawChord(box, 90 * 16, 180 * 16)


def start_color(start: str) -> QColor:
    """The colour of a mark, which its shape and word tell too."""
    theme = tokens()
    colors = {"kept": theme.success, "partly": theme.warning, "new": theme.text_muted}
    return QColor(colors[start])


def _paint_footer(painter: QPainter, face: CardFace, theme: Tokens) -> None:
    width, height = face.size
    top = height - FOOTER
    box = QRectF(_PAD, top + 1, width - 2 * _PAD, FOOTER - 2)
    if face.presence in _OFF:
        painter.setPen(QColor(theme.text_muted))
        draw_text(painter, _ui(11, QFont.Weight.Medium), face.presence, box)
        return
    if face.state == "error":
        painter.setPen(QColor(theme.error))
        draw_text(painter, _ui(11, QFont.Weight.Medium), face.trouble or "does not fit", box)
        return
    if face.presence == "bypassed":
        painter.setPen(QColor(theme.text_muted))
        draw_text(painter, _ui(11, QFont.Weight.Medium), "bypassed", box)
        return
    if face.state == "waiting":
        painter.setPen(QColor(theme.text_faint))
        draw_text(painter, _mono(11), "waiting", box)
        return
    font = _mono(11)
    count_room = _advance(font, face.count) if face.count else 0.0
    shape_room = _advance(font, face.shape)
    if shape_room + count_room + 8 > box.width():
        # The shape tells more than the count.
        short = face.count.removesuffix(" params")
        count_room = _advance(font, short)
        if shape_room + count_room + 8 > box.width():
            short, count_room = "", 0.0
    else:
        short = face.count
    if short:
        painter.setPen(QColor(theme.text_faint))
        draw_text(painter, font, short, box.adjusted(box.width() - count_room, 0, 0, 0))
    painter.setPen(QColor(theme.accent if face.shape else theme.text_faint))
    left = box.adjusted(0, 0, -(count_room + 8 if short else 0), 0)
    draw_text(painter, font, face.shape or "…", left)


def _paint_far(painter: QPainter, face: CardFace, theme: Tokens) -> None:
    """Small on the screen: the title and one fact, in letters that can still be read."""
    width, height = face.size
    faint = _is_faint(face)
    struck = face.presence in ("muted", "bypassed")
    painter.setPen(QColor(theme.text_faint if faint else theme.text))
    font = _ui(21, QFont.Weight.DemiBold, struck)
    room = width - 2 * _PAD
    advance = _advance(font, face.title)
    if advance > room:
        font = _ui(max(15, int(21 * room / advance)), QFont.Weight.DemiBold, struck)
    draw_text(painter, font, face.title, QRectF(_PAD, height / 2 - 28, room, 28))
    if face.link:
        scale = _icon_scale(painter, 1.0)
        LinkMark(face.link, face.calls, faint).paint(painter, width - 7, 15, scale, draw_text)
    if face.start:
        disc = QPointF(width - 14, 34 if face.link else 15)
        paint_start_disc(painter, face.start, disc, 6, start_color(face.start))
    second, color = face.shape, theme.accent
    if face.presence != "on":
        second, color = face.presence, theme.text_muted
    elif face.state == "error":
        second, color = face.trouble or "does not fit", theme.error
    elif faint or not second:
        second, color = face.name, theme.text_faint
    painter.setPen(QColor(color))
    draw_text(painter, _ui(18), second, QRectF(_PAD, height / 2 + 2, room, 26))


def _paint_badge(painter: QPainter, face: CardFace, theme: Tokens) -> None:
    missing = face.badge_kind == "missing"
    color = QColor(theme.error if missing else theme.validation)
    box = QRectF(6, -BADGE_GAP - BADGE_HEIGHT, badge_width(face), BADGE_HEIGHT)
    painter.setPen(QPen(mixed(color, QColor(theme.canvas), 0.6), 1))
    painter.setBrush(mixed(color, QColor(theme.canvas), 0.16))
    half = BADGE_HEIGHT / 2
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), half, half)
    scale = _icon_scale(painter, 2.0)
    picture = icons.pixmap("data", color.name(), 12, scale)
    painter.drawPixmap(QRectF(box.x() + 8, box.y() + 4, 12, 12), picture, QRectF())
    painter.setPen(color if theme.dark else mixed(color, QColor(theme.text), 0.8))
    draw_text(painter, _ui(11), face.badge, box.adjusted(23, 0, 0, 0))


def _icon_scale(painter: QPainter, step: float) -> float:
    """How many pixels an icon wants for each of the scene's."""
    if painter.paintEngine().type() in _PAPER:
        return 4.0
    return max(1.0, step) * painter.device().devicePixelRatioF()


_PAPER = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf)


_OFF = ("muted", "left out")


@cache
def _ui(size: int, weight: QFont.Weight = QFont.Weight.Normal, struck: bool = False) -> QFont:
    font = ui_font(size, weight)
    font.setStrikeOut(struck)
    return font


@cache
def _mono(size: int) -> QFont:
    return mono_font(size)


@lru_cache(maxsize=4096)
def _advance(font: QFont, text: str) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)


@lru_cache(maxsize=4096)
def _cut(font: QFont, text: str, room: float) -> str:
    """Measuring costs as much as drawing, and the words of cards repeat."""
    metrics = QFontMetricsF(font)
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)


@cache
def _heights(font: QFont) -> tuple[float, float]:
    metrics = QFontMetricsF(font)
    return metrics.ascent(), metrics.descent()


def draw_text(painter: QPainter, font: QFont, text: str, box: QRectF) -> None:
    """One line in the middle of the box's height, cut with an ellipsis."""
    ascent, descent = _heights(font)
    at = QPointF(box.x(), box.y() + (box.height() + ascent - descent) / 2)
    words = _cut(font, text, box.width() + 0.5)
    if painter.paintEngine().type() == QPaintEngine.Type.SVG:
        # Whoever looks at the file may not have the font.
        path = QPainterPath()
        path.addText(at, font, words)
        painter.fillPath(path, painter.pen().brush())
        return
    painter.setFont(font)
    painter.drawText(at, words)
