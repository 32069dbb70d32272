"""The look of the program: tokens of the current theme, fonts, palette, style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from kerasstudio.graph.resources import resource
from kerasstudio.ui.style_sheet import style_sheet
from kerasstudio.ui.tokens import DARK, LIGHT, LOOKS, Tokens

Choice = Literal["system", "dark", "light", "contrast"]
CHOICES: tuple[Choice, ...] = ("system", "dark", "light", "contrast")

TEXT_SIZE = 13
SMALL_SIZE = 12
TURN_MS = 4
FONT_FILES = (
    "Inter-Regular.ttf",
    "Inter-Medium.ttf",
    "Inter-SemiBold.ttf",
    "JetBrainsMono-Regular.ttf",
)

FACES = {QFont.Weight.Medium: "Inter Medium", QFont.Weight.DemiBold: "Inter SemiBold"}


class _Current(QObject):
    theme_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens: Tokens = DARK
        self.text_scale = 1.0
        self.system_scale = 1.0


_current = _Current()
theme_changed = _current.theme_changed
"""Emitted after the tokens, the palette and the style sheet are the new ones."""


def tokens() -> Tokens:
    """The tokens of the theme that is shown now."""
    return _current.tokens


@contextmanager
def shown_as(look: Tokens) -> Iterator[None]:
    """Paint in another look for a moment (pictures for paper); nobody is told."""
    before, _current.tokens = _current.tokens, look
    try:
        yield
    finally:
        _current.tokens = before


def apply_theme(app: QApplication, choice: str) -> None:
    """Show one look; "system" follows the desktop (dark where it does not say)."""
    look = _resolved(app, choice)
    if look is _current.tokens and app.styleSheet():
        return
    # Over an old sheet Qt works out each widget's style again several times; without one, once.
    app.setStyleSheet("")
    _current.tokens = look
    app.setPalette(palette(look))
    app.setStyleSheet(style_sheet(look, _current.text_scale))
    theme_changed.emit()


def change_theme(app: QApplication, choice: str) -> None:
    """`apply_theme` in short turns of the event loop; nothing is painted in between."""
    look = _resolved(app, choice)
    if look is _current.tokens and app.styleSheet():
        return
    _current.tokens = look
    windows = [window for window in app.topLevelWidgets() if window.updatesEnabled()]
    for window in windows:
        window.setUpdatesEnabled(False)
    app.setStyleSheet("")

    def paint() -> None:
        theme_changed.emit()
        for window in windows:
            if isValid(window):
                window.setUpdatesEnabled(True)

    def show() -> None:
        app.setPalette(palette(_current.tokens))
        app.setStyleSheet(style_sheet(_current.tokens, _current.text_scale))
        QTimer.singleShot(TURN_MS, app, paint)

    QTimer.singleShot(TURN_MS, app, show)


def set_up(app: QApplication, choice: str, text_scale: float = 1.0) -> None:
    """Style, fonts and theme of a new application."""
    app.setStyle("Fusion")
    load_fonts()
    if text_scale != _current.text_scale:
        app.setStyleSheet("")
        _current.text_scale = text_scale
    app.setFont(ui_font())
    apply_theme(app, choice)


def px(pixels: float) -> int:
    """Pixels for text of the size that the person wants: heights of rows and fields, widths that
    must hold words."""
    return round(pixels * _current.text_scale)


def text_scale() -> float:
    """How much larger than usual the person wants text."""
    return _current.text_scale


def system_scale() -> float:
    """How much larger than usual text is on this system."""
    return _current.system_scale


def set_system_scale(scale: float) -> None:
    _current.system_scale = scale


def set_text_scale(app: QApplication, scale: float) -> None:
    """For fonts and pixels asked for from now on (see `text_size.py`)."""
    _current.text_scale = scale
    app.setFont(ui_font())


def show_again(app: QApplication) -> None:
    """The same colours, in sizes that are others now."""
    app.setStyleSheet(style_sheet(_current.tokens, _current.text_scale))
    theme_changed.emit()


@cache
def load_fonts() -> tuple[str, ...]:
    """Make the shipped fonts known to Qt; returns their families."""
    families: list[str] = []
    for name in FONT_FILES:
        number = QFontDatabase.addApplicationFont(str(resource("fonts") / name))
        families += QFontDatabase.applicationFontFamilies(number)
    return tuple(families)


def ui_font(size: int = TEXT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The proportional font at `size` pixels, never below 11, times the person's text size."""
    return drawing_font(px(max(11, size)), weight)


def mono_font(size: int = SMALL_SIZE) -> QFont:
    """The fixed-width font at `size` pixels, never below 11, times the person's text size."""
    return drawing_mono(px(max(11, size)))


def drawing_font(size: int = TEXT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """`ui_font` for the drawing, where text grows by zooming."""
    # Qt registers the heavier faces as families of their own.
    face = FACES.get(weight)
    font = QFont(face or "Inter")
    font.setStyleHint(QFont.StyleHint.SansSerif)
    font.setPixelSize(max(11, size))
    if face is None:
        font.setWeight(weight)
    return font


def drawing_mono(size: int = SMALL_SIZE) -> QFont:
    """`mono_font` for the drawing."""
    font = QFont("JetBrains Mono")
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(max(11, size))
    return font


def palette(t: Tokens) -> QPalette:
    """Fusion's palette in the tokens' colours."""
    result = QPalette()
    roles = QPalette.ColorRole
    for role, color in (
        (roles.Window, t.background),
        (roles.WindowText, t.text),
        (roles.Base, t.field),
        (roles.AlternateBase, t.hover),
        (roles.Text, t.text),
        (roles.Button, t.selected),
        (roles.ButtonText, t.text),
        (roles.BrightText, t.error),
        (roles.ToolTipBase, t.raised),
        (roles.ToolTipText, t.text),
        (roles.PlaceholderText, t.text_faint),
        (roles.Highlight, t.accent),
        (roles.HighlightedText, t.on_accent),
        (roles.Link, t.accent),
        (roles.LinkVisited, t.accent),
        (roles.Light, t.border_strong),
        (roles.Midlight, t.border),
        (roles.Mid, t.border),
        (roles.Dark, t.border),
        (roles.Shadow, t.shadow),
        (roles.Accent, t.accent),
    ):
        result.setColor(role, QColor(color))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.text_faint))
    return result


def _resolved(app: QApplication, choice: str) -> Tokens:
    if choice in LOOKS:
        return LOOKS[choice]
    scheme = app.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK
