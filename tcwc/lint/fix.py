"""Applies fixes to texts, and takes back what does not hold.

Fixes that do not overlap are applied together, then everything is compiled again. A fix is
dropped where its finding is still there, or where there is any finding that was not there before:
also one that the mistake hid, unless a fix of its own repairs that too. So it goes in rounds
until there is nothing left to repair. Pure: texts and a way to compile them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tcwc.lint.replacements import (
    Linted,
    Repair,
    Replacement,
    applied,
    by_file,
    change,
    compatible,
    moved_by,
    offsets,
    replacements,
    undoes,
)
from tcwc.lint.uncovered import counts, hides, new_findings, still_there, strays, wrote, wrote_line
from tcwc.model.diagnostics import Diagnostic, Fix, Severity
from tcwc.model.source import SourceText

_MAX_ROUNDS = 200
_MAX_HIDDEN = 8
"""Mistakes one behind the other, each hidden by the one before, that are repaired together."""

Texts = Mapping[str, str]


Compile = Callable[[Texts], Linted]
"""Compiles with these texts, by name, instead of what stands in the files."""


@dataclass(slots=True)
class Outcome:
    """The texts that changed, by name; the findings repaired; those whose fix was dropped."""

    texts: dict[str, str] = field(default_factory=dict)
    fixed: list[Diagnostic] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    """What was written for each of the findings repaired."""
    dropped: list[tuple[Diagnostic, str]] = field(default_factory=list)
    uncovered: list[tuple[Diagnostic, int]] = field(default_factory=list)
    """Repaired findings that had hidden errors, which are there now, and how many."""


@dataclass(frozen=True, slots=True)
class _Owner:
    """A finding that was repaired, as it is known in the texts that it was found in."""

    diagnostic: Diagnostic
    identity: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of fixes: texts, what they compile to, the findings repaired, and those that are
    there since. With `why`, they do not hold."""

    texts: Mapping[str, str]
    found: Linted
    fixed: tuple[Diagnostic, ...] = ()
    changes: tuple[str, ...] = ()
    new: tuple[Diagnostic, ...] = ()
    written: tuple[Replacement, ...] = ()
    why: str = ""
    history: tuple[Replacement, ...] = ()
    """What all fixes wrote since the texts as they came, where it stands now."""
    owners: tuple[_Owner, ...] = ()
    """Whose each of `history` is."""


@dataclass(slots=True)
class _Attempts:
    """Tries fixes on texts that are not committed to."""

    compile: Compile
    unsafe: bool
    may_edit: Callable[[str], bool]
    given_up: set[tuple[str, ...]] = field(default_factory=set)
    blamed: dict[tuple[str, str], _Owner] = field(default_factory=dict)
    innocent: set[tuple[str, ...]] = field(default_factory=set)
    # No fix leads back to the texts as they came either: that is the state without any.
    seen: set[tuple[tuple[str, str], ...]] = field(default_factory=lambda: {()})

    def blames(self, outcome: Outcome, tried: _Tried, cause: _Owner | None) -> bool:
        """Whether another fix than the one that was tried is given up, or taken up again: what it
        was given up for is there without it too."""
        if not tried.new:
            return False
        what = tried.new[0].code, tried.new[0].message
        wrongly = self.blamed.pop(what, None)
        if wrongly is not None:
            self.innocent.add(wrongly.identity)
            self.given_up.discard(wrongly.identity)
            dropped = outcome.dropped
            outcome.dropped = [each for each in dropped if each[0] is not wrongly.diagnostic]
            return True
        if cause is None or cause.identity in self.innocent:
            return False
        self.blamed[what] = cause
        self.give_up(outcome, cause, tried.why)
        return True

    def give_up(self, outcome: Outcome, fix: _Owner, why: str) -> None:
        """Try a fix no more, and say so once: on a line that others changed it is found anew."""
        self.given_up.add(fix.identity)
        found = fix.diagnostic
        if all((found.span, found.message) != (e.span, e.message) for e, _ in outcome.dropped):
            outcome.dropped.append((found, why))

    def batch(self, found: Linted) -> list[Repair]:
        """The fixes that can be made together."""
        return compatible(_candidates(found, self.unsafe, self.may_edit, self.given_up))

    def alone(self, repair: Repair, start: _Tried) -> _Tried | None:
        """A fix of what kept all the rest from being looked at: errors elsewhere were there."""
        made = self._once([repair], start) if hides(repair.diagnostic) else None
        if made is None or made.why or wrote(made.new, made.written, made.found.sources):
            return None
        return made

    def whole(self, batch: list[Repair], start: _Tried) -> _Tried:
        """The fixes of a batch, and those of all that it uncovers."""
        made = self._once(batch, start)
        for _ in range(_MAX_HIDDEN):
            uncovered = {id(each) for each in made.new}
            batch = [
                each
                for each in self.batch(made.found)
                if id(each.diagnostic) in uncovered and not undoes(each, made.written)
            ]
            if made.why or not batch:
                break
            made = self._once(batch, made)
        if not made.why and made.new:
            return _dropped(made, _because(made))
        return made

    def _once(self, batch: list[Repair], start: _Tried) -> _Tried:
        texts = {**start.texts, **applied(batch, start.found.sources)}
        after = self.compile(texts)
        fixed = (*start.fixed, *(each.diagnostic for each in batch))
        if strays(batch, start.found):
            return _Tried(texts, after, why="it would change a line that nothing is said of")
        if _state(texts) in self.seen:
            return _Tried(texts, after, why="it undoes another fix")
        if still_there(batch, start.found, after):
            return _Tried(texts, after, why="the finding would still be there")
        old = [each for each in start.found.diagnostics if each not in start.new]
        files = by_file(batch)
        new = new_findings(batch, old, start.found, after)
        counted = (each for each in new if counts(each, start.found, after, files))
        said = (*start.changes, *(change(each, start.found.sources) for each in batch))
        return _Tried(
            texts,
            after,
            fixed,
            said,
            tuple(counted),
            tuple(moved_by(files, start.written)),
            history=tuple(moved_by(files, start.history)),
            owners=(*start.owners, *_owners(batch, start.found.sources)),
        )


