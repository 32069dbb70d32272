"""Models as Keras 2 and 1 wrote them, made anew for each test: nothing here is a stored file.

`tf_keras` is Keras 2: it builds and saves a kind, and tells what it predicts. Spellings that it no
longer writes are written by hand (`keras1`, `tf1`), with predictions computed by NumPy or by an
equivalent model of tf_keras.
"""
