"""`python -m kerasstudio.runtime.worker`: one worker process."""

from __future__ import annotations

from kerasstudio.runtime.worker.streams import claim_streams


def main(announced: bool = False) -> None:
    """Serve on standard input and output. `announced`: `Starting` was sent already."""
    requests, reports = claim_streams()
    from kerasstudio.runtime.worker.loop import serve

    serve(requests, reports, announced)


if __name__ == "__main__":
    main()
