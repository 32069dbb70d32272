"""The list of layers to drag from, and the search at the cursor."""
