"""Keras's documentation, rendered and searchable, without a network."""
