"""Real TensorFlow, imported once, on the CPU; warnings of its own dependencies are let through."""

from __future__ import annotations

import warnings

# What these packages warn of at import is theirs to mend.
with warnings.catch_warnings():
    for _module in ("google", "flatbuffers", "tensorflow", "keras", "h5py", "numpy", "ml_dtypes"):
        warnings.filterwarnings("ignore", module=rf"{_module}(\..*)?")
    import keras  # noqa: F401
