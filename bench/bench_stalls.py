"""The longest time in which the window answers nothing while a person does what people do (ms).

Each action is done several times; the figure is the median of the longest gaps, so that one
hiccup of the machine does not count as the program's; the worst is told beside it.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer

from bench.bench_canvas import large_project
from bench.window import open_window, rest, show
from kerasstudio.graph.files import write_project
from kerasstudio.graph.templates import project_from
from kerasstudio.ui.app import Studio

LIMIT = 50.0
TICK_MS = 2
ROUNDS = 3


def longest_gap(action: Callable[[], object], settle: float = 0.6) -> float:
    """Do it as an event handler would, then let the window work it off for `settle` seconds.
    Milliseconds of the longest gap between two ticks of a fast timer."""
    loop, gaps = QEventLoop(), [0.0]
    ticks = QTimer()
    ticks.setTimerType(Qt.TimerType.PreciseTimer)
    clock = QElapsedTimer()

    def tick() -> None:
        gaps.append(clock.nsecsElapsed() / 1e6 - TICK_MS)
        clock.start()

    ticks.timeout.connect(tick)
    QTimer.singleShot(20, action)
    QTimer.singleShot(int(20 + settle * 1000), loop.quit)
    clock.start()
    ticks.start(TICK_MS)
    loop.exec()
    return max(gaps)


def report(name: str, action: Callable[[int], object], settle: float = 0.6) -> None:
    values = [longest_gap(lambda turn=turn: action(turn), settle) for turn in range(ROUNDS)]
    line = {
        "figure": f"window: longest gap, {name} (ms)",
        "value": round(statistics.median(values), 1),
        "limit": LIMIT,
        "better": "lower",
        "worst": round(max(values), 1),
    }
    print(json.dumps(line), flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, open_window() as studio:
        base = Path(folder)
        big, small = base / "big.kstudio", base / "small.kstudio"
        write_project(big, large_project()[0])
        show(studio, project_from("residual_cnn"), small)
        rest(1.0)
        pages(studio)
        themes(studio)
        select_layers(studio)
        edits(studio)
        large(studio, big, small)


def pages(studio: Studio) -> None:
    for page in ("data", "train", "results", "model"):
        report(f"page {page} shown", lambda _turn, page=page: studio.window.show_page(page))


def themes(studio: Studio) -> None:
    names = ("light", "dark", "high_contrast")
    report("theme changed", lambda turn: studio.settings.set("theme", names[turn % 3]), 1.5)
    studio.settings.set("theme", "dark")
    rest(1.0)


def select_layers(studio: Studio) -> None:
    nodes = list(studio.store.project.graph.nodes)
    longest = [
        longest_gap(lambda node=node: studio.selection.select((node,)), 0.15) for node in nodes
    ]
    line = {
        "figure": "window: longest gap, a layer selected (ms)",
        "value": round(max(longest), 1),
        "limit": LIMIT,
        "better": "lower",
    }
    print(json.dumps(line), flush=True)


def edits(studio: Studio) -> None:
    report("all selected", lambda _turn: studio.canvas.select_all())
    report("duplicated", lambda _turn: studio.canvas.clipping.duplicate())
    report("undone", lambda _turn: studio.store.undo_stack.undo())
    report("laid out", lambda _turn: studio.canvas.actions_set.run("arrange.layout"))


def large(studio: Studio, big: Path, small: Path) -> None:
    def other(turn: int) -> None:
        store = studio.store
        store.mark_saved(store.project, store.path or small)  # no question whether to save
        studio.documents.open(small if turn % 2 else big)

    report("5,000 nodes opened", other, 2.0)
    report(
        "5,000 nodes laid out", lambda _turn: studio.canvas.actions_set.run("arrange.layout"), 2.0
    )
    report("5,000 nodes: undone", lambda _turn: studio.store.undo_stack.undo(), 2.0)
    report("5,000 nodes: all selected", lambda _turn: studio.canvas.select_all())
    report("5,000 nodes: none selected", lambda _turn: studio.canvas.select_none())
    node = next(iter(studio.store.project.graph.nodes))
    report("5,000 nodes: one selected", lambda _turn: studio.selection.select((node,)))


if __name__ == "__main__":
    main()
