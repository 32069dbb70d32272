"""Editors for the arguments of the selected layer."""
