"""A small button inside a field, at its right end."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QComboBox, QWidget

_CHEVRON = 20


class FieldCorner(QObject):
    """Keeps `button` in place while the field it was put into changes its size."""

    def __init__(self, button: QWidget) -> None:
        super().__init__(button)
        self._button = button
        self._field: QWidget | None = None

    @property
    def width(self) -> int:
        return self._button.sizeHint().width()

    def put_into(self, field: QWidget) -> None:
        """Move the button into `field`; its visibility stays."""
        if field is self._field:
            return
        if self._field is not None:
            self._field.removeEventFilter(self)
        hidden = self._button.isHidden()
        self._field = field
        self._button.setParent(field)
        self._button.setHidden(hidden)
        field.installEventFilter(self)
        QWidget.setTabOrder(field, self._button)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        if self._field is None:
            return
        size = self._button.sizeHint()
        right = 3 + getattr(self._field, "step_room", 0)
        if isinstance(self._field, QComboBox):
            right = _CHEVRON
        self._button.setGeometry(
            self._field.width() - right - size.width(),
            (self._field.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
