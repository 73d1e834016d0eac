"""Texts with lines and characters deleted, doubled, inserted and swapped."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st


@st.composite
def mutants(draw: st.DrawFn, seeds: Sequence[str], pieces: Sequence[str]) -> str:
    """One of the seeds after one to four slips."""
    lines = draw(st.sampled_from(seeds)).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        column = draw(st.integers(0, len(line)))
        kind = draw(st.sampled_from(("drop", "double", "cut", "insert", "indent", "other")))
        if kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, line)
        elif kind == "cut":
            lines[at] = line[:column] + line[column + 1 :]
        elif kind == "insert":
            lines[at] = line[:column] + draw(st.sampled_from(pieces)) + line[column:]
        elif kind == "indent":
            lines[at] = " " + line
        else:
            other = draw(st.sampled_from(seeds)).split("\n")
            lines.insert(at, draw(st.sampled_from(other)))
    return "\n".join(lines)
