"""The paper: scrolling, zooming, hit testing, and handing the mouse to gestures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessibleInterface,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
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
from kerasstudio.ui.canvas.batch_painter import BatchPainter
from kerasstudio.ui.canvas.edge_scroll import EdgeScroll
from kerasstudio.ui.canvas.editing import CanvasEditor
from kerasstudio.ui.canvas.emphasis import Emphasis
from kerasstudio.ui.canvas.gestures.draw_wire import DrawWire
from kerasstudio.ui.canvas.gestures.gesture import Gesture
from kerasstudio.ui.canvas.ghosts import Ghosts
from kerasstudio.ui.canvas.ground import Ground
from kerasstudio.ui.canvas.hits import WIRE_REACH, Hit, hit
from kerasstudio.ui.canvas.hover_cursors import hover_cursor
from kerasstudio.ui.canvas.layer_drops import LayerDrops
from kerasstudio.ui.canvas.menu_place import menu_place
from kerasstudio.ui.canvas.mouse_dispatch import MouseDispatch, Press
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.shown_area import ShownArea
from kerasstudio.ui.canvas.splicing import Splicing
from kerasstudio.ui.canvas.supposing import Ask, Supposing
from kerasstudio.ui.canvas.viewpoint import Box
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.key_chords import event_chords
from kerasstudio.ui.selection import Selection

WORLD = 1_000_000.0
REST_MS = 140
_FEW = 40

_RIGHT = Qt.MouseButton.RightButton
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class CanvasView(QGraphicsView):
    """Holds no items: one painter draws everything visible from arrays, which measured 10 to 20
    times faster than an item for each node. Spots are viewport pixels, positions scene pixels."""

    view_changed = Signal()
    hover_changed = Signal(object)
    gesture_changed = Signal(bool)
    search_requested = Signal(QPointF, QPointF, object)
    rename_requested = Signal(str)
    write_requested = Signal(str)
    link_clicked = Signal(str, QPointF)
    open_requested = Signal(str)
    menu_requested = Signal(QPointF, object)
    key_pressed = Signal(QKeyEvent)
    wire_selected = Signal()
    layer_wanted = Signal(object)
    announced = Signal(str)
    focus_changed = Signal()
    said = Signal(str, QPointF)
    layer_dropped = Signal(object, QPointF, object)
    rearranged = Signal(object)

    def __init__(
        self,
        model: SceneModel,
        editor: CanvasEditor,
        selection: Selection,
        parent: QWidget | None = None,
        suppose: Ask | None = None,
    ) -> None:
        super().__init__(parent)
        self.model, self.editor, self.selection = model, editor, selection
        self.supposing = Supposing(suppose, self)
        self.splicing = Splicing(self)
        self.painter = BatchPainter(model)
        self.ghosts = Ghosts(model)
        self.emphasis = Emphasis()
        self.gesture: Gesture | None = None
        self.snaps_to_grid = False
        """Whether cards are dragged to the grid without a key held."""
        self.unfinished = False
        """Whether the last frame left cards for the next one, to stay quick."""
        self.mouse_at = QPointF()
        self._ground = Ground(model, self.painter, self.emphasis)
        self._drops = LayerDrops(self)
        self.mouse = MouseDispatch(self)
        self.make_accessible: Callable[[], QAccessibleInterface] | None = None
        """What assistive technology gets (see `accessible_canvas.py`)."""
        self.by_keys = True
        """Whether the keyboard was used last here: new layers then do not go to the mouse."""
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
        self._edges = EdgeScroll(self)
        self.supposing.answered.connect(self._answered)
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

    def places(self) -> dict[str, tuple[float, ...]]:
        """Where all cards are shown now: their corners; of frames and notes the rectangles."""
        nodes = self.model.nodes
        corners = nodes.rects[:, :2].tolist()
        return {
            **{node: tuple(corners[slot]) for node, slot in nodes.slots.items()},
            **self.model.decorations.rects(),
        }

    def wire_span(self, at: QPointF) -> tuple[str, int] | None:
        """The wire at a scene position, and how many of its dots come before."""
        wires = self.model.wires
        slot = wires.span_at(at.x(), at.y(), max(WIRE_REACH / self.zoom, 1.0))
        key = wires.keys[slot] if slot is not None else None
        return None if slot is None or key is None else (key, wires.spans(key).index(slot))

    def refresh(self) -> None:
        """Paint everything visible anew (about a millisecond)."""
        self.viewport().update()

    def theme_changed(self) -> None:
        self.painter.theme_changed()
        self._ground.theme_changed()
        self.refresh()

    # ------------------------------------------------------------------ gestures

    def begin_gesture(self, gesture: Gesture) -> None:
        self.gesture = gesture
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)
        self.gesture_changed.emit(True)

    def end_gesture(self) -> None:
        self._edges.stop()
        self.gesture = None
        self.emphasis.dimmed = frozenset()
        self.emphasis.loop = frozenset()
        self.emphasis.doomed_wires = frozenset()
        self.emphasis.hidden_wires = frozenset()
        self.emphasis.lifted = frozenset()
        self.emphasis.target = None
        self.emphasis.taking_frame = None
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

    def _answered(self) -> None:
        if self.gesture is not None:
            self.gesture.answered()
        else:
            self._drops.answered()

    def say(self, text: str, spot: QPointF) -> None:
        """Tell the person something beside the mouse."""
        self.said.emit(text, spot)

    def select_wire(self, key: str | None) -> None:
        if key != self.emphasis.selected_wire:
            self.emphasis.selected_wire = key
            self.wire_selected.emit()
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
        if self.gesture is None:
            self._press(at, spot, button, keys)
        elif button == _RIGHT:
            self.cancel_gesture()
        else:
            self.gesture.pressed(at, spot, keys)

    def _press(
        self,
        at: QPointF,
        spot: QPointF,
        button: Qt.MouseButton,
        keys: Qt.KeyboardModifier,
        twice: bool = False,
    ) -> None:
        found = hit(self.model, at.x(), at.y(), self.zoom)
        self.mouse.pressed(Press(at, spot, found), button, keys, twice)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot, at = event.position(), self.to_scene(event.position())
        self._remember(spot, at)
        if self.gesture is None:
            self._hover(hit(self.model, at.x(), at.y(), self.zoom))
            return
        self.gesture.moved(at, spot, event.modifiers())
        if self.gesture is not None and self.gesture.scrolls_at_edges and self.gesture.travelled:
            self._edges.follow(spot)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        spot, at = event.position(), self.to_scene(event.position())
        self._remember(spot, at)
        if self.gesture is not None:
            self.gesture.released(at, spot, event.modifiers())
            if self.gesture is None:
                self._hover(hit(self.model, at.x(), at.y(), self.zoom))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None:
            self.mousePressEvent(event)
            return
        spot, at = event.position(), self.to_scene(event.position())
        self._press(at, spot, event.button(), event.modifiers(), twice=True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        keys = event.modifiers()
        if not pixels.isNull() and not keys & _CTRL and event.phase() != _NO_PHASE:
            # Two fingers on a touch pad.
            self.scroll_by(-pixels.x(), -pixels.y())
        elif keys & _SHIFT:
            self.scroll_by(-(angle.x() or angle.y()), 0)
        elif self.mouse.wheel == "scroll" and not keys & _CTRL:
            self.scroll_by(-angle.x(), -angle.y())
        else:
            self.set_zoom(self.zoom * 1.0015 ** (angle.y() or angle.x()), event.position())
        self.after_scroll(event.position())
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
            spot, found = menu_place(self)
            self.menu_requested.emit(spot, found)
        event.accept()

    def ask_menu(self, spot: QPointF) -> None:
        at = self.to_scene(spot)
        self.menu_requested.emit(spot, hit(self.model, at.x(), at.y(), self.zoom))

    def _hover(self, found: Hit) -> None:
        if self.emphasis.hover(found):
            self.hover_changed.emit(found)
            self.refresh()
        shape = hover_cursor(self, found)
        if shape is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(shape)

    def _remember(self, spot: QPointF, at: QPointF) -> None:
        if spot != self._spot:
            self.by_keys = False
        self._spot, self.mouse_at = spot, at

    def mouse_spot(self) -> QPointF:
        """Where the mouse is, or the middle when it is elsewhere."""
        spot = QPointF(self.viewport().mapFromGlobal(self.cursor().pos()))
        area = QRectF(self.viewport().rect())
        return spot if area.contains(spot) else area.center()

    def scroll_by(self, dx: int, dy: int) -> None:
        for bar, step in ((self.horizontalScrollBar(), dx), (self.verticalScrollBar(), dy)):
            bar.setValue(bar.value() + step)
        self.view_changed.emit()

    def after_scroll(self, spot: QPointF) -> None:
        if self.gesture is not None:
            self.gesture.moved(self.to_scene(spot), spot, QGuiApplication.keyboardModifiers())

    # ------------------------------------------------------------------ keys

    def event(self, event: QEvent) -> bool:
        # Qt would take Tab to move the focus; here it may be the key of an action.
        if event.type() == QEvent.Type.KeyPress:
            key: Any = event
            if key.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.keyPressEvent(key)
                if key.isAccepted():
                    return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._gesture_key(event):
            event.accept()
        elif word := self._held_word(event):
            self.mouse.held = word
            self._hover(Hit())
        else:
            event.ignore()
            self.key_pressed.emit(event)

    def _gesture_key(self, event: QKeyEvent) -> bool:
        """Whether a key means something to the gesture; Esc ends it."""
        if self.gesture is not None and self.gesture.key_pressed(event):
            return True
        return event.key() == Qt.Key.Key_Escape and self.cancel_gesture()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._held_word(event):
            self.mouse.held = ""
            self._hover(Hit())
        else:
            event.ignore()

    def _held_word(self, event: QKeyEvent) -> str:
        """The word of a key that gestures ask to be held; "" for all others."""
        if event.isAutoRepeat() or event.modifiers():
            return ""
        word = next(iter(event_chords(event)), "")
        return word if word in self.mouse.keys_held else ""

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.mouse.held = ""
        super().focusOutEvent(event)
        self.refresh()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()
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
        emphasis, chosen = self.emphasis, self.selection
        emphasis.selected, emphasis.selected_dots = chosen.nodes, chosen.dots
        emphasis.decorations, emphasis.linked = chosen.decorations, self._linked()
        size = self.viewport().size()
        area = ShownArea(self.visible_box(), size.width(), size.height(), ratio)
        self.unfinished = not self._ground.paint(painter, QRectF(rect), area)
        focused = emphasis.focused
        if not self.hasFocus():
            emphasis.focused = None
        self.painter.paint_marks(painter, emphasis, area)
        emphasis.focused = focused
        if self.unfinished:
            QTimer.singleShot(8, self.viewport(), self.viewport().update)

    def _linked(self) -> set[str]:
        """What shares its layer with the card under the mouse, else with the few selected."""
        hovered, chosen = self.emphasis.hovered, self.selection.nodes
        found = self.model.linked_with((hovered,)) if hovered is not None else set()
        return found or (self.model.linked_with(chosen) if len(chosen) <= _FEW else found)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self.ghosts.paint(painter, self.zoom)
        if self.gesture is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            self.gesture.paint(painter)
        self._drops.paint(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view_changed.emit()

    def _sharpen(self) -> None:
        """The zoom rests: paint the cards for exactly this zoom."""
        self.painter.exact = self.zoom
        self.refresh()


_NO_PHASE = Qt.ScrollPhase.NoScrollPhase
