"""Where the Code pane is: in the panel below, or beside the drawing. The person chooses."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from kerasstudio.ui.code.code_pane import CodePane
from kerasstudio.ui.settings import Settings

# Beside the drawing: of the pane at first, of the pane and of the canvas at least, in pixels.
WIDTH, LEAST, CANVAS = 480, 300, 240
_KEY = "code"


class CodePlaces(QObject):
    """Moves the one pane between its tab in the panel below and the splitter of the Model page,
    and remembers where it was. `moved(bool)`: it is beside the drawing now, or not any more."""

    moved = Signal(bool)

    def __init__(
        self, settings: Settings, pane: CodePane, splitter: QSplitter, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._splitter = splitter
        self.pane = pane
        self.tab = QWidget()
        self._column = QVBoxLayout(self.tab)
        self._column.setContentsMargins(0, 0, 0, 0)
        pane.move_requested.connect(self.turn)
        pane.training_chosen.connect(lambda training: settings.set("code_training", training))
        self._place()

    @property
    def beside(self) -> bool:
        """Whether the pane is beside the drawing."""
        return bool(self._settings.get("code_beside"))

    def turn(self) -> None:
        """To the other place, for good."""
        self.remember_width()
        self._settings.set("code_beside", not self.beside)
        self._place()
        self.moved.emit(self.beside)

    def remember_width(self) -> None:
        """Note how wide the pane is beside the drawing."""
        if self.pane.parentWidget() is self._splitter and self.pane.width() > 0:
            kept = {**self._settings.get("splitters"), _KEY: self.pane.width()}
            self._settings.set("splitters", kept)

    def _place(self) -> None:
        pane = self.pane
        pane.set_beside(self.beside)
        if not self.beside:
            self._column.addWidget(pane)
        elif pane.parentWidget() is not self._splitter:
            sizes = self._splitter.sizes()
            wanted = self._settings.get("splitters").get(_KEY, WIDTH)
            width = max(LEAST, min(wanted, sizes[1] - CANVAS))
            self._splitter.insertWidget(2, pane)
            self._splitter.setStretchFactor(2, 0)
            self._splitter.setSizes([sizes[0], max(sizes[1] - width, CANVAS), width, *sizes[2:]])
        pane.show()
