"""What frames carry, frames and notes in files and clips, looks of nodes, arranging with both."""

from __future__ import annotations

from itertools import combinations

import pytest
from drawings import SMALL

from kerasstudio.graph import edits, files, patch
from kerasstudio.graph.arranging import arrange
from kerasstudio.graph.cards import COLLAPSED_HEIGHT
from kerasstudio.graph.clipboard import copy_nodes, read_clip
from kerasstudio.graph.diff import describe, diff
from kerasstudio.graph.frames import (
    Rect,
    carried,
    decoration_rects,
    frame_around,
    frames_of,
    holds,
    node_rects,
    outer_frames,
)
from kerasstudio.graph.ports import free_port, visible_ports
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import ROOT, Project


def chain(count: int = 8) -> tuple[Project, list[str]]:
    """Layers in a row, each wired to the next."""
    project, nodes = Project(), []
    for number in range(count):
        kind = SMALL.named("InputLayer" if number == 0 else "Dense")
        assert kind is not None
        project, node = edits.add_layer(project, kind, number * 240.0, 0.0)
        if nodes:
            project = edits.connect(project, nodes[-1], node, "inputs")
        nodes.append(node)
    return project, nodes


def framed(project: Project, nodes: list[str], title: str = "Part") -> tuple[Project, str]:
    rects = node_rects(project, ROOT)
    return edits.frame_nodes(project, [rects[node] for node in nodes], title)


def overlaps(rects: dict[str, Rect]) -> list[tuple[str, str]]:
    return [
        (a, b)
        for (a, one), (b, other) in combinations(rects.items(), 2)
        if one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    ]


# ---------------------------------------------------------------------- what a frame carries


def test_a_frame_goes_around_its_nodes_and_carries_them() -> None:
    project, nodes = chain(4)
    project, frame = framed(project, nodes[1:3])
    rects = node_rects(project, ROOT)
    assert carried(project.graph, [frame], rects).nodes == set(nodes[1:3])
    project, note = edits.add_note(project, "inside", 300, 10)
    project, inner = edits.add_frame(project, "inner", 250, -10, 150, 80)
    found = carried(project.graph, [frame], rects)
    assert found.decorations == {note, inner}
    moved = edits.move_items(project, {frame: (1000.0, 500.0)}, carrying=rects)
    dx, dy = 1000 - project.graph.frames[frame].x, 500 - project.graph.frames[frame].y
    for node in nodes[1:3]:
        before, after = project.graph.nodes[node], moved.graph.nodes[node]
        assert (after.x, after.y) == (before.x + dx, before.y + dy)
    assert moved.graph.notes[note].x == project.graph.notes[note].x + dx
    assert moved.graph.frames[inner].y == project.graph.frames[inner].y + dy
    assert moved.graph.nodes[nodes[0]] == project.graph.nodes[nodes[0]]
    assert not diff(project, moved).affects_model


def test_a_node_moved_out_is_no_longer_carried() -> None:
    project, nodes = chain(3)
    project, frame = framed(project, nodes[1:])
    project = edits.move_nodes(project, {nodes[2]: (240.0, 900.0)})
    assert carried(project.graph, [frame], node_rects(project, ROOT)).nodes == {nodes[1]}


def test_frames_in_frames() -> None:
    project, nodes = chain(4)
    project, inner = framed(project, nodes[1:2])
    project, outer = framed(project, nodes[:3])
    assert outer_frames(project.graph) == {inner: outer, outer: None}
    homes = frames_of(project.graph, node_rects(project, ROOT))
    assert homes == {nodes[0]: outer, nodes[1]: inner, nodes[2]: outer}
    project, twin = edits.add_frame(project, "twin", *decoration_rects(project.graph)[inner])
    assert outer_frames(project.graph)[twin] == inner, "equal frames do not hold each other"


def test_frames_take_colours_in_turn_and_need_something() -> None:
    project, nodes = chain(3)
    project, first = framed(project, nodes[:1])
    project, second = framed(project, nodes[1:2])
    assert project.graph.frames[first].color != project.graph.frames[second].color
    with pytest.raises(StudioError, match="nothing to put a frame around"):
        edits.frame_nodes(project, [])


