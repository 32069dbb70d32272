"""The windows of the program: each with a document, an undo list and workers of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QApplication

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.ui.app import Studio
from kerasstudio.ui.dialogs.messages import error_message
from kerasstudio.ui.errors import ErrorReporter
from kerasstudio.ui.logs import LogSignal
from kerasstudio.ui.settings import Settings

STEP = QPoint(32, 32)

Show = Callable[[Studio], object]


class Windows(QObject):
    """Opens and closes studios in one process. They share the catalogue, the settings and the
    clipboard, and nothing else: what one does, another does not notice."""

    def __init__(
        self,
        app: QApplication,
        catalogue: Catalogue,
        settings: Settings,
        worker_command: Sequence[str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app, self._catalogue, self._settings = app, catalogue, settings
        self._worker_command = worker_command
        self._quitting = False
        self.studios: list[Studio] = []
        self.log_signal = LogSignal(self)
        self.errors = ErrorReporter(self._keep_work, self)
        self.errors.error_caught.connect(self._show_error)

    def open(self, show: Show) -> Studio:
        """A new window; `show` says what it shows: `Studio.show_start`, or what a file holds.
        Raises what `show` raises, and then there is no window."""
        studio = Studio(self._app, self._catalogue, self._settings, self._worker_command)
        try:
            if self.studios:
                before = self.studios[-1].window
                studio.window.move(before.pos() + STEP)
            show(studio)
        except BaseException:
            studio.close()
            studio.window.deleteLater()
            studio.deleteLater()
            raise
        self.studios.append(studio)
        studio.window.first_painted.connect(studio.begin)
        studio.window.closed.connect(partial(self._closed, studio))
        self.log_signal.logged.connect(studio.log_signal.logged)
        studio.window_requested.connect(self.open)
        studio.quit_requested.connect(self.quit)
        studio.stays_open.connect(self._stays_open)
        studio.recovery.enabled = len(self.studios) == 1
        return studio

    def open_file(self, path: Path) -> Studio:
        """Raises `StudioError` when the file cannot be opened."""
        return self.open(lambda studio: studio.show_file(path))

    def quit(self) -> None:
        """Close all windows, each after its questions; an answer "Cancel" ends it."""
        self._quitting = True
        self._close_next()

    def close(self) -> None:
        """End everything that is left (at the end of the program)."""
        for studio in tuple(self.studios):
            studio.window.close_now()
        self.errors.remove()

    def _close_next(self) -> None:
        if self._quitting and self.studios:
            studio = self.studios[-1]
            studio.window.activateWindow()
            studio.commands.close_window()

    def _closed(self, studio: Studio) -> None:
        self.studios.remove(studio)
        studio.close()
        studio.window.deleteLater()
        studio.deleteLater()
        self._close_next()

    def _stays_open(self) -> None:
        self._quitting = False

    def _keep_work(self) -> None:
        for studio in self.studios:
            studio.autosave.write_now()

    def _show_error(self, summary: str, trace: str) -> None:
        if self.studios:
            active = [each for each in self.studios if each.window.isActiveWindow()]
            error_message((active or self.studios)[-1].window, summary, trace)
