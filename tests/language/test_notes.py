"""`meta:` is for people: YAML 1.2 as it is written, and nothing that nobody can be sure of."""

from __future__ import annotations

import pytest

from tcwc.language.notes import notes
from tcwc.model.ir import Value
from tcwc.model.source import SourceText
from tcwc.yaml.experiment import read_yaml


def read(value: str) -> tuple[Value, list[str]]:
    root, found = read_yaml(SourceText("experiment.yaml", f"note: {value}\n"))
    assert root is not None
    assert not found
    values, wrong = notes(root)
    return values["note"], [f"{each.rule.code} {each.message} {each.help}" for each in wrong]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2024-01-01", "2024-01-01"),
        ("0x1F", 31),
        ("-.5", -0.5),
        ("'0042'", "0042"),
        ("{yes: 1, a.b: [x, null]}", {"yes": 1, "a.b": ["x", None]}),
        ("{'1': a}", {"1": "a"}),
        ("{a: , b: 1}", {"a": None, "b": 1}),
    ],
)
def test_what_is_noted(text: str, value: Value) -> None:
    assert read(text) == (value, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0042", "TCW203 `meta.note`: `0042` is read as octal by some"),
        ("[a, 0o10]", "`meta.note[1]`: `0o10` is the number 8"),
        (".nan", "or '.nan' for the string"),
        (
            "{1: a}",
            "TCW004 `1` is no string to readers of YAML, and keys are strings write '1', or",
        ),
        ("{null: a}", "`null` is no string"),
        ("{a:, b: 1}", "`a:` without a value is the key `a` to some readers of YAML write a: null"),
        ("{? a :, b: 1}", "`a :` without a value is the key `a`"),
        ("{1.5: a}", "write '1.5', or"),
    ],
)
def test_what_is_not_sure(text: str, said: str) -> None:
    _, found = read(text)
    assert len(found) == 1
    assert said in found[0]
