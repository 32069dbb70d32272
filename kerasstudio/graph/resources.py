"""Where the shipped files are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def resources_folder() -> Path:
    """The folder `resources/`. Raises `FileNotFoundError` when the installation is incomplete."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / "samples").is_dir():
            return folder
    raise FileNotFoundError(f"resources/ is missing beside {package}: reinstall KerasStudio")


def resource(name: str) -> Path:
    """The path of one shipped file, such as "samples/digits.npz"."""
    return resources_folder() / name
