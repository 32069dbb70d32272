"""Going from pane to pane by key (F6): the parts of the window, each keeps its own focus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

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
    in the order of its widgets. Qt's own order is that of creation, and panels are made late."""
    if not panes:
        return None
    order: list[tuple[int, QWidget]] = []
    window = panes[0].window()
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if _takes_focus(widget) and widget.focusProxy() is None:
            place = next((n for n, pane in enumerate(panes) if _holds(pane, widget)), None)
            if place is not None:
                order.append((place, widget))
        widget = widget.nextInFocusChain()
    ordered = [found for _place, found in sorted(order, key=lambda pair: pair[0])]
    if not ordered:
        return None
    if now in ordered:
        return ordered[(ordered.index(now) + way) % len(ordered)]
    return ordered[0 if way > 0 else -1]


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)


def _takes_focus(widget: QWidget) -> bool:
    return bool(
        widget.focusPolicy().value & _TAB.value and widget.isVisible() and widget.isEnabled()
    )
