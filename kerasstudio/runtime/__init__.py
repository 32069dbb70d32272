"""How a model runs: the light parent half. `worker/` is the process that imports TensorFlow."""
