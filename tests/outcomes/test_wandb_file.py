"""The file of an offline W&B run: those that real ones wrote (left/), whole and damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.outcomes.wandb_file import read_history

LEFT = Path(__file__).parent / "left"
FILES = {name: (LEFT / name).read_bytes() for name in ("wandb-0.17.9.wandb", "wandb-0.31.0.wandb")}
WHOLE = [
    (metric, value, step)
    for step in range(1, 161)
    for metric, value in (
        ("loss", 5.0 / step),
        ("lr", 1e-5 * step),
        ("tokens_per_second_per_gpu", 100.25 + step),
    )
]
"""What they logged (left/log_wandb.py), over several blocks of 32 KiB."""


def values(data: bytes) -> list[tuple[str, float, int | None]]:
    return [(e.metric, e.value, e.step) for e in read_history(data, "global_step").read.found]


@pytest.mark.parametrize("name", FILES)
def test_all_steps_of_a_run(name: str) -> None:
    found = read_history(FILES[name], "global_step")
    assert values(FILES[name]) == WHOLE
    assert found.read.unread == ()
    assert found.began is not None
    assert found.began > 1_700_000_000
    assert len(FILES[name]) > 1 << 15


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.1, 0.33, 0.5, 0.77, 0.999])
def test_a_run_that_was_killed_has_its_first_steps(name: str, share: float) -> None:
    data = FILES[name][: int(len(FILES[name]) * share)]
    found = values(data)
    assert found == WHOLE[: len(found)]
    assert len(found) <= len(WHOLE)
    assert read_history(data, "global_step").read.unread


@given(st.sampled_from(sorted(FILES)), st.data())
def test_no_damaged_byte_makes_another_number(name: str, data: st.DataObject) -> None:
    """The checksums tell, and what comes before is as it was."""
    changed = bytearray(FILES[name])
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    found = values(bytes(changed))
    assert found == WHOLE[: len(found)]


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    for each in (data, b":W&B\xe1\xbe\x00" + data):
        read_history(each, "global_step")


def test_another_file_is_none() -> None:
    assert read_history(b"Step 1 | loss:5.0\n", "x").read.unread == ("it is no file of a W&B run",)
    assert read_history(b"", "x").read.unread == ("it is no file of a W&B run",)
