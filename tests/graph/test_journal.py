"""The recovery journal: what a killed process leaves comes back, with its undo list."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from drawings import chain, drawn, random_edges
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasstudio.graph import edits, files, journal
from kerasstudio.graph.history import History, Step
from kerasstudio.graph.journal import Journal, Recovery, find_recoverable, journal_folder
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project

CHILD = """
import sys, time
from pathlib import Path
from kerasstudio.graph import files
from kerasstudio.graph.history import History
from kerasstudio.graph.journal import Journal
project = files.read_project(Path(sys.argv[1]))
Journal().record(History(project), Path(sys.argv[1]))
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


def left(written: Journal) -> Recovery:
    """The journal as that of a dead process."""
    return Recovery(written.file, None, 0.0)


def moves(project: Project, count: int) -> History:
    """A history of so many edits, all done."""
    node = next(iter(project.graph.nodes))
    steps, last = [], project
    for number in range(count):
        last = edits.move_nodes(last, {node: (float(number + 1), 0.0)})
        steps.append(Step(f"Move {number}", last))
    return History(project, tuple(steps), count)


def test_recovery_after_kill(tmp_path: Path) -> None:
    path = tmp_path / "digits.kstudio"
    project = drawn(30, random_edges(30))
    files.write_project(path, project)
    killed_child(path)
    (recovery,) = find_recoverable()
    assert recovery.path == path
    assert recovery.name == "digits"
    assert recovery.read().project == project
    recovery.discard()
    assert find_recoverable() == []


def test_a_living_process_keeps_its_journal() -> None:
    mine = Journal()
    history = History(Project())
    assert mine.record(history)
    assert not mine.record(history)
    assert mine.record(history, Path("a.kstudio"))
    assert mine.file.is_file()
    assert mine.file.parent == journal_folder()
    assert find_recoverable() == []
    mine.discard()
    mine.discard()
    assert not mine.file.exists()
    assert mine.record(history)


def test_the_undo_list_comes_back(tmp_path: Path) -> None:
    project = chain("InputLayer", "Dense", "Output")[0].project
    mine = Journal(tmp_path)
    whole = moves(project, 5)
    for count in range(6):
        mine.record(History(project, whole.steps[:count], count))
    mine.record(History(project, whole.steps, 3))
    history = left(mine).read()
    assert history == History(project, whole.steps, 3)
    assert history.project == whole.steps[2].project
    assert [step.text for step in history.steps] == [f"Move {n}" for n in range(5)]


def test_only_what_was_edited_is_written(tmp_path: Path) -> None:
    project = drawn(2000, random_edges(2000))
    whole = moves(project, 50)
    mine = Journal(tmp_path)
    mine.record(History(project))
    start = mine.file.stat().st_size
    for count in range(1, 51):
        mine.record(History(project, whole.steps[:count], count))
    assert mine.file.stat().st_size - start < 50 * 400
    assert left(mine).read() == whole


def test_other_edits_after_an_undo_take_the_place_of_the_undone(tmp_path: Path) -> None:
    project = chain("InputLayer", "Dense", "Output")[0].project
    whole = moves(project, 4)
    mine = Journal(tmp_path)
    mine.record(whole)
    mine.record(History(project, whole.steps, 2))
    other = edits.move_nodes(whole.steps[1].project, {"n2": (-5.0, -5.0)})
    fork = History(project, (*whole.steps[:2], Step("Elsewhere", other)), 3)
    mine.record(fork)
    assert left(mine).read() == fork


def test_a_large_journal_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_COMPACT_ABOVE", 4000)
    project = chain("InputLayer", "Dense", "Output")[0].project
    whole = moves(project, 200)
    mine = Journal(tmp_path)
    sizes = []
    for count in range(1, 201):
        mine.record(History(project, whole.steps[:count], count))
        sizes.append(mine.file.stat().st_size)
    assert max(sizes) < 8000
    history = left(mine).read()
    assert history.project == whole.project
    assert 0 < len(history.steps) < 200
    mine.record(History(project, whole.steps, 1))  # undone far behind what the file holds
    assert left(mine).read() == History(project, whole.steps, 1)


