"""Going from pane to pane by key (F6): the parts of the window, each keeps its own focus."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QWidget,
)

_TAB = Qt.FocusPolicy.TabFocus


def page_panes(page: QWidget) -> list[QWidget]:
    """The parts of a page: those of a splitter side by side, else the page."""
    if isinstance(page, QSplitter) and page.orientation() == Qt.Orientation.Horizontal:
        inner = [page.widget(number) for number in range(page.count())]
        return [each for each in inner if each is not None]
    return [page]


def move(panes: list[QWidget], step: int) -> QWidget | None:
    """Give the keyboard to the next pane (`step` 1) or the one before (-1) that can take it;
    returns it."""
    usable = [pane for pane in panes if pane.isVisible() and target(pane) is not None]
    if not usable:
        return None
    focused = usable[0].window().focusWidget()
    now = next(
        (
            number
            for number, pane in enumerate(usable)
            if focused is not None and _holds(pane, focused)
        ),
        -1 if step > 0 else 0,
    )
    pane = usable[(now + step) % len(usable)]
    widget = target(pane)
    if widget is not None:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
    return pane


def target(pane: QWidget) -> QWidget | None:
    """What takes the keyboard in a pane: what had it last, else what it names itself, else the
    first that can."""
    last = pane.focusWidget()
    if last is not None and last is not pane and _takes_focus(last):
        return last
    proxy = pane.focusProxy()
    if proxy is not None and _takes_focus(proxy):
        return proxy
    if _takes_focus(pane):
        return pane
    widget = pane.nextInFocusChain()
    while widget is not None and widget is not pane:
        if pane.isAncestorOf(widget) and _takes_focus(widget):
            return widget
        widget = widget.nextInFocusChain()
    return None


def step(panes: list[QWidget], now: QWidget | None, way: int) -> QWidget | None:
    """The widget after `now` (`way` 1) or before it (-1) for the Tab key: pane by pane, in a pane
    as the eye goes. Qt's own order is that of creation, and much is made late."""
    ordered = [
        widget
        for pane in panes
        if pane.isVisible()
        for widget in as_laid_out(pane)
        if _takes_focus(widget) and widget.focusProxy() is None
    ]
    if not ordered:
        return None
    if now in ordered:
        return ordered[(ordered.index(now) + way) % len(ordered)]
    # It was hidden while it had the keyboard: stay where it was.
    home = next((pane for pane in panes if now is not None and _holds(pane, now)), None)
    near = [widget for widget in ordered if home is not None and _holds(home, widget)]
    return (near or ordered)[0 if way > 0 else -1]


def as_laid_out(widget: QWidget, seen: set[QWidget] | None = None) -> Iterator[QWidget]:
    """A widget and all inside of it in the order of its layouts; what lies in no layout comes
    after the others."""
    seen = set() if seen is None else seen
    if widget in seen:
        return
    seen.add(widget)
    yield widget
    for child in _arranged(widget):
        yield from as_laid_out(child, seen)
    for other in widget.children():
        if isinstance(other, QWidget) and not other.isWindow():
            yield from as_laid_out(other, seen)


def _arranged(widget: QWidget) -> Iterator[QWidget]:
    if isinstance(widget, QSplitter | QStackedWidget):
        inner = [widget.widget(number) for number in range(widget.count())]
    elif isinstance(widget, QScrollArea):
        inner = [widget.widget()]
    else:
        layout = widget.layout()
        inner = list(_in_layout(layout)) if layout is not None else []
    yield from (each for each in inner if each is not None)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    """The widgets of a layout; those of a grid row by row."""
    numbers = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        numbers.sort(key=lambda number: layout.getItemPosition(number)[:2])  # type: ignore[index]
    for number in numbers:
        item = layout.itemAt(number)
        inner = item.layout() if item is not None else None
        widget = item.widget() if item is not None else None
        if inner is not None:
            yield from _in_layout(inner)
        elif widget is not None:
            yield widget


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)


def _takes_focus(widget: QWidget) -> bool:
    return bool(
        widget.focusPolicy().value & _TAB.value and widget.isVisible() and widget.isEnabled()
    )
