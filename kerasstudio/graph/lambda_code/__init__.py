"""What a Lambda layer does, read from its compiled code: nothing of it is run, and Python's own
`marshal`, which can crash on crafted data, is not used."""
