"""What a model is: immutable values and pure functions; no Qt, no TensorFlow."""
