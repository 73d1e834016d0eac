"""Runs that the mapping does not know: which they are, from the configs that stand in its folder.

A merge of two branches leaves them so, and so do a line that was lost and a build that was killed.
A job may have run under such an id, so it is not given to another run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

from tcwc.builds.errors import LockError
from tcwc.builds.mapping import Lock, Record
from tcwc.builds.mapping_reader import read_lock
from tcwc.builds.matching import run_number
from tcwc.builds.same import same_value
from tcwc.config.merge import lookup
from tcwc.config.walk import templates
from tcwc.disk.folder import Folder
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Assignment, Op, Value
from tcwc.model.signature import Signature, sha256_text, signature, standing
from tcwc.yaml.config import read_base

Body = Callable[[int, str], str]
"""The text of a config, below its header, of the run at a place of the design under an id."""

Sets = Callable[[int], Iterable[Assignment]]
"""What the levels of the run at a place of the design assign."""

_PROBE = "run_000"
_MOST_COMPARED = 20_000
"""Configs that are compared one by one, where they hold a number that cannot be left out."""
_MOST_LOOKED_AT = 500_000
"""Pairs of a config and a run that are looked at for the levels that they share."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A config whose id the mapping does not record.

    `body` is its text below the header, None where it was edited or is empty; `sha256` that of
    the file. `staged` is what a build that was killed was about to record of it.
    """

    id: str
    file: str
    number: int
    kind: Signature
    body: str | None
    sha256: str
    staged: Record | None


class Strays:
    """The configs in an output folder that tcwc made and that the mapping there does not know."""

    def __init__(self, found: Iterable[Stray] = ()) -> None:
        self._all = tuple(found)

    def __bool__(self) -> bool:
        return bool(self._all)

    @property
    def signed(self) -> tuple[Stray, ...]:
        """Those that say which run they are."""
        return tuple(each for each in self._all if each.kind is not Signature.EMPTY)

    @property
    def highest(self) -> int:
        """The highest number of all; -1 where there are none."""
        return max((each.number for each in self._all), default=-1)

    def claims(self, places: Sequence[int], body: Body, *, numbered: bool) -> list[tuple[int, int]]:
        """Pairs of a place in the design and the number whose config is the run's, to the byte.

        `numbered` says that configs may hold the number of their run, so that only comparing all
        with all tells.
        """
        intact = [each for each in self._all if each.body is not None]
        return [
            (place, stray.number)
            for place, stray in _candidates(places, intact, body, numbered=numbered)
            if body(place, stray.id) == stray.body
        ]

    def kin(self, places: Sequence[int], sets: Sets) -> list[tuple[int, int]]:
        """Pairs of a place in the design and the number whose config has the levels of that run.

        Of that run alone: so it is the run, of before some constant changed.
        """
        intact = [each for each in self._all if each.body is not None]
        if len(intact) * len(places) > _MOST_LOOKED_AT:
            return []
        found: list[tuple[int, int]] = []
        for stray in intact:
            config = read_base(stray.body or "", stray.file).values
            fitting = [place for place in places if all(_holds(config, a) for a in sets(place))]
            found += [(place, stray.number) for place in fitting if len(fitting) == 1]
        return found

    def left(self, taken: Iterable[int]) -> Strays:
        """Those whose numbers no run has."""
        numbers = set(taken)
        return Strays(each for each in self._all if each.number not in numbers)

    def __iter__(self) -> Iterator[Stray]:
        return iter(self._all)


def _holds(config: dict[str, Value], assignment: Assignment) -> bool:
    """Whether a config has what a level assigns; of a template nobody can tell."""
    there, value = lookup(config, assignment.path)
    if assignment.op is Op.DELETE:
        return not there
    return there and not any(templates(assignment.value)) and _includes(value, assignment.value)


def _includes(value: Value, wanted: Value) -> bool:
    if isinstance(value, dict) and isinstance(wanted, dict):
        return all(k in value and _includes(value[k], member) for k, member in wanted.items())
    return same_value(value, wanted)


def _candidates(
    places: Sequence[int], intact: Sequence[Stray], body: Body, *, numbered: bool
) -> Iterator[tuple[int, Stray]]:
    if numbered:
        few = places[: _MOST_COMPARED // max(len(intact), 1)]
        yield from ((place, stray) for place in few for stray in intact)
        return
    known: dict[bytes, list[Stray]] = {}
    for stray in intact:
        known.setdefault(_without_id(stray.body or "", stray.id), []).append(stray)
    for place in places if known else ():
        for stray in known.get(_without_id(body(place, _PROBE), _PROBE), ()):
            yield place, stray


def _without_id(body: str, id: str) -> bytes:
    """What identifies a config under whatever id."""
    # Files are read with this too: what is no UTF-8 then differs from all that is built.
    return sha256(body.replace(id, "").encode(errors="surrogateescape")).digest()


def find_strays(folder: Folder, lock: Lock | None) -> Strays:
    """The configs in a folder that the mapping there does not know, by number."""
    known = {} if lock is None else {**lock.runs, **lock.retired}
    found = [each for name in folder.run_files() if (each := _read(folder, name, known))]
    if found and lock is not None:
        staged = _staged(folder)
        found = [replace(each, staged=staged.get((each.id, each.sha256))) for each in found]
    return Strays(sorted(found, key=lambda stray: stray.number))


def _read(folder: Folder, name: str, known: dict[str, Record]) -> Stray | None:
    id = name.removesuffix(".yaml")
    number = run_number(id)
    if id in known or number is None:
        return None
    text = folder.standing(name)
    if text is None or standing(text) is Signature.FOREIGN:
        return None
    text = text.replace("\r\n", "\n")
    signed, kind = signature(text), standing(text)
    if kind is not Signature.INTACT:
        return Stray(id, name, number, kind, None, "", None)
    if _is_copy(signed.run_id, id, text, known):
        return None
    body = text.split("\n", 2)[2]
    its_number = run_number(signed.run_id)
    # Signed as a run of the mapping, and not that run's file: nobody knows what it was.
    if its_number is None or signed.run_id in known:
        return Stray(id, name, number, Signature.EDITED, None, "", None)
    return Stray(signed.run_id, name, its_number, Signature.INTACT, body, sha256_text(text), None)


def _is_copy(signed: str, id: str, text: str, known: dict[str, Record]) -> bool:
    """Whether a file is the config of a run that the mapping knows, under another name."""
    return signed != id and signed in known and known[signed].sha256 == sha256_text(text)


def _staged(folder: Folder) -> dict[tuple[str, str], Record]:
    """The records that builds which were killed left, by id and hash; names are paths in them."""
    found: dict[tuple[str, str], Record] = {}
    for staging in folder.staging():
        try:
            text = staging.read_mapping()
            lock = None if text is None else read_lock(text)
        # A mapping that was being written when the build was killed explains nothing.
        except (OSError, ValueError, LockError):
            continue
        if lock is None:
            continue
        names = lock.head.names
        for record in (*lock.runs.values(), *lock.retired.values()):
            by_path = {str(names.get(k, k)): v for k, v in record.parameters.items()}
            found[record.id, record.sha256] = replace(record, parameters=by_path)
    return found
