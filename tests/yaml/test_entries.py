"""One more entry in a text, and another value: read back, all else is as it was."""

from __future__ import annotations

import pytest
import yaml

from tcwc.model.source import SourceText
from tcwc.yaml.entries import with_entry, with_value

TEXTS = {
    "a block": "a: 1\nbase: x\n",
    "no end": "a: 1\nbase: x",
    "Windows": "a: 1\r\nbase: x\r\ncontrols:\r\n  seed: 1\r\n",
    "braces": "{a: 1, base: x}\n",
    "braces over lines": "{\n  a: 1,\n  base: x,\n}\n",
    "a comment behind": "a: 1  # one\nbase: x  # two\ncontrols:\n  b: 1  # three\n  # four\n",
    "an end": "base: x\n# c\n...\n# after it\n",
    "a block scalar": "base: >-\n  x\nversion: |\n  0.6.1\ncontrols: {}\n",
    "the version, quoted": "version: '0.6.1'  # why\nbase: x\ncontrols: {b: 1}\n",
    "a section last": "base: x\ncontrols:\n    b: {c: [1, 2]}\n\n\n",
}


def read(text: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_written_is_there_and_nothing_else_is_other(text: str) -> None:
    source, was = SourceText("x", text), read(text)
    made = with_value(source, "version", '"9"', behind=("base",))
    assert made is not None
    assert read(made) == {**was, "version": "9"}
    entry = with_entry(source, "log: 1")
    assert entry is not None
    assert read(entry) == {**was, "log": 1}
    section = with_entry(source, "log: 1", section="controls")
    assert section is not None
    assert read(section) == {**was, "controls": {**(was.get("controls") or {}), "log": 1}}  # type: ignore[dict-item]
    for each in (made, entry, section):
        assert each.count("\r\n") in (0, each.count("\n"))
        assert each.count("#") == text.count("#")


@pytest.mark.parametrize("text", ["", "- a\n", "{}\n", "a: [\n", "a: 1\n---\nb: 1\n"])
def test_what_cannot_be_written_to(text: str) -> None:
    assert with_entry(SourceText("x", text), "log: 1") is None
    assert with_value(SourceText("x", text), "version", "9", behind=("base",)) is None


def test_a_section_that_is_none() -> None:
    source = SourceText("x", "controls:\nbase: x\n")
    assert with_entry(source, "log: 1", section="controls") is None
