"""Where the command line writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from kerasstudio.graph.problems import Problem, in_words

_CODE = """  here: --trust-code runs it, if you know who made it; `kerasstudio convert IN OUT
  --code FILE.py` puts the class it needs into the project"""


class Console:
    """With `json` nothing goes to standard output but the one object given to `result`."""

    def __init__(self, json: bool = False) -> None:
        self.json = json
        self.terminal = sys.stderr.isatty()
        self._shown = False
        self._status = False

    def say(self, text: str) -> None:
        """A result for people, on standard output."""
        self.clear_status()
        if not self.json:
            print(text, flush=True)

    def tell(self, text: str) -> None:
        """A message, on standard error."""
        self.clear_status()
        print(text, file=sys.stderr, flush=True)

    def status(self, text: str) -> None:
        """What is being done now: one line that is written over, on a terminal only."""
        if self.terminal:
            print(f"\r\x1b[K{text[:100]}", end="", file=sys.stderr, flush=True)
            self._status = True

    def clear_status(self) -> None:
        if self._status:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._status = False

    def problem(self, problem: Problem) -> None:
        """A problem in its parts, on standard error."""
        self.tell(f"{problem.severity}: {in_words(problem)}")
        if problem.code == "placeholder.code":
            self.tell(_CODE)

    def fail(self, problem: Problem) -> None:
        """The problem that ends the command."""
        self.problem(problem)
        if problem.detail and problem.code == "worker.crash":
            self.tell(problem.detail)
        self.result({"ok": False, "problems": [problem]})

    def result(self, value: dict[str, Any]) -> None:
        """The one JSON object, when JSON is wanted. Only the first one counts."""
        if self.json and not self._shown:
            self._shown = True
            print(msgspec.json.encode(value).decode(), flush=True)
