"""What is wrong with a node, beside it, with its mends as buttons."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kerasstudio.graph.problems import Problem
from kerasstudio.ui.theme import px, tokens, ui_font
from kerasstudio.ui.widgets.fix_button import FixButton
from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.labels import TextBlock
from kerasstudio.ui.widgets.layout_items import take_widgets
from kerasstudio.ui.widgets.message_text import MessageText
from kerasstudio.ui.widgets.original_text import OriginalText

WIDTH = 372
_MOST = 3


class ErrorBubble(QWidget):
    """`show_problems` fills it; `fix_chosen(Fix)` when a button is pressed, `fix_previewed(Fix or
    None)` while one is pointed at. `grown` after its height changed, `escaped` when the keyboard
    wants to leave it."""

    fix_chosen = Signal(object)
    fix_previewed = Signal(object)
    grown = Signal()
    escaped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.node: str | None = None
        self.problems: tuple[Problem, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 9, 12, 9)
        self._column.setSpacing(3)
        self.setAccessibleName("Problems of this layer")
        self.hide()

    def show_problems(self, node: str, problems: tuple[Problem, ...]) -> None:
        """Fill the bubble; the caller puts it in its place with `place`."""
        if (node, problems) == (self.node, self.problems):
            return
        self.node, self.problems = node, problems
        for widget in take_widgets(self._column):
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        for problem in problems[:_MOST]:
            self._add(problem)
        if len(problems) > _MOST:
            self._add_text(f"and {len(problems) - _MOST} more in the Problems panel", muted=True)
        self.setFixedWidth(px(WIDTH))
        self._fit()

    @property
    def buttons(self) -> list[FixButton]:
        """The mends that are offered."""
        return self.findChildren(FixButton)

    def focus_first(self) -> bool:
        """Put the keyboard on the first mend; False where there is none."""
        buttons = self.buttons
        if buttons and self.isVisible():
            buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        return False

    def clear(self) -> None:
        self.node, self.problems = None, ()
        self.hide()

    def place(self, card: QRectF, area: QRectF) -> None:
        """Right of the card where there is room, else below, above, left; inside `area`."""
        gap, width, height = 12, self.width(), self.height()
        spots = (
            (card.right() + gap, card.top()),
            (card.left(), card.bottom() + gap),
            (card.left(), card.top() - gap - height),
            (card.left() - gap - width, card.top()),
        )
        for x, y in spots:
            if area.contains(QRectF(x, y, width, height)):
                break
        else:
            x, y = spots[1]
        x = min(max(x, area.left() + 6), area.right() - width - 6)
        y = min(max(y, area.top() + 6), area.bottom() - height - 6)
        self.move(QPoint(round(x), round(y)))
        # Nothing to be said of a card that is out of sight.
        self.setVisible(card.intersects(area))
        self.raise_()

    def _add(self, problem: Problem) -> None:
        words = MessageText(problem.message, parent=self)
        words.setFont(ui_font(12))
        self._column.addWidget(words)
        for part, text in (("expected", problem.expected), ("received", problem.received)):
            if text and text not in problem.message:
                self._add_text(f"{part} {text}", muted=True)
        if problem.fixes:
            buttons = QWidget(self)
            flow = FlowLayout(buttons, gap=10, line_gap=2)
            for fix in problem.fixes:
                button = FixButton(fix, buttons)
                button.setFont(ui_font(12))
                button.chosen.connect(self.fix_chosen)
                button.previewed.connect(self.fix_previewed)
                flow.addWidget(button)
            self._column.addWidget(buttons)
        if problem.detail:
            original = OriginalText(problem.detail, self)
            original.toggled.connect(self._fit)
            self._column.addWidget(original)

    def _fit(self) -> None:
        for index in range(self._column.count()):
            shown = self._column.itemAt(index)
            widget = shown.widget() if shown is not None else None
            if widget is not None:
                widget.show()  # else Qt shows it later, and it counts as nothing now
        self._column.activate()
        self.setFixedHeight(self._column.heightForWidth(px(WIDTH)))
        self.grown.emit()

    def _add_text(self, text: str, muted: bool = False) -> None:
        block = TextBlock(text, "muted" if muted else "text", self)
        block.setFont(ui_font(12))
        self._column.addWidget(block)

    @property
    def has_keys(self) -> bool:
        """Whether the keyboard is on one of the buttons."""
        return any(button.hasFocus() for button in self.buttons)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        worst = any(problem.severity == "error" for problem in self.problems)
        edge = theme.error_border if worst else theme.warning
        ground = theme.error_surface if worst else theme.raised
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
