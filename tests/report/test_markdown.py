"""Text from outside in Markdown: as GitHub reads a row of a table, and code in its cells."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.report.markdown import code, table

_PART = re.compile(r"\\[!-/:-@\[-`{-~]|[^|]")
"""A piece of a cell, as cmark-gfm scans it: an escape of punctuation, or what is no bar."""
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_PIECES = ("|", "\\", "`", "``", "<b>", "@lab", "a", " ", "#1", "[x](y)", "_", "*", "\n", "-->")


def cells(line: str) -> list[str]:
    """The cells of a row."""
    found, text = [], line.removeprefix("|")
    while text:
        cell = ""
        while match := _PART.match(text):
            cell, text = cell + match[0], text[match.end() :]
        text = text.removeprefix("|")
        found.append(cell.strip().replace("\\|", "|"))
    return found


def shown(cell: str) -> str:
    """What a cell of nothing but code shows; anything outside of code stays in view."""

    def content(found: re.Match[str]) -> str:
        text = found[2]
        padded = text[:1] == text[-1:] == " " and text.strip()
        return f"\x02{text[1:-1] if padded else text}\x03"

    text = _SPAN.sub(content, cell).replace("\x03<!-- -->\x02", "")
    assert re.fullmatch("\x02[^\x02\x03]*\x03|<code></code>", text), (cell, text)
    return text.strip("\x02\x03").replace("<code></code>", "")


@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_a_cell_of_code_is_the_text(text: str) -> None:
    (_, _, _, row) = table(("A", "B"), [(code(text), code("b"))])
    one, other = cells(row)
    assert shown(one) == " ".join(text.split())
    assert shown(other) == "b"


@pytest.mark.parametrize("text", ["a\\|b", "\\|", "\\\\|`", "|\\"])
def test_a_bar_behind_a_backslash_ends_no_cell(text: str) -> None:
    (_, _, _, row) = table(("A",), [(code(text),)])
    assert [shown(each) for each in cells(row)] == [text]
