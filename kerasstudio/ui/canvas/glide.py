"""Cards that glide to their new places instead of jumping there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

MOTION_MS = 140
MOST = 2000
Places = dict[str, tuple[float, ...]]
"""Corners, or whole rectangles."""


class Glide(QObject):
    """`show(places)` draws cards elsewhere for a frame, `ended` is called when they are there."""

    def __init__(
        self, show: Callable[[Places], None], ended: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._show, self._ended = show, ended
        self._animation: QVariantAnimation | None = None

    def start(self, before: Places, after: Places) -> None:
        """Let cards glide to where they already are in the project."""
        moving = [node for node, place in after.items() if node in before and before[node] != place]
        if not moving or len(moving) > MOST:
            return
        animation = QVariantAnimation(self)
        animation.setDuration(MOTION_MS)
        animation.setStartValue(0.0)
        animation.setEndValue(1.0)
        animation.setEasingCurve(QEasingCurve.Type.OutCubic)

        def step(part: float) -> None:
            self._show(
                {
                    node: tuple(
                        old + (new - old) * part
                        for old, new in zip(before[node], after[node], strict=True)
                    )
                    for node in moving
                }
            )

        # Before anything is painted where it goes.
        step(0.0)
        animation.valueChanged.connect(step)
        animation.finished.connect(self._finished)
        self._animation = animation
        animation.start()

    def stop(self) -> None:
        """End at once: cards are where the project has them."""
        if self._animation is not None:
            animation, self._animation = self._animation, None
            animation.setCurrentTime(animation.duration())
            animation.stop()
            animation.deleteLater()

    def _finished(self) -> None:
        if self._animation is not None:
            self._animation.deleteLater()
            self._animation = None
        self._ended()
