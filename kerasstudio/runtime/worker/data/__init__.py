"""Data files to arrays and `tf.data`: one file per kind of source."""

from kerasstudio.runtime.worker.data.describe import describe
from kerasstudio.runtime.worker.data.guess import guess_data
from kerasstudio.runtime.worker.data.loading import LoadedData, load
from kerasstudio.runtime.worker.data.other_files import load_rows

__all__ = ["LoadedData", "describe", "guess_data", "load", "load_rows"]
