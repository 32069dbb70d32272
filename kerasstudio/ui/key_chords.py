"""Keys as text ("Ctrl+Shift+P"), from key events and for people."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_KEY = Qt.Key
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_MODIFIERS = frozenset(
    (_KEY.Key_Shift, _KEY.Key_Control, _KEY.Key_Alt, _KEY.Key_Meta, _KEY.Key_AltGr)
)
# fmt: off
_EDITING = frozenset((
    "Space", "Tab", "Return", "Esc", "Del", "Backspace", "Ins", "Home", "End",
    "Left", "Right", "Up", "Down", "PgUp", "PgDown",
))
# fmt: on
# Letters by their place on the keyboard (X11 codes), for layouts without Latin letters.
_ROWS = ((24, "QWERTYUIOP"), (38, "ASDFGHJKL"), (52, "ZXCVBNM"))
_PLACES = {code + place: letter for code, row in _ROWS for place, letter in enumerate(row)}


def normal(text: str) -> str:
    """The one spelling of a chord: "ctrl+shift+p" → "Ctrl+Shift+P"; "" for what is no single
    chord (modifiers alone, several chords, unknown names)."""
    sequence = QKeySequence(text, QKeySequence.SequenceFormat.PortableText)
    if sequence.count() != 1:
        return ""
    chord: QKeyCombination = sequence[0]  # type: ignore[index]
    return "" if chord.key() in (_KEY.Key_unknown, *_MODIFIERS) else spelled(chord)


def spelled(chord: QKeyCombination) -> str:
    """A chord as portable text. Both Enter keys are Return, Shift+Tab is one key with Shift."""
    key, modifiers = chord.key(), chord.keyboardModifiers()
    modifiers &= ~Qt.KeyboardModifier.KeypadModifier
    if key == _KEY.Key_Enter:
        key = _KEY.Key_Return
    if key == _KEY.Key_Backtab:
        key, modifiers = _KEY.Key_Tab, modifiers | _SHIFT
    return QKeySequence(QKeyCombination(modifiers, key)).toString(
        QKeySequence.SequenceFormat.PortableText
    )


def event_chords(event: QKeyEvent) -> tuple[str, ...]:
    """The chords a key press may mean, the likeliest first; empty for a modifier alone.

    Shift is part of how signs are typed ("?" is Shift+ß on one keyboard and Shift+/ on another),
    so a sign counts without it, too. On a layout without Latin letters the letter that is
    printed in that place of a Latin keyboard counts."""
    key = Qt.Key(event.key())
    if key in _MODIFIERS or key == _KEY.Key_unknown:
        return ()
    modifiers = event.modifiers()
    found = [spelled(QKeyCombination(modifiers, key))]
    is_sign = 0x20 < key < 0x7F and not chr(key).isalpha()
    if is_sign and modifiers & _SHIFT:
        found.append(spelled(QKeyCombination(modifiers & ~_SHIFT, key)))
    letter = _PLACES.get(event.nativeScanCode())
    if letter is not None and 0x7F < key < 0x01000000:
        found.append(spelled(QKeyCombination(modifiers, Qt.Key(ord(letter)))))
    return tuple(found)


def is_plain(chord: str) -> bool:
    """Whether the chord means something to a text field or a list: a letter, a sign, or a key
    that edits and moves there, with Shift at most."""
    *held, key = chord_parts(chord)
    return set(held) <= {"Shift"} and (len(key) == 1 or key in _EDITING)


def is_letter(chord: str) -> bool:
    """Whether the chord is one letter or sign, with Shift at most."""
    *held, key = chord_parts(chord)
    return set(held) <= {"Shift"} and len(key) == 1


def shown(chord: str) -> str:
    """As this system writes it in menus."""
    return QKeySequence(chord, QKeySequence.SequenceFormat.PortableText).toString(
        QKeySequence.SequenceFormat.NativeText
    )


def chord_parts(chord: str) -> list[str]:
    """The keys of one chord: "Ctrl++" → ["Ctrl", "+"]."""
    if chord.endswith("+"):
        return [*chord[:-1].rstrip("+").split("+"), "+"] if len(chord) > 1 else ["+"]
    return chord.split("+")
