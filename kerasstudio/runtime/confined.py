"""The private folder and the environment of a worker that reads a foreign file.

Not private enough to be called safe by itself: what keeps the worker is `confinement`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import msgspec

from kerasstudio.graph.problems import Place, Problem
from kerasstudio.runtime.confinement import MEMORY_EXIT, VARIABLE, Cell
from kerasstudio.runtime.launcher import launch_environment

_BASE_BYTES = 2 << 30
_PER_FILE_BYTE = 6
_SHARE_OF_MEMORY = 0.7
_FOLDERS = {
    "HOME": "home",
    "TMPDIR": "tmp",
    "KERAS_HOME": "keras",
    "XDG_CACHE_HOME": "cache",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "MPLCONFIGDIR": "config",
}
_KEPT = ("PATH", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ", "VIRTUAL_ENV")
_KEPT_BEGINNINGS = ("LC_", "PYTHON", "TF_", "KERAS_BACKEND", "OMP_", "KERASSTUDIO_")
OUT = "out"
_OUT_OF_MEMORY = ("bad_alloc", "out of memory", "memoryerror", "cannot allocate", "oom when")


class Confined:
    """The private folder and the environment of one confined worker. A context manager; `close`
    removes the folder with what the worker left there, `out` is for what is to be taken over."""

    def __init__(self, *files: Path, base: Path | None = None) -> None:
        """`base`: in which folder the private one is made, instead of the system's for such."""
        paths = [path.absolute() for path in files]
        prefix = f"kerasstudio-confined-{os.getpid()}-"  # whose it is, should it be left behind
        self.folder = Path(tempfile.mkdtemp(prefix=prefix, dir=base)).resolve()
        for name in {*_FOLDERS.values(), OUT}:
            (self.folder / name).mkdir()
        size = sum(path.stat().st_size for path in paths if path.is_file())
        # Both, where a link leads elsewhere: it is the file behind it that is read.
        readable = dict.fromkeys(str(each) for path in paths for each in (path, path.resolve()))
        self.cell = Cell(str(self.folder), tuple(readable), memory_for(size))

    @property
    def out(self) -> Path:
        return self.folder / OUT

    def environment(self) -> dict[str, str]:
        """What the process knows of the person's environment: nothing that is private."""
        every = launch_environment()
        kept = {
            name: value
            for name, value in every.items()
            if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)
        }
        for name, folder in _FOLDERS.items():
            kept[name] = str(self.folder / folder)
        kept["CUDA_VISIBLE_DEVICES"] = "-1"
        kept["HDF5_PLUGIN_PATH"] = str(self.folder / OUT / "none")
        kept["HDF5_USE_FILE_LOCKING"] = "FALSE"
        kept["PYTHONDONTWRITEBYTECODE"] = "1"
        kept[VARIABLE] = msgspec.json.encode(self.cell).decode()
        return kept

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Confined:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def lost_reader(path: Path, cell: Cell, death: Problem) -> Problem:
    """What the end of a confined worker says about the file it was reading."""
    said = death.detail.casefold()
    ended_itself = f"exit code {MEMORY_EXIT}" in death.message
    if ended_itself or any(sign in said for sign in _OUT_OF_MEMORY):
        return out_of_memory(path, cell.memory, death.detail)
    return Problem(
        code="import.reader_ended",
        message=f"The process that read {path.name} ended before it was done: the file is "
        "damaged, or made to do harm.",
        expected="a whole model file, as Keras writes it",
        received=death.message,
        place=Place(file=str(path)),
        advice="Nothing outside its private folder could be touched. Copy or download the file "
        "again, from somebody you trust.",
        detail=death.detail,
    )


def out_of_memory(path: Path, memory: int, detail: str = "") -> Problem:
    """A file that needs more memory than reading it may take."""
    return Problem(
        code="import.memory",
        message=f"Reading {path.name} takes more memory than it may: "
        f"{memory / (1 << 30):.1f} GiB for a file of its size.",
        expected="a model whose weights are in the file",
        received="layers that are far bigger than the weights the file holds",
        place=Place(file=str(path)),
        advice="If you know the file: close other programs, or open it on a bigger machine.",
        detail=detail,
    )


def memory_for(size: int) -> int:
    """Bytes that reading a file of `size` bytes may take: its weights exist several times while
    a model is made of them."""
    wanted = _BASE_BYTES + _PER_FILE_BYTE * size
    most = int(_SHARE_OF_MEMORY * _physical_memory())
    return max(min(wanted, most), _BASE_BYTES // 2) if most else wanted


def _physical_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0
