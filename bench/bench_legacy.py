"""Files of Keras 1 and 2 opened by the program: how many predict what Keras 2 predicts.

Each kind of `tests/legacy_zoo` is written anew with random weights, by tf_keras or by hand, opened
(upgraded, vetted, drawn, built from the drawing, given its weights), and compared with Keras 2, or
NumPy where Keras 2 cannot tell, on two random inputs. Equal means at most 1e-5 apart everywhere.
A kind that is not equal is named on the error output with its reason; with `--all` every kind is.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import tf_keras
from legacy_zoo import hand, keras1, keras2
from legacy_zoo.hand import HandKind, Written
from legacy_zoo.kind import Kind, predicted
from legacy_zoo.opening import Arrays, Opened, difference
from legacy_zoo.zoo import KINDS

from kerasstudio.graph.problems import StudioError

NEAR = 1e-5
SEEDS = (1, 2)


def main() -> None:
    warnings.simplefilter("ignore")
    told = "--all" in sys.argv
    kinds = (*KINDS, *keras1.KINDS, *keras2.KINDS)
    equal = exact = 0
    with tempfile.TemporaryDirectory(prefix="kerasstudio-bench-") as folder:
        for number, kind in enumerate(kinds):
            path = Path(folder) / f"{number}.h5"
            apart, reason = compare(kind, path)
            path.unlink(missing_ok=True)
            equal += not reason
            exact += not reason and apart == 0
            if reason or told:
                print(f"{kind.name}: {reason or f'{apart:.1e} apart'}", file=sys.stderr)
    print(f"{len(kinds)} kinds, {equal} equal, {exact} of them without any difference")
    figure("models of Keras 1 and 2 opened with equal predictions, %", 100 * equal / len(kinds))


def compare(kind: Kind | HandKind, path: Path) -> tuple[float, str]:
    """(greatest difference, why it does not count as equal or "")."""
    tf_keras.backend.clear_session()
    written = kind.write(path, seed=3)
    try:
        opened = Opened(path)
        if opened.report.lost:
            return 0.0, f"lost: {opened.report.lost[0].why}"
        apart = 0.0
        for seed in SEEDS:
            if isinstance(kind, Kind):
                arrays = kind.inputs(written, seed)
                expected = predicted(path, arrays)
            else:
                arrays = hand.inputs(written, seed)
                expected = meant(written, arrays, path)
            apart = max(apart, difference(expected, opened.predict(arrays)))
    except StudioError as error:
        return 0.0, error.problem.message
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is the kind's failure
        return 0.0, f"{type(error).__name__}: {str(error)[:200]}"
    return apart, "" if apart <= NEAR else f"{apart:.1e} apart"


def meant(written: Written, arrays: Arrays, path: Path) -> Arrays:
    if written.expected is None:
        return predicted(path, arrays)
    found = written.expected(*arrays)
    return found if isinstance(found, list) else [found]


def figure(name: str, value: float) -> None:
    print(json.dumps({"figure": name, "value": round(value, 1), "limit": 95, "better": "higher"}))


if __name__ == "__main__":
    main()
