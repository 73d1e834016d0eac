"""The runs of an experiment, made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import eq
from operator import index as whole_number
from typing import TYPE_CHECKING, NoReturn, overload

from tcwc.model.cut import cut
from tcwc.model.ir import Cell, Value
from tcwc.model.printable import printable

if TYPE_CHECKING:
    from tcwc.builds.build import Build


class Run:
    """One run of an experiment.

    `index` is its place in the design, from 0; `id` its name (`run_007`), which it keeps when
    the design grows. `cell` are its levels by index. Runs are equal where id and text are.
    """

    __slots__ = ("_build", "cell", "id", "index")
    id: str

    def __init__(self, build: Build, index: int, cell: Cell) -> None:
        from tcwc.builds.matching import run_id

        self._build = build
        self.cell = cell
        self.index = index
        self.id = run_id(build.ids.numbers[index])

    @property
    def parameters(self) -> dict[str, Value]:
        """The level of each variable, under the author's names."""
        return self._build.parameters(self.cell)

    @property
    def config(self) -> dict[str, Value]:
        """The complete config, as the target would read `text`."""
        return self._build.configs.config(self.cell, self.id)

    @property
    def text(self) -> str:
        """The config file's text, with its two header lines."""
        from tcwc.model.signature import config_text

        body = self._build.configs.body(self.cell, self.id)
        return config_text(self._build.experiment.name, self.id, body)

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes, in hexadecimal."""
        from tcwc.model.signature import sha256_text

        return sha256_text(self.text)

    @property
    def science_hash(self) -> str:
        """The hash of what can change the run's result, in hexadecimal."""
        return self._build.configs.science_hash(self.cell)

    @property
    def was(self) -> tuple[str, ...]:
        """The science hashes that it had before a constant changed, oldest first."""
        return self._build.was(self.id, self.science_hash)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run) or self.id != other.id:
            return False
        is_same = self._build is other._build and self.index == other.index
        return is_same or self.text == other.text

    def __hash__(self) -> int:
        return hash(self.id)

    def __deepcopy__(self, _: object) -> Run:
        return self

    def __copy__(self) -> Run:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{self.id} cannot be pickled, as it stands for its whole experiment: give other "
            "processes its `id`, `parameters`, `config` or `text`"
        )

    def __repr__(self) -> str:
        from tcwc.model.secrets import masked_value

        shown = {name: masked_value(name, value) for name, value in self.parameters.items()}
        levels = ", ".join(f"{name}={_short(value)}" for name, value in shown.items())
        return printable(f"<Run {self.id} ({levels})>")

    def _repr_html_(self) -> str:
        from tcwc.api.html import run_table

        return run_table(self)


_WIDTH = 60


def _short(value: Value) -> str:
    return cut(str(value), _WIDTH)


class Runs(Sequence[Run]):
    """The runs of an experiment in design order, made when they are asked for.

    `runs[0]` is the first, `runs["run_007"]` the run of an id.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._cells = build.experiment.cells

    def __len__(self) -> int:
        return len(self._cells)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: str) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...
    def __getitem__(self, index: int | str | slice) -> Run | list[Run]:
        if isinstance(index, str):
            return self.by_id(index)
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = whole_number(index)
        if index < 0:
            index += len(self)
        return Run(self._build, index, self._cells[index])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Runs) or len(self) != len(other):
            return False
        return self._build is other._build or all(map(eq, self, other))

    def __hash__(self) -> int:
        return hash((self._build.experiment.name, len(self)))

    def __contains__(self, wanted: object) -> bool:
        """Whether a run, or the run of an id, is one of them."""
        id = wanted.id if isinstance(wanted, Run) else wanted
        return isinstance(id, str) and self._build.ids.index(id) is not None

    def __iter__(self) -> Iterator[Run]:
        for index, cell in enumerate(self._cells):
            yield Run(self._build, index, cell)

    def by_id(self, id: str) -> Run:
        """The run of an id. Raises KeyError where no run has it."""
        index = self._build.ids.index(id)
        if index is None:
            from tcwc.api.near import near_ids

            raise KeyError(f"no run {id}: {near_ids(self._build.ids.numbers, id)}")
        return self[index]

    def __repr__(self) -> str:
        from tcwc.builds.matching import run_id

        numbers = self._build.ids.numbers
        span = f"{run_id(min(numbers))} to {run_id(max(numbers))}" if len(self) else "none"
        return printable(f"<Runs of {self._build.experiment.name}: {len(self):,}, {span}>")

    def _repr_html_(self) -> str:
        from tcwc.api.html import runs_table

        return runs_table(self)
