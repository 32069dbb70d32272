"""The drawing of the graph and every gesture on it."""
