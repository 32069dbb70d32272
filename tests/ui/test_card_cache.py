"""Pictures of cards: which one serves at a zoom, and how much is kept."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from kerasstudio.ui.canvas.card_cache import LIMIT_BYTES, CardCache, moving_step
from kerasstudio.ui.canvas.card_face import CardFace

FACE = CardFace("Dense", "dense", "core", (176.0, 96.0))


def made(*steps: float, ratio: float = 1.0) -> CardCache:
    cache = CardCache()
    for step in steps:
        cache.picture("n1", lambda _node: FACE, step, ratio)
    return cache


@pytest.mark.parametrize(
    ("steps", "zoom", "expected"),
    [
        ((1.0, 2.0), 1.2, 2.0),  # the smallest of the larger ones
        ((0.75, 1.0), 1.2, 1.0),  # else the largest
        ((0.75,), 2.5, None),  # too coarse to stand in
        ((2.0,), 0.4, None),  # too many dots for so little
        ((0.5,), 1.0, None),  # only a title, where the others show all their words
        ((0.5, 1.0), 0.55, 1.0),
        ((), 1.0, None),
    ],
)
def test_a_picture_of_another_zoom_stands_in(
    qtbot: QtBot, steps: tuple[float, ...], zoom: float, expected: float | None
) -> None:
    found = made(*steps).nearest("n1", zoom, 1.0)
    assert (found[0] if found else None) == expected


def test_pictures_of_another_screen_do_not_stand_in(qtbot: QtBot) -> None:
    assert made(1.0, ratio=2.0).nearest("n1", 1.0, 1.0) is None


def test_cards_met_while_zooming_have_words_where_the_others_have(qtbot: QtBot) -> None:
    assert moving_step(0.55) == 0.5
    assert moving_step(0.7) > 0.5
    assert moving_step(1.6) < 1.6


def test_the_longest_unseen_pictures_go_first(qtbot: QtBot) -> None:
    cache = CardCache(limit=3 * 196 * 116 * 4)
    for node in ("a", "b", "c"):
        cache.picture(node, lambda _node: FACE, 1.0, 1.0)
    assert cache.found("a", 1.0, 1.0) is not None
    cache.picture("d", lambda _node: FACE, 1.0, 1.0)
    assert cache.found("b", 1.0, 1.0) is None
    assert cache.found("a", 1.0, 1.0) is not None


def test_a_large_screen_keeps_more(qtbot: QtBot) -> None:
    cache = CardCache()
    cache.fit(3840 * 2160)
    for number in range(200):
        cache.picture(f"n{number}", lambda _node: FACE, 1.0, 1.0)
    assert len(cache) == 200
    assert cache.bytes > LIMIT_BYTES
