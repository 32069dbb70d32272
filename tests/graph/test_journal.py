"""The autosave journal: what a killed process leaves can be brought back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from drawings import chain, drawn, random_edges

from kerasstudio.graph import files
from kerasstudio.graph.journal import Journal, find_recoverable, journal_folder
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project

CHILD = """
import sys, time
from pathlib import Path
from kerasstudio.graph import files
from kerasstudio.graph.journal import Journal
project = files.read_project(Path(sys.argv[1]))
Journal().record(project, Path(sys.argv[1]))
print("recorded", flush=True)
time.sleep(60)
"""


def killed_child(path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == "recorded\n"
        assert find_recoverable() == []
        child.send_signal(signal.SIGKILL)
        child.wait()


def test_recovery_after_kill(tmp_path: Path) -> None:
    path = tmp_path / "digits.kstudio"
    project = drawn(30, random_edges(30))
    files.write_project(path, project)
    killed_child(path)
    (recovery,) = find_recoverable()
    assert recovery.path == path
    assert recovery.name == "digits"
    assert recovery.read() == project
    recovery.discard()
    assert find_recoverable() == []


def test_a_living_process_keeps_its_journal() -> None:
    journal = Journal()
    project = Project()
    assert journal.record(project)
    assert not journal.record(project)
    assert journal.record(project, Path("a.kstudio"))
    assert journal.file.is_file()
    assert journal.file.parent == journal_folder()
    assert find_recoverable() == []
    journal.discard()
    journal.discard()
    assert not journal.file.exists()
    assert journal.record(project)


def test_a_later_process_with_the_same_number_is_not_the_owner(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    project = chain("InputLayer", "Dense", "Output")[0].project
    journal.record(project)
    data = journal.file.read_bytes()
    start = Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(")")[2].split()[19]
    journal.file.write_bytes(data.replace(f'"started":"{start}"'.encode(), b'"started":"1"'))
    (recovery,) = find_recoverable(tmp_path)
    assert recovery.path is None
    assert recovery.read() == project
    assert recovery.name == "an unsaved drawing"


def test_broken_journals_are_put_aside(tmp_path: Path) -> None:
    (tmp_path / "1-a.journal").write_bytes(b"{")
    assert find_recoverable(tmp_path) == []
    assert [file.name for file in tmp_path.iterdir()] == ["1-a.broken"]
    assert find_recoverable(tmp_path / "none") == []


def test_a_damaged_project_inside_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.record(chain("InputLayer", "Dense", "Output")[0].project)
    data = journal.file.read_bytes()
    data = data.replace(b'"layer":"l1"', b'"layer":"xx"').replace(b'"started":"', b'"started":"0')
    journal.file.write_bytes(data)
    (recovery,) = find_recoverable(tmp_path)
    with pytest.raises(StudioError, match="is damaged"):
        recovery.read()
    recovery.discard()
    with pytest.raises(StudioError):
        recovery.read()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="kept safe") as error:
        Journal(tmp_path / "file").record(Project())
    assert error.value.problem.severity == "warning"
