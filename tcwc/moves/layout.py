"""Which design a table of runs is: what varies for itself, what goes with something else."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.config.walk import is_number
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.moves.columns import Codes, Varying, combined, decides, numbered
from tcwc.moves.templates import template_of

_FEW = 2
"""So many runs do not tell a name of each from a variable."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Columns that tell the same configs apart: a factor, which sets one path or several."""

    columns: tuple[Varying, ...]

    @property
    def codes(self) -> Codes:
        return self.columns[0].codes

    def __len__(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True, slots=True)
class Tied:
    """A bundle whose level follows from that of another one."""

    bundle: Bundle
    by: Bundle


@dataclass(frozen=True, slots=True)
class Multiple:
    """A path that is always so many times another one."""

    path: Path
    times: int | float
    of: Path


@dataclass(frozen=True, slots=True)
class ByTemplate:
    """A text that says levels of other paths, as a template."""

    path: Path
    template: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the columns of a table are. `free` bundles are each combined with all the others,
    `tangled` ones with some."""

    free: tuple[Bundle, ...] = ()
    tangled: tuple[Bundle, ...] = ()
    tied: tuple[Tied, ...] = ()
    multiples: tuple[Multiple, ...] = ()
    named: tuple[ByTemplate, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every combination of its factors is a run."""
        return not self.tangled

    @property
    def amiss(self) -> tuple[int, int]:
        """How far it is from variables that each stand for themselves."""
        return len(self.tangled), len(self.tied)


Ratios = Sequence[tuple[Path, Path]]


def layout(columns: Sequence[Varying], runs: int, ratios: Ratios) -> Pattern:
    """The layout of so many runs, no two of which are one."""
    multiples = _multiples(columns, ratios)
    left = _without(columns, [each.path for each in multiples])
    named = _named(left, runs)
    left = _without(left, [each.path for each in named])
    bundles = bundles_of(left)
    tied = _tied(bundles)
    rest = [each for each in bundles if each not in [one.bundle for one in tied]]
    free = [each for each in rest if _is_free(each, rest, runs)]
    tangled = [each for each in rest if each not in free]
    return Pattern(_slowest_first(free), tuple(tangled), tuple(tied), multiples, named)


def _without(columns: Sequence[Varying], paths: Sequence[Path]) -> list[Varying]:
    return [each for each in columns if each.path not in paths]


def bundles_of(columns: Sequence[Varying]) -> list[Bundle]:
    """Columns by which runs they tell apart."""
    found: dict[Codes, list[Varying]] = {}
    for each in columns:
        found.setdefault(numbered(each.codes), []).append(each)
    return [Bundle(tuple(each)) for each in found.values()]


def _tied(bundles: Sequence[Bundle]) -> list[Tied]:
    """Those that follow from one other, which has the fewest levels that tell it."""
    found = []
    for each in bundles:
        others = [b for b in bundles if b is not each and decides(b.codes, each.codes)]
        free = [b for b in others if not any(decides(c.codes, b.codes) for c in others if c != b)]
        if others:
            found.append(Tied(each, min(free or others, key=len)))
    return found


def _is_free(bundle: Bundle, every: Sequence[Bundle], runs: int) -> bool:
    others = [each.codes for each in every if each is not bundle]
    return combined(others) * len(bundle) == runs


def _slowest_first(bundles: Sequence[Bundle]) -> tuple[Bundle, ...]:
    """In the order in which they change from run to run: loops have the fastest innermost."""

    def changes(bundle: Bundle) -> int:
        return sum(a != b for a, b in zip(bundle.codes, bundle.codes[1:], strict=False))

    return tuple(sorted(bundles, key=changes))


def _multiples(columns: Sequence[Varying], ratios: Ratios) -> tuple[Multiple, ...]:
    by_path = {each.path: each for each in columns}
    found = []
    for path, of in ratios:
        if path in by_path and of in by_path:
            times = ratio(by_path[path], by_path[of])
            if times is not None:
                found.append(Multiple(path, times, of))
    return tuple(found)


def ratio(one: Varying, other: Varying) -> int | float | None:
    """How many times another number one number is in each run; None where that differs."""
    found = set(ratios_of(one, other))
    times = found.pop() if len(found) == 1 else None
    return int(times) if times is not None and times == int(times) else times


def ratios_of(one: Varying, other: Varying) -> list[float | None]:
    """How many times another number one number is, in each run."""
    pairs = zip(one.codes, other.codes, strict=True)
    return [_quotient(one.levels[a], other.levels[b]) for a, b in pairs]


def _quotient(one: object, other: object) -> float | None:
    if not is_number(one) or not is_number(other) or not other:
        return None
    quotient = one / other
    return quotient if quotient * other == one else None


def _named(columns: Sequence[Varying], runs: int) -> tuple[ByTemplate, ...]:
    """Texts that say what the other columns do, where these tell the runs apart without them."""
    texts = [each for each in columns if each.is_text]
    found: list[ByTemplate] = []
    for each in texts if runs > _FEW else ():
        others = [c for c in columns if c.path not in [each.path, *(n.path for n in found)]]
        if combined([c.codes for c in others]) < runs and not _is_said(each, others):
            continue
        template = template_of(each, others)
        if template is not None:
            found.append(ByTemplate(each.path, template))
    return tuple(found)


def _is_said(column: Varying, others: Sequence[Varying]) -> bool:
    """Whether other columns together say which level a column has."""
    codes = [each.codes for each in others]
    return bool(codes) and combined([*codes, column.codes]) == combined(codes)