def test_a_frame_is_never_too_small() -> None:
    project, frame = edits.add_frame(Project(), "f", 0, 0, 300, 200)
    project = edits.set_rect(project, frame, (5, 6, 1, 1))
    assert project.graph.frames[frame].width >= 90
    assert (project.graph.frames[frame].x, project.graph.frames[frame].y) == (5, 6)


def test_deleting_a_frame_leaves_its_nodes() -> None:
    project, nodes = chain(3)
    project, frame = framed(project, nodes)
    after = edits.delete_decorations(project, [frame, "nothing"])
    assert not after.graph.frames
    assert after.graph.nodes == project.graph.nodes


def test_frames_and_notes_are_copied_with_new_ids() -> None:
    project, nodes = chain(3)
    project, frame = framed(project, nodes[:2])
    project, note = edits.add_note(project, "# Hi", 50, 20)
    clip = read_clip(copy_nodes(project, nodes[:2], decorations=[frame, note]))
    assert clip is not None
    pasted, made = edits.paste(project, clip, 0, 700)
    new_frame = next(key for key in pasted.graph.frames if key != frame)
    new_note = next(key for key in pasted.graph.notes if key != note)
    assert pasted.graph.notes[new_note].text == "# Hi"
    held = carried(pasted.graph, [new_frame], node_rects(pasted, ROOT))
    assert held.nodes == set(made)
    assert held.decorations == {new_note}


def test_frames_notes_and_looks_survive_files_and_patches() -> None:
    project, nodes = chain(3)
    project, frame = framed(project, nodes[:2], "Größe ≤ 5")
    project, _note = edits.add_note(project, "a\n\n- b", 5, 6)
    after = edits.set_look(project, nodes[:1], "collapsed", True)
    after = edits.set_look(after, nodes[1:2], "pinned", True)
    after = edits.set_frame(after, frame, color="red")
    assert files.decode_project(files.encode_project(after)) == after
    assert patch.patched(project, patch.patch(project, after)) == after
    text = files.encode_project(project).decode()
    assert "collapsed" not in text
    assert "pinned" not in text


# ---------------------------------------------------------------------- looks


def test_looks_change_the_drawing_alone() -> None:
    project, nodes = chain(3)
    after = edits.set_look(project, nodes[:2], "collapsed", True)
    change = diff(project, after)
    assert change.of_graph(ROOT).redrawn == set(nodes[:2])
    assert not change.affects_model
    assert change.only_moved
    assert edits.set_look(after, nodes[:1], "collapsed", True) is after
    assert describe(project, after) == []
    lines = describe(project, after, places=True)
    assert len(lines) == 2
    assert lines[0].endswith("collapsed")
    assert node_rects(after, ROOT)[nodes[0]][3] == COLLAPSED_HEIGHT
    with pytest.raises(StudioError, match="no node"):
        edits.set_look(project, ["gone"], "pinned", True)


def test_a_look_beside_another_change_affects_the_model() -> None:
    project, nodes = chain(3)
    after = edits.set_look(project, nodes[1:2], "pinned", True)
    after = edits.set_mode(after, nodes[1:2], "muted")
    assert diff(project, after).affects_model
    assert not diff(project, after).of_graph(ROOT).redrawn


def test_pinned_nodes_do_not_move_and_copies_are_free() -> None:
    project, nodes = chain(3)
    project = edits.set_look(project, nodes[:1], "pinned", True)
    assert edits.move_nodes(project, {nodes[0]: (9.0, 9.0)}) is project
    copied, (new,) = edits.duplicate(project, nodes[:1])
    assert not copied.graph.nodes[new].pinned


def test_hidden_ports_are_those_that_need_no_wire() -> None:
    project, nodes = chain(2)
    add = SMALL.named("Add")
    assert add is not None
    project, merge = edits.add_layer(project, add, 0, 300)
    for number, node in enumerate(nodes):
        project = edits.connect(project, node, merge, f"inputs.{number}")
    assert len(visible_ports(project, merge, SMALL)) == 3
    project = edits.set_look(project, [merge], "hides_ports", True)
    assert [slot.name for slot in visible_ports(project, merge, SMALL)] == ["inputs.0", "inputs.1"]
    slot = free_port(project, merge, SMALL)
    assert slot is not None
    assert slot.name == "inputs.2", "a wire dropped on the card finds the hidden port"
    project = edits.disconnect(project, [f"{merge}:inputs.1"])
    shown = [slot.name for slot in visible_ports(project, merge, SMALL)]
    assert shown == ["inputs.0", "inputs.1"], "what must be wired stays in sight"


