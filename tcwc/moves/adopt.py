"""Configs to an experiment that gives each of them: composed, compiled, and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tcwc.api.runs import Runs
from tcwc.api.session import Session
from tcwc.builds.errors import BuildError
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.known import Knowledge
from tcwc.model.rules import UNKNOWN_KEY
from tcwc.model.target import Target
from tcwc.moves.columns import ABSENT, Observed, identity
from tcwc.moves.compose import compose
from tcwc.moves.composer import Composed, Means
from tcwc.moves.draft import Draft, Text, key_at
from tcwc.moves.ground import Ground
from tcwc.moves.proof import Proof, moved_words, proof
from tcwc.moves.trial import Trial, trial
from tcwc.moves.unread import NOBODY_KNOWS, is_unread, marked, may_add, read_keys
from tcwc.moves.written import inline

_ROUNDS = 6
"""Times that a draft is mended: what one error hides comes to light in the next."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """An experiment, what is said of it, and whether it gives what it was made of.

    `errors` are findings that keep it from being compiled. `proof` is None where there was nothing
    to compare with, or it does not compile.
    """

    text: str
    notes: tuple[str, ...]
    proof: Proof | None
    errors: tuple[Diagnostic, ...] = ()
    left_out: bool = False
    """Whether something was left out before there was anything to compare."""

    @property
    def is_whole(self) -> bool:
        is_fine = not self.errors and not self.left_out
        return is_fine and (self.proof is None or self.proof.holds)


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where an experiment is going to stand, and what it is compiled with."""

    path: str
    session: Session

    @property
    def target(self) -> Target:
        return self.session.target


def adopt_runs(
    observed: Sequence[Observed],
    ground: Ground,
    comments: Sequence[str],
    place: Workplace,
    known: Knowledge,
) -> Adopted:
    """The experiment of configs. Where what they seem to be does not give them all, they are a list
    of runs."""
    means = Means(place.target, known.key_class)
    apart, notes = _apart(observed)
    composed = compose(apart, ground, means)
    if composed.twins:
        notes += [_one_run(apart[other], apart[one]) for one, other in composed.twins]
        twins = {other for _, other in composed.twins}
        apart = [each for run, each in enumerate(apart) if run not in twins]
        composed = compose(apart, ground, means)
    made = _tried(apart, composed, comments, ground, place, known)
    if not made.is_whole and len(apart) > 1 and not _but_for(made, composed, apart):
        plain = compose(apart, ground, means, as_list=True)
        listed = _tried(apart, plain, comments, ground, place, known)
        made = listed if listed.is_whole else made
    return replace(made, notes=(*notes, *made.notes))


def _but_for(made: Adopted, composed: Composed, observed: Sequence[Observed]) -> bool:
    """Whether an experiment gives all but the odd runs, which are told."""
    odd = {observed[each.run].name for each in composed.odd}
    return not made.errors and made.proof is not None and set(made.proof.unequal) <= odd


def _apart(observed: Sequence[Observed]) -> tuple[list[Observed], list[str]]:
    """Configs without those that are another one's, which are told."""
    first: dict[object, Observed] = {}
    notes = []
    for each in observed:
        one = first.setdefault(identity(each.values), each)
        if one is not each:
            notes.append(_one_run(each, one))
    return list(first.values()), notes


def _one_run(one: Observed, other: Observed) -> str:
    return f"{one.name} says what {other.name} says: they are one run"


def _tried(
    observed: Sequence[Observed],
    composed: Composed,
    comments: Sequence[str],
    ground: Ground,
    place: Workplace,
    known: Knowledge,
) -> Adopted:
    named = next((each.name for each in composed.directories if each.name), "")
    head = dict(composed.draft.head)
    if named:
        head["experiment_name"] = named
    draft = replace(composed.draft, head=head, comments=tuple(comments))
    read = read_keys(ground, known)
    draft, added = marked(draft, read, observed, place.path, place.session)
    tried, told = mended(draft, place, lambda path: may_add(path, read))
    text, notes = tried.text, [*_odd_notes(observed, composed), *added, *told]
    if not tried.compiled.ok:
        return Adopted(text.text, tuple(notes), None, tuple(tried.errors))
    try:
        runs = Runs(tried.compiled.build_upon(None))
        found = proof(observed, runs, place.target.write_keys, composed.lost)
    except BuildError as error:
        return Adopted(text.text, (*notes, error.message), None)
    notes += [
        f"`{format_path(path)}` names each run by hand: here it is the run's id"
        for path in composed.lost
    ]
    return Adopted(text.text, (*notes, *moved_words(found.moved)), found)


