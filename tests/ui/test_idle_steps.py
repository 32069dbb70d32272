"""Steps done while the window is idle."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from kerasstudio.ui.idle_steps import IdleSteps


def test_steps_run_one_at_a_time_in_order(qtbot: QtBot) -> None:
    steps = IdleSteps(pause_ms=1)
    done: list[str] = []
    steps.add(lambda: done.append("first"), lambda: steps.add(lambda: done.append("last")))
    assert not done
    qtbot.waitUntil(lambda: done == ["first", "last"])
    assert steps.waiting == 0


def test_cleared_steps_are_left_out(qtbot: QtBot) -> None:
    steps = IdleSteps(pause_ms=1)
    done: list[str] = []
    steps.add(steps.clear, lambda: done.append("never"))
    qtbot.waitUntil(lambda: steps.waiting == 0)
    steps.add(lambda: done.append("second"))
    qtbot.waitUntil(lambda: len(done) == 1)
    assert done == ["second"]
