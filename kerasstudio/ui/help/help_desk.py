"""Opens the Help pane (F1) on what the person is at, and lets it follow while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.help_topics import LAYERS, topic_key
from kerasstudio.ui.main_window import MainWindow
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

if TYPE_CHECKING:
    from kerasstudio.ui.help.help_pane import HelpPane

TOPIC, ARGUMENT = "helpTopic", "helpArgument"
"""Properties of widgets: the key of the topic they are about ("losses/Huber"), the argument."""


class HelpDesk(QObject):
    """The pane is made when it is first wanted."""

    def __init__(
        self,
        window: MainWindow,
        store: DocumentStore,
        selection: Selection,
        catalogue: Catalogue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._store = window, store
        self._selection, self._catalogue = selection, catalogue
        self.pane: HelpPane | None = None
        selection.selection_changed.connect(self._follow_selection)

    @property
    def is_open(self) -> bool:
        return self.pane is not None and self.pane.isVisible()

    def toggle(self) -> None:
        """F1: help on what has the keyboard, else on the selected layer; closes the pane when it
        shows that already."""
        found = self._focused() or self._selected()
        key, argument = found if found is not None else (None, None)
        if self.is_open and self.pane is not None:
            shown = self.pane.topic.key if self.pane.topic is not None else None
            if key in (None, shown) and argument is None:
                self.close()
                return
        self.open(key, argument)

    def open(self, key: str | None = None, argument: str | None = None) -> None:
        """Show the pane, at a topic if given."""
        pane = self._made()
        self._window.show_side(pane)
        if key is None:
            if pane.topic is None:
                pane.show_index()
            pane.focus_search()
        else:
            pane.show_topic(key, argument)

    def close(self) -> None:
        self._window.hide_side()

    def _made(self) -> HelpPane:
        if self.pane is None:
            from kerasstudio.ui.help.help_pane import HelpPane

            self.pane = HelpPane(self._catalogue, self._window)
            self.pane.closed.connect(self.close)
            application = QApplication.instance()
            if isinstance(application, QApplication):
                application.focusChanged.connect(self._follow_focus)
        return self.pane

    def _follow_selection(self) -> None:
        found = self._selected() if self.is_open else None
        if found is not None and self.pane is not None:
            self.pane.show_topic(found[0])

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if not self.is_open or self.pane is None or new is None or self.pane.isAncestorOf(new):
            return
        # Only what a form is about: passing by its initializers should not turn the pages.
        found = topic_of(new, outermost=True)
        if found is not None:
            self.pane.show_topic(found[0], found[1])

    def _focused(self) -> tuple[str, str | None] | None:
        widget = QApplication.focusWidget()
        return None if widget is None else topic_of(widget)

    def _selected(self) -> tuple[str, str | None] | None:
        """The class of the selected layers, where it is one."""
        graph = self._store.project.graphs.get(self._selection.graph)
        if graph is None:
            return None
        names = {
            self._store.project.layers[graph.nodes[node].layer].class_name
            for node in self._selection.nodes
            if node in graph.nodes
        }
        return (topic_key(LAYERS, names.pop()), None) if len(names) == 1 else None


def topic_of(widget: QWidget | None, outermost: bool = False) -> tuple[str, str | None] | None:
    """What a widget is about, told by itself or by those around it: a topic and an argument.
    `outermost`: not the initializer in a field, but the layer that has the field."""
    argument: str | None = None
    found: tuple[str, str | None] | None = None
    while widget is not None:
        if widget.property(ARGUMENT):
            argument = str(widget.property(ARGUMENT))
        if widget.property(TOPIC):
            found = str(widget.property(TOPIC)), argument
            if not outermost:
                return found
            argument = None
        widget = widget.parentWidget()
    return found
