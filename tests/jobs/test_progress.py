"""What the end of a log says of how far a training is."""

from __future__ import annotations

import pytest

from tcwc.jobs.here.progress import progress

BAR = (
    "1|22|Loss: 5.39: 92%|█████████▏| 22/24 [00:01<00:00, 14.61it/s]"
    "\r1|24|Loss: 5.319: 100%|██████████| 24/24 [00:01<00:00, 14.61it/s]"
)


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (BAR, "epoch 1, 24/24, loss: 5.319"),
        (BAR + "\nINFO:torchtune.utils:saving\n", "epoch 1, 24/24, loss: 5.319"),
        ("  0%|          | 0/16 [00:00<?, ?it/s]", "0/16"),
        ("Map:  25%|██▌       | 16/64 [00:00<00:00, 1.00 examples/s]", "16/64, map"),
        ("", ""),
        ("100% of it", ""),
        ("\r\r\n|%|%[", ""),
    ],
)
def test_the_newest_bar(tail: str, expected: str) -> None:
    assert progress(tail) == expected
