"""The factors of a table of runs, as an author would write them: variables, zips, arms."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from tcwc.config.merge import lookup
from tcwc.jobs.conditions import FactorWords, literal
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Op, Path, Value, format_path
from tcwc.moves.columns import ABSENT, Codes, Held, Varying
from tcwc.moves.draft import Arm, VariableText
from tcwc.moves.layout import Bundle
from tcwc.moves.steps import Setting, changed, same

_ZIPPED = 3
"""Variables up to which they advance together; more, and sections, are arms."""
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Varied:
    """A factor, and which level of it each run has."""

    words: FactorWords
    codes: Codes
    variables: tuple[VariableText, ...] = ()
    arm: Arm | None = None

    @property
    def name(self) -> str:
        return self.words.name

    def level_of(self, code: int) -> dict[str, Value]:
        """A level as a row of `include` names it."""
        if self.arm is not None:
            return {self.arm.name: list(self.arm.levels)[code]}
        return {format_path(each.path): each.levels[code] for each in self.variables}


class Factors:
    """Makes factors of bundles, over what all runs have in common. `taken` are names that no arm
    may have, and `runs` what people call the runs."""

    def __init__(
        self,
        common: dict[str, Value],
        component: str | None,
        taken: Collection[str],
        runs: Sequence[str],
    ) -> None:
        self._common = common
        self._component = component
        self._taken = set(taken)
        self._runs = runs

    def of(self, bundle: Bundle) -> Varied:
        """A bundle as a variable, as some that are zipped, or as an arm."""
        several = len(bundle.columns) > 1
        values = [level for each in bundle.columns for level in each.levels]
        if ABSENT in values or (several and self._is_much(bundle, values)):
            return self.arm(bundle.columns, bundle.codes)
        first = _firsts(bundle.codes)
        variables = [
            VariableText(each.path, tuple(_there(each.held(run)) for run in first), self._op(each))
            for each in bundle.columns
        ]
        told = tuple(literal(level) for level in variables[0].levels)
        words = FactorWords(format_path(variables[0].path), told)
        return Varied(words, bundle.codes, tuple(variables))

    def _is_much(self, bundle: Bundle, values: Sequence[Held]) -> bool:
        return len(bundle.columns) > _ZIPPED or any(isinstance(each, dict) for each in values)

    def _op(self, varying: Varying) -> Op:
        """`=` where a level would be merged into a section, or replaces one."""
        there, value = lookup(self._common, varying.path)
        is_section = there and isinstance(value, dict)
        sections = [isinstance(each, dict) for each in varying.levels]
        return Op.REPLACE if is_section or any(sections) else Op.SET

    def arm(self, columns: Sequence[Varying], codes: Codes) -> Varied:
        """An arm of which each level sets what the runs have that have it."""
        name = self._arm_name(columns)
        first = _firsts(codes)
        names = self._level_names(columns, first, alone=len(first) == len(self._runs))
        levels = {
            level: tuple(s for each in columns for s in self._settings(each, run))
            for level, run in zip(names, first, strict=True)
        }
        told = tuple(f'"{level}"' for level in names)
        return Varied(FactorWords(name, told), codes, arm=Arm(name, levels))

    def _settings(self, varying: Varying, run: int) -> Iterator[Setting]:
        return self.between(varying.path, varying.held(run))

    def between(self, path: Path, held: Held) -> Iterator[Setting]:
        """What takes what all runs have in common at a path to what one of them has."""
        there, value = lookup(self._common, path)
        if held is ABSENT:
            yield from [Setting(path, Op.DELETE, None)] if there else []
        elif not there:
            yield Setting(path, Op.SET, _there(held))
        elif not same(value, _there(held)):
            yield from changed(value, _there(held), self._component, path)

    def _arm_name(self, columns: Sequence[Varying]) -> str:
        tops = list(dict.fromkeys(str(each.path[0]) for each in columns))
        word = named(tops[0]) if len(tops) == 1 else "setting"
        wanted = f"{word}_kind" if len(tops) == 1 else word
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}{number}", number + 1
        self._taken.add(name)
        return name

    def _level_names(
        self, columns: Sequence[Varying], runs: Sequence[int], *, alone: bool
    ) -> list[str]:
        """Names of levels: those of the runs, where each run has its own; else what tells them."""
        ways = [[named(_bare(self._runs[run])) for run in runs]] if alone else []
        ways += [[_word(each, each.held(run)) for run in runs] for each in columns]
        for names in ways:
            if all(names) and len(set(names)) == len(names):
                return names
        return [f"level_{place + 1}" for place in range(len(runs))]


def listed(columns: Sequence[Varying], codes: Sequence[Codes]) -> tuple[list[Varying], Codes]:
    """Columns as one factor, of the combinations of levels that there are."""
    rows = list(zip(*codes, strict=True))
    numbers = {row: place for place, row in enumerate(dict.fromkeys(rows))}
    return list(columns), tuple(numbers[row] for row in rows)


def _firsts(codes: Codes) -> list[int]:
    """The first run of each level."""
    return [codes.index(code) for code in range(max(codes) + 1)]


def _there(held: Held) -> Value:
    assert held is not ABSENT
    return held


def _word(varying: Varying, held: Held) -> str:
    """What a level is called by what it has at a path."""
    if isinstance(held, dict):
        held = next(filter(_is_dotted, held.values()), "")
    if held is ABSENT:
        return named(f"no_{varying.path[-1]}")
    if isinstance(held, (dict, list)):
        return ""
    if isinstance(held, str):
        return named(held.rstrip("/").rpartition("/")[2].rpartition(".")[2])
    return named(f"{varying.path[-1]}_{str(held).lower()}")


def _bare(name: str) -> str:
    """The name of a file without its ending."""
    return re.sub(r"\.ya?ml$", "", name)


def _is_dotted(value: Value) -> bool:
    """Whether a value looks like the name of what a section makes."""
    return isinstance(value, str) and "." in value and "/" not in value


def named(text: str) -> str:
    """A text as the name of an arm, of a level, or of an experiment; "" where none is left."""
    return _NO_NAME.sub("_", text).strip("._-")[:_LONGEST].rstrip("._-")
