"""The intermediate representation: an experiment with its names resolved and its values typed.

Everything here is frozen and knows where in the source it stands. The front end makes it; lint
and the back end read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from tcwc.model import values
from tcwc.model.frozen import dataclass, field
from tcwc.model.printable import printable
from tcwc.model.source import Span

if TYPE_CHECKING:
    from tcwc.model.design import Derived, Distribution, Formula, LeftOut, Row, Sample, Zip
    from tcwc.model.evaluations import Evaluation
    from tcwc.model.resources import Resources, Samples
    from tcwc.model.target import Target

Scalar: TypeAlias = values.Scalar
Value: TypeAlias = values.Value
Path: TypeAlias = values.Path

Spans: TypeAlias = tuple[Span, Span]
"""Where a key stands, and where its value does; of an item of a list, twice the item."""

Cell: TypeAlias = "tuple[int | None, ...]"
"""A run of a design: which level each column has in it. None where it sets nothing.

The columns are the factors, behind them the constants of some runs, then the derived values.
"""


class Template(str):
    """A text of the author's with `{name}` in it, as written; it is filled in for each run.

    `names` says what each name in it stands for: a path, or one of `RUN_NAMES`.
    """

    __slots__ = ("names",)
    names: Mapping[str, Path]

    def __new__(cls, text: str, names: Mapping[str, Path]) -> Template:
        made = super().__new__(cls, text)
        made.names = names
        return made

    def __reduce__(self) -> tuple[type[Template], tuple[str, Mapping[str, Path]]]:
        """What a copy, or a pickle, is made from."""
        return Template, (str(self), self.names)


# They stand here since yaml/traps.py needs them as well, and it may not import expressions/.
FUNCTIONS = {
    "min": (1, 100), "max": (1, 100), "abs": (1, 1), "int": (1, 1), "float": (1, 1),
    "round": (1, 2), "len": (1, 1), "log2": (1, 1), "log10": (1, 1), "sqrt": (1, 1),
}  # fmt: skip
"""The functions of expressions, with the least and most arguments."""

RUN_NAMES = ("experiment_name", "run_id", "index")
"""What a template can say of the run itself; `index` is the number in its id."""

_PLAIN_SEGMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def format_path(path: Path) -> str:
    """The canonical spelling of a path: `dataset[0].split`, odd keys in double quotes."""
    text = ""
    for segment in path:
        if isinstance(segment, int):
            text += f"[{segment}]"
            continue
        if not _PLAIN_SEGMENT.fullmatch(segment):
            segment = '"' + segment.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text += f".{segment}" if text else segment
    return text


def overlap(one: Path, other: Path) -> bool:
    """Whether one path is the other, or leads to it.

    An index and the text of its digits count as one: a reference does not say which it means.
    """
    return all(a == b or str(a) == str(b) for a, b in zip(one, other, strict=False))


class Op(Enum):
    """What an assignment does with what is there: merge into it, replace it, or delete it."""

    SET = ""
    REPLACE = "="
    DELETE = "~"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One path set, replaced or deleted by the author.

    `added` is true where the key was written with `+`: nothing known reads it, on purpose. `parts`
    says where the keys and items of a mapping or list stand, by path from the value on. A list
    that is `as_section` may stand where a section does: one of components, in place of one.
    """

    path: Path
    value: Value
    op: Op
    added: bool
    key_span: Span
    value_span: Span
    parts: Mapping[Path, Spans] = field(default_factory=dict, compare=False)
    as_section: bool = False

    def span_of(self, path: Path, *, key: bool = False) -> Span:
        """Where the value (or the key) of a path at or below this one stands.

        For what is not there, the innermost part that would hold it.
        """
        for end in range(len(path), len(self.path), -1):
            spans = self.parts.get(path[len(self.path) : end])
            if spans is not None:
                return spans[0] if key else spans[1]
        return self.key_span if key else self.value_span


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a factor: its typed value as coordinates show it, and what it assigns."""

    value: Value
    assignments: tuple[Assignment, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Factor:
    """A variable or an arm, under `name` as the author wrote it; no two levels of one value.

    An arm (`is_arm`) is a factor whose levels set several keys; its path is its name, and the
    value of a level its name. The last `spare` levels stand in rows of `include` only: the grid
    does not have them. Where `when` does not hold, a run has none of the levels. `generator` is the
    word of what made the levels, such as `logspace`; "" where they are listed.

    Constants of the runs in which a condition holds (`controls: {when: ...}`) are such a column
    too, `is_constant`, of one level, and no factor: what a factor sets wins over them.
    """

    name: str
    path: Path
    levels: tuple[Level, ...]
    span: Span
    is_arm: bool = False
    spare: int = 0
    when: Formula | None = None
    distribution: Distribution | None = None
    generator: str = ""
    is_constant: bool = False
    models: str = ""
    known: list[tuple[tuple[Level, ...], Mapping[Path, None]]] = field(
        default_factory=list, compare=False
    )
    """The paths that were asked for, with the levels that they are of: many checks ask."""

    def paths(self) -> Mapping[Path, None]:
        """The paths that its levels set, in order."""
        if not self.known or self.known[0][0] is not self.levels:  # those of what this was made of
            made = dict.fromkeys(a.path for level in self.levels for a in level.assignments)
            self.known[:] = [(self.levels, made)]
        return self.known[0][1]

    @property
    def size(self) -> int:
        """How many levels the grid has of it."""
        return len(self.levels) - self.spare

    def assigned(self, level: int | None) -> tuple[Assignment, ...]:
        """What a level assigns; nothing where there is none."""
        return () if level is None else self.levels[level].assignments


def assigned(columns: Sequence[Factor], levels: Iterable[int | None]) -> Iterator[Assignment]:
    """What levels of columns assign, in the order of the merge: constants of some runs first."""
    chosen = [(c, level) for c, level in zip(columns, levels, strict=True) if level is not None]
    for constant in (True, False):
        for column, level in chosen:
            if column.is_constant is constant:
                yield from column.levels[level].assignments


@dataclass(frozen=True, slots=True)
class Design:
    """What an experiment varies, as its author wrote it.

    `conditional` are the constants of some runs; `derived` are in an order in which each needs only
    those before it.
    """

    factors: tuple[Factor, ...] = ()
    conditional: tuple[Factor, ...] = ()
    zips: tuple[Zip, ...] = ()
    derived: tuple[Derived, ...] = ()
    exclude: tuple[Formula, ...] = ()
    rows: tuple[Row, ...] = ()
    sample: Sample | None = None


class Cells(Protocol):
    """The runs of an experiment in design order, made when they are asked for."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Cell]: ...
    def __getitem__(self, place: int, /) -> Cell: ...

    @property
    def is_grid(self) -> bool:
        """Whether they are all combinations of the levels, every column for itself."""

    def projections(self, columns: Sequence[int], most: int) -> Iterator[Cell]:
        """The different combinations of levels that some columns have over the runs.

        Where they are more than `most`, only some, in which every level occurs.
        """


