"""The speed that a run keeps is that of training alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kerasstudio.runtime.protocol import Message
from kerasstudio.runtime.worker import feed as feeding

pytestmark = pytest.mark.worker


def test_only_training_counts_for_the_speed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(feeding, "time", SimpleNamespace(monotonic=lambda: clock.now))
    sent: list[Message] = []
    steps, epochs = 4, 3
    with feeding.Feed(1, tmp_path, sent.append, steps, epochs) as feed:

        def train(seconds: float, batches: int) -> None:
            feed.begin()
            clock.now += seconds
            feed.add(("loss",), np.ones((batches, 1), np.float32))

        for epoch in range(epochs):
            feed.start_epoch(epoch)
            if epoch == 0:
                train(5.0, 1)  # the first execution traces
                assert feed.mean_speed() == 0
            else:
                train(0.1, 1)
            train(0.1, 1)
            feed.pause()
            clock.now += 60.0
            feed.resume()
            train(0.2, 2)
            clock.now += 3.0  # validation, checkpoints
            feed.end_epoch({"loss": 1.0}, 9.0, best=False)
            assert feed.mean_speed() == pytest.approx(10.0)
        # What is left is told from the whole pace, validation included.
        assert feed.seconds_left() == 0
        feed.start_epoch(0)
        assert feed.seconds_left() == pytest.approx(12 / (11 / (1.1 + 9.0)), rel=0.01)
