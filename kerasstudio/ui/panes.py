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
            if focused is not None and (pane is focused or pane.isAncestorOf(focused))
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


def _takes_focus(widget: QWidget) -> bool:
    return bool(
        widget.focusPolicy().value & _TAB.value and widget.isVisible() and widget.isEnabled()
    )
