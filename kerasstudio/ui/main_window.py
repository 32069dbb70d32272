"""The window: top bar, pages, bottom panel, status bar. It arranges; it knows no document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from kerasstudio.ui import panes
from kerasstudio.ui.actions import ActionSet
from kerasstudio.ui.bottom_panel import BottomPanel
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.panes import page_panes
from kerasstudio.ui.settings import Settings
from kerasstudio.ui.status_bar import StatusBar
from kerasstudio.ui.theme import px
from kerasstudio.ui.top_bar import TopBar
from kerasstudio.ui.widgets.notice_bar import NoticeBar

MOST_LEFT, MOST_BELOW = 0.38, 0.34
PAGES_WITH_PANEL = ("model", "train")
PALETTE_WIDTH, OUTLINE_WIDTH, INSPECTOR_WIDTH, PANEL_HEIGHT = 216, 448, 300, 280
SIDE_WIDTH = 420


class MainWindow(QMainWindow):
    """Pages are made when first shown. `close_wanted` asks the owner, who calls `close_now`.
    `escaped`: Esc was pressed where it means nothing else."""

    close_wanted = Signal()
    files_dropped = Signal(list)
    page_shown = Signal(str)
    first_painted = Signal()
    closed = Signal()
    escaped = Signal()

    def __init__(self, settings: Settings, key_map: KeyMap | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._pages: dict[str, QWidget] = {}
        self._may_close = False
        self._was_painted = False
        self._wants_panel = True
        self.page = ""
        self.setAcceptDrops(True)
        self.actions_set = ActionSet(self, key_map, self)
        self.top_bar = TopBar(self.actions_set)
        self.notice = NoticeBar()
        self.status = StatusBar()
        self.panel = BottomPanel()
        self._stack = QStackedWidget()
        self._stack.setObjectName("page")
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._stack)
        self._split.addWidget(self.panel)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self.panel.hide()
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._across.setHandleWidth(1)
        self._across.setChildrenCollapsible(False)
        self._across.addWidget(self._split)
        self._side: QWidget | None = None
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addWidget(self.notice)
        column.addWidget(self._across, 1)
        column.addWidget(self.status)
        self.setCentralWidget(body)
        self.setMinimumSize(960, 600)
        self._restore()

    # ------------------------------------------------------------------ pages

    def add_page(self, name: str, make: Callable[[], QWidget]) -> None:
        self._makers[name] = make

    def show_page(self, name: str) -> QWidget:
        """Bring a page to the front; makes it the first time."""
        page = self.page_widget(name)
        self.page = name
        # The panel first: a canvas frames its drawing in the room it sees when it is shown.
        self._arrange_panel()
        self._stack.setCurrentWidget(page)
        self.top_bar.show_page(name)
        self.page_shown.emit(name)
        return page

    def page_widget(self, name: str) -> QWidget:
        if name not in self._pages:
            page = self._makers[name]()
            self._pages[name] = page
            self._stack.addWidget(page)
        return self._pages[name]

    @property
    def pages(self) -> QWidget:
        """The parent of pages. A page that is made inside of it is styled once, not again when
        it is put there."""
        return self._stack

    def has_page(self, name: str) -> bool:
        """Whether the page was made already."""
        return name in self._pages

    def show_panel(self, name: str) -> QWidget:
        """Open the bottom panel at one tab, going to a page that has it."""
        if self.page not in PAGES_WITH_PANEL:
            self.show_page("model")
        self._wants_panel = True
        self._arrange_panel()
        return self.panel.show_tab(name)

    def go_to_page(self, name: str) -> None:
        """Show a page and give it the keyboard, where it was in that page last."""
        page = self.show_page(name)
        inside = page_panes(page)
        # The drawing is the middle of three; other pages are one.
        for pane in (page, inside[len(inside) // 2], *inside):
            widget = panes.target(pane) if pane is not page or page.focusWidget() else None
            if widget is not None:
                widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def move_focus(self, step: int) -> None:
        """The keyboard to the next pane (1) or the one before (-1)."""
        panes.move(self._panes(), step)

    def _panes(self) -> list[QWidget]:
        page = page_panes(self._pages[self.page]) if self.page in self._pages else []
        return [*page, self.panel, self.status, self.top_bar]

    def toggle_panel(self) -> None:
        self._wants_panel = not self._wants_panel
        self._arrange_panel()

    @property
    def panel_open(self) -> bool:
        return self._wants_panel

    def show_side(self, widget: QWidget) -> None:
        """Show a widget at the right of whatever page is in front (the first time it is put
        there)."""
        appears = self._side is not widget or not widget.isVisible()
        if self._side is not widget:
            self._side = widget
            self._across.addWidget(widget)
            self._across.setStretchFactor(0, 1)
            self._across.setStretchFactor(1, 0)
        if appears:
            widget.show()
            wide = min(self._settings.get("splitters").get("side", SIDE_WIDTH), self.width() // 2)
            # The splitter takes sizes only once it has seen the new widget.
            QTimer.singleShot(
                0, self._across, lambda: self._across.setSizes([self.width() - wide, wide])
            )

    def hide_side(self) -> None:
        if self._side is not None and self._side.isVisible():
            splitters = {**self._settings.get("splitters"), "side": self._side.width()}
            self._settings.set("splitters", splitters)
            self._side.hide()

    def _arrange_panel(self) -> None:
        wanted = self._wants_panel and self.page in PAGES_WITH_PANEL
        if wanted and self.panel.isHidden():
            self.panel.show()
            # Before the first layout the splitter does not know its height yet.
            height = max(self._split.height(), self.height() - 80, 400)
            usual = min(PANEL_HEIGHT, round(height * MOST_BELOW))
            below = min(self._settings.get("splitters").get("panel", usual), height // 2)
            self._split.setSizes([height - below, below])
        elif not wanted and not self.panel.isHidden():
            self._remember_panel()
            self.panel.hide()

    # ------------------------------------------------------------------ life

    def close_now(self) -> None:
        """Close without asking."""
        self._may_close = True
        self.close()

    def _restore(self) -> None:
        geometry = self._settings.get("geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            screen = self.screen().availableGeometry()
            self.resize(min(1680, screen.width()), min(1020, screen.height()))

    def _remember_panel(self) -> None:
        sizes = self._split.sizes()
        if len(sizes) == 2 and sizes[1] > 0:
            self._settings.set("splitters", {**self._settings.get("splitters"), "panel": sizes[1]})

    # ------------------------------------------------------------------ Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            # The children are painted after this; the timer comes after them.
            QTimer.singleShot(0, self, self.first_painted.emit)

    def focusNextPrevChild(self, forward: bool) -> bool:
        widget = panes.step(self._panes(), self.focusWidget(), 1 if forward else -1)
        if widget is not None:
            reasons = Qt.FocusReason
            widget.setFocus(reasons.TabFocusReason if forward else reasons.BacktabFocusReason)
        return widget is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close:
            event.ignore()
            self.close_wanted.emit()
            return
        if not self.panel.isHidden():
            self._remember_panel()
        self._settings.set("geometry", self.saveGeometry())
        event.accept()
        # Its owner takes it apart: not before this event is over.
        QTimer.singleShot(0, self, self.closed.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)


def model_page(palette: QWidget, canvas: QWidget, inspector: QWidget, inner: QSplitter) -> QWidget:
    """The Model page: layers on the left, the canvas, the inspector on the right."""
    inner.setOrientation(Qt.Orientation.Horizontal)
    inner.setHandleWidth(1)
    inner.setChildrenCollapsible(False)
    for widget, name in ((palette, "sidePanel"), (canvas, ""), (inspector, "sidePanel")):
        if name and not widget.objectName():
            widget.setObjectName(name)
            widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner.addWidget(widget)
    palette.setMinimumWidth(px(180))
    inspector.setMinimumWidth(max(px(240), inspector.minimumWidth()))
    inner.setStretchFactor(0, 0)
    inner.setStretchFactor(1, 1)
    inner.setStretchFactor(2, 0)
    inner.setSizes([px(PALETTE_WIDTH), 1100, px(INSPECTOR_WIDTH)])
    return inner


def widen_left(inner: QSplitter, tab: str) -> None:
    """Give the Outline room for its columns, and the list of layers what it needs."""
    left, middle, *rest = inner.sizes()
    wanted = px(OUTLINE_WIDTH if tab == "outline" else PALETTE_WIDTH)
    wanted = min(wanted, round(inner.width() * MOST_LEFT))
    inner.setSizes([wanted, max(100, middle + left - wanted), *rest])
