"""The Code pane."""
