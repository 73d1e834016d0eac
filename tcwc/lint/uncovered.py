"""What a text says after fixes that it did not say before, and which lines they changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tcwc.lint.replacements import Linted, Repair, Replacement, by_file, moved, moved_by
from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.rules import UNKNOWN_BASE
from tcwc.model.source import SourceText, Span


def strays(batch: list[Repair], found: Linted) -> bool:
    """Whether a batch changes a line that no finding points to; new lines are none."""
    said = {
        (span.file, line)
        for each in found.diagnostics
        for span in (each.span, *(label.span for label in each.labels))
        for line in range(span.line, span.end_line + 1)
    }
    return any(
        (edit.file, line) not in said
        for repair in batch
        for edit in repair.edits
        for line in _lines(edit, found.sources[edit.file])
    )


def _lines(edit: Replacement, source: SourceText) -> range:
    """The lines that an edit changes. One that ends where a line begins leaves that line alone."""
    last = max(edit.end - 1, edit.start)
    if edit.start == edit.end and source.text[: edit.start].endswith("\n"):
        return range(0)
    return range(source.span(edit.start, edit.start).line, source.span(last, last).line + 1)


def counts(
    new: Diagnostic, before: Linted, after: Linted, files: Mapping[str, list[Replacement]]
) -> bool:
    """Whether a finding speaks against the fix after which it is there.

    An error always does. Any error hides what is said of whole experiments, so that the rest was
    there before: but for a warning of two places that do not go together, one of which the fix
    wrote, such as a level that comes twice now.
    """
    if new.severity is Severity.ERROR or not any(
        each.severity is Severity.ERROR for each in before.diagnostics
    ):
        return True
    two = new.severity is Severity.WARNING and bool(new.labels)
    return two and wrote([new], moved_by(files), after.sources)


def wrote(
    found: Iterable[Diagnostic], written: Iterable[Replacement], sources: Mapping[str, SourceText]
) -> bool:
    """Whether one of some findings points to a line that has something of what fixes wrote."""
    lines = set(_lines_of(written, sources))
    return any(
        (span.file, line) in lines
        for each in found
        for span in (each.span, *(label.span for label in each.labels))
        for line in range(span.line, span.end_line + 1)
    )


def wrote_line(written: Replacement, span: Span, sources: Mapping[str, SourceText]) -> bool:
    """Whether something that a fix wrote stands on a line of a span."""
    lines = (span.file, range(span.line, span.end_line + 1))
    return any(file == lines[0] and n in lines[1] for file, n in _lines_of([written], sources))


def _lines_of(
    written: Iterable[Replacement], sources: Mapping[str, SourceText]
) -> Iterator[tuple[str, int]]:
    for each in written:
        span = sources[each.file].span(each.start, each.end)
        yield from ((each.file, line) for line in range(span.line, span.end_line + 1))


def hides(diagnostic: Diagnostic) -> bool:
    """Whether a finding with a safe fix keeps all that is about a config from being looked at."""
    return diagnostic.rule is UNKNOWN_BASE and any(fix.safe for fix in diagnostic.fixes)


def still_there(batch: list[Repair], before: Linted, after: Linted) -> bool:
    """Whether a finding that a batch is to repair comes again at its place."""
    files = by_file(batch)
    gone = {id(repair.diagnostic) for repair in batch}
    left = Counter(
        _place(each, before.sources, files) for each in before.diagnostics if id(each) not in gone
    )
    now = Counter(_place(each, after.sources, {}) for each in after.diagnostics)
    places = (_place(repair.diagnostic, before.sources, files) for repair in batch)
    return any(now[place] > left[place] for place in places)


def new_findings(
    batch: list[Repair], old: Iterable[Diagnostic], before: Linted, after: Linted
) -> Iterator[Diagnostic]:
    """The findings that are none of the `old` ones.

    One is known by what it says, or by its place where that says something else of it now. What
    became worse is new, and so is what there is more of.
    """
    files = by_file(batch)
    repaired = {id(repair.diagnostic) for repair in batch}
    rest = [each for each in old if id(each) not in repaired]
    said = Counter((each.code, each.severity, each.message) for each in rest)
    unsaid = []
    for each in after.diagnostics:
        what = (each.code, each.severity, each.message)
        said[what] -= 1
        if said[what] < 0:
            unsaid.append(each)
    still = Counter((each.code, each.severity, each.message) for each in after.diagnostics)
    places: Counter[tuple[tuple[str, str, int], Severity]] = Counter()
    for each in rest:
        what = (each.code, each.severity, each.message)
        still[what] -= 1
        if still[what] < 0:
            places[_place(each, before.sources, files), each.severity] += 1
    for each in unsaid:
        place = _place(each, after.sources, {})
        places[place, each.severity] -= 1
        # What is said of a whole file is said of its beginning.
        if places[place, each.severity] < 0 or place[2] <= 0:
            yield each


def _place(
    diagnostic: Diagnostic,
    sources: Mapping[str, SourceText],
    files: Mapping[str, list[Replacement]],
) -> tuple[str, str, int]:
    """Code, file and offset of a finding, after the edits."""
    span = diagnostic.span
    if span.file not in sources:
        return diagnostic.code, span.file, -1
    offset = sources[span.file].offset(span.line, span.column)
    return diagnostic.code, span.file, moved(offset, files.get(span.file, []))
