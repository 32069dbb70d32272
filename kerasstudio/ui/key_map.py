"""The keys and mouse gestures as the person has them: a chosen key map, and own changes to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.ui.action_table import ACTIONS, WINDOW, Action
from kerasstudio.ui.key_chords import is_plain, normal, shown
from kerasstudio.ui.key_schemes import KERASSTUDIO, SCHEMES, Scheme, scheme_keys, scheme_mouse
from kerasstudio.ui.settings import Settings

FORMAT = "kerasstudio-keys"
_RECORDS: dict[str, Action] = {record.id: record for record in ACTIONS}


class KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    """A key map in a file: the scheme's id, and keys by action id where they differ from it."""

    format: str = FORMAT
    version: int = 1
    scheme: str = KERASSTUDIO.id
    keys: dict[str, list[str]] = {}


class KeyMap(QObject):
    """Which keys an action has. Without `settings` it forgets (tests, other programs)."""

    keys_changed = Signal()

    def __init__(self, settings: Settings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._saving = False
        self._own: dict[str, dict[str, list[str]]] = {}
        self._scheme = KERASSTUDIO
        if settings is not None:
            self._scheme = SCHEMES.get(settings.get("key_scheme"), KERASSTUDIO)
            self._own = _read_own(settings.get("keys"))
            settings.setting_changed.connect(self._setting_changed)
        self._work_out()

    # ------------------------------------------------------------------ questions

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    @property
    def mouse(self) -> Mapping[str, tuple[str, ...]]:
        """Gesture id → chords."""
        return self._mouse

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The chords of an action, the one to be shown first; empty for none."""
        return self._keys.get(action_id, ())

    def text(self, action_id: str) -> str:
        """The first chord as this system writes it; "" for none."""
        keys = self.keys(action_id)
        return shown(keys[0]) if keys else ""

    def actions_of(self, chord: str) -> tuple[str, ...]:
        """Ids of the actions that have this chord, in the table's order."""
        return self._actions.get(chord, ())

    def is_own(self, action_id: str) -> bool:
        """Whether the person changed the keys of an action."""
        return action_id in self._changes

    def refusal(self, action_id: str, chord: str) -> str:
        """Why an action cannot have a chord; "" when it can."""
        if not chord or normal(chord) != chord:
            return f"“{chord}” is not a key with Ctrl, Alt, Shift or Meta."
        if _RECORDS[action_id].place == WINDOW and is_plain(chord) and chord != "?":
            return (
                f"{shown(chord)} alone means something to text fields and lists. This action works "
                "everywhere, so it needs Ctrl, Alt or a function key."
            )
        if _RECORDS[action_id].place != WINDOW and chord in self._held_keys():
            return f"{shown(chord)} is held down for mouse gestures in this key map."
        return ""

    def clashes(self, action_id: str, chord: str) -> tuple[str, ...]:
        """The other actions that have this chord."""
        return tuple(other for other in self.actions_of(chord) if other != action_id)

    # ------------------------------------------------------------------ changes

    def choose_scheme(self, scheme: str) -> None:
        """Raises `KeyError` for an unknown one. Own changes belong to the scheme they were made
        in."""
        self._scheme = SCHEMES[scheme]
        self._changed()

    def set_keys(self, action_id: str, keys: Iterable[str], take_over: bool = False) -> None:
        """Give an action these chords. `take_over` takes them from the actions that have them.
        Raises `StudioError` for a chord it cannot have."""
        chords = list(dict.fromkeys(keys))
        for chord in chords:
            reason = self.refusal(action_id, chord)
            if reason:
                raise StudioError(Problem("keys.refused", reason, received=chord))
        own = self._own.setdefault(self._scheme.id, {})
        if take_over:
            for chord in chords:
                for other in self.clashes(action_id, chord):
                    own[other] = [key for key in self.keys(other) if key != chord]
        own[action_id] = chords
        self._changed()

    def reset(self, action_id: str) -> None:
        """Back to the scheme's keys."""
        if self._own.get(self._scheme.id, {}).pop(action_id, None) is not None:
            self._changed()

    def reset_all(self) -> None:
        self._own.pop(self._scheme.id, None)
        self._changed()

    # ------------------------------------------------------------------ files

    def to_json(self) -> bytes:
        """The scheme and the own changes to it."""
        keys = {action: self._changes[action] for action in sorted(self._changes)}
        return msgspec.json.format(
            msgspec.json.encode(KeyFile(scheme=self._scheme.id, keys=keys)), indent=2
        )

    def take_json(self, data: bytes, file: Path | None = None) -> list[str]:
        """Take over a key map from a file; returns ids in it that this version does not know.
        Raises `StudioError`; the keys are then as before."""
        place = Place(file=str(file) if file is not None else None)
        try:
            found = msgspec.json.decode(data, type=KeyFile)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StudioError(
                Problem(
                    "keys.file",
                    "The file is not a key map of KerasStudio.",
                    expected=f'JSON with "format": "{FORMAT}"',
                    received=str(error),
                    place=place,
                )
            ) from error
        if found.format != FORMAT or found.version != 1 or found.scheme not in SCHEMES:
            raise StudioError(
                Problem(
                    "keys.file",
                    "The key map in the file is of a kind this version does not know.",
                    expected=f'format "{FORMAT}", version 1, scheme one of {", ".join(SCHEMES)}',
                    received=f'"{found.format}", version {found.version}, "{found.scheme}"',
                    place=place,
                )
            )
        known = {action: keys for action, keys in found.keys.items() if action in _RECORDS}
        cleaned: dict[str, list[str]] = {}
        for action, keys in known.items():
            cleaned[action] = [normal(key) or key for key in keys]
            for key in cleaned[action]:
                reason = self.refusal(action, key)
                if reason:
                    raise StudioError(
                        Problem("keys.file", reason, received=f"{action}: {key}", place=place)
                    )
        self._scheme = SCHEMES[found.scheme]
        self._own[found.scheme] = cleaned
        self._changed()
        return [action for action in found.keys if action not in _RECORDS]

    # ------------------------------------------------------------------ inside

    @property
    def _changes(self) -> dict[str, list[str]]:
        return self._own.get(self._scheme.id, {})

    def _held_keys(self) -> set[str]:
        chords = (chord for chords in self._mouse.values() for chord in chords)
        return {word for chord in chords for word in chord.split("+")[:-1]}

    def _changed(self) -> None:
        self._work_out()
        if self._settings is not None:
            self._saving = True
            self._settings.set("key_scheme", self._scheme.id)
            self._settings.set("keys", msgspec.json.encode(self._own).decode())
            self._saving = False
        self.keys_changed.emit()

    def _setting_changed(self, key: str) -> None:
        """The keys were changed in another window."""
        if self._settings is None or self._saving or key not in ("key_scheme", "keys"):
            return
        self._scheme = SCHEMES.get(self._settings.get("key_scheme"), KERASSTUDIO)
        self._own = _read_own(self._settings.get("keys"))
        self._work_out()
        self.keys_changed.emit()

    def _work_out(self) -> None:
        self._keys = scheme_keys(self._scheme)
        self._keys.update({action: tuple(keys) for action, keys in self._changes.items()})
        self._mouse = scheme_mouse(self._scheme)
        self._actions: dict[str, tuple[str, ...]] = {}
        for record in ACTIONS:
            for chord in self._keys.get(record.id, ()):
                self._actions[chord] = (*self._actions.get(chord, ()), record.id)


def _read_own(text: str) -> dict[str, dict[str, list[str]]]:
    """What the settings hold; what cannot be read any more counts as no changes."""
    try:
        found = msgspec.json.decode(text or "{}", type=dict[str, dict[str, list[str]]])
    except msgspec.DecodeError:
        return {}
    return {
        scheme: {
            action: [chord for key in keys if (chord := normal(key))]
            for action, keys in changes.items()
            if action in _RECORDS
        }
        for scheme, changes in found.items()
        if scheme in SCHEMES
    }
