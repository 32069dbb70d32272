"""`kerasstudio predict RUN --data PATH --out FILE.csv`: a table of predictions."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from kerasstudio.cli.code import add_trust, trust
from kerasstudio.cli.codes import OK
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import data_path, find_run, writable_target
from kerasstudio.cli.session import Session
from kerasstudio.runtime.protocol import Predict, Predicted
from kerasstudio.runtime.runs import read_project


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", type=Path, help="a run folder, or a project for its last good run"
    )
    parser.add_argument("--data", metavar="PATH", required=True, help="the rows")
    parser.add_argument("--out", metavar="FILE.csv", type=Path, required=True, help="the table")
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
    data = data_path(options.data, "a data file with the columns the run was trained on")
    target = writable_target(options.out)
    with Session(console) as session:
        trust(options, session, read_project(folder))
        answer = session.ask(
            lambda number: Predict(number, str(folder), str(data), str(target), options.checkpoint),
            Predicted,
        )
    console.say(f"{answer.rows:,} rows predicted: {options.out}")
    console.result(
        {"ok": True, "run": str(folder), "data": str(data), "out": str(target), "rows": answer.rows}
    )
    return OK
