"""The page the program begins with: first model, blank, open, recent, templates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.templates import Template, templates
from kerasstudio.ui.start.choice_card import ChoiceCard
from kerasstudio.ui.start.graph_picture import GraphPicture
from kerasstudio.ui.theme import px, theme_changed, ui_font
from kerasstudio.ui.widgets.labels import Label, LinkButton
from kerasstudio.ui.widgets.layout_items import take_widgets

WIDTH = 1080
COLUMNS = 3
FIRST = "digits_mlp"
BLANK = "blank"


class StartPage(QScrollArea):
    """`template_chosen(id)`, `open_chosen`, `import_chosen`, `recent_chosen(Path)`."""

    template_chosen = Signal(str)
    open_chosen = Signal()
    import_chosen = Signal()
    recent_chosen = Signal(object)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self.setObjectName("startPage")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cards: dict[str, ChoiceCard] = {}
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        inner = QWidget()
        inner.setMaximumWidth(px(WIDTH))
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 36, 24, 32)
        column.setSpacing(14)
        title = Label("Draw a model, train it, take it with you")
        title.setFont(ui_font(26, QFont.Weight.DemiBold))
        column.addWidget(title)
        column.addWidget(
            Label(
                "Layers and shapes come from Keras itself; nothing leaves this computer.", "muted"
            )
        )
        column.addSpacing(10)
        found = {template.id: template for template in templates()}
        column.addWidget(self._first_card(found[FIRST]))
        column.addLayout(self._ways_in(found[BLANK]))
        column.addSpacing(10)
        column.addWidget(Label("Templates", bold=True))
        column.addLayout(
            self._grid([each for each in found.values() if each.id not in (FIRST, BLANK)])
        )
        column.addSpacing(10)
        self._recent_title = Label("Recent", bold=True)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        column.addStretch(1)
        outer = QWidget()
        row = QHBoxLayout(outer)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self.setWidget(outer)
        self.setFocusProxy(self.cards[FIRST])
        self.show_recent(())
        theme_changed.connect(self._recolor)

    def show_recent(self, paths: Iterable[Path]) -> None:
        """The recent files that are still there, the newest first."""
        for widget in take_widgets(self._recent):
            widget.deleteLater()
        shown = list(paths)[:8]
        for path in shown:
            self._recent.addWidget(self._recent_row(path))
        self._recent_title.setVisible(bool(shown))

    def _first_card(self, template: Template) -> ChoiceCard:
        picture = GraphPicture(template.make, self._catalogue, 92)
        card = ChoiceCard(
            "Train your first model",
            f"{template.description} Opens the finished drawing: press Train and watch.",
            "spark",
            picture,
            prominent=True,
        )
        card.clicked.connect(lambda: self.template_chosen.emit(template.id))
        self.cards[template.id] = card
        return card

    def _ways_in(self, blank: Template) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(14)
        layers = sum(not kind.hidden for kind in self._catalogue.layers)
        for key, title, words, sign in (
            ("blank", blank.title, f"An empty canvas and {layers} layers to draw with.", "new"),
            ("open", "Open", "A KerasStudio project (.kstudio).", "open"),
            (
                "import",
                "Start from your files",
                "Data (CSV, NumPy) or a model (.keras, .h5).",
                "import",
            ),
        ):
            card = ChoiceCard(title, words, sign)
            self.cards[key] = card
            row.addWidget(card)
        self.cards["blank"].clicked.connect(lambda: self.template_chosen.emit(blank.id))
        self.cards["open"].clicked.connect(self.open_chosen)
        self.cards["import"].clicked.connect(self.import_chosen)
        return row

    def _grid(self, shown: list[Template]) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(14)
        for number, template in enumerate(shown):
            picture = GraphPicture(template.make, self._catalogue, 96)
            card = ChoiceCard(template.title, template.description, picture=picture)
            card.clicked.connect(
                lambda _checked=False, chosen=template.id: self.template_chosen.emit(chosen)
            )
            self.cards[template.id] = card
            grid.addWidget(card, number // COLUMNS, number % COLUMNS)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
        return grid

    def _recent_row(self, path: Path) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(12)
        link = LinkButton(path.stem)
        link.setToolTip(str(path))
        link.clicked.connect(lambda: self.recent_chosen.emit(path))
        line.addWidget(link)
        line.addWidget(Label(_folder_words(path), "faint"))
        line.addStretch(1)
        return row

    def _recolor(self) -> None:
        for card in self.cards.values():
            card.recolor()


def _folder_words(path: Path) -> str:
    home = Path.home()
    folder = path.parent
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
