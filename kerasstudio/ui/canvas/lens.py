"""What the canvas shows beside the drawing itself: a heat overlay, marks, the legend."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, QTimer, Signal
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget

from kerasstudio.graph.costs import MEASURES, Measure
from kerasstudio.graph.diff import Diff
from kerasstudio.ui.canvas.canvas_view import CanvasView
from kerasstudio.ui.canvas.hits import hit
from kerasstudio.ui.canvas.legend import HeatScale, Legend
from kerasstudio.ui.canvas.scene_loading import SceneLoading
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.tool_tips import tool_tip
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import theme_changed, ui_font
from kerasstudio.ui.widgets.labels import LinkButton


class Lens(QObject):
    """`measure_changed(Measure or None)` after another overlay was chosen. It brings its own small
    widgets onto the canvas: `place` puts them into its corners."""

    measure_changed = Signal(object)

    def __init__(
        self,
        store: DocumentStore,
        feed: InspectionFeed,
        model: SceneModel,
        loading: SceneLoading,
        view: CanvasView,
        canvas: QWidget,
    ) -> None:
        super().__init__(canvas)
        self._store, self._model, self._view = store, model, view
        self._heat = view.painter.heat
        self._changed: frozenset[str] = frozenset()
        self.legend, self.scale = Legend(canvas), HeatScale(canvas)
        self.button = LinkButton("Legend", "muted", canvas)
        self.button.setFont(ui_font(12))
        self.button.adjustSize()
        self.button.setToolTip("What colours, lines and letters mean (K)")
        self.button.clicked.connect(self.toggle_legend)
        self.legend.hidden_wanted.connect(self.legend.hide)
        # After the drawing itself has followed.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._renew)
        view.viewport().installEventFilter(self)
        loading.loaded.connect(self._renew)
        feed.inspection_changed.connect(self._inspected)
        store.project_changed.connect(self._project_changed)
        theme_changed.connect(self._heat.refresh)

    @property
    def measure(self) -> Measure | None:
        return self._heat.measure

    def set_measure(self, measure: Measure | None) -> None:
        """Show how much each card has of this; None: no overlay."""
        if measure != self._heat.measure:
            self._heat.measure = measure
            self._heat.refresh()
            self._renew()
            self.measure_changed.emit(measure)

    def next_measure(self) -> None:
        """From one overlay to the next, and off after the last."""
        order: tuple[Measure | None, ...] = (None, *MEASURES)
        self.set_measure(order[(order.index(self.measure) + 1) % len(order)])

    def set_changed(self, nodes: Iterable[str]) -> None:
        """Mark what has changed since the model was trained."""
        self._changed = frozenset(nodes)
        self._model.set_look(msgspec.structs.replace(self._model.look, changed=self._changed))
        self._view.refresh()

    def show_nothing(self) -> None:
        """No overlay."""
        self.set_measure(None)

    def show_parameters(self) -> None:
        """Colour the cards by their parameters."""
        self.set_measure("parameters")

    def show_multiply_adds(self) -> None:
        """Colour the cards by the multiply-adds of a sample."""
        self.set_measure("multiply_adds")

    def show_memory(self) -> None:
        """Colour the cards by the memory of their outputs."""
        self.set_measure("memory")

    def place(self, size: QSize) -> None:
        """Put the small widgets into the corners of a canvas of this size."""
        self.button.move(12, size.height() - self.button.height() - 10)
        self.legend.fit(size.height() - self.button.height() - 26)
        self.legend.move(12, self.button.y() - self.legend.height() - 8)
        self.scale.move((size.width() - self.scale.width()) // 2, 12)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tool tips of what lies on the canvas."""
        if isinstance(event, QHelpEvent) and self._view.gesture is None:
            at = self._view.to_scene(QPointF(event.pos()))
            found = hit(self._model, at.x(), at.y(), self._view.zoom)
            QToolTip.showText(event.globalPos(), tool_tip(self._model, found), self._view)
            return True
        return super().eventFilter(watched, event)

    def toggle_legend(self) -> None:
        """Show or hide what the signs mean."""
        self.legend.setVisible(self.legend.isHidden())
        self.legend.raise_()

    def _inspected(self, _nodes: object) -> None:
        if self.measure is not None:
            self._later.start()

    def _project_changed(self, change: Diff) -> None:
        if not change.only_moved:
            self._later.start()

    def _renew(self) -> None:
        """Measure anew, and tell the ends of the scale."""
        batch = max(1, self._store.project.training.batch_size)
        measure = self._heat.measure
        look = msgspec.structs.replace(
            self._model.look, measure=measure, batch=batch, changed=self._changed
        )
        self._model.set_look(look)
        self._heat.settle()
        heat = self._heat
        self.scale.show_scale(measure, heat.low, heat.high, heat.unknown, batch)
        self._view.refresh()
