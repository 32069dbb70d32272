"""Text can be read in every look: 4.5:1 at least, as WCAG 2.2 counts contrast (1.4.3)."""

from __future__ import annotations

import pytest

from kerasstudio.ui.tokens import LOOKS, Tokens

LEAST = 4.5
GROUNDS = ("background", "surface", "raised", "card", "canvas", "field", "hover", "node")
CHOSEN = ("selected", "accent_soft", "error_surface")
"""Grounds of what is chosen or wrong: nothing faint is written on them."""
TEXTS = ("text", "text_muted", "accent", "success", "warning", "error")
PAIRS = (
    *((text, ground) for text in TEXTS for ground in (*GROUNDS, *CHOSEN)),
    *(("text_faint", ground) for ground in GROUNDS),
    ("on_accent", "accent"),
    ("on_badge", "badge"),
    ("on_train", "train"),
    ("on_train", "train_hover"),
)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_text_on_every_ground(look: Tokens) -> None:
    found = {
        f"{text} on {ground}": contrast(getattr(look, text), getattr(look, ground))
        for text, ground in PAIRS
    }
    assert {pair: round(value, 2) for pair, value in found.items() if value < LEAST} == {}


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1."""
    channels = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return sum(part * value for part, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
