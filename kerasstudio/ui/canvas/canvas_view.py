"""The paper: scrolling, zooming, hit testing, and handing the mouse to gestures."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QWidget

from kerasstudio.ui.canvas import viewpoint
from kerasstudio.ui.canvas.batch_painter import BatchPainter, Emphasis
from kerasstudio.ui.canvas.editing import CanvasEditor
from kerasstudio.ui.canvas.gestures.box_select import BoxSelect
from kerasstudio.ui.canvas.gestures.draw_wire import DrawWire
from kerasstudio.ui.canvas.gestures.gesture import Gesture
from kerasstudio.ui.canvas.gestures.move_nodes import MoveNodes
from kerasstudio.ui.canvas.gestures.pan import Pan
from kerasstudio.ui.canvas.ghosts import Ghosts
from kerasstudio.ui.canvas.grid import Grid
from kerasstudio.ui.canvas.hits import Hit, hit
from kerasstudio.ui.canvas.layer_drops import LayerDrops
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.viewpoint import Box
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.selection import Selection

WORLD = 1_000_000.0
REST_MS = 140
EDGE = 26

_LEFT, _MIDDLE, _RIGHT = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
)
_SHIFT, _CTRL, _ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


class CanvasView(QGraphicsView):
    """Holds no items: one painter draws everything visible from arrays, which measured 10 to 20
    times faster than an item for each node. Spots are viewport pixels, positions scene pixels."""

    view_changed = Signal()
    hover_changed = Signal(object)
    gesture_changed = Signal(bool)
    search_requested = Signal(QPointF, QPointF, object)
    rename_requested = Signal(str)
    open_requested = Signal(str)
    menu_requested = Signal(QPointF, object)
    key_pressed = Signal(QKeyEvent)
    said = Signal(str, QPointF)
    layer_dropped = Signal(object, QPointF, object)

    def __init__(
        self,
        model: SceneModel,
        editor: CanvasEditor,
        selection: Selection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model, self.editor, self.selection = model, editor, selection
        self.painter = BatchPainter(model)
        self.ghosts = Ghosts(model)
        self.emphasis = Emphasis()
        self.gesture: Gesture | None = None
        self.mouse_at = QPointF()
        self._grid = Grid()
        self._drops = LayerDrops(self)
        self._space = False
        self._spot = QPointF()
        # A view does not own its scene: without this reference it would be gone.
        self._paper = QGraphicsScene(-WORLD, -WORLD, 2 * WORLD, 2 * WORLD, self)
        self._paper.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(self._paper)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        # The grid covers everything: Qt need not fill first.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self.setAccessibleName("Model canvas")
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._sharpen)
        self._edge_timer = QTimer(self)
        self._edge_timer.setInterval(16)
        self._edge_timer.timeout.connect(self._scroll_at_edge)
        self.painter.exact = 1.0
        self.put(QPointF(-80, -120), QPointF(0, 0))

    # ------------------------------------------------------------------ looking

    @property
    def zoom(self) -> float:
        return self.transform().m11()

    def visible_box(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of the visible part of the scene."""
        first = self.to_scene(QPointF(0, 0))
        size = self.viewport().size()
        last = self.to_scene(QPointF(size.width(), size.height()))
        return first.x(), first.y(), last.x(), last.y()

    def to_scene(self, spot: QPointF) -> QPointF:
        zoom = self.zoom
        return QPointF(
            (spot.x() + self.horizontalScrollBar().value()) / zoom,
            (spot.y() + self.verticalScrollBar().value()) / zoom,
        )

    def to_spot(self, at: QPointF) -> QPointF:
        zoom = self.zoom
        return QPointF(
            at.x() * zoom - self.horizontalScrollBar().value(),
            at.y() * zoom - self.verticalScrollBar().value(),
        )

    def put(self, at: QPointF, spot: QPointF) -> None:
        """Scroll so that the scene position `at` comes to `spot`."""
        zoom = self.zoom
        self.horizontalScrollBar().setValue(round(at.x() * zoom - spot.x()))
        self.verticalScrollBar().setValue(round(at.y() * zoom - spot.y()))
        self.view_changed.emit()

    def set_zoom(self, zoom: float, spot: QPointF | None = None) -> None:
        """Zoom so that what is at `spot` (the middle by default) stays there."""
        zoom = viewpoint.limited(zoom)
        if spot is None:
            spot = QPointF(self.viewport().rect().center())
        at = self.to_scene(spot)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self.put(at, spot)
        self._rest.start()
        self.refresh()

    def frame(self, box: Box | None) -> None:
        """Bring a part of the scene into view as a whole, never larger than life."""
        viewpoint.frame(self, box)

    def reveal(self, node: str) -> None:
        """Bring a node into view without more movement than needed."""
        viewpoint.reveal(self, node)

    def look(self, zoom: float, at: QPointF, spot: QPointF) -> None:
        """Take a zoom that will stay: cards are painted for exactly it."""
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self.put(at, spot)
        self._sharpen()

    def refresh(self) -> None:
        """Paint everything visible anew (about a millisecond)."""
        self.viewport().update()

    def theme_changed(self) -> None:
        self.painter.theme_changed()
        self._grid.clear()
        self.refresh()

    # ------------------------------------------------------------------ gestures

    def begin_gesture(self, gesture: Gesture) -> None:
        self.gesture = gesture
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)
        self.gesture_changed.emit(True)

    def end_gesture(self) -> None:
        self._edge_timer.stop()
        self.gesture = None
        self.emphasis.dimmed = frozenset()
        self.emphasis.loop = frozenset()
        self.emphasis.doomed_wires = frozenset()
        self.emphasis.hidden_wires = frozenset()
        self.viewport().unsetCursor()
        self.gesture_changed.emit(False)
        self.refresh()

    def cancel_gesture(self) -> bool:
        """Undo what the running gesture shows; whether there was one."""
        if self.gesture is None:
            return False
        self.gesture.cancel()
        self.end_gesture()
        return True

    def say(self, text: str, spot: QPointF) -> None:
        """Tell the person something beside the mouse."""
        self.said.emit(text, spot)

    def select_wire(self, key: str | None) -> None:
        if key != self.emphasis.selected_wire:
            self.emphasis.selected_wire = key
            self.refresh()

    def begin_wire(self, end: End, at: QPointF, spot: QPointF) -> None:
        """Draw a wire from a port; a drag from a taken input picks its wire up."""
        wire = None if end.is_output else self.model.graph.wires.get(f"{end.node}:{end.port}")
        if wire is None:
            self.begin_gesture(DrawWire(self, at, spot, end))
            return
        start = End(wire.source, wire.output)
        self.begin_gesture(DrawWire(self, at, spot, start, picked=wire.key))

    # ------------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot, at = event.position(), self.to_scene(event.position())
        self._remember(spot, at)
        button, keys = event.button(), event.modifiers()
        if self.gesture is not None:
            if button == _RIGHT:
                self.cancel_gesture()
            else:
                self.gesture.pressed(at, spot, keys)
            return
        if button == _MIDDLE or (button == _LEFT and self._space):
            self.begin_gesture(Pan(self, at, spot))
        elif button == _RIGHT:
            self.begin_gesture(Pan(self, at, spot, self._ask_menu))
        elif button == _LEFT:
            self._press_left(at, spot, keys)

    def _press_left(self, at: QPointF, spot: QPointF, keys: Qt.KeyboardModifier) -> None:
        found = hit(self.model, at.x(), at.y(), self.zoom)
        if found.end is not None:
            if keys & _ALT:
                self._break_wires(found.end)
            else:
                self.begin_wire(found.end, at, spot)
        elif found.node is not None:
            self._press_card(found.node, at, spot, keys)
        elif found.wire is not None:
            self.selection.clear()
            self.select_wire(found.wire)
        else:
            self.begin_gesture(BoxSelect(self, at, spot))

    def _press_card(self, node: str, at: QPointF, spot: QPointF, keys: Qt.KeyboardModifier) -> None:
        self.select_wire(None)
        self.emphasis.focused = node
        if keys & _CTRL:
            self.selection.toggle(node)
            return
        if keys & _SHIFT:
            self.selection.add((node,))
        chosen = node in self.selection.nodes
        if not chosen:
            self.selection.select((node,))
        self.begin_gesture(
            MoveNodes(
                self,
                at,
                spot,
                node,
                copy=bool(keys & _ALT),
                click_selects=chosen and not keys & _SHIFT,
            )
        )

    def _break_wires(self, end: End) -> None:
        wires = self.model.graph.wires.values()
        if end.is_output:
            keys = [w.key for w in wires if w.source == end.node and w.output == end.number]
        else:
            keys = [w.key for w in wires if w.target == end.node and w.port == end.port]
        if keys:
            self.editor.unwire(keys)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot, at = event.position(), self.to_scene(event.position())
        self._remember(spot, at)
        if self.gesture is None:
            self._hover(hit(self.model, at.x(), at.y(), self.zoom))
            return
        self.gesture.moved(at, spot, event.modifiers())
        if self.gesture is not None and self.gesture.scrolls_at_edges and self.gesture.travelled:
            inside = QRectF(self.viewport().rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE)
            if inside.contains(spot):
                self._edge_timer.stop()
            elif not self._edge_timer.isActive():
                self._edge_timer.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        spot, at = event.position(), self.to_scene(event.position())
        self._remember(spot, at)
        if self.gesture is not None:
            self.gesture.released(at, spot, event.modifiers())
            if self.gesture is None:
                self._hover(hit(self.model, at.x(), at.y(), self.zoom))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot, at = event.position(), self.to_scene(event.position())
        if event.button() != _LEFT or self.gesture is not None:
            self.mousePressEvent(event)
            return
        found = hit(self.model, at.x(), at.y(), self.zoom)
        if found.kind == "title" and found.node is not None:
            self.rename_requested.emit(found.node)
        elif found.kind == "card" and found.node is not None:
            self.open_requested.emit(found.node)
        elif found.kind == "empty":
            self.search_requested.emit(spot, at, None)
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        keys = event.modifiers()
        if not pixels.isNull() and not keys & _CTRL and event.phase() != _NO_PHASE:
            # Two fingers on a touch pad.
            self._scroll(-pixels.x(), -pixels.y())
        elif keys & _SHIFT:
            self._scroll(-(angle.x() or angle.y()), 0)
        else:
            self.set_zoom(self.zoom * 1.0015 ** (angle.y() or angle.x()), event.position())
        self._after_scroll(event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.set_zoom(self.zoom * (1 + event.value()), event.position())
                return True
        elif event.type() == QEvent.Type.Leave and self.gesture is None:
            self._hover(Hit())
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The mouse asks through the right button's gesture; this is the keyboard's menu key.
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            nodes = self.model.nodes.bounds(self.selection.nodes)
            spot = QPointF(self.viewport().rect().center())
            if nodes is not None and self.selection.nodes:
                spot = self.to_spot(QPointF((nodes[0] + nodes[2]) / 2, (nodes[1] + nodes[3]) / 2))
            self._ask_menu(spot)
        event.accept()

    def _ask_menu(self, spot: QPointF) -> None:
        at = self.to_scene(spot)
        self.menu_requested.emit(spot, hit(self.model, at.x(), at.y(), self.zoom))

    def _hover(self, found: Hit) -> None:
        emphasis = self.emphasis
        if (found.node, found.wire) != (emphasis.hovered, emphasis.hovered_wire):
            emphasis.hovered, emphasis.hovered_wire = found.node, found.wire
            self.hover_changed.emit(found)
            self.refresh()
        shape = {
            "port": Qt.CursorShape.CrossCursor,
            "wire": Qt.CursorShape.PointingHandCursor,
        }.get(found.kind)
        if self._space:
            shape = Qt.CursorShape.OpenHandCursor
        if shape is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(shape)

    def _remember(self, spot: QPointF, at: QPointF) -> None:
        self._spot, self.mouse_at = spot, at

    def mouse_spot(self) -> QPointF:
        """Where the mouse is, or the middle when it is elsewhere."""
        spot = QPointF(self.viewport().mapFromGlobal(self.cursor().pos()))
        area = QRectF(self.viewport().rect())
        return spot if area.contains(spot) else area.center()

    def _scroll(self, dx: int, dy: int) -> None:
        for bar, step in ((self.horizontalScrollBar(), dx), (self.verticalScrollBar(), dy)):
            bar.setValue(bar.value() + step)
        self.view_changed.emit()

    def _after_scroll(self, spot: QPointF) -> None:
        if self.gesture is not None:
            self.gesture.moved(self.to_scene(spot), spot, Qt.KeyboardModifier.NoModifier)

    def _scroll_at_edge(self) -> None:
        area = self.viewport().rect()
        steps = []
        for value, size in ((self._spot.x(), area.width()), (self._spot.y(), area.height())):
            over = min(0.0, value - EDGE) + max(0.0, value - (size - EDGE))
            steps.append(round(max(-18.0, min(18.0, over * 0.6))))
        if any(steps):
            self._scroll(*steps)
            self._after_scroll(self._spot)

    # ------------------------------------------------------------------ keys

    def event(self, event: QEvent) -> bool:
        # Tab opens the search here; Ctrl+Tab and the window's actions lead out.
        if event.type() == QEvent.Type.KeyPress:
            key: Any = event
            if key.key() == Qt.Key.Key_Tab and not key.modifiers():
                self.keyPressEvent(key)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._hover(Hit())
        elif event.key() == Qt.Key.Key_Escape and self.cancel_gesture():
            return
        else:
            event.ignore()
            self.key_pressed.emit(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._hover(Hit())
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)
        self.refresh()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.refresh()

    # ------------------------------------------------------------------ drops from the palette

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drops.entered(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drops.moved(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drops.left()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drops.dropped(event)

    # ------------------------------------------------------------------ painting

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        ratio = self.viewport().devicePixelRatioF()
        exposed = QRectF(rect)
        self._grid.paint(painter, exposed, ratio)
        self.emphasis.selected = self.selection.nodes
        focused = self.emphasis.focused
        if not self.hasFocus():
            self.emphasis.focused = None
        self.painter.paint(painter, exposed, self.emphasis, ratio)
        self.emphasis.focused = focused
        if self.painter.unfinished:
            QTimer.singleShot(8, self.viewport(), self.viewport().update)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self.ghosts.paint(painter, self.zoom)
        if self.gesture is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            self.gesture.paint(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view_changed.emit()

    def _sharpen(self) -> None:
        """The zoom rests: paint the cards for exactly this zoom."""
        self.painter.exact = self.zoom
        self.refresh()


_NO_PHASE = Qt.ScrollPhase.NoScrollPhase
