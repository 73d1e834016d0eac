"""What a text that is no expression was meant as."""

from __future__ import annotations

import pytest

from tcwc.expressions.meant import meant


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("lora_rank => 16", "lora_rank >= 16"),
        ("lora_rank ≥ 16", "lora_rank >= 16"),
        ("lora_rank <> 16", "lora_rank != 16"),
        ("lora_rank equals 16", "lora_rank == 16"),
        ("lora_rank is not 16", "lora_rank != 16"),
        ("if lora_rank = 16:", "lora_rank == 16"),
        ("unless lora_rank == 16", "not (lora_rank == 16)"),
        ("lora_rank == 16 && seed == 1", "lora_rank == 16 and seed == 1"),
        ("!(lora_rank == 16)", "not (lora_rank == 16)"),
        ("lora_rank in (8, 16)", "lora_rank in [8, 16]"),
        ("lora_rank between 8 and 16", "8 <= lora_rank <= 16"),
        ("=2*lora_rank", "2*lora_rank"),
        ("4 * math.sqrt(lora_rank)", "4 * sqrt(lora_rank)"),
        ("2 × lora_rank", "2 * lora_rank"),
        ("lora_rank x 2", "lora_rank * 2"),
        ("2r", "2 * r"),
        ("2e-4lora_rank", "2e-4 * lora_rank"),
        ("${lora_rank} * 2", "lora_rank * 2"),
        ("dtype == “bf16”", 'dtype == "bf16"'),
        ("lora_rank ≥ 16 and dtype = 'a = b'", "lora_rank >= 16 and dtype == 'a = b'"),
        # What is right already, or nothing that can be told.
        ("lora_rank >= 16", ""),
        ("1e-4 < lr", ""),
        ("lambda r: 2*r", ""),
        ("runs/{seed}", ""),
        ("lora_rank == 16 and", ""),
        ("/scratch/bs{batch_size}", ""),
    ],
)
def test_meant(text: str, wanted: str) -> None:
    assert meant(text) == wanted
