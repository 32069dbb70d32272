"""`kerasstudio new OUT.kstudio --data PATH`: a sensible model for that data."""

from __future__ import annotations

import textwrap
from argparse import ArgumentParser, Namespace
from pathlib import Path

from kerasstudio.cli.codes import OK, input_error
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import PROJECT_SUFFIX, data_path, writable_target
from kerasstudio.cli.session import Session
from kerasstudio.graph import files
from kerasstudio.graph.data_spec import DataSpec
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.templates import model_for_data, templates
from kerasstudio.runtime.protocol import DataGuessed, GuessData


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT.kstudio", type=Path, help="the project to write")
    parser.add_argument(
        "--data",
        metavar="PATH",
        action="append",
        required=True,
        help=".csv, .npz or .npy, or sample:NAME for a shipped one; may be given several times",
    )
    parser.add_argument("--target", metavar="COLUMN", help="what is to be predicted")
    parser.add_argument("--template", metavar="NAME", help=f"one of: {', '.join(_names())}")
    parser.add_argument("--force", action="store_true", help="replace OUT when it exists")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace, console: Console) -> int:
    if options.out.suffix != PROJECT_SUFFIX:
        raise StudioError(
            input_error(
                "input.suffix",
                "A project file ends in .kstudio.",
                expected=f"{options.out.stem}.kstudio",
                received=str(options.out),
            )
        )
    target = writable_target(options.out, options.force)
    if options.template is not None and options.template not in _names():
        raise StudioError(
            input_error(
                "input.template",
                f'There is no template "{options.template}".',
                expected=f"one of {', '.join(_names())}",
                received=options.template,
            )
        )
    paths = tuple(data_path(path) for path in options.data)
    with Session(console) as session:
        guessed = session.ask(
            lambda number: GuessData(number, paths, str(target.parent), options.target),
            DataGuessed,
        )
    for problem in guessed.summary.problems:
        console.problem(problem)
    project = model_for_data(guessed.data, guessed.summary, options.template)
    files.write_project(target, project)
    roles = {
        role: [column.name for column in guessed.data.columns if column.role == role]
        for role in ("feature", "target", "ignore")
    }
    layers = [project.layer_of(node).class_name for node in project.graph.nodes.values()]
    console.say(f"{options.out}: {guessed.summary.rows:,} samples")
    console.say(f"  predicts {', '.join(roles['target']) or 'nothing yet'}")
    console.say(f"  from {_few(roles['feature'] or _past(guessed.data, roles['target']))}")
    if roles["ignore"]:
        console.say(f"  without {_few(roles['ignore'])}")
    console.say(f"  by {' → '.join(layers)}")
    console.result(
        {
            "ok": True,
            "file": str(target),
            "rows": guessed.summary.rows,
            "features": roles["feature"],
            "targets": roles["target"],
            "ignored": roles["ignore"],
            "layers": layers,
            "problems": guessed.summary.problems,
        }
    )
    return OK


def _names() -> list[str]:
    return [template.id for template in templates()]


def _past(data: DataSpec, targets: list[str]) -> list[str]:
    """What a series without other columns is told from: its own last values."""
    length = data.window.length
    return [f"the last {length} values of {name}" for name in targets] if length else []


def _few(names: list[str], most: int = 6) -> str:
    shown = ", ".join(textwrap.shorten(name, 60, placeholder="…") for name in names[:most])
    shown = shown or "nothing"
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