@dataclass(frozen=True, slots=True)
class Base:
    """The config that an experiment starts from, typed as the target reads it.

    `name` is the registered name or, for a file, its path as the author wrote it. `spans` and
    `key_spans` hold where in a base file each value and key stands; empty for a shipped config.
    """

    name: str
    is_file: bool
    values: dict[str, Value]
    spans: Mapping[Path, Span]
    key_spans: Mapping[Path, Span]


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment, ready to be expanded into runs.

    `factors` have all their levels, drawn ones too; `derived` are the computed paths, as columns
    whose level follows from the factors'; `cells` are the runs over these columns, and `left_out`
    says how many combinations of levels are none. `target` is what its configs are for, `version`
    which of its versions. `catalogue_revision` is that of what is known of the target,
    `packages_revision` the one that names the versions of other packages, `provenance` what else
    the lock says of the version. `resources` are what the runs need of a machine, `run_name` what
    people call one, `samples` how many its data have, `evaluations` what is measured of their
    weights: none of them is in any config of theirs.
    """

    name: str
    target: Target
    source: str
    base: Base
    recipe: str
    version: str
    catalogue_revision: int
    packages_revision: int
    provenance: Mapping[str, str]
    design: Design
    factors: tuple[Factor, ...]
    derived: tuple[Factor, ...]
    cells: Cells
    controls: tuple[Assignment, ...]
    engineering: tuple[Assignment, ...]
    names: Mapping[str, Path]
    isolate_outputs: bool
    output: str | None
    meta: Value
    left_out: LeftOut | None = None
    resources: Resources | None = None
    run_name: Template | str | None = None
    samples: Samples | None = None
    evaluations: tuple[Evaluation, ...] = ()
    ids: Callable[[], Mapping[str, str]] = field(default_factory=lambda: dict, compare=False)
    """The ids that runs of the last build have, by their coordinates."""

    def __repr__(self) -> str:
        factors = ", ".join(factor.name for factor in self.factors)
        about = f"name={self.name}, {len(self.cells):,} runs over {factors or 'nothing'}"
        return printable(f"Experiment({about})")

    @property
    def columns(self) -> tuple[Factor, ...]:
        """All that differs between runs: the factors, the constants of some of them, and what is
        derived."""
        return (*self.factors, *self.conditional, *self.derived)

    @property
    def conditional(self) -> tuple[Factor, ...]:
        """The constants of the runs in which a condition holds."""
        return self.design.conditional

    def derived_in(self, cell: Cell) -> Cell:
        """The levels of the derived columns in a cell."""
        return cell[len(self.factors) + len(self.design.conditional) :]

    @property
    def constants(self) -> tuple[Assignment, ...]:
        """What every run is assigned, controls before engineering."""
        return (*self.controls, *self.engineering)
