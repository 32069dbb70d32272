"""A field to search with: named for screen readers, with a button that empties it."""

from __future__ import annotations

from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget


class SearchField(QLineEdit):
    """`words` stand in it while it is empty; `name` is what it searches."""

    def __init__(self, name: str, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(words)
        self.setClearButtonEnabled(True)
        self._sign: QAction | None = None
        # Qt gives its button neither a name nor a tip.
        for button in self.findChildren(QToolButton):
            button.setAccessibleName(f"Clear: {name}")
            button.setToolTip("Clear (empty the field)")

    def show_sign(self, picture: QIcon) -> None:
        """A picture at the left end: only for the eye."""
        if self._sign is not None:
            self.removeAction(self._sign)
            self._sign.deleteLater()
        self._sign = self.addAction(picture, QLineEdit.ActionPosition.LeadingPosition)
        self._sign.setText(self.accessibleName())
        for button in self.findChildren(QToolButton):
            if button.defaultAction() is self._sign or not button.accessibleName():
                button.setAccessibleName(self.accessibleName())
                button.setToolTip(self.accessibleName())
