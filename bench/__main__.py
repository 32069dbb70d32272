"""Run every benchmark in a process of its own: `make bench`, or `python -m bench canvas start`.

Each prints lines such as {"figure": "...", "value": 4.2, "limit": 6.0, "better": "lower"}. On a
Linux without a display they run on a virtual screen (Xvfb).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(wanted: list[str]) -> int:
    scripts = sorted(HERE.glob("bench_*.py"))
    names = {script.stem.removeprefix("bench_"): script for script in scripts}
    unknown = [name for name in wanted if name not in names]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(names)}", file=sys.stderr)
        return 2
    missed = 0
    for name in wanted or names:
        missed += run_one(names[name])
    return 1 if missed else 0


def run_one(script: Path) -> int:
    """Run one script, pass its figures on, and count those that miss their limit."""
    command = [sys.executable, str(script)]
    if sys.platform == "linux" and not os.environ.get("DISPLAY") and shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 1680x1050x24", *command]
    done = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False)
    missed = 0
    for line in done.stdout.splitlines():
        if not line.startswith("{"):
            continue
        print(line, flush=True)
        figure = json.loads(line)
        reached = (
            figure["value"] <= figure["limit"]
            if figure["better"] == "lower"
            else figure["value"] >= figure["limit"]
        )
        if not reached:
            missed += 1
            print(f"missed: {figure['figure']}", file=sys.stderr, flush=True)
    if done.returncode:
        print(f"{script.name} ended with {done.returncode}", file=sys.stderr, flush=True)
    return missed or done.returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
