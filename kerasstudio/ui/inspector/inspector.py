"""The inspector: the right side of the Model page."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.ui.code_trust import CodeTrust
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector.code_card import CodeCard
from kerasstudio.ui.inspector.layer_panel import LayerPanel
from kerasstudio.ui.inspector.overview_panel import OverviewPanel
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import px
from kerasstudio.ui.training_changes import TrainingChanges
from kerasstudio.ui.warm_start import WarmStart


class Inspector(QScrollArea):
    """Shows the selection: one layer, several together, or the model when nothing is selected.

    A change of selection is shown a moment later, so that sweeping over many nodes is cheap.
    `fix_previewed(Fix or None)` while the button of a mend is pointed at."""

    fix_previewed = Signal(object)

    def __init__(
        self,
        store: DocumentStore,
        selection: Selection,
        feed: InspectionFeed,
        catalogue: Catalogue,
        warm: WarmStart,
        changes: TrainingChanges | None = None,
        parent: QWidget | None = None,
        trust: CodeTrust | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._selection, self._feed = store, selection, feed
        self.overview = OverviewPanel(store, selection, feed, catalogue, warm, changes)
        code = None if trust is None else CodeCard(store, feed, catalogue, trust)
        self.layers = LayerPanel(store, feed, catalogue, warm, changes, code=code)
        if changes is not None:
            changes.changed.connect(self._problems_changed)
            changes.changed.connect(self.layers.refresh_facts)
        for panel in (self.overview, self.layers):
            panel.fix_previewed.connect(self.fix_previewed)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.overview)
        self._pages.addWidget(self.layers)
        self.setWidget(self._pages)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(px(268))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Inspector")

        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._show_selection)
        selection.selection_changed.connect(self._later.start)
        store.document_replaced.connect(self._later.start)
        store.project_changed.connect(self._project_changed)
        feed.inspection_changed.connect(self._inspection_changed)
        feed.problems_changed.connect(self._problems_changed)
        feed.summary_changed.connect(self.layers.refresh_data)
        warm.starts_changed.connect(self._starts_changed)
        warm.start_changed.connect(self._starts_changed)
        self._show_selection()

    def focus_first_argument(self, or_name: bool = True) -> None:
        """Put the keyboard in the first argument (Enter on the canvas); in the name, if the
        layer takes no arguments, unless `or_name` is False."""
        self._show_selection()
        if self._pages.currentWidget() is not self.layers:
            return
        form = self.layers.form
        if (form is None or not form.focus_first()) and or_name:
            self.layers.header.focus_name()

    def focus_argument(self, name: str) -> None:
        """Put the keyboard in one argument of the selected layer (a problem was clicked)."""
        self._show_selection()
        if self.layers.form is not None:
            self.layers.form.focus_argument(name)

    def _show_selection(self) -> None:
        self._later.stop()
        graph = self._store.project.graphs.get(self._selection.graph)
        nodes = [key for key in graph.nodes if key in self._selection.nodes] if graph else []
        if not nodes:
            self.overview.refresh()
            self._pages.setCurrentWidget(self.overview)
            return
        self.layers.show_nodes(self._selection.graph, nodes)
        if self._pages.currentWidget() is not self.layers:
            self._pages.setCurrentWidget(self.layers)

    def _project_changed(self, _diff: object) -> None:
        if self._later.isActive():
            return
        graph = self._store.project.graphs.get(self._selection.graph)
        gone = graph is None or not any(node in graph.nodes for node in self._selection.nodes)
        if self._pages.currentWidget() is self.overview or gone:
            self._later.start()
        else:
            self.layers.refresh_project()

    def _inspection_changed(self, _nodes: object) -> None:
        if self._pages.currentWidget() is self.overview:
            self._later.start()
        else:
            self.layers.refresh_facts()

    def _starts_changed(self, _layers: object = None) -> None:
        if self._pages.currentWidget() is self.overview:
            self._later.start()
        else:
            self.layers.refresh_start()

    def _problems_changed(self) -> None:
        if self._pages.currentWidget() is self.overview:
            self._later.start()
        else:
            self.layers.refresh_problems()
