"""Work for another thread of the GUI process: reading and writing files of curves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal


class _Signals(QObject):
    finished = Signal(object)
    failed = Signal(str)


class BackgroundTask(QRunnable):
    """Runs `work` in the thread pool; `finished(result)` or `failed(text)` come on the GUI thread.

    Only file errors are expected of `work`; anything else is a bug and is raised as one.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.setAutoDelete(False)
        self._work = work
        self.signals = _Signals()

    def start(self) -> BackgroundTask:
        QThreadPool.globalInstance().start(self)
        return self

    def run(self) -> None:
        try:
            result = self._work()
        except OSError as error:
            self.signals.failed.emit(error.strerror or str(error))
        else:
            self.signals.finished.emit(result)
