"""Which edits could mend what Keras refuses. Every function yields candidates, the most promising
first; `fix_trials` asks Keras about each, and only those that mend are offered."""
