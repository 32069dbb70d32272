"""What the person has set once for all projects, and where the program keeps its own files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

APP_NAME = "KerasStudio"
RECENT_LIMIT = 12


@dataclass(frozen=True)
class Setting:
    """`choices` are (value, text) for the settings dialog; a bool has none. Settings without a
    title are remembered, not shown. `help` is the line below the editor."""

    key: str
    default: Any
    title: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "theme",
        "system",
        "Theme",
        (
            ("system", "As the system"),
            ("light", "Light"),
            ("dark", "Dark"),
            ("contrast", "High contrast"),
        ),
    ),
    Setting(
        "flow",
        "right",
        "Direction of new projects",
        (("right", "Left to right"), ("down", "Top to bottom")),
        "An open project keeps its own direction: see the Model menu.",
    ),
    Setting(
        "text_size",
        "system",
        "Size of text",
        (
            ("system", "As the system"),
            *((str(percent), f"{percent} %") for percent in (100, 110, 125, 150, 175, 200)),
        ),
        "The drawing has its own size: zoom it.",
    ),
    Setting(
        "snap_to_grid",
        False,
        "Snap to the grid",
        help="Off: cards come into line with their neighbours. Shift while dragging does the "
        "other one, Ctrl neither.",
    ),
    Setting("motion", True, "Animations", help="Off: the canvas jumps instead of gliding."),
    Setting(
        "keep_spare",
        True,
        "Keep a worker warm for the next run",
        help="Train then begins at once. It takes about 500 MB of memory.",
    ),
    Setting("start_page", True, "Begin with the start page"),
    Setting("key_scheme", "kerasstudio"),
    Setting("keys", ""),
    Setting("code_beside", False),
    Setting("code_training", True),
    Setting("recent", []),
    Setting("trusted_code", [], "Trusted code", help="Code of model files that may run."),
    Setting("geometry", QByteArray()),
    Setting("splitters", {}),
)


class Settings(QObject):
    """Typed access to the table above. `setting_changed` carries the key."""

    setting_changed = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = {setting.key: setting for setting in SETTINGS}
        path = path if path is not None else config_folder() / "settings.ini"
        self._store = QSettings(str(path), QSettings.Format.IniFormat, self)

    def get(self, key: str) -> Any:
        """The value, or its default. Raises `KeyError` for a key that is not in the table."""
        setting = self._table[key]
        value: Any = self._store.value(key, setting.default)
        if isinstance(setting.default, bool):
            return value if isinstance(value, bool) else str(value).casefold() == "true"
        if isinstance(setting.default, list):
            return [value] if isinstance(value, str) else list(value or [])
        if setting.choices and value not in {choice for choice, _text in setting.choices}:
            return setting.default
        return value if isinstance(value, type(setting.default)) else setting.default

    def set(self, key: str, value: Any) -> None:
        """Remember a value. Raises `KeyError` for a key that is not in the table."""
        if self.get(key) == value:
            return
        self._store.setValue(self._table[key].key, value)
        self.setting_changed.emit(key)

    def add_recent(self, path: Path) -> None:
        """Put a file on top of the recent files."""
        text = str(path)
        others = [each for each in self.get("recent") if each != text]
        self.set("recent", [text, *others][:RECENT_LIMIT])

    def remove_recent(self, path: Path) -> None:
        self.set("recent", [each for each in self.get("recent") if each != str(path)])

    def recent(self) -> list[Path]:
        """Recent files, the newest first; some may be gone."""
        return [Path(each) for each in self.get("recent")]


def config_folder() -> Path:
    return platformdirs.user_config_path(APP_NAME)


def data_folder() -> Path:
    """Where journals and the runs of projects without a file go."""
    return platformdirs.user_data_path(APP_NAME)
