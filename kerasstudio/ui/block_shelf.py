"""My blocks: the person's saved blocks, a file each in the user's data folder. All windows and
programs look at the same folder."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from kerasstudio.graph.atomic import write_atomic
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.saved_blocks import (
    SUFFIX,
    BlockType,
    SavedBlock,
    block_title,
    block_type,
    decode_block,
    encode_block,
    unreadable_type,
)

_NOT_IN_NAMES = re.compile(r"[^\w .()-]+")
_SETTLED_MS = 120


class BlockShelf(QObject):
    """`kinds` are what the list of layers offers, files that cannot be read among them (they are
    left as they are). `changed`: something came, went, or was renamed, here or elsewhere."""

    changed = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.kinds: tuple[BlockType, ...] = ()
        self._paths: dict[str, Path] = {}
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLED_MS)
        self._timer.timeout.connect(self.refresh)
        self._watcher.directoryChanged.connect(lambda _path: self._timer.start())
        self.refresh()

    def catalogue(self, catalogue: Catalogue) -> Catalogue:
        """The layers of Keras, and before them these blocks."""
        if not self.kinds:
            return catalogue
        return msgspec.structs.replace(catalogue, layers=(*self.kinds, *catalogue.layers))

    def names(self) -> set[str]:
        return set(self._paths)

    def refresh(self) -> None:
        """Look at the folder again; only files that are other ones now are read."""
        if self.folder.is_dir() and str(self.folder) not in self._watcher.directories():
            self._watcher.addPath(str(self.folder))
        files = sorted(self.folder.glob(f"*{SUFFIX}")) if self.folder.is_dir() else []
        stamps = {path: stamp for path in files if (stamp := _stamp(path)) is not None}
        if stamps == self._stamps:
            return
        self._stamps = stamps
        self._paths, kinds = {}, list[BlockType]()
        for path in stamps:
            kind = _read(path)
            name = block_title(kind)
            if name in self._paths:  # two files of one name: the second goes by its file's
                kind = unreadable_type(path.name, f"another file has the name “{name}”, too")
                name = path.name
            self._paths[name] = path
            kinds.append(kind)
        self.kinds = tuple(sorted(kinds, key=lambda kind: block_title(kind).casefold()))
        self.changed.emit()

    def refusal(self, name: str) -> str:
        """Why a block cannot be saved under a name; "" when it can."""
        if not name.strip():
            return "A name needs at least one character."
        if name.casefold() in {each.casefold() for each in self._paths}:
            return f"There is a block “{name}” already."
        return ""

    def save(self, block: SavedBlock) -> None:
        """Keep a block under its name. Raises `StudioError`: the disk is full, the name taken."""
        self._check(block.name)
        self._write(self._free_path(block.name), block)
        self.refresh()

    def rename(self, kind: BlockType, name: str) -> None:
        """Raises `StudioError`; the block is then as it was."""
        if kind.block is None or name == kind.block.name:
            return
        if name.casefold() != kind.block.name.casefold():
            self._check(name)
        old = self._paths[block_title(kind)]
        self._write(old, msgspec.structs.replace(kind.block, name=name))
        self.refresh()

    def delete(self, kind: BlockType) -> None:
        """Remove a block for good; drawings that have it keep their copies. Raises
        `StudioError`."""
        path = self._paths[block_title(kind)]
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _failed(path, error) from error
        self.refresh()

    def path(self, kind: BlockType) -> Path:
        """The file of a block."""
        return self._paths[block_title(kind)]

    def _check(self, name: str) -> None:
        if wrong := self.refusal(name):
            raise StudioError(Problem("block.name", wrong, received=name))

    def _write(self, path: Path, block: SavedBlock) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomic(path, encode_block(block))
        except OSError as error:
            raise _failed(path, error) from error

    def _free_path(self, name: str) -> Path:
        stem = _NOT_IN_NAMES.sub("_", name).strip(" .")[:80] or "block"
        path, number = self.folder / f"{stem}{SUFFIX}", 1
        while path.exists():
            path, number = self.folder / f"{stem}_{number}{SUFFIX}", number + 1
        return path


def _read(path: Path) -> BlockType:
    try:
        return block_type(decode_block(path.read_bytes(), path.name))
    except StudioError as error:
        return unreadable_type(path.name, error.problem.message)
    except OSError as error:
        return unreadable_type(path.name, f"“{path.name}” cannot be read: {error.strerror}.")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None  # gone meanwhile
    return found.st_mtime_ns, found.st_size


def _failed(path: Path, error: OSError) -> StudioError:
    return StudioError(
        Problem(
            "block.file",
            f"“{path.name}” was not changed: {error.strerror or error}.",
            expected="a data folder in which this user may write, with room on the disk",
            place=Place(file=str(path)),
            detail=str(error),
        )
    )
