"""KerasStudio: draw a Keras model, train it, watch it, export it."""

__version__ = "0.1.0"
