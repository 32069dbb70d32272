"""What was changed in a model of Keras 1 or 2 so that today's Keras gives the same predictions."""

from __future__ import annotations

from typing import Literal

import msgspec

ChangeKind = Literal["renamed", "removed", "added", "converted", "replaced", "weights", "lost"]
"""`removed` has no effect on predictions; `lost` has one, which today's Keras cannot give."""

_MOST_NAMES = 4
_QUIET: tuple[ChangeKind, ...] = ("renamed", "removed")
_ORDER: tuple[ChangeKind, ...] = ("lost", "replaced", "weights", "converted", "added", *_QUIET)


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change, made alike in all `layers`; none for what is not of a layer.

    `layer_type` is the class as the file calls it, `what` the argument, or "" for the layer
    itself; `before` and `after` are values as text; `why` says so to a person.
    """

    kind: ChangeKind
    layers: tuple[str, ...]
    layer_type: str
    what: str
    before: str
    after: str
    why: str


class UpgradeReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """`wrote` names the Keras that wrote the file ("Keras 2.3.1")."""

    wrote: str = ""
    changes: tuple[Change, ...] = ()

    def of_kinds(self, *kinds: ChangeKind) -> list[Change]:
        """Changes of these kinds, what matters most first."""
        found = [change for change in self.changes if change.kind in kinds]
        return sorted(found, key=lambda change: _ORDER.index(change.kind))

    @property
    def lost(self) -> list[Change]:
        """What today's Keras cannot do as the file has it."""
        return self.of_kinds("lost")

    @property
    def done(self) -> list[Change]:
        """What is otherwise now, with the same predictions."""
        return self.of_kinds("replaced", "weights", "converted", "added")

    @property
    def quiet(self) -> list[Change]:
        """New spellings, and what had no effect."""
        return self.of_kinds(*_QUIET)


def heading(report: UpgradeReport) -> str:
    """One sentence over all changes."""
    count = len(report.changes)
    if not count:
        return f"Written by {report.wrote}; nothing had to be changed."
    text = f"Written by {report.wrote}, brought up to Keras 3 with {counted(count, 'change')}"
    if not report.lost:
        return f"{text}; the predictions stay the same."
    return f"{text}. Some of it Keras 3 cannot do: predictions may differ."


def counted(count: int, word: str) -> str:
    """ "1 change", "3 changes"."""
    return f"{count} {word}{'s' * (count != 1)}"


def layers_text(change: Change) -> str:
    """The names of the layers, shortened: "conv_1, conv_2, conv_3, conv_4 and 20 more"."""
    shown = ", ".join(change.layers[:_MOST_NAMES])
    more = len(change.layers) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def before_text(change: Change) -> str:
    """What stood in the file: "time_major=false", "lr", "LocallyConnected2D"."""
    if change.what and change.before:
        return f"{change.what}={change.before}"
    return change.what if change.kind != "added" else ""


def after_text(change: Change) -> str:
    """What stands there now; "–" for nothing."""
    return change.after or "–"


def change_text(change: Change) -> str:
    """The change on one line: "lstm (LSTM): implementation=1 → –; Keras 3 chooses ..."."""
    where = layers_text(change)
    if where and change.layer_type:
        where += f" ({change.layer_type})"
    before = before_text(change) or change.before
    did = f"{before} → {after_text(change)}" if before else f"{change.after} added"
    return f"{where}: {did}; {change.why}" if where else f"{did}; {change.why}"


def in_lines(report: UpgradeReport) -> list[str]:
    """The report as text for the command line: spellings are only counted."""
    lines = [heading(report), *(f"  {change_text(each)}" for each in report.lost + report.done)]
    if report.quiet:
        renamed = len(report.of_kinds("renamed"))
        removed = len(report.of_kinds("removed"))
        parts = [f"{counted(renamed, 'new name')}"] if renamed else []
        parts += [f"{counted(removed, 'argument')} without effect left out"] if removed else []
        lines.append(f"  {', '.join(parts)}")
    return lines
