"""A file that takes more memory than reading it may: said so, whoever noticed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kerasstudio.graph.problems import StudioError
from kerasstudio.runtime.confined import memory_for, out_of_memory
from kerasstudio.runtime.worker.confinement.limits import memory_left

_SIGNS = ("OOM when allocating", "ResourceExhausted", "Unable to allocate", "MemoryError")


@contextmanager
def memory_told(path: Path) -> Iterator[None]:
    """What Python, NumPy, HDF5 and TensorFlow raise when there is no memory left becomes one
    `StudioError`."""
    try:
        yield
    except MemoryError as error:
        raise _told(path, str(error)) from error
    except StudioError as error:
        said = f"{error.problem.message} {error.problem.detail}"
        if any(sign in said for sign in _SIGNS):
            raise _told(path, said) from error
        raise
    except Exception as error:
        if any(sign in f"{type(error).__name__}: {error}" for sign in _SIGNS):
            raise _told(path, str(error)) from error
        raise


def _told(path: Path, detail: str) -> StudioError:
    limit = memory_left()
    if limit is None:
        limit = memory_for(path.stat().st_size)
    return StudioError(out_of_memory(path, limit, detail))
