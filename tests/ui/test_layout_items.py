"""Layouts that are filled anew, over and over, leave nothing behind."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget, QWidgetItem
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.layout_items import take_widgets


def items(layout: QLayout) -> list[Any]:
    return [layout.itemAt(place) for place in range(layout.count())]


def settle() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("make", [QVBoxLayout, FlowLayout])
def test_widgets_taken_out_leave_no_items(make: type[QLayout], qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    layout = make(page)
    labels = [QLabel(text) for text in "abc"]
    for label in labels:
        layout.addWidget(label)
    if isinstance(layout, QVBoxLayout):
        layout.addStretch(1)
        layout.addLayout(QHBoxLayout())
    held = items(layout)
    assert take_widgets(layout) == labels
    assert layout.count() == 0
    assert not any(Shiboken.isValid(item) for item in held)
    assert all(Shiboken.isValid(label) and label.parent() is page for label in labels)


def test_a_flow_layout_owns_its_items(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    flow = FlowLayout(page)
    flow.addWidget(QLabel("stays"))
    flow.addWidget(QLabel("goes"))
    assert all(isinstance(item, QWidgetItem) for item in items(flow))
    # Those that Qt makes would outlive the layout: nobody deletes them.
    assert all(Shiboken.ownedByPython(item) for item in items(flow))
    flow.itemAt(1).widget().deleteLater()  # type: ignore[union-attr]
    settle()
    assert flow.count() == 1


def test_a_flow_layout_is_emptied(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    flow = FlowLayout(page)
    for text in "ab":
        flow.addWidget(QLabel(text))
    held = items(flow)
    flow.clear()
    settle()
    assert flow.count() == 0
    assert not page.findChildren(QLabel)
    assert not any(Shiboken.isValid(item) for item in held)
