"""What `train --start` names: fresh weights, a run of the project, another run, or a model file."""

from __future__ import annotations

from pathlib import Path

from kerasstudio.cli.codes import input_error
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import existing, find_run
from kerasstudio.cli.reading import read_weights
from kerasstudio.cli.session import Session
from kerasstudio.graph.edits import set_start
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime.protocol import TakeWeights, WeightsTaken
from kerasstudio.runtime.run_weights import start_from_run
from kerasstudio.runtime.runs import studio_folder
from kerasstudio.runtime.weight_store import WeightStore

FRESH = "fresh"
WANTED = "fresh, a run of this project (its number or folder), another run, or a model file"


def with_start(
    session: Session,
    console: Console,
    project: Project,
    file: Path,
    named: str | None,
    checkpoint: str,
) -> tuple[Project, str | None]:
    """The project that starts from what was `named` (None: from what it says itself), and the
    file of those weights. Raises `StudioError`."""
    store = WeightStore(studio_folder(file))
    if named == FRESH:
        return set_start(project, Start()), None
    if named is not None:
        start = _start(session, console, project, store, file, named, checkpoint)
        project = set_start(project, start)
    start = project.training.start
    if start.is_fresh:
        return project, None
    console.tell(f"Starting from {start.words}.")
    return project, str(store.path_of(start))


def _start(
    session: Session,
    console: Console,
    project: Project,
    store: WeightStore,
    file: Path,
    named: str,
    checkpoint: str,
) -> Start:
    source = _source(file, named)
    if source.is_dir():
        source = find_run(source)
        own = (store.folder.parent / "runs").resolve()
        if source.resolve().parent == own:
            return start_from_run(store, source, checkpoint)
    if source.is_file():
        answer = read_weights(console, source, project, store.new_path(source.name))
    else:
        out = store.new_path(f"run {source.name}")
        answer = session.ask(
            lambda number: TakeWeights(
                number,
                str(source),
                project,
                str(out),
                checkpoint,  # type: ignore[arg-type]
            ),
            WeightsTaken,
        )
    console.tell(answer.told)
    return answer.start


def _source(file: Path, named: str) -> Path:
    path = Path(named)
    if named.isdecimal() and not path.exists():
        folder = studio_folder(file) / "runs" / f"{int(named):04d}"
        if not folder.is_dir():
            raise StudioError(
                input_error(
                    "input.no_run",
                    f"The project has no run {int(named)}.",
                    expected=WANTED,
                    received=named,
                    file=folder,
                )
            )
        return folder
    return existing(path, WANTED)
