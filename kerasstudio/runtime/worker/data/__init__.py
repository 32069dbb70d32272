"""Data files to arrays and `tf.data`: one file per kind of source."""

from kerasstudio.runtime.worker.data.describe import describe
from kerasstudio.runtime.worker.data.loading import LoadedData, load

__all__ = ["LoadedData", "describe", "load"]
