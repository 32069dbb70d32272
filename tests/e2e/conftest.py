"""The whole program: a real window, a real worker."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for `hand`


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[object]:
    """The studio on its start page, in a real window, with real workers."""
    if not os.environ.get("DISPLAY"):
        pytest.fail("these tests need a screen: `make test` starts a virtual one")
    from hand import pump

    from kerasstudio.graph.catalogue import shipped
    from kerasstudio.ui.app import Studio
    from kerasstudio.ui.application import make_application
    from kerasstudio.ui.settings import Settings

    settings = Settings()
    settings.set("theme", "dark")
    studio = Studio(make_application("dark", "100"), shipped(), settings)
    studio.show_start()
    studio.window.resize(1600, 1000)
    studio.window.move(0, 0)
    studio.begin()
    pump(0.5)
    yield studio
    studio.window.close_now()
    studio.close()
    pump(0.2)
