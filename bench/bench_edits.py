"""Large edits by hand: opening 5,000 nodes, pasting 500 with their wires, taking that back; and
2,000 random edits through mouse and keys, all undone, all redone: equal, and nothing left over.

Times are from the key press to the painted window. What is left over is counted after everything
is undone and the undo list is emptied: widgets, the memory that this process has written and nobody
else has (free pages handed back), and what of it malloc has given out, beside the same before the
edits. First rounds warm the caches that are meant to stay, and one as long as the one that counts
leaves the gaps that so many undo steps leave in the heap (20 MB, once); each count follows the same
short round, so that caches with a limit (forms of the inspector, pictures of cards) hold the same.
"""

from __future__ import annotations

import ctypes
import gc
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from bench.bench_canvas import large_project
from bench.window import open_window, rest, show, until
from kerasstudio.graph.files import write_project
from kerasstudio.graph.project import ROOT, Graph, Project
from kerasstudio.graph.templates import project_from
from kerasstudio.ui.app import Studio

EDITS, PASTED, ROUNDS = 2_000, 500, 5
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
MEGABYTE = 1 << 20


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, open_window() as studio:
        base = Path(folder)
        take_keyboard(studio)
        opening(studio, base)
        pasting(studio, base)
        random_edits(studio, base)


def take_keyboard(studio: Studio) -> None:
    """Without a window manager nobody else gives it to the window."""

    def has_it() -> bool:
        studio.window.activateWindow()
        return studio.window.isActiveWindow()

    until(has_it, "the keyboard")


def report(figure: str, value: float, limit: float) -> None:
    line = {"figure": figure, "value": round(value, 3), "limit": limit, "better": "lower"}
    print(json.dumps(line), flush=True)


# ---------------------------------------------------------------------- large edits


def opening(studio: Studio, base: Path) -> None:
    big = base / "big.kstudio"
    write_project(big, large_project()[0])
    times = []
    for _round in range(3):
        studio.documents.new(project_from("residual_cnn"), "small")
        rest(0.5)
        begun = time.perf_counter()
        studio.documents.open_now(big)
        until(lambda: len(studio.canvas.model.nodes.slots) == 5_000, "the large project")
        studio.canvas.view.viewport().repaint()
        times.append(time.perf_counter() - begun)
        rest(0.5)
    report("a project of 5,000 nodes opened and painted (s)", statistics.median(times), 1.5)


def part(count: int) -> Project:
    """The first nodes of the large project, with the wires between them."""
    whole, _busy = large_project()
    graph = whole.graph
    nodes = dict(list(graph.nodes.items())[:count])
    wires = {
        key: wire
        for key, wire in graph.wires.items()
        if wire.source in nodes and wire.target in nodes
    }
    layers = {node.layer: whole.layers[node.layer] for node in nodes.values()}
    return Project(layers=layers, graphs={ROOT: Graph(ROOT, nodes=nodes, wires=wires)})


def pasting(studio: Studio, base: Path) -> None:
    show_quietly(studio, part(PASTED), base / "part.kstudio")
    view = studio.canvas.view
    view.setFocus()
    key(view, Qt.Key.Key_A, CONTROL)
    key(view, Qt.Key.Key_C, CONTROL)
    pastes, undos = [], []
    for _round in range(ROUNDS):
        pastes.append(timed(lambda: key(view, Qt.Key.Key_V, CONTROL), view))
        assert len(studio.store.project.graph.nodes) == 2 * PASTED
        rest(0.5)
        undos.append(timed(lambda: key(view, Qt.Key.Key_Z, CONTROL), view))
        assert len(studio.store.project.graph.nodes) == PASTED
        rest(0.5)
    wires = len(studio.store.project.graph.wires)
    named = f"{PASTED} nodes with {wires} wires"
    report(f"{named} pasted, to the painted canvas (ms)", statistics.median(pastes), 150)
    report(f"{named}: the paste undone (ms)", statistics.median(undos), 150)


def timed(action: Callable[[], object], view: QWidget) -> float:
    """Milliseconds until the window has done it and is painted."""
    begun = time.perf_counter()
    action()
    QApplication.processEvents()
    view.repaint()
    return (time.perf_counter() - begun) * 1000


