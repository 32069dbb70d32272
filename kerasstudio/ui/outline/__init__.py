"""The drawing as a tree."""
