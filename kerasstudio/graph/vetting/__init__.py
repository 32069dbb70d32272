"""What may be made of values that anybody may have written: an allow-list, generated from Keras.

Pure values: files are opened elsewhere (`runtime.worker.vetting`)."""
