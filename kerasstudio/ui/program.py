"""The program with windows, from its start to its end."""

from __future__ import annotations

import sys
from pathlib import Path

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.problems import StudioError, in_words
from kerasstudio.ui.app import Studio
from kerasstudio.ui.application import make_application
from kerasstudio.ui.guards import display_hindrance, versions_hindrance
from kerasstudio.ui.logs import ProgramLog
from kerasstudio.ui.settings import Settings
from kerasstudio.ui.windows import Windows

PROBLEMS, UNUSABLE = 1, 2


def main(file: str | Path | None = None, template: str | None = None) -> int:
    """Open the studio on a file, a template or the start page; returns the exit code.

    What keeps the window from opening is said in words on the standard error."""
    hindrance = versions_hindrance() or display_hindrance()
    if hindrance:
        print(f"kerasstudio: {hindrance}", file=sys.stderr)
        return PROBLEMS
    settings = Settings()
    app = make_application(settings.get("theme"), settings.get("text_size"))
    windows = Windows(app, shipped(), settings)

    def show(studio: Studio) -> None:
        if file is not None:
            studio.show_file(Path(file))
        elif template is not None or not settings.get("start_page"):
            studio.show_template(template or "blank")
        else:
            studio.show_start()

    try:
        windows.open(show)
    except StudioError as error:
        print(in_words(error.problem), file=sys.stderr)
        return UNUSABLE
    windows.errors.install()
    program_log = ProgramLog(windows.log_signal)
    code = int(app.exec())
    windows.close()
    program_log.close()
    return code


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
