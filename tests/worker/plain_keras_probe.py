"""Run as a script: loads files as plain Keras does for somebody who trusts them, so that their code
runs. `python plain_keras_probe.py MARKER FILE...` prints the files that touched the marker, as
JSON. Confined like the worker where the environment asks for it."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

from kerasstudio.runtime.worker import confinement


def main(marker: Path, files: list[str]) -> None:
    import keras
    import numpy as np

    confinement.confine_if_asked()
    touched = []
    for file in files:
        with contextlib.suppress(Exception):  # a trap need not be a model that works
            model = keras.models.load_model(file, compile=False, safe_mode=False)
            model(np.zeros((1, 4), "float32"))
        with contextlib.suppress(OSError):  # as a confined process cannot take it away
            if marker.exists():
                touched.append(file)
                marker.unlink()
    print(json.dumps(touched))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
