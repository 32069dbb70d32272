"""Edits, undo, merging, and what counts as saved."""

from __future__ import annotations

import gc
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QUndoCommand

from kerasstudio.graph.diff import Diff
from kerasstudio.graph.project import Project
from kerasstudio.ui.store import DocumentStore


def edited(project: Project, epochs: int) -> Project:
    training = msgspec.structs.replace(project.training, epochs=epochs)
    return msgspec.structs.replace(project, training=training)


@pytest.fixture
def store(digits: Project) -> DocumentStore:
    return DocumentStore(digits)


def test_an_edit_is_one_step_and_says_what_changed(store: DocumentStore) -> None:
    diffs: list[Diff] = []
    store.project_changed.connect(diffs.append)
    before = store.project
    assert store.apply(edited(before, 3), "Change epochs")
    assert store.undo_stack.count() == 1
    assert store.undo_stack.undoText() == "Change epochs"
    assert diffs[0].training
    assert not diffs[0].affects_model
    store.undo_stack.undo()
    assert store.project is before
    store.undo_stack.redo()
    assert store.project.training.epochs == 3
    assert len(diffs) == 3


def test_an_edit_that_changes_nothing_is_no_step(store: DocumentStore) -> None:
    same = msgspec.structs.replace(store.project)
    assert same is not store.project
    assert not store.apply(same, "Nothing")
    assert store.undo_stack.count() == 0
    assert store.is_clean


def test_consecutive_edits_with_one_key_merge(store: DocumentStore) -> None:
    start = store.project
    for epochs in (1, 12, 120):
        store.apply(edited(start, epochs), "Type epochs", "epochs")
    assert store.undo_stack.count() == 1
    store.apply(edited(start, 7), "Type again", "other")
    assert store.undo_stack.count() == 2
    store.undo_stack.undo()
    assert store.project.training.epochs == 120
    store.undo_stack.undo()
    assert store.project is start


def commands() -> int:
    gc.collect()
    return sum(issubclass(type(each), QUndoCommand) for each in gc.get_objects())


def test_merged_edits_leave_nothing(store: DocumentStore) -> None:
    before, start = commands(), store.project
    for epochs in range(100, 120):
        store.apply(edited(start, epochs), "Type epochs", "epochs")
    assert commands() - before == store.undo_stack.count() == 1
    store.replace_document(start)
    assert commands() == before


def test_a_merged_edit_tells_its_name(store: DocumentStore) -> None:
    names: list[str] = []
    places: list[int] = []
    start = store.project
    store.apply(edited(start, 2), "Rename a to b", "name")
    store.undo_stack.undoTextChanged.connect(names.append)
    store.undo_stack.indexChanged.connect(places.append)
    store.apply(edited(start, 3), "Rename a to bc", "name")
    assert names == [store.undo_stack.undoText()] == ["Rename a to bc"]
    assert places == [1]


def test_end_merge_begins_a_new_step(store: DocumentStore) -> None:
    store.apply(edited(store.project, 1), "Drag", "drag")
    store.end_merge()
    store.apply(edited(store.project, 2), "Drag", "drag")
    assert store.undo_stack.count() == 2


def test_typing_back_to_the_start_leaves_no_step(store: DocumentStore) -> None:
    start = store.project
    store.apply(edited(start, 2), "Type", "epochs")
    store.apply(edited(start, start.training.epochs), "Type", "epochs")
    assert store.undo_stack.count() == 0
    assert store.is_clean


def test_clean_is_a_matter_of_value(store: DocumentStore, tmp_path: Path) -> None:
    told: list[bool] = []
    store.clean_changed.connect(told.append)
    start = store.project
    store.apply(edited(start, 2), "Change")
    assert not store.is_clean
    store.apply(edited(start, start.training.epochs), "Change back")
    assert store.is_clean
    assert store.undo_stack.count() == 2
    store.undo_stack.undo()
    store.mark_saved(store.project, tmp_path / "a.kstudio")
    assert store.is_clean
    store.undo_stack.undo()
    assert not store.is_clean
    assert told == [False, True, False, True, False]


def test_edits_during_a_save_stay_unsaved(store: DocumentStore, tmp_path: Path) -> None:
    written = edited(store.project, 2)
    store.apply(written, "Change")
    store.apply(edited(written, 3), "Change")
    store.mark_saved(written, tmp_path / "a.kstudio")
    assert not store.is_clean
    store.undo_stack.undo()
    assert store.is_clean


def test_another_document_has_no_past(store: DocumentStore, tmp_path: Path) -> None:
    store.apply(edited(store.project, 2), "Change")
    replaced: list[int] = []
    store.document_replaced.connect(lambda: replaced.append(store.undo_stack.count()))
    store.replace_document(Project(), tmp_path / "b.kstudio")
    assert replaced == [0]
    assert store.is_clean
    store.replace_document(Project(), None, saved=False)
    assert not store.is_clean


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["edit", "type", "undo", "redo"]), max_size=40))
def test_undo_goes_back_through_the_very_same_values(actions: list[str]) -> None:
    store = DocumentStore(Project())
    past, future = [store.project], list[Project]()
    typing = False
    for number, action in enumerate(actions):
        if action in ("edit", "type"):
            project = edited(store.project, 1000 + number)
            store.apply(project, action, "key" if action == "type" else None)
            if action == "type" and typing and not future:
                past[-1] = project
            else:
                past.append(project)
            future.clear()
            typing = action == "type"
        elif action == "undo" and len(past) > 1:
            store.undo_stack.undo()
            future.append(past.pop())
            typing = False
        elif action == "redo" and future:
            store.undo_stack.redo()
            past.append(future.pop())
            typing = False
        assert store.project is past[-1]
        assert store.undo_stack.index() == len(past) - 1