def _owners(batch: list[Repair], sources: Mapping[str, SourceText]) -> Iterator[_Owner]:
    """Whose each edit of a batch is, in the order in which `moved_by` gives them."""
    of = {
        edit: _Owner(each.diagnostic, _identity(each.diagnostic, sources))
        for each in batch
        for edit in each.edits
    }
    yield from (of[edit] for edits in by_file(batch).values() for edit in edits)


def _because(made: _Tried) -> str:
    """Why fixes do not hold after which there are findings that were not there."""
    first = made.new[0]
    there = not wrote([first], made.written, made.found.sources)
    masked = there and first.severity is Severity.ERROR
    verb = "would uncover" if masked else "would lead to"
    return f"it {verb} {first.code}: {first.message}"


def _dropped(tried: _Tried, why: str) -> _Tried:
    return replace(tried, why=why)


def _cause(tried: _Tried, state: _Tried) -> _Owner | None:
    """The fix made before whose text the first new finding points to: what the fix that was tried
    hid is that one's doing."""
    if not tried.new:
        return None
    sources = tried.found.sources
    before = list(zip(tried.history[: len(state.history)], tried.owners, strict=False))
    for span in (tried.new[0].span, *(label.span for label in tried.new[0].labels)):
        if span.file not in sources:
            continue
        there = Replacement(span.file, *offsets(span, sources[span.file]), "")
        at = [owner for each, owner in before if each.touches(there)]
        line = [owner for each, owner in before if wrote_line(each, span, sources)]
        if at or line:
            return (at or line)[0]
    return None


def repair(compile: Compile, *, unsafe: bool, may_edit: Callable[[str], bool]) -> Outcome:
    """Apply the safe fixes, or all with `unsafe`, to the files that may be edited."""
    outcome = Outcome()
    attempts = _Attempts(compile, unsafe, may_edit)
    state = start = _Tried({}, compile({}))
    for _ in range(_MAX_ROUNDS):
        batch = attempts.batch(state.found)
        if not batch:
            break
        while (tried := attempts.whole(batch, state)).why and len(batch) > 1:
            # By halves, so that it takes few compiles to find the fix that spoils a batch.
            batch = batch[: len(batch) // 2]
        if tried.why and (alone := attempts.alone(batch[0], state)):
            outcome.uncovered.append((batch[0].diagnostic, len(alone.new)))
            tried = alone
        if tried.why and attempts.blames(outcome, tried, _cause(tried, state)):
            outcome.fixed, outcome.changes, outcome.uncovered = [], [], []
            attempts.seen, state = {()}, start
            continue
        if tried.why:
            found = batch[0].diagnostic
            owner = _Owner(found, _identity(found, state.found.sources))
            attempts.give_up(outcome, owner, tried.why)
            continue
        attempts.seen.add(_state(tried.texts))
        state = _Tried(tried.texts, tried.found, history=tried.history, owners=tried.owners)
        outcome.fixed += tried.fixed
        outcome.changes += tried.changes
    outcome.texts.update(state.texts)
    return outcome


def _candidates(
    found: Linted,
    unsafe: bool,
    may_edit: Callable[[str], bool],
    given_up: set[tuple[str, ...]],
) -> Iterator[Repair]:
    """The fixes that may be applied, in the order of their findings; one a finding."""
    for each in found.diagnostics:
        fix = _chosen(each, unsafe)
        if fix is None or _identity(each, found.sources) in given_up:
            continue
        if all(edit.span.file in found.sources and may_edit(edit.span.file) for edit in fix.edits):
            yield Repair(each, tuple(replacements(fix, found.sources)))


def _chosen(diagnostic: Diagnostic, unsafe: bool) -> Fix | None:
    return next((fix for fix in diagnostic.fixes if fix.safe or unsafe), None)


def _identity(diagnostic: Diagnostic, sources: Mapping[str, SourceText]) -> tuple[str, ...]:
    """What a finding is known by while lines move."""
    span = diagnostic.span
    line = sources[span.file].line(span.line) if span.file in sources else ""
    return span.file, diagnostic.code, diagnostic.message, line


def _state(texts: Texts) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(texts.items()))
