"""Finds text that is cut: wider or higher than the room its widget has."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTabBar,
    QToolButton,
    QWidget,
)

from kerasstudio.ui.widgets.labels import ElidedButton, ElidedLabel, LinkButton

SLACK = 1
# A longer word in a field scrolls or is cut with an ellipsis, as it is anywhere.
SHORT = 8


def cut_texts(window: QWidget) -> list[str]:
    """Every visible widget below `window` whose text does not fit, in words."""
    return [
        f"{type(widget).__name__} {words!r}: {why}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.width() > 0
        for words, why in _cut(widget)
    ]


def _cut(widget: QWidget) -> Iterator[tuple[str, str]]:
    metrics = widget.fontMetrics()
    if isinstance(widget, ElidedLabel | ElidedButton):
        if metrics.height() > widget.height() + SLACK:
            yield widget.text(), f"{metrics.height()} pixels high in {widget.height()}"
    elif isinstance(widget, QLabel) and widget.text() and widget.pixmap().isNull():
        yield from _label(widget)
    elif isinstance(widget, LinkButton) or (
        isinstance(widget, QAbstractButton) and type(widget).__module__.startswith("PySide6")
    ):
        hint = widget.minimumSizeHint()
        if (
            widget.text()
            and not _only_a_sign(widget)
            and (
                hint.height() > widget.height() + SLACK
                or metrics.horizontalAdvance(widget.text()) > widget.width()
            )
        ):
            yield widget.text(), f"needs {hint.width()} × {hint.height()}, has {_size(widget)}"
    elif isinstance(widget, QLineEdit):
        if metrics.height() > widget.height():
            yield widget.text(), f"{metrics.height()} pixels high in {widget.height()}"
        elif len(widget.text()) <= SHORT and not widget.parentWidget().inherits("QComboBox"):
            room = widget.width() - widget.textMargins().left() - widget.textMargins().right() - 4
            if metrics.horizontalAdvance(widget.text()) > room:
                yield widget.text(), f"{metrics.horizontalAdvance(widget.text())} in {room}"
    elif isinstance(widget, QComboBox):
        room = widget.width() - 30
        text = widget.currentText()
        if metrics.height() > widget.height() or (
            len(text) <= SHORT and metrics.horizontalAdvance(text) > room
        ):
            yield text, f"{metrics.horizontalAdvance(text)} in {room}, {_size(widget)}"
    elif isinstance(widget, QTabBar):
        for index in range(widget.count()):
            if not widget.rect().contains(widget.tabRect(index)):
                yield widget.tabText(index), "the tab is outside"
    elif isinstance(widget, QHeaderView) and widget.orientation() == Qt.Orientation.Horizontal:
        yield from _headings(widget)


def _only_a_sign(button: QAbstractButton) -> bool:
    """A tool button with a picture shows no text."""
    return isinstance(button, QToolButton) and not button.icon().isNull()


def _label(widget: QLabel) -> Iterator[tuple[str, str]]:
    if widget.wordWrap():
        needed = widget.heightForWidth(widget.width())
        if needed > widget.height() + SLACK and not _scrolls(widget):
            yield widget.text(), f"{needed} pixels high in {widget.height()}"
        return
    hint = widget.sizeHint()
    if hint.width() > widget.width() + SLACK or hint.height() > widget.height() + SLACK:
        yield widget.text(), f"needs {hint.width()} × {hint.height()}, has {_size(widget)}"


def _headings(widget: QHeaderView) -> Iterator[tuple[str, str]]:
    model = widget.model()
    if model is None or model.rowCount() == 0:
        return
    for section in range(widget.count()):
        text = str(model.headerData(section, Qt.Orientation.Horizontal) or "")
        wide = widget.fontMetrics().horizontalAdvance(text)
        if not widget.isSectionHidden(section) and wide + 8 > widget.sectionSize(section):
            yield text, f"{wide} in a column of {widget.sectionSize(section)}"


def _scrolls(widget: QWidget) -> bool:
    above = widget.parentWidget()
    return above is not None and isinstance(above.parentWidget(), QScrollArea)


def _size(widget: QWidget) -> str:
    return f"{widget.width()} × {widget.height()}"
