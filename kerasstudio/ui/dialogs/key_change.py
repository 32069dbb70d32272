"""The keys of one action: take one away, record another, settle a clash, go back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kerasstudio.ui.action_table import ACTIONS, Action
from kerasstudio.ui.key_chords import shown
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.glyph_button import GlyphButton
from kerasstudio.ui.widgets.key_caps import KeyCaps
from kerasstudio.ui.widgets.key_recorder import KeyRecorder
from kerasstudio.ui.widgets.labels import Label, TextBlock
from kerasstudio.ui.widgets.layout_items import take_widgets

_TEXTS = {record.id: record.text.rstrip("…") for record in ACTIONS}


class KeyChange(Card):
    """Shows the action it was given last."""

    def __init__(self, key_map: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self._key_map = key_map
        self.action_id = ACTIONS[0].id
        self._keys = QHBoxLayout()
        self._keys.setSpacing(8)
        self.add = self._button("Record a key…", self.record)
        self.reset = self._button("Reset", lambda: key_map.reset(self.action_id))
        self.recorder = KeyRecorder()
        self.recorder.recorded.connect(self._recorded)
        self.recorder.given_up.connect(self._end)
        self.words = TextBlock("", "warning")
        self.words.setMinimumHeight(px(20))
        self.take_over = self._button("", self._take_over)
        self.another = self._button("Record another", self.record)
        self.never = self._button("Leave it", self._end)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addLayout(self._keys)
        row.addWidget(self.recorder, 1)
        row.addStretch(1)
        row.addWidget(self.add)
        row.addWidget(self.reset)
        choice = QHBoxLayout()
        choice.setSpacing(10)
        for button in (self.take_over, self.another, self.never):
            choice.addWidget(button)
        choice.addStretch(1)
        below = QVBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.words)
        below.addLayout(choice)
        self.body.addLayout(row)
        self.body.addLayout(below)
        self._end()

    def show_action(self, record: Action) -> None:
        if record.id != self.action_id:
            self.action_id = record.id
            self._end()
        self.refresh()

    def refresh(self) -> None:
        """The keys may be others now."""
        self.title.setText(_TEXTS[self.action_id])
        self.reset.setEnabled(self._key_map.is_own(self.action_id))
        for widget in take_widgets(self._keys):
            widget.hide()
            widget.deleteLater()
        keys = self._key_map.keys(self.action_id)
        for chord in keys:
            self._keys.addWidget(KeyCaps((shown(chord),)))
            remove = GlyphButton("×", f"Take {shown(chord)} away")
            remove.clicked.connect(lambda _checked=False, gone=chord: self._remove(gone))
            self._keys.addWidget(remove)
        if not keys:
            self._keys.addWidget(Label("no key", "muted"))

    def record(self) -> None:
        """Wait for a key press."""
        self._ask("", ())
        self.recorder.show()
        self.add.hide()
        self.recorder.begin()

    # ------------------------------------------------------------------ inside

    def _recorded(self, chord: str) -> None:
        reason = self._key_map.refusal(self.action_id, chord)
        clashes = self._key_map.clashes(self.action_id, chord)
        if reason:
            self._ask(reason, (self.another, self.never))
        elif clashes:
            names = " and ".join(f"“{_TEXTS[other]}”" for other in clashes)
            self.take_over.setText(f"Take it from {names}")
            self._ask(
                f"{shown(chord)} is the key of {names}.",
                (self.take_over, self.another, self.never),
            )
        else:
            self._set(chord, take_over=False)

    def _take_over(self) -> None:
        self._set(self.recorder.chord, take_over=True)

    def _set(self, chord: str, take_over: bool) -> None:
        keys = (*self._key_map.keys(self.action_id), chord)
        self._key_map.set_keys(self.action_id, keys, take_over)
        self._end()

    def _remove(self, chord: str) -> None:
        keys = [key for key in self._key_map.keys(self.action_id) if key != chord]
        self._key_map.set_keys(self.action_id, keys)
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask(self, words: str, buttons: tuple[QPushButton, ...]) -> None:
        """Say something, and offer these buttons."""
        self.words.setText(words)
        self.words.setVisible(bool(words))
        for button in (self.take_over, self.another, self.never):
            button.setVisible(button in buttons)
        if buttons:
            buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _end(self) -> None:
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self._ask("", ())
        self.recorder.hide()
        self.add.show()
        if had_focus:
            self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: slot())  # type: ignore[operator]
        return button
