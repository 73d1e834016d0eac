"""Applies fixes to texts, and takes back what does not hold.

Fixes that do not overlap are applied together, then everything is compiled again: a fix after
which its finding is still there, or that makes a new mistake where it wrote, is dropped. So it
goes in rounds until there is nothing left to repair. Pure: texts and a way to compile them.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tcwc.model import rules
from tcwc.model.diagnostics import Diagnostic, Fix, Severity
from tcwc.model.source import SourceText, Span

_MAX_ROUNDS = 200

_HIDING = {
    rules.UNKNOWN_SECTION.code,
    rules.BAD_SECTION.code,
    rules.UNKNOWN_BASE.code,
    rules.BAD_BASE_FILE.code,
    rules.UNKNOWN_COMPONENT.code,
    rules.RENAMED_COMPONENT.code,
    rules.WRONG_TYPE.code,
}
"""Mistakes that hide others: after a repair, more may be found at the very same place."""

_NEVER_HIDDEN = {rules.UNREADABLE_FILE.code, rules.EMPTY_VALUE.code, rules.MISSING_SECTION.code}
"""What no other mistake hides: a fix named a file that is not there, or emptied a section."""

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Linted:
    """What texts compile to: their findings, and the sources that these point into."""

    diagnostics: Sequence[Diagnostic]
    sources: Mapping[str, SourceText]


Compile = Callable[[Texts], Linted]
"""Compiles with these texts, by name, instead of what stands in the files."""


@dataclass(slots=True)
class Outcome:
    """The texts that changed, by name; the findings repaired; those whose fix was dropped."""

    texts: dict[str, str] = field(default_factory=dict)
    fixed: list[Diagnostic] = field(default_factory=list)
    dropped: list[tuple[Diagnostic, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Repair:
    """A fix that is to be tried, with its edits as offsets in the present texts."""

    diagnostic: Diagnostic
    edits: tuple[_Replacement, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Replacement:
    file: str
    start: int
    end: int
    text: str

    def touches(self, other: _Replacement) -> bool:
        """Whether both change one place; an insertion at the edge of another edit counts."""
        if self.file != other.file:
            return False
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


def repair(compile: Compile, *, unsafe: bool, may_edit: Callable[[str], bool]) -> Outcome:
    """Apply the safe fixes, or all with `unsafe`, to the files that may be edited."""
    outcome = Outcome()
    given_up: set[tuple[str, ...]] = set()
    # No fix leads back to the texts as they came either: that is the state without any.
    seen: set[tuple[tuple[str, str], ...]] = {()}
    found = compile({})
    for _ in range(_MAX_ROUNDS):
        batch = _compatible(_candidates(found, unsafe, may_edit, given_up))
        while batch:
            texts = {**outcome.texts, **_applied(batch, found.sources)}
            after = compile(texts)
            why = "" if _state(texts) not in seen else "it undoes another fix"
            why = why or _objection(batch, found, after)
            if not why:
                break
            if len(batch) == 1:
                outcome.dropped.append((batch[0].diagnostic, why))
                given_up.add(_identity(batch[0].diagnostic, found.sources))
            # By halves, so that it takes few compiles to find the fix that spoils a batch.
            batch = batch[: len(batch) // 2]
        else:
            if not any(_candidates(found, unsafe, may_edit, given_up)):
                break
            continue
        seen.add(_state(texts))
        outcome.texts, found = texts, after
        outcome.fixed += [each.diagnostic for each in batch]
    return outcome


def _candidates(
    found: Linted,
    unsafe: bool,
    may_edit: Callable[[str], bool],
    given_up: set[tuple[str, ...]],
) -> Iterator[_Repair]:
    """The fixes that may be applied, in the order of their findings; one a finding."""
    for each in found.diagnostics:
        fix = _chosen(each, unsafe)
        if fix is None or _identity(each, found.sources) in given_up:
            continue
        if all(edit.span.file in found.sources and may_edit(edit.span.file) for edit in fix.edits):
            yield _Repair(each, tuple(_replacements(fix, found.sources)))


def _chosen(diagnostic: Diagnostic, unsafe: bool) -> Fix | None:
    return next((fix for fix in diagnostic.fixes if fix.safe or unsafe), None)


def _replacements(fix: Fix, sources: Mapping[str, SourceText]) -> Iterator[_Replacement]:
    for edit in fix.edits:
        source = sources[edit.span.file]
        yield _Replacement(edit.span.file, *_offsets(edit.span, source), edit.text)


def _offsets(span: Span, source: SourceText) -> tuple[int, int]:
    return (
        source.offset(span.line, span.column),
        source.offset(span.end_line, span.end_column),
    )


def _identity(diagnostic: Diagnostic, sources: Mapping[str, SourceText]) -> tuple[str, ...]:
    """What a finding is known by while lines move."""
    span = diagnostic.span
    line = sources[span.file].line(span.line) if span.file in sources else ""
    return span.file, diagnostic.code, diagnostic.message, line


def _state(texts: Texts) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(texts.items()))


def _compatible(candidates: Iterator[_Repair]) -> list[_Repair]:
    """Those that do not change a place that an earlier one changes."""
    chosen: list[_Repair] = []
    taken: dict[str, list[_Replacement]] = {}
    for repair in candidates:
        if any(_taken(edit, taken.get(edit.file, [])) for edit in repair.edits):
            continue
        chosen.append(repair)
        for edit in repair.edits:
            insort(taken.setdefault(edit.file, []), edit)
    return chosen


def _taken(edit: _Replacement, others: list[_Replacement]) -> bool:
    """Whether an edit touches one of others, which are sorted and touch each other nowhere."""
    at = bisect_left(others, edit)
    return any(edit.touches(other) for other in others[max(at - 2, 0) : at + 2])


def _applied(batch: list[_Repair], sources: Mapping[str, SourceText]) -> dict[str, str]:
    """The texts of the files that a batch changes."""
    texts = {}
    for file, edits in _by_file(batch).items():
        text, made, at = sources[file].text, [], 0
        for edit in edits:
            made += [text[at : edit.start], edit.text]
            at = edit.end
        texts[file] = "".join(made) + text[at:]
    return texts


def _by_file(batch: list[_Repair]) -> dict[str, list[_Replacement]]:
    files: dict[str, list[_Replacement]] = {}
    for edit in sorted(edit for repair in batch for edit in repair.edits):
        files.setdefault(edit.file, []).append(edit)
    return files


# --- whether a batch holds ----------------------------------------------------------------


def _objection(batch: list[_Repair], before: Linted, after: Linted) -> str:
    """Why a batch does not hold; "" where it does."""
    files = _by_file(batch)
    fixed = [repair.diagnostic for repair in batch]
    gone = {id(each) for each in fixed}
    left = Counter(
        _place(each, before.sources, files) for each in before.diagnostics if id(each) not in gone
    )
    now = Counter(_place(each, after.sources, {}) for each in after.diagnostics)
    for each in fixed:
        key = _place(each, before.sources, files)
        if now[key] > left[key]:
            return "the finding would still be there"
    return _new_mistake(batch, before, after, files)


def _place(
    diagnostic: Diagnostic,
    sources: Mapping[str, SourceText],
    files: Mapping[str, list[_Replacement]],
) -> tuple[str, str, int]:
    """Code, file and offset of a finding, after the edits."""
    span = diagnostic.span
    if span.file not in sources:
        return diagnostic.code, span.file, -1
    offset = sources[span.file].offset(span.line, span.column)
    return diagnostic.code, span.file, _moved(offset, files.get(span.file, []))


def _moved(offset: int, edits: list[_Replacement]) -> int:
    shift = 0
    for edit in edits:
        if edit.start >= offset:
            break
        if edit.end > offset:
            return edit.start + shift
        shift += len(edit.text) - (edit.end - edit.start)
    return offset + shift


def _new_mistake(
    batch: list[_Repair],
    before: Linted,
    after: Linted,
    files: dict[str, list[_Replacement]],
) -> str:
    """Why a batch is worse than what was there.

    An error of another place may have been there all along, unseen; one where a fix wrote is the
    fix's, unless the mistake that it repaired hides others.
    """
    known = {(each.code, each.message) for each in before.diagnostics}
    new = [each for each in _errors(after) if (each.code, each.message) not in known]
    was_clean = not any(_errors(before))
    hiding = any(_hides(repair.diagnostic.code) for repair in batch)
    written = list(_written(batch, files))
    for each in new:
        # Without an error before, nothing was hidden. Below TCW005 stands what makes a text
        # unreadable, so that no other mistake is seen any more.
        if was_clean or each.code in _NEVER_HIDDEN or (each.code < "TCW005" and not hiding):
            return f"it would lead to {each.code}: {each.message}"
        # Of a key that stands twice the fix may have written the one, and the other is reported.
        for span in (each.span, *(label.span for label in each.labels)):
            source = after.sources.get(span.file)
            if source is None:
                continue
            start, end = _offsets(span, source)
            if any(
                file == span.file and start < to and at < end and not _hides(code)
                for file, at, to, code in written
            ):
                return f"it would lead to {each.code}: {each.message}"
    return ""


def _hides(code: str) -> bool:
    return code < "TCW005" or code in _HIDING


def _written(
    batch: list[_Repair], files: dict[str, list[_Replacement]]
) -> Iterator[tuple[str, int, int, str]]:
    """File, start and end, in the new text, of what each fix wrote, and for which code."""
    for repair in batch:
        for edit in repair.edits:
            start = edit.start + sum(
                len(other.text) - (other.end - other.start)
                for other in files[edit.file]
                if other < edit
            )
            yield edit.file, start, start + len(edit.text), repair.diagnostic.code


def _errors(found: Linted) -> Iterator[Diagnostic]:
    return (each for each in found.diagnostics if each.severity is Severity.ERROR)