def key(widget: QWidget, name: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(widget, name, modifiers)


def show_quietly(studio: Studio, project: Project, path: Path) -> None:
    write_project(path, project)
    studio.documents.open_now(path)
    until(lambda: studio.store.path == path, "the project")
    studio.window.show_page("model")
    rest(0.5)


# ---------------------------------------------------------------------- random edits


class Hand:
    """Does what a person does with mouse and keys, at random."""

    def __init__(self, studio: Studio, seed: int) -> None:
        self._studio, self._random = studio, random.Random(seed)
        self._view = studio.canvas.view
        self._places = self._view.viewport()
        self._acts: tuple[tuple[Callable[[], object], int], ...] = (
            (self._drag_card, 8),
            (self._draw_wire, 8),
            (self._drop_wire, 3),
            (self._press_on_card, 12),
            (self._nudge, 4),
            (self._add, 4),
            (self._argument, 6),
            (self._rename, 3),
            (self._copy_and_paste, 3),
            (self._box, 3),
            (self._dot, 3),
            (self._undo_some, 3),
        )

    def edit(self) -> None:
        acts, weights = zip(*self._acts, strict=True)
        studio = self._studio
        count = len(studio.store.project.graph.nodes)
        if count > 60:
            # Never so many that they lie on one another.
            self._view.setFocus()
            key(self._view, Qt.Key.Key_A, CONTROL)
            key(self._view, Qt.Key.Key_Delete)
        elif count < 4:
            self._add()
        else:
            self._random.choices(acts, weights)[0]()
        self._settle()

    def _settle(self) -> None:
        for _turn in range(3):
            QApplication.processEvents()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()

    def _node(self) -> str:
        return self._random.choice(list(self._studio.store.project.graph.nodes))

    def _point(self, x: float, y: float) -> QPoint:
        return self._view.mapFromScene(QPointF(x, y))

    def _card(self, node: str) -> QPoint:
        x, y, width, height = self._studio.canvas.model.nodes.rect(node)
        return self._point(x + width / 2, y + height * 0.6)

    def _click_card(self, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(
            self._places, Qt.MouseButton.LeftButton, modifiers, self._card(self._node())
        )

    def _drag(self, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(self._places, left, modifiers, start)
        for step in (0.3, 0.6, 1.0):
            QTest.mouseMove(self._places, start + (end - start) * step)
            QApplication.processEvents()
        QTest.mouseRelease(self._places, left, modifiers, end)

    def _drag_card(self) -> None:
        start = self._card(self._node())
        self._drag(start, start + self._away(160))

    def _away(self, most: int) -> QPoint:
        return QPoint(self._random.randint(-most, most), self._random.randint(-most, most))

    def _port(self, node: str, output: bool) -> QPoint | None:
        model = self._studio.canvas.model
        ports = model.ports(node)
        count = len(ports.outputs if output else ports.inputs)
        if not count:
            return None
        number = self._random.randrange(count)
        dx, dy = (model.output_offset if output else model.input_offset)(node, number)
        x, y, _width, _height = model.nodes.rect(node)
        return self._point(x + dx, y + dy)

    def _draw_wire(self) -> None:
        start, end = self._port(self._node(), True), self._port(self._node(), False)
        if start is not None and end is not None:
            self._drag(start, end)

    def _drop_wire(self) -> None:
        """On empty canvas; a layer is chosen from what is offered."""
        start = self._port(self._node(), True)
        if start is None:
            return
        self._drag(start, start + QPoint(120, self._random.randint(-200, 200)))
        QApplication.processEvents()
        popup = QApplication.activePopupWidget()
        field = popup.focusWidget() if popup is not None else None
        if field is not None:
            key(field, Qt.Key.Key_Return)

    def _press_on_card(self) -> None:
        self._click_card()
        if self._random.random() < 0.3:
            self._click_card(SHIFT)
        self._view.setFocus()
        name, modifiers = self._random.choice(
            (
                (Qt.Key.Key_Delete, NONE),
                (Qt.Key.Key_Delete, CONTROL),
                (Qt.Key.Key_D, CONTROL),
                (Qt.Key.Key_M, NONE),
                (Qt.Key.Key_B, CONTROL),
                (Qt.Key.Key_J, NONE),
                (Qt.Key.Key_D, ALT),
                (Qt.Key.Key_X, CONTROL),
            )
        )
        key(self._view, name, modifiers)

    def _nudge(self) -> None:
        self._click_card()
        self._view.setFocus()
        name = self._random.choice((Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up))
        key(self._view, name, CONTROL)

    def _add(self) -> None:
        self._view.setFocus()
        key(self._view, Qt.Key.Key_Tab)
        QApplication.processEvents()
        popup = QApplication.activePopupWidget()
        field = popup.focusWidget() if popup is not None else None
        if field is not None:
            QTest.keyClicks(field, self._random.choice(("dense", "conv2d", "relu", "add", "drop")))
            key(field, Qt.Key.Key_Return)

    def _argument(self) -> None:
        self._click_card()
        QApplication.processEvents()
        self._view.setFocus()
        key(self._view, Qt.Key.Key_Return)
        QApplication.processEvents()
        field = QApplication.focusWidget()
        if field is not None and field is not self._view:
            key(field, Qt.Key.Key_A, CONTROL)
            QTest.keyClicks(field, str(self._random.randint(1, 64)))
            key(field, Qt.Key.Key_Return)

    def _rename(self) -> None:
        self._click_card()
        self._view.setFocus()
        key(self._view, Qt.Key.Key_F2)
        QApplication.processEvents()
        field = QApplication.focusWidget()
        if field is not None and field is not self._view:
            key(field, Qt.Key.Key_A, CONTROL)
            QTest.keyClicks(field, f"name_{self._random.randint(0, 999)}")
            key(field, Qt.Key.Key_Return)

    def _copy_and_paste(self) -> None:
        self._click_card()
        self._view.setFocus()
        key(self._view, Qt.Key.Key_C, CONTROL)
        key(self._view, Qt.Key.Key_V, CONTROL | (SHIFT if self._random.random() < 0.4 else NONE))

    def _box(self) -> None:
        start = QPoint(6, 6)
        self._drag(start, start + QPoint(self._random.randint(100, 800), 500))
        self._view.setFocus()
        key(self._view, Qt.Key.Key_D, CONTROL)

    def _dot(self) -> None:
        """A reroute dot by a double click on a wire."""
        model = self._studio.canvas.model
        if len(model.wires):
            slot = self._random.choice(list(model.wires.slots.values()))
            at = self._point(*model.wires.middle(slot))
            QTest.mouseDClick(self._places, Qt.MouseButton.LeftButton, NONE, at)

    def _undo_some(self) -> None:
        self._view.setFocus()
        for _press in range(self._random.randint(1, 4)):
            key(self._view, Qt.Key.Key_Z, CONTROL)
        for _press in range(self._random.randint(0, 3)):
            key(self._view, Qt.Key.Key_Z, CONTROL | SHIFT)


def random_edits(studio: Studio, base: Path) -> None:
    show(studio, project_from("residual_cnn"), base / "edited.kstudio")
    rest(1.0)
    start = studio.store.project
    # What is made once and kept (caches, popups, panels), and a round as long as the one that
    # counts: malloc keeps the gaps of the largest heap there was.
    for seed, edits in ((1, 300), (2, 300), (3, EDITS)):
        session(studio, edits, seed)
        clear(studio, start)
    before = counted(studio, start)
    done, equal = session(studio, EDITS, 4)
    clear(studio, start)
    memory, in_use, widgets = (
        now - then for now, then in zip(counted(studio, start), before, strict=True)
    )
    named = f"{EDITS:,} random edits by hand ({done:,} undo steps)"
    report(f"{named}: undone or redone to another value", 0 if equal else 1, 0)
    report(f"{named}: widgets left over", max(0, widgets), 0)
    report(f"{named}: memory left over (MB)", max(0.0, memory), 1)
    report(f"{named}: memory in use left over (MB)", max(0.0, in_use), 1)


def counted(studio: Studio, project: Project) -> tuple[float, float, int]:
    """Memory of this process, memory in use, and widgets, after a round that is always the same."""
    session(studio, 100, 5)
    clear(studio, project)
    return own_memory(), memory_in_use(), len(QApplication.allWidgets())


def session(studio: Studio, edits: int, seed: int) -> tuple[int, bool]:
    """Edit, undo all, redo all, undo all. How many steps there were, and whether each end had the
    value that it should have."""
    stack, start = studio.store.undo_stack, studio.store.project
    hand = Hand(studio, seed)
    for _edit in range(edits):
        hand.edit()
    steps, end = stack.index(), studio.store.project
    view = studio.canvas.view
    view.setFocus()

    def press(modifiers: Qt.KeyboardModifier, more: Callable[[], bool]) -> None:
        while more():
            key(view, Qt.Key.Key_Z, modifiers)
            QApplication.processEvents()

    press(CONTROL, stack.canUndo)
    equal = studio.store.project == start
    press(CONTROL | SHIFT, lambda: stack.index() < steps)
    equal = equal and studio.store.project == end
    press(CONTROL, stack.canUndo)
    return steps, equal and studio.store.project == start


def clear(studio: Studio, project: Project) -> None:
    """The same document anew: nothing to undo, nothing selected."""
    studio.documents.new(project, "edited")
    QApplication.clipboard().clear()
    rest(2.0)  # a moment after a document is opened the program lets go of sources it has read
    until(lambda: not studio.idle.waiting, "rest")
    for _turn in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
        gc.collect()


def own_memory() -> float:
    """Megabytes that only this process has. On Linux those it has written: pages of a library
    count as its own for as long as no other process happens to use the library."""
    process = psutil.Process()
    if sys.platform != "linux":
        return float(process.memory_full_info().uss) / MEGABYTE
    ctypes.CDLL(None).malloc_trim(0)
    maps = process.memory_maps(grouped=False)
    return sum(each.private_dirty + each.swap for each in maps) / MEGABYTE


class Mallinfo(ctypes.Structure):
    """`struct mallinfo2` of glibc."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def memory_in_use() -> float:
    """Megabytes that malloc has given out; 0 where it cannot be asked. What `own_memory` has more
    of is Python's small objects and the gaps between what is in use."""
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform == "linux" else None
    if mallinfo2 is None:
        return 0.0
    mallinfo2.restype = Mallinfo
    told = mallinfo2()
    return float(told.uordblks + told.hblkhd) / MEGABYTE


if __name__ == "__main__":
    main()
