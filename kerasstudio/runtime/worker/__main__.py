"""`python -m kerasstudio.runtime.worker`: one worker process."""

from __future__ import annotations

from kerasstudio.runtime.worker.confinement import confine_if_asked
from kerasstudio.runtime.worker.streams import claim_streams


def main(announced: bool = False) -> None:
    """Serve on standard input and output. `announced`: `Starting` was sent already."""
    # First of all: what keeps a process must be there before its second thread.
    confinement = confine_if_asked()
    requests, reports = claim_streams()
    from kerasstudio.runtime.worker.loop import serve

    serve(requests, reports, announced, confinement)


if __name__ == "__main__":
    main()