MayAdd = Callable[[Path], bool]


def mended(
    draft: Draft, place: Workplace, may_add: MayAdd | None = None
) -> tuple[Trial, list[str]]:
    """A draft that compiles, where that can be had, and what is told of it.

    Keys that nothing reads are marked so, where they may be; they are left out where none may, and
    so are constants that are wrong in themselves, and constants of some runs.
    """
    told: list[str] = []
    for _ in range(_ROUNDS):
        tried = trial(draft, place.path, place.session)
        better = draft
        for each in tried.errors:
            better = _mended(better, each, tried.text, told, may_add)
        if better == draft:
            better = _without_exceptions(draft, tried.errors, place, told)
        if better == draft:
            break
        draft = better
    return tried, told


def _without_exceptions(
    draft: Draft, errors: Sequence[Diagnostic], place: Workplace, told: list[str]
) -> Draft:
    """A draft without constants of some runs, where these alone are what is wrong with it."""
    if not errors or not draft.when:
        return draft
    left = replace(draft, when={})
    if trial(left, place.path, place.session).errors:
        return draft
    for condition in draft.when:
        told.append(_left_out(draft, condition, errors[0].message))
    return left


def _left_out(draft: Draft, condition: str, why: str) -> str:
    what = ", ".join(f"`{format_path(each.path)}`" for each in draft.when[condition])
    return f"{what} of the run with {condition} is left out: {why}"


def _mended(
    draft: Draft, error: Diagnostic, text: Text, told: list[str], may_add: MayAdd | None
) -> Draft:
    line = error.span.line
    path = text.owners.get(line) or key_at(text, error.span)
    if may_add is None:  # a search: what is wrong with a level is a matter of its variable
        path = text.variables.get(line, path)
    # An argument that a component does not take stops a run: a `+` would only hide that.
    is_new = bool(path) and path not in draft.added
    if error.rule is UNKNOWN_KEY and is_new and may_add is not None and may_add(path):
        told.append(is_unread(path))
        return replace(draft, added=draft.added | {path})
    condition = text.conditions.get(line)
    if condition is not None and condition in draft.when:
        return _without(draft, condition, error, told)
    row = text.rows.get(line)
    if row is not None and row in draft.include:
        told.append(_row_left_out(row, error))
        return replace(draft, include=tuple(each for each in draft.include if each != row))
    of_factor = line not in text.owners
    if not error.code.startswith(_OF_KEYS) or (of_factor and may_add) or not path:
        return draft
    left = replace(
        draft,
        controls=tuple(each for each in draft.controls if each.path != path),
        variables=tuple(each for each in draft.variables if each.path != path),
    )
    if left != draft:
        told.append(f"`{format_path(path)}` is left out: {_why(error)}")
    return left


def _without(draft: Draft, condition: str, error: Diagnostic, told: list[str]) -> Draft:
    """A draft without the constants of a condition, which is told; what was said of a `+` there is
    not true any more."""
    paths = {each.path for each in draft.when[condition]}
    told[:] = [each for each in told if not any(f"`{format_path(p)}`: it" in each for p in paths)]
    told.append(_left_out(draft, condition, _why(error)))
    when = {key: value for key, value in draft.when.items() if key != condition}
    return replace(draft, when=when, added=draft.added - paths)


def _row_left_out(row: Mapping[str, Value], error: Diagnostic) -> str:
    what = ", ".join(f"{key}: {inline(value)}" for key, value in row.items())
    return f"the run with {what} is left out: {_why(error)}"


def _why(error: Diagnostic) -> str:
    """What is wrong with a key, and what is known of the way out."""
    help = "" if error.help.startswith(NOBODY_KNOWS) else error.help
    return f"{error.message}; {help}" if help else error.message


_OF_KEYS = "TCW2"


def _odd_notes(observed: Sequence[Observed], composed: Composed) -> Iterator[str]:
    for odd in composed.odd:
        has = "nothing" if odd.has is ABSENT else inline(odd.has)
        where = f"{observed[odd.run].name} differs from its row in `{format_path(odd.path)}`"
        if odd.path in composed.names:
            yield f"{where}: the others say their levels there, and it says {has}"
            continue
        meant = "nothing" if odd.meant is ABSENT else inline(odd.meant)
        yield f"{where}: it has {has}, where {meant} would make the design whole"
