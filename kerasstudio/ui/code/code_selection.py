"""The selection in code and drawing, both ways, through the one `Selection`."""

from __future__ import annotations

from PySide6.QtCore import QObject

from kerasstudio.ui.code.code_feed import CodeFeed
from kerasstudio.ui.code.code_view import CodeView
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore


class CodeSelection(QObject):
    """Marks the lines of selected nodes; selects the nodes of a line that was chosen. What it
    selects itself moves no text, so nothing goes back and forth."""

    def __init__(
        self,
        store: DocumentStore,
        selection: Selection,
        feed: CodeFeed,
        view: CodeView,
    ) -> None:
        super().__init__(view)
        self._store, self._selection, self._feed, self._view = store, selection, feed, view
        self._choosing = False
        selection.selection_changed.connect(self._selected)
        feed.script_changed.connect(lambda: self.refresh(reveal=False))
        view.line_chosen.connect(self._line_chosen)

    def refresh(self, reveal: bool) -> None:
        """Mark the lines of the nodes that are selected now."""
        spans = self._feed.script.spans_of(self._selection.nodes, self._selection.graph)
        # What stands for the fewest nodes says most of them.
        best = min(spans, key=lambda span: len(span.nodes), default=None)
        shown = (best.first, best.last) if best is not None and reveal else None
        self._view.mark([(span.first, span.last) for span in spans], shown)

    def _selected(self) -> None:
        if self._view.isVisible():
            self.refresh(reveal=not self._choosing)

    def _line_chosen(self, line: int) -> None:
        graphs = self._store.project.graphs
        marks = [
            (graph, node)
            for graph, node in self._feed.script.nodes_at(line)
            if graph in graphs and node in graphs[graph].nodes
        ]
        if not marks:
            return
        here = [node for graph, node in marks if graph == self._selection.graph]
        self._choosing = True
        try:
            if not here:
                shown = marks[0][0]
                self._selection.show_graph(shown)
                here = [node for graph, node in marks if graph == shown]
            self._selection.select(here)
            self._selection.look_at(here[0])
        finally:
            self._choosing = False
