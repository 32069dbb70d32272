"""Process start to the first painted window that can be edited: a model on its canvas, and the
start page. TensorFlow must not be imported in the window's process."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

TIMES = 7
STARTED = "KERASSTUDIO_BENCH_STARTED"


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        for name, arguments in (("a model on its canvas", ["digits_cnn"]), ("start page", [])):
            run_once(arguments, cache)  # compiles, as an installation has done
            times = [run_once(arguments, cache) for _ in range(TIMES)]
            figure = {
                "figure": f"start: process start to first paint, {name}, seconds (median)",
                "value": round(statistics.median(seconds for seconds, _ in times), 3),
                "limit": 1.0,
                "better": "lower",
                "cpu": round(statistics.median(cpu for _, cpu in times), 3),
            }
            print(json.dumps(figure), flush=True)


def run_once(arguments: list[str], cache: str) -> tuple[float, float]:
    """Seconds from just before the process is made to after its first paint, and how many of a
    processor it used."""
    environment = {**os.environ, STARTED: repr(time.time()), "PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, __file__, "child", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the window did not start:\n{done.stderr}")
    seconds, cpu = done.stdout.split()[-2:]
    return float(seconds), float(cpu)


def child(template: str | None) -> None:
    from kerasstudio.ui import program

    def report(_studio: program.Studio) -> None:
        """In the place of what the program does after the first paint."""
        seconds = time.time() - float(os.environ[STARTED])
        if any(name in sys.modules for name in ("tensorflow", "keras")):
            print("TensorFlow was imported in the window's process", file=sys.stderr)
            os._exit(1)
        print(f"{seconds:.3f} {time.process_time():.3f}", flush=True)
        os._exit(0)

    program.Studio.begin = report  # type: ignore[assignment, method-assign]
    raise SystemExit(program.main(None, template))


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(sys.argv[2] if len(sys.argv) > 2 else None)
    else:
        main()
