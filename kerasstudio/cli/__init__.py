"""The command line: without Qt, without a display, without TensorFlow in this process.

Exit codes: 0 fine, 1 problems or failed, 2 unusable input. Messages go to standard error; with
`--json` standard output gets exactly one JSON object.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import NoReturn

from kerasstudio import __version__
from kerasstudio.cli.codes import FAILED, OK, exit_code, input_error
from kerasstudio.cli.console import Console
from kerasstudio.graph.problems import Place, Problem, StudioError

DESCRIPTION = "Draw a Keras model, train it, watch it, export it."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. `argv` is without the program's name."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = Console(json="--json" in arguments)
    try:
        return _run(arguments, console)
    except StudioError as error:
        console.fail(error.problem)
        return exit_code(error.problem)
    except KeyboardInterrupt:
        console.fail(Problem(code="cli.interrupted", message="Interrupted."))
        return FAILED
    except BrokenPipeError:
        # The reader of our output is gone (`| head`); Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        # A name too long, links in a circle, a disk that fails: nothing of ours to explain.
        problem = Problem(
            code="file.disk_full" if error.errno in (ENOSPC, EDQUOT) else "file.system",
            message=f"The system refused a file: {error.strerror or error}.",
            place=Place(file=str(error.filename)[:500] if error.filename else None),
        )
        console.fail(problem)
        return exit_code(problem)


def _run(arguments: list[str], console: Console) -> int:
    from kerasstudio.cli.commands import COMMANDS

    parser, commands = _parsers()
    first = arguments[0] if arguments else ""
    if first in commands:
        options = commands[first].parse_args(arguments[1:])
        return COMMANDS[first].run(options, console)
    if first and not first.startswith("-"):
        _refuse_typing_mistake(first, list(COMMANDS))
    options = parser.parse_args(arguments)
    if options.version:
        console.say(f"kerasstudio {__version__}")
        return OK
    from kerasstudio.cli.studio import open_studio

    return open_studio(options.file, console)


class _Parser(argparse.ArgumentParser):
    """Tells a mistake as all other problems are told, so that `--json` gets its object too."""

    def error(self, message: str) -> NoReturn:
        usage = " ".join(self.format_usage().removeprefix("usage: ").split())
        raise StudioError(
            input_error(
                "cli.arguments",
                f"{message[0].upper()}{message[1:]}.",
                expected=usage,
            )
        )


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    """The parser of `kerasstudio [FILE]`, and one for each command."""
    from kerasstudio.cli.commands import COMMANDS

    width = max(len(command.usage) for command in COMMANDS.values())
    listed = "\n".join(
        f"  {command.usage.ljust(width)}  {command.help}" for command in COMMANDS.values()
    )
    parser = _Parser(
        prog="kerasstudio",
        usage="kerasstudio [FILE]\n       kerasstudio COMMAND ...",
        description=DESCRIPTION,
        epilog=f"commands:\n{listed}\n\n"
        "`kerasstudio COMMAND --help` explains one. Exit codes: 0 fine, 1 problems or failed,\n"
        "2 unusable input.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="a project, a model (.keras, .h5, .json) or data to open in the studio",
    )
    parser.add_argument("--version", action="store_true", help="print the version and end")
    commands = {}
    for name, command in COMMANDS.items():
        own = _Parser(
            prog=f"kerasstudio {name}",
            description=command.description or f"{command.help[0].upper()}{command.help[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(own)
        commands[name] = own
    return parser, commands


def _refuse_typing_mistake(word: str, commands: list[str]) -> None:
    """`kerasstudio trian x` is a mistyped command, not a file to be opened."""
    if Path(word).exists() or Path(word).suffix:
        return
    close = get_close_matches(word, commands, 1)
    raise StudioError(
        input_error(
            "cli.command",
            f'"{word}" is neither a command nor a file.',
            expected=f"did you mean {close[0]}?" if close else f"one of {', '.join(commands)}",
            received=word,
        )
    )
