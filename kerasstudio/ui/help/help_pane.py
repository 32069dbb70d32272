"""The Help pane: Keras's own documentation of what is selected, or of what was searched."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.help_topics import HelpTopics, Topic
from kerasstudio.ui.help.help_html import anchor, index_page, page
from kerasstudio.ui.theme import theme_changed, tokens
from kerasstudio.ui.widgets.glyph_button import GlyphButton

_MOST_MARKS = 300
_KEY = Qt.ItemDataRole.UserRole


class HelpPane(QWidget):
    """`show_topic` shows a page and remembers the way back. `closed` when the person closes it."""

    closed = Signal()
    topic_shown = Signal(str)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Help")
        self._catalogue = catalogue
        self.topics = HelpTopics(catalogue)
        self.topic: Topic | None = None
        self._way: list[str] = []
        self._place = -1
        self.back = GlyphButton("‹", "back")
        self.forward = GlyphButton("›", "forward")
        self.back.clicked.connect(lambda: self._go(-1))
        self.forward.clicked.connect(lambda: self._go(1))
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search all of Keras's help")
        self.search.setAccessibleName("Search help")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._take_first)
        self.close_button = GlyphButton("✕", "close help (F1)")
        self.close_button.clicked.connect(self.closed)
        self.browser = QTextBrowser()
        self.browser.setOpenLinks(False)
        self.browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.browser.setAccessibleName("Help text")
        self.browser.setStyleSheet("background: transparent; border: none; padding: 0;")
        self.browser.document().setDocumentMargin(4)
        self.browser.anchorClicked.connect(self._follow)
        self.results = QListWidget()
        self.results.setAccessibleName("Found help")
        self.results.itemActivated.connect(self._take)
        self.results.itemClicked.connect(self._take)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.browser)
        self._stack.addWidget(self.results)
        top = QHBoxLayout()
        top.setSpacing(4)
        for widget in (self.back, self.forward):
            top.addWidget(widget)
        top.addWidget(self.search, 1)
        top.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 8, 8)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        self.setMinimumWidth(300)
        theme_changed.connect(self._draw)
        self._show_ways()
        self._draw()

    def show_topic(self, key: str, argument: str | None = None, remember: bool = True) -> bool:
        """Show a page, at one argument if given; False where there is none of that key."""
        topic = self.topics.known.get(key)
        if topic is None:
            return False
        if self.search.text():
            self.search.clear()
        if topic is not self.topic:
            self.topic = topic
            if remember:
                self._way = [*self._way[: self._place + 1], key]
                self._place = len(self._way) - 1
            self._show_ways()
            self._draw()
            self.topic_shown.emit(key)
        if argument is not None:
            self.browser.scrollToAnchor(anchor(argument))
        return True

    def show_index(self) -> None:
        """What there is help on."""
        self.topic = None
        self._draw()

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _draw(self) -> None:
        theme = tokens()
        if self.topic is None:
            self.browser.setHtml(index_page(self.topics, theme))
        else:
            self.browser.setHtml(page(self.topic, self.topics, self._catalogue, theme))

    def _show_ways(self) -> None:
        self.back.setEnabled(self._place > 0)
        self.forward.setEnabled(self._place < len(self._way) - 1)

    def _go(self, step: int) -> None:
        place = self._place + step
        if 0 <= place < len(self._way):
            self._place = place
            self.show_topic(self._way[place], remember=False)
            self._show_ways()

    def _follow(self, address: QUrl) -> None:
        if address.scheme() == "topic":
            self.show_topic(address.path())
        elif address.scheme() in ("http", "https"):
            QDesktopServices.openUrl(address)

    # ------------------------------------------------------------------ search

    def _search(self, text: str) -> None:
        self.results.clear()
        if not text.strip():
            self._stack.setCurrentWidget(self.browser)
            return
        for topic, only_text in self.topics.find(text):
            name = "Input" if topic.key == "layers/InputLayer" else topic.name
            where = "speaks of it" if only_text else topic.kind
            item = QListWidgetItem(f"{name}  ·  {where}")
            item.setToolTip(topic.summary)
            item.setData(_KEY, topic.key)
            self.results.addItem(item)
        if not self.results.count():
            item = QListWidgetItem(f"Nothing found for “{text.strip()}”.")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.results.addItem(item)
        else:
            self.results.setCurrentRow(0)
        self._stack.setCurrentWidget(self.results)

    def _take_first(self) -> None:
        item = self.results.currentItem()
        if item is not None:
            self._take(item)

    def _take(self, item: QListWidgetItem) -> None:
        key, words = item.data(_KEY), self.search.text().strip()
        if key is None:
            return
        self.show_topic(key)
        self._mark(words)
        self.browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark(self, words: str) -> None:
        """Mark what was searched for on the page that was found, and go to the first place."""
        marks: list[QTextEdit.ExtraSelection] = []
        look = QTextCharFormat()
        look.setBackground(QColor(tokens().warning))
        look.setForeground(QColor(tokens().background))
        pattern = QRegularExpression(
            QRegularExpression.escape(words), QRegularExpression.PatternOption.CaseInsensitiveOption
        )
        cursor = QTextCursor(self.browser.document())
        while len(marks) < _MOST_MARKS:
            cursor = self.browser.document().find(pattern, cursor)
            if cursor.isNull():
                break
            mark = QTextEdit.ExtraSelection()
            mark.cursor, mark.format = cursor, look
            marks.append(mark)
        self.browser.setExtraSelections(marks)
        if marks:
            self.browser.setTextCursor(QTextCursor(self.browser.document()))
            first = QTextCursor(marks[0].cursor)
            first.clearSelection()
            self.browser.setTextCursor(first)
            self.browser.ensureCursorVisible()

    # ------------------------------------------------------------------ keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if self.search.text():
                self.search.clear()
            else:
                self.closed.emit()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.search.hasFocus():
            step = 1 if key == Qt.Key.Key_Down else -1
            row = self.results.currentRow() + step
            self.results.setCurrentRow(max(0, min(row, self.results.count() - 1)))
        else:
            super().keyPressEvent(event)
