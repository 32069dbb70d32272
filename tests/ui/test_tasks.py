"""Work in another thread leaves nothing behind."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from pytestqt.qtbot import QtBot

from kerasstudio.ui.tasks import Tasks


class Value:
    """Something that can be watched."""


def test_what_was_worked_on_is_let_go(qtbot: QtBot) -> None:
    tasks = Tasks()
    results: list[Any] = []
    seen: list[weakref.ref[Value]] = []
    for _turn in range(3):
        value = Value()
        seen.append(weakref.ref(value))
        tasks.run(lambda value=value: repr(value), results.append)
    del value
    qtbot.waitUntil(lambda: len(results) == 3)
    assert not tasks.busy
    gc.collect()
    assert [each() for each in seen] == [None] * 3
