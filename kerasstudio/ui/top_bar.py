"""The bar on top: name, menus, document, undo and redo, the pages, and the training buttons."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenuBar, QPushButton, QToolButton, QWidget

from kerasstudio.ui.actions import ActionSet
from kerasstudio.ui.icons import icon
from kerasstudio.ui.theme import px, theme_changed, tokens, ui_font
from kerasstudio.ui.widgets.labels import Label
from kerasstudio.ui.widgets.segmented import SegmentedControl

PAGES = (("data", "Data"), ("model", "Model"), ("train", "Train"), ("results", "Results"))
HEIGHT = 46


class TopBar(QWidget):
    """`page_chosen(page)` when a segment is pressed."""

    page_chosen = Signal(str)

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(px(HEIGHT))
        self._actions = actions
        self._full_name = ""
        name = QLabel("KerasStudio")
        name.setFont(ui_font(14, QFont.Weight.DemiBold))
        self.menus = QMenuBar()
        self.menus.setNativeMenuBar(False)
        actions.fill_menu_bar(self.menus)
        self.document = Label("", "muted")
        self.undo = self._tool("edit.undo")
        self.redo = self._tool("edit.redo")
        self.pages = SegmentedControl(PAGES)
        self.pages.setAccessibleName("Page")
        self.pages.setFixedSize(px(336), px(32))
        self.pages.chosen.connect(self.page_chosen)
        self.pause = self._button("Pause", "train.pause")
        self.stop = self._button("Stop", "train.stop")
        self.train = self._button("Train", "train.start")
        self.train.setObjectName("primary")

        self._left = QHBoxLayout()
        self._left.setSpacing(8)
        for widget in (name, self.menus, self.document, self.undo, self.redo):
            if widget is self.document:
                self._left.addSpacing(12)
            self._left.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._left.addStretch(1)
        right = QHBoxLayout()
        right.setSpacing(10)
        right.addStretch(1)
        for button in (self.pause, self.stop, self.train):
            right.addWidget(button)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        row.addLayout(self._left, 1)
        row.addWidget(self.pages)
        row.addLayout(right, 1)
        self.show_running("", False)
        theme_changed.connect(self.refresh_icons)

    def show_document(self, name: str, edited: bool, tip: str) -> None:
        """The file's name; "— edited" follows it while there is something to save."""
        self._full_name = f"{name} — edited" if edited else name
        self.document.setToolTip(tip)
        self.document.setAccessibleName(f"Document {self._full_name}")
        self._elide()

    def show_page(self, page: str) -> None:
        self.pages.set_value(page)

    def show_running(self, status: str, running: bool) -> None:
        """What the buttons say: `status` is that of the run, "" without one."""
        self.pause.setVisible(running)
        self.stop.setVisible(running)
        paused = status == "paused"
        self.pause.setText("Go on" if paused else "Pause")
        self.stop.setText("End now" if status == "stopping" else "Stop")
        self.stop.setToolTip(
            "End the process of the run at once (it is still stopping)"
            if status == "stopping"
            else self._actions.action("train.stop").toolTip()
        )
        words = {"preparing": "Preparing…", "stopping": "Stopping…", "paused": "Paused"}
        self.train.setText((words.get(status, "Training…")) if running else "Train")
        self.refresh_icons()

    def refresh_icons(self) -> None:
        """Draw the icons in the theme's colours (the first time after the first paint)."""
        if not self.isVisible():
            return
        theme = tokens()
        going_on = self.pause.text() == "Go on"
        self.pause.setIcon(icon("play" if going_on else "pause", theme.text, 14))
        self.stop.setIcon(icon("stop", theme.text, 14))
        self.train.setIcon(icon("play", theme.on_train, 14))
        self.undo.setIcon(icon("undo", theme.text_muted))
        self.redo.setIcon(icon("redo", theme.text_muted))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        """The pages stay in the middle: a long name is cut instead of moving them."""
        metrics = self.document.fontMetrics()
        taken = self._left.sizeHint().width() - self.document.sizeHint().width()
        room = (self.width() - self.pages.width()) // 2 - taken - 30
        text = metrics.elidedText(self._full_name, Qt.TextElideMode.ElideMiddle, max(px(120), room))
        self.document.setText(text)

    def _tool(self, action_id: str) -> QToolButton:
        button = QToolButton()
        action = self._actions.action(action_id)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action.trigger)
        button.setAccessibleName(action.text())

        def follow() -> None:
            button.setEnabled(action.isEnabled())
            button.setToolTip(action.toolTip())

        action.changed.connect(follow)
        follow()
        return button

    def _button(self, text: str, action_id: str) -> QPushButton:
        button = QPushButton(text)
        action = self._actions.action(action_id)
        button.setIconSize(QSize(14, 14))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action.trigger)
        button.setToolTip(action.toolTip())
        button.setEnabled(action.isEnabled())
        action.enabledChanged.connect(button.setEnabled)
        # The keys may be changed.
        self._actions.key_map.keys_changed.connect(lambda: button.setToolTip(action.toolTip()))
        return button
