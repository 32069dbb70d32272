"""The panel below the pages: live charts, problems, code, undo list, log."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from kerasstudio.ui.theme import px, tokens, ui_font

# Right of the badge, inside its tab.
GAP = 8


class BottomPanel(QWidget):
    """Tabs whose contents are made when first shown. `tab_shown(name)` after a change."""

    tab_shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottomPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._widgets: dict[str, QWidget] = {}
        self._names: list[str] = []
        self._begun = False
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Panels")
        self.tabs.currentChanged.connect(self._tab_changed)
        self._stack = QStackedWidget()
        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 10, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self._badge = Badge()
        self.setMinimumHeight(120)

    def add(self, name: str, title: str, make: Callable[[], QWidget]) -> None:
        self._names.append(name)
        self._makers[name] = make
        self.tabs.addTab(title)
        if name == "problems":
            index = len(self._names) - 1
            self.tabs.setTabButton(index, QTabBar.ButtonPosition.RightSide, self._badge)

    def show_tab(self, name: str) -> QWidget:
        """Bring a tab to the front and return its widget."""
        self.tabs.setCurrentIndex(self._names.index(name))
        widget = self.widget(name)
        self._stack.setCurrentWidget(widget)
        return widget

    def widget(self, name: str) -> QWidget:
        """The widget of a tab, made now if it was not there yet."""
        if name not in self._widgets:
            made = self._makers[name]()
            self._widgets[name] = made
            self._stack.addWidget(made)
        return self._widgets[name]

    def set_tab_visible(self, name: str, visible: bool) -> None:
        """Offer a tab, or not while what it shows is elsewhere."""
        self.tabs.setTabVisible(self._names.index(name), visible)

    @property
    def current(self) -> str:
        index = self.tabs.currentIndex()
        return self._names[index] if index >= 0 else ""

    def begin(self) -> None:
        """Make the tab in front, and from now on those that come to the front (before, the window
        has more urgent things to do)."""
        self._begun = True
        self._tab_changed(self.tabs.currentIndex())

    def show_count(self, count: int, errors: bool) -> None:
        """The number on the Problems tab."""
        self._badge.show_count(count, errors)
        index = self._names.index("problems") if "problems" in self._names else -1
        if index >= 0:
            # The tab makes room for its badge only when it is set anew.
            side = QTabBar.ButtonPosition.RightSide
            self.tabs.setTabButton(index, side, None)
            self.tabs.setTabButton(index, side, self._badge)
            self.tabs.setTabToolTip(index, f"{count} problems" if count != 1 else "1 problem")

    def _tab_changed(self, index: int) -> None:
        if index < 0 or not self._begun:
            return
        name = self._names[index]
        self._stack.setCurrentWidget(self.widget(name))
        self.tab_shown.emit(name)


class Badge(QLabel):
    """A number in a rounded box; nothing when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(ui_font(11, QFont.Weight.DemiBold))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._errors = True
        self.show_count(0, False)

    def show_count(self, count: int, errors: bool) -> None:
        self._errors = errors
        self.setText(str(count) if count else "")
        self.setFixedSize(
            max(22, self.fontMetrics().horizontalAdvance(str(count)) + 12) + GAP, px(18)
        )
        if not count:
            self.setFixedSize(0, px(18))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.text():
            return
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.badge if self._errors else theme.border_strong))
        box = self.rect().adjusted(0, 0, -GAP, 0)
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(QColor(theme.on_badge if self._errors else theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
