"""Which code of files the person trusts: asked once for each content, never for everything."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.diff import Diff
from kerasstudio.graph.placeholders import (
    code_hash,
    code_hashes,
    defining_file,
    needs_class,
    placeholders,
    text_hash,
)
from kerasstudio.graph.project import Layer, Project
from kerasstudio.ui.settings import Settings
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.workers import WorkerPool

MOST = 2000

State = Literal["missing", "untrusted", "trusted"]


class CodeTrust(QObject):
    """What is trusted is remembered by fingerprint in the settings: the same code is trusted in
    every file, changed code is not. Workers are told what the open project holds of it."""

    changed = Signal()

    def __init__(
        self,
        store: DocumentStore,
        pool: WorkerPool,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._pool, self._settings = store, pool, settings
        self._told: tuple[tuple[str, ...], dict[str, str]] = ((), {})
        self._files: dict[str, str] = {}
        store.project_changed.connect(self._project_changed)
        store.document_replaced.connect(self._tell)
        settings.setting_changed.connect(self._setting_changed)

    def state(self, layer: Layer, project: Project) -> State:
        """ "missing": its class is written nowhere in the project, so there is nothing to trust."""
        trusted = set(self._settings.get("trusted_code"))
        own = code_hash(layer) in trusted
        if not needs_class(layer):
            return "trusted" if own else "untrusted"
        name = defining_file(layer, project)
        if name is None:
            return "missing"
        return "trusted" if text_hash(project.code[name]) in trusted else "untrusted"

    def trust(self, project: Project) -> None:
        """Trust all code that a project holds now."""
        known: list[str] = self._settings.get("trusted_code")
        new = sorted(code_hashes(project) - set(known))
        if new:
            self._settings.set("trusted_code", [*known, *new][-MOST:])

    def forget(self, project: Project) -> None:
        """Trust nothing of a project's code any more."""
        gone = code_hashes(project)
        known: list[str] = self._settings.get("trusted_code")
        self._settings.set("trusted_code", [each for each in known if each not in gone])

    def _project_changed(self, diff: Diff) -> None:
        if diff.layers or diff.code:
            self._tell()

    def _setting_changed(self, key: str) -> None:
        if key == "trusted_code":
            self._tell()

    def _tell(self) -> None:
        """Tell the workers, where it is something else than before."""
        project = self._store.project
        trusted = set(self._settings.get("trusted_code"))
        layers = (code_hash(layer) for layer in placeholders(project))
        told = (
            tuple(sorted({each for each in layers if each in trusted})),
            {name: text for name, text in project.code.items() if text_hash(text) in trusted},
        )
        if told != self._told:
            self._told = told
            self._pool.set_trust(*told)
        elif project.code is self._files:
            return
        self._files = project.code
        self.changed.emit()