def test_a_saved_document_is_not_offered(tmp_path: Path) -> None:
    mine = Journal(tmp_path)
    history = moves(chain("InputLayer", "Dense", "Output")[0].project, 2)
    mine.record(History(history.base, history.steps, 2, saved=True), tmp_path / "a.kstudio")
    orphan(mine)
    assert find_recoverable(tmp_path) == []
    assert not mine.file.exists()


def orphan(mine: Journal) -> None:
    """Make it the journal of a process that is gone."""
    data = mine.file.read_bytes()
    start = Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(")")[2].split()[19]
    mine.file.write_bytes(data.replace(f'"started":"{start}"'.encode(), b'"started":"1"'))


def test_a_later_process_with_the_same_number_is_not_the_owner(tmp_path: Path) -> None:
    mine = Journal(tmp_path)
    project = chain("InputLayer", "Dense", "Output")[0].project
    mine.record(History(project))
    orphan(mine)
    (recovery,) = find_recoverable(tmp_path)
    assert recovery.path is None
    assert recovery.read().project == project
    assert recovery.name == "an unsaved drawing"


def test_broken_journals_are_put_aside(tmp_path: Path) -> None:
    (tmp_path / "1-a.journal").write_bytes(b"{")
    assert find_recoverable(tmp_path) == []
    assert [file.name for file in tmp_path.iterdir()] == ["1-a.broken"]
    assert find_recoverable(tmp_path / "none") == []


def test_a_damaged_project_inside_is_told(tmp_path: Path) -> None:
    mine = Journal(tmp_path)
    mine.record(History(chain("InputLayer", "Dense", "Output")[0].project))
    orphan(mine)
    data = mine.file.read_bytes()
    mine.file.write_bytes(data.replace(b'"layer":"l1"', b'"layer":"xx"'))
    (recovery,) = find_recoverable(tmp_path)
    with pytest.raises(StudioError, match="is damaged"):
        recovery.read()
    recovery.discard()
    with pytest.raises(StudioError):
        recovery.read()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="kept safe") as error:
        Journal(tmp_path / "file").record(History(Project()))
    assert error.value.problem.severity == "warning"


def test_a_disk_that_was_full_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = moves(chain("InputLayer", "Dense", "Output")[0].project, 3)
    mine = Journal(tmp_path)
    mine.record(History(whole.base, whole.steps[:1], 1))

    def half(file: Any, data: bytes) -> None:
        file.write(data[: len(data) // 2])
        file.flush()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(journal, "_write", half)
        with pytest.raises(StudioError, match="No space left"):
            mine.record(History(whole.base, whole.steps[:2], 2))
    assert left(mine).read() == History(whole.base, whole.steps[:1], 1), "half a line is no harm"
    mine.record(whole)
    assert left(mine).read() == whole


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["edit", "undo", "redo", "write", "save"]), max_size=40))
def test_whatever_happened_the_journal_tells_it(
    tmp_path_factory: pytest.TempPathFactory, actions: list[str]
) -> None:
    project = chain("InputLayer", "Dense", "Output")[0].project
    mine = Journal(tmp_path_factory.mktemp("journal"))
    steps: list[Step] = []
    done, saved = 0, True
    mine.record(History(project, (), 0, saved))
    for number, action in enumerate(actions):
        if action == "edit":
            last = steps[done - 1].project if done else project
            new = edits.move_nodes(last, {"n2": (float(number), 7.0)})
            steps[done:] = [Step(f"{number}", new)]
            done, saved = done + 1, False
        elif action == "undo" and done:
            done, saved = done - 1, False
        elif action == "redo" and done < len(steps):
            done, saved = done + 1, False
        elif action == "save":
            saved = True
        if action in ("write", "save"):
            history = History(project, tuple(steps), done, saved)
            mine.record(history)
            assert left(mine).read() == history
    mine.discard()
