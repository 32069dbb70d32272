"""What the person sees: Qt and pyqtgraph; never TensorFlow."""
