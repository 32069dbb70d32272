"""The program's log: a file in the user's data folder, and the Log panel."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from kerasstudio.ui.settings import data_folder

FORMAT = "%(asctime)s %(levelname)s %(message)s"
FILE_BYTES = 1_000_000


class LogSignal(QObject):
    """Log records as a signal, from whatever thread: `logged(text, level)`."""

    logged = Signal(str, str)


class _PanelHandler(logging.Handler):
    def __init__(self, signal: LogSignal) -> None:
        super().__init__(logging.WARNING)
        self._signal = signal

    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else "warning"
        self._signal.logged.emit(record.getMessage(), level)


class ProgramLog:
    """Connects the logger "kerasstudio" with a file and a signal until `close`."""

    def __init__(self, signal: LogSignal, folder: Path | None = None) -> None:
        self._logger = logging.getLogger("kerasstudio")
        self.path = (folder or data_folder()) / "log.txt"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            self.path, maxBytes=FILE_BYTES, backupCount=2, encoding="utf-8", delay=True
        )
        file.setFormatter(logging.Formatter(FORMAT))
        self._handlers: list[logging.Handler] = [file, _PanelHandler(signal)]
        for handler in self._handlers:
            self._logger.addHandler(handler)

    def close(self) -> None:
        for handler in self._handlers:
            self._logger.removeHandler(handler)
            handler.close()