# ---------------------------------------------------------------------- arranging


def test_frames_are_arranged_as_boxes_with_nothing_else_in_them() -> None:
    project, nodes = chain(9)
    scattered = {node: (float(17 * n % 5 * 300), float(13 * n % 7 * 200)) for n, node in
                 enumerate(nodes)}  # fmt: skip
    project, frame = framed(project, nodes[2:5])
    project, inner = framed(project, nodes[3:4])
    members = dict.fromkeys(nodes[2:5], nodes[2:5])
    project = edits.move_nodes(
        project, {node: at for node, at in scattered.items() if node not in members}
    )
    rects = node_rects(project, ROOT)
    held = carried(project.graph, [frame], rects).nodes
    after = edits.rearrange(project, arrange(project, ROOT, rects))
    rects = node_rects(after, ROOT)
    assert not overlaps(rects)
    assert carried(after.graph, [frame], rects).nodes == held
    boxes = decoration_rects(after.graph)
    assert holds(boxes[frame], boxes[inner])
    outside = {node: rects[node] for node in nodes if node not in held}
    assert not overlaps({"frame": boxes[frame], **outside})
    assert all(holds(boxes[frame], rects[node]) for node in held)


def test_notes_stay_beside_their_cards_and_cover_nothing() -> None:
    project, nodes = chain(5)
    project = edits.move_nodes(project, {nodes[4]: (2400.0, 1800.0)})
    project, note = edits.add_note(project, "of the last", 2400, 1640)
    after = edits.rearrange(project, arrange(project, ROOT, node_rects(project, ROOT)))
    rects = node_rects(after, ROOT)
    rect = decoration_rects(after.graph)[note]
    assert not overlaps({**rects, "note": rect})
    card = rects[nodes[4]]
    assert abs(rect[0] - card[0]) < 400
    assert abs(rect[1] - card[1]) < 400


def test_pinned_cards_stay_and_nothing_is_put_on_them() -> None:
    project, nodes = chain(6)
    project = edits.move_nodes(project, {nodes[2]: (60.0, 400.0), nodes[4]: (500.0, 380.0)})
    project = edits.set_look(project, [nodes[2], nodes[4]], "pinned", True)
    after = edits.rearrange(project, arrange(project, ROOT, node_rects(project, ROOT)))
    for node in (nodes[2], nodes[4]):
        assert after.graph.nodes[node] == project.graph.nodes[node]
    assert not overlaps(node_rects(after, ROOT))


def test_arranging_some_leaves_the_rest_and_covers_none() -> None:
    project, nodes = chain(10)
    chosen = nodes[3:7]
    project = edits.move_nodes(
        project, {node: (700.0 + 10 * n, 20.0 * n) for n, node in enumerate(chosen)}
    )
    project, note = edits.add_note(project, "", 700, 130)
    rects = node_rects(project, ROOT)
    after = edits.rearrange(project, arrange(project, ROOT, rects, chosen))
    for node in set(nodes) - set(chosen):
        assert after.graph.nodes[node] == project.graph.nodes[node]
    assert after.graph.notes == project.graph.notes
    placed = node_rects(after, ROOT)
    assert not overlaps(placed)
    note_rect = decoration_rects(after.graph)[note]
    assert not overlaps({"note": note_rect, **{node: placed[node] for node in chosen}})


def test_a_frame_around_all_that_is_arranged_fits_again() -> None:
    project, nodes = chain(6)
    project, frame = framed(project, nodes[1:4])
    project = edits.move_nodes(
        project, {node: (260.0 + 40 * n, 10.0) for n, node in enumerate(nodes[1:4])}
    )
    found = arrange(project, ROOT, node_rects(project, ROOT), nodes[1:4])
    after = edits.rearrange(project, found)
    rects = node_rects(after, ROOT)
    assert decoration_rects(after.graph)[frame] == frame_around(rects[node] for node in nodes[1:4])


def test_nothing_to_arrange() -> None:
    found = arrange(Project(), ROOT, {})
    assert found == ({}, {})
    assert edits.rearrange(Project(), found) == Project()
    project, frame = edits.add_frame(Project(), "alone", 40, 50, 300, 200)
    assert edits.rearrange(project, arrange(project, ROOT, {})) == project
    assert frame in project.graph.frames
