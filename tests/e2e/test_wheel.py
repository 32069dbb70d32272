"""The wheel holds everything: resources travel with the package."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SHOW = """
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.resources import resources_folder
print(resources_folder())
print(shipped().named("Dense").class_name)
"""


def test_wheel_works_outside_the_checkout(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q"]
    options = ["--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*pip, *options, str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("kerasstudio-*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
        names = set(archive.namelist())
    for folder in (
        "samples/digits.npz",
        "samples/README.md",
        "fonts/Inter-OFL.txt",
        "templates/index.json",
        "templates/digits_cnn.kstudio",
    ):
        assert f"kerasstudio/resources/{folder}" in names
    assert any(name.startswith("kerasstudio/resources/icons/") for name in names)
    assert not any(name.startswith(("tests/", "bench/")) for name in names)
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(unpacked) in done.stdout
    assert "Dense" in done.stdout
