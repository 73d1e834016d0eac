"""Applies fixes to texts, and takes back what does not hold.

Fixes that do not overlap are applied together, then everything is compiled again. A fix is
dropped where its finding is still there, or where there is any finding that was not there before:
also one that the mistake hid, unless a fix of its own repairs that too. So it goes in rounds
until there is nothing left to repair. Pure: texts and a way to compile them.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tcwc.model.diagnostics import Diagnostic, Fix, Severity
from tcwc.model.source import SourceText, Span

_MAX_ROUNDS = 200
_MAX_HIDDEN = 8
"""Mistakes one behind the other, each hidden by the one before, that are repaired together."""

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


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of fixes: texts, what they compile to, the findings repaired, and those that are
    there since. With `why`, they do not hold."""

    texts: Mapping[str, str]
    found: Linted
    fixed: tuple[Diagnostic, ...] = ()
    new: tuple[Diagnostic, ...] = ()
    why: str = ""


@dataclass(slots=True)
class _Attempts:
    """Tries fixes on texts that are not committed to."""

    compile: Compile
    unsafe: bool
    may_edit: Callable[[str], bool]
    given_up: set[tuple[str, ...]] = field(default_factory=set)
    # No fix leads back to the texts as they came either: that is the state without any.
    seen: set[tuple[tuple[str, str], ...]] = field(default_factory=lambda: {()})

    def batch(self, found: Linted) -> list[_Repair]:
        """The fixes that can be made together."""
        return _compatible(_candidates(found, self.unsafe, self.may_edit, self.given_up))

    def whole(self, batch: list[_Repair], start: _Tried) -> _Tried:
        """The fixes of a batch, and those of all that it uncovers."""
        made = self._once(batch, start)
        for _ in range(_MAX_HIDDEN):
            uncovered = {id(each) for each in made.new}
            batch = [each for each in self.batch(made.found) if id(each.diagnostic) in uncovered]
            if made.why or not batch:
                break
            made = self._once(batch, made)
        if not made.why and made.new:
            return _dropped(made, f"it would lead to {made.new[0].code}: {made.new[0].message}")
        return made

    def _once(self, batch: list[_Repair], start: _Tried) -> _Tried:
        texts = {**start.texts, **_applied(batch, start.found.sources)}
        after = self.compile(texts)
        fixed = (*start.fixed, *(each.diagnostic for each in batch))
        if _strays(batch, start.found):
            return _Tried(texts, after, why="it would change a line that nothing is said of")
        if _state(texts) in self.seen:
            return _Tried(texts, after, why="it undoes another fix")
        if _still_there(batch, start.found, after):
            return _Tried(texts, after, why="the finding would still be there")
        old = [each for each in start.found.diagnostics if each not in start.new]
        files = _by_file(batch)
        new = _new(batch, old, start.found, after)
        counted = (each for each in new if _counts(each, start.found, after, files))
        return _Tried(texts, after, fixed, tuple(counted))


def _dropped(tried: _Tried, why: str) -> _Tried:
    return _Tried(tried.texts, tried.found, why=why)


def repair(compile: Compile, *, unsafe: bool, may_edit: Callable[[str], bool]) -> Outcome:
    """Apply the safe fixes, or all with `unsafe`, to the files that may be edited."""
    outcome = Outcome()
    attempts = _Attempts(compile, unsafe, may_edit)
    state = _Tried({}, compile({}))
    for _ in range(_MAX_ROUNDS):
        batch = attempts.batch(state.found)
        if not batch:
            break
        while (tried := attempts.whole(batch, state)).why and len(batch) > 1:
            # By halves, so that it takes few compiles to find the fix that spoils a batch.
            batch = batch[: len(batch) // 2]
        if tried.why:
            outcome.dropped.append((batch[0].diagnostic, tried.why))
            attempts.given_up.add(_identity(batch[0].diagnostic, state.found.sources))
            continue
        attempts.seen.add(_state(tried.texts))
        state = _Tried(tried.texts, tried.found)
        outcome.fixed += tried.fixed
    outcome.texts.update(state.texts)
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


def _strays(batch: list[_Repair], found: Linted) -> bool:
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


def _lines(edit: _Replacement, source: SourceText) -> range:
    """The lines that an edit changes. One that ends where a line begins leaves that line alone."""
    last = max(edit.end - 1, edit.start)
    if edit.start == edit.end and source.text[: edit.start].endswith("\n"):
        return range(0)
    return range(source.span(edit.start, edit.start).line, source.span(last, last).line + 1)


def _counts(
    new: Diagnostic, before: Linted, after: Linted, files: Mapping[str, list[_Replacement]]
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
    lines = set(_written(files, after.sources))
    spans = (new.span, *(label.span for label in new.labels))
    return bool(new.severity is Severity.WARNING and new.labels) and any(
        (span.file, line) in lines for span in spans for line in range(span.line, span.end_line + 1)
    )


def _written(
    files: Mapping[str, list[_Replacement]], sources: Mapping[str, SourceText]
) -> Iterator[tuple[str, int]]:
    """The lines, after edits, that have something of them."""
    for file, edits in files.items():
        shift = 0
        for edit in edits:
            start, end = edit.start + shift, edit.start + shift + len(edit.text)
            shift += len(edit.text) - (edit.end - edit.start)
            span = sources[file].span(start, end)
            yield from ((file, line) for line in range(span.line, span.end_line + 1))


def _still_there(batch: list[_Repair], before: Linted, after: Linted) -> bool:
    """Whether a finding that a batch is to repair comes again at its place."""
    files = _by_file(batch)
    gone = {id(repair.diagnostic) for repair in batch}
    left = Counter(
        _place(each, before.sources, files) for each in before.diagnostics if id(each) not in gone
    )
    now = Counter(_place(each, after.sources, {}) for each in after.diagnostics)
    places = (_place(repair.diagnostic, before.sources, files) for repair in batch)
    return any(now[place] > left[place] for place in places)


def _new(
    batch: list[_Repair], old: Iterable[Diagnostic], before: Linted, after: Linted
) -> Iterator[Diagnostic]:
    """The findings that are none of the `old` ones.

    One is known by what it says, or by its place where that says something else of it now. What
    became worse is new, and so is what there is more of.
    """
    files = _by_file(batch)
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
