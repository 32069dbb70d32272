"""The Train page: how the model is fitted."""
