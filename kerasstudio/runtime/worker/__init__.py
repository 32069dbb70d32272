"""The worker process: the only place that imports TensorFlow; started with -m, never imported."""
