"""`kerasstudio evaluate RUN`: metrics on the test part, or on another file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from kerasstudio.cli.code import add_trust, trust
from kerasstudio.cli.codes import OK
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import data_path, find_run
from kerasstudio.cli.session import Session
from kerasstudio.runtime.protocol import Evaluate, Evaluated
from kerasstudio.runtime.runs import read_project


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", type=Path, help="a run folder, or a project for its last good run"
    )
    parser.add_argument("--data", metavar="PATH", help="instead of the test part")
    parser.add_argument(
        "--checkpoint",
        choices=("best", "last"),
        default="best",
        help="the weights of the best epoch (default) or of the last one",
    )
    add_trust(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace, console: Console) -> int:
    folder = find_run(options.run)
    data = data_path(options.data) if options.data is not None else None
    with Session(console) as session:
        trust(options, session, read_project(folder))
        answer = session.ask(
            lambda number: Evaluate(number, str(folder), data, options.checkpoint), Evaluated
        )
    weights = f"weights of the {answer.checkpoint} epoch"
    console.say(f"{folder} on {data or 'its test part'}, {weights}")
    for name, value in answer.values.items():
        console.say(f"  {name} {value:.6g}")
    console.result(
        {
            "ok": True,
            "run": str(folder),
            "data": data,
            "metrics": answer.values,
            "checkpoint": answer.checkpoint,
        }
    )
    return OK
