"""Numbers and truth values as people write them."""

from __future__ import annotations

import pytest

from tcwc.language.values import Mistyped, type_scalar
from tcwc.language.written import readings
from tcwc.model.types import Type


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("2×10⁻⁴", "float", "2e-4"),
        ("1 × 10-4", "float", "1e-4"),
        ("10^-4", "float", "1e-4"),
        ("10⁻⁴", "float", "1e-4"),
        ("1d-4", "float", "1e-4"),
        ("1e-4f", "float", "1e-4"),
        ("1e-4†", "float", "1e-4"),
        ("1/1000", "float", "0.001"),
        ("3/10000", "float", "0.0003"),
        ("10 percent", "float", "0.1"),
        ("2^3", "int", "8"),
        ("0x10", "int", "16"),
        ("2k", "int", "2048"),
        ("2048 tokens", "int", "2048"),
        ("8 (small)", "int", "8"),
        ("3,", "int", "3"),
        ("= 3", "int", "3"),
        ("1", "bool", "true"),
        ("disabled", "bool", "false"),
        # Two numbers are no number with a unit.
        ("8 or 16", "int", ""),
        ("8 to 16", "int", ""),
        ("10-4", "float", ""),
        ("1/0", "float", ""),
        ("1/3", "float", ""),
        ("x", "int", ""),
    ],
)
def test_readings(text: str, kind: str, wanted: str) -> None:
    type_ = Type((kind,))  # type: ignore[arg-type]
    fitting = (
        each.value
        for each in readings(text)
        if not isinstance(type_scalar(each.value, False, type_), Mistyped)
    )
    assert next(fitting, "") == wanted
