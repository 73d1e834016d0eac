"""Fixes as replacements of stretches of texts: which can be made together, and what comes of it."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tcwc.model.cut import cut
from tcwc.model.diagnostics import Diagnostic, Fix
from tcwc.model.secrets import masked
from tcwc.model.source import SourceText, Span

_SHOWN = 70
"""Characters of what a fix wrote that are shown."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What texts compile to: their findings, and the sources that these point into."""

    diagnostics: Sequence[Diagnostic]
    sources: Mapping[str, SourceText]


@dataclass(frozen=True, slots=True)
class Repair:
    """A fix that is to be tried, with its edits as offsets in the present texts."""

    diagnostic: Diagnostic
    edits: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    file: str
    start: int
    end: int
    text: str

    def touches(self, other: Replacement) -> bool:
        """Whether both change one place; an insertion at the edge of another edit counts."""
        if self.file != other.file:
            return False
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


def replacements(fix: Fix, sources: Mapping[str, SourceText]) -> Iterator[Replacement]:
    for edit in fix.edits:
        source = sources[edit.span.file]
        yield Replacement(edit.span.file, *offsets(edit.span, source), edit.text)


def offsets(span: Span, source: SourceText) -> tuple[int, int]:
    """Where a span begins and ends in its source."""
    return (
        source.offset(span.line, span.column),
        source.offset(span.end_line, span.end_column),
    )


def compatible(candidates: Iterator[Repair]) -> list[Repair]:
    """Those that do not change a place that an earlier one changes."""
    chosen: list[Repair] = []
    taken: dict[str, list[Replacement]] = {}
    for repair in candidates:
        if any(_taken(edit, taken.get(edit.file, [])) for edit in repair.edits):
            continue
        chosen.append(repair)
        for edit in repair.edits:
            insort(taken.setdefault(edit.file, []), edit)
    return chosen


def _taken(edit: Replacement, others: list[Replacement]) -> bool:
    """Whether an edit touches one of others, which are sorted and touch each other nowhere."""
    at = bisect_left(others, edit)
    return any(edit.touches(other) for other in others[max(at - 2, 0) : at + 2])


def applied(batch: list[Repair], sources: Mapping[str, SourceText]) -> dict[str, str]:
    """The texts of the files that a batch changes."""
    texts = {}
    for file, edits in by_file(batch).items():
        text, made, at = sources[file].text, [], 0
        for edit in edits:
            made += [text[at : edit.start], edit.text]
            at = edit.end
        texts[file] = "".join(made) + text[at:]
    return texts


def by_file(batch: list[Repair]) -> dict[str, list[Replacement]]:
    files: dict[str, list[Replacement]] = {}
    for edit in sorted(edit for repair in batch for edit in repair.edits):
        files.setdefault(edit.file, []).append(edit)
    return files


def moved_by(
    files: Mapping[str, list[Replacement]], earlier: Iterable[Replacement] = ()
) -> Iterator[Replacement]:
    """What edits wrote, and what was written before them, where it stands after the edits."""
    for each in earlier:
        edits = files.get(each.file, [])
        yield replace(each, start=moved(each.start, edits), end=moved(each.end, edits))
    for file, edits in files.items():
        shift = 0
        for edit in edits:
            start = edit.start + shift
            shift += len(edit.text) - (edit.end - edit.start)
            yield Replacement(file, start, start + len(edit.text), edit.text)


def moved(offset: int, edits: Iterable[Replacement]) -> int:
    """Where an offset is after edits."""
    shift = 0
    for edit in edits:
        if edit.start >= offset:
            break
        if edit.end > offset:
            return edit.start + shift
        shift += len(edit.text) - (edit.end - edit.start)
    return offset + shift


def undoes(repair: Repair, written: Iterable[Replacement]) -> bool:
    """Whether a fix only removes what other fixes wrote, and what that stood beside with it."""
    return any(
        not edit.text and edit.file == each.file and edit.start <= each.start < each.end <= edit.end
        for edit in repair.edits
        for each in written
    )


def change(repair: Repair, sources: Mapping[str, SourceText]) -> str:
    """What a fix wrote for what, in a few words."""
    said = (_change(edit, sources[edit.file]) for edit in repair.edits)
    return ", ".join(dict.fromkeys(said))


def _change(edit: Replacement, source: SourceText) -> str:
    start, end = edit.start, edit.end
    if masked(source.text)[start:end] != source.text[start:end]:
        return "..."  # nothing that is printed shows one
    old, new = _in_a_line(source.text[start:end]), _in_a_line(edit.text)
    if old == new:
        return f"spaces in `{_in_a_line(source.line(source.span(start, start).line))}`"
    if not new:
        return f"removed {old}"
    return f"{old} -> {new}" if old else f"added {new.lstrip(', ')}"


def _in_a_line(text: str) -> str:
    return cut(masked(" ".join(text.split())), _SHOWN)
