"""The undo history of a document as a value: what the journal keeps and a recovery brings back."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kerasstudio.graph.project import Project


class Step(msgspec.Struct, frozen=True):
    """One undo step: what the undo list calls it, and the project after it."""

    text: str
    project: Project


class History(msgspec.Struct, frozen=True):
    """`base` is the project before the first step; `done` of the `steps` are done, the others
    undone. `saved` says whether the project of now is in its file."""

    base: Project
    steps: tuple[Step, ...] = ()
    done: int = 0
    saved: bool = False

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self.steps[self.done - 1].project if self.done else self.base

    def projects(self) -> Iterator[Project]:
        """The project as it is now and as undo and redo can bring it back."""
        yield self.base
        for step in self.steps:
            yield step.project

    def common(self, other: History) -> int:
        """How many steps from the start are the very same in both; -1 for another document."""
        if self.base is not other.base:
            return -1
        count = 0
        for mine, others in zip(self.steps, other.steps, strict=False):
            if mine.project is not others.project or mine.text != others.text:
                break
            count += 1
        return count
