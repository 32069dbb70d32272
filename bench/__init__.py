"""Measurements: each `bench_*.py` prints one JSON line a figure."""
