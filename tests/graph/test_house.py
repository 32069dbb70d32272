"""The walls between the rooms: import contracts that hold and are proven to bite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BLOCK = """
import importlib.abc, sys
class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError(f"{{name}} is behind the wall")
sys.meta_path.insert(0, Wall())
import pkgutil, importlib
import {package} as package
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.startswith("kerasstudio.runtime.worker."):
        importlib.import_module(module.name)
"""


@pytest.mark.parametrize("package", ["kerasstudio.graph", "kerasstudio.runtime"])
def test_room_imports_without_qt_and_tensorflow(package: str) -> None:
    blocked = {"PySide6", "shiboken6", "pyqtgraph", "tensorflow", "keras", "h5py"}
    script = BLOCK.format(blocked=blocked, package=package)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("graph/names.py", "import kerasstudio.runtime.protocol"),
        ("graph/names.py", "import PySide6"),
        ("runtime/states.py", "import PySide6"),
        ("runtime/states.py", "import kerasstudio.runtime.worker"),
        ("ui/__init__.py", "import tensorflow"),
        ("ui/__init__.py", "import kerasstudio.runtime.worker"),
    ],
)
def test_contracts_bite(tmp_path: Path, file: str, line: str) -> None:
    """A forbidden import in a copy of the house makes the contracts fail."""
    for source in (ROOT / "kerasstudio").rglob("*.py"):
        copy = tmp_path / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(source.read_text())
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    target = tmp_path / "kerasstudio" / file
    target.write_text(target.read_text() + f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout


def test_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout
