"""What a check is: a row of a table, which says all that the engine has to know of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, Rule
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.model.lazy import load

Found: TypeAlias = "Iterator[Diagnostic | Rule | None]"
"""What a check yields: findings. One whose rules are data (a condition is) yields a rule where it
turns to that, and None where it turns to what they share: it says whose the time is from there."""

Reads: TypeAlias = "tuple[str, ...] | Callable[[Context], Iterable[str]]"
"""Keys, or how to tell them from what is known of the target."""


Needs: TypeAlias = Literal[
    "design", "variant", "whole", "values", "complete", "compared", "variable", "last"
]
"""What there has to be for a check to run, and what its function is called with.

They run in this order. design: the experiment as it is written, whatever is wrong with it. variant:
a config of each shape; the function takes that beside the context. whole: such a config, with all
that belongs into it. values: values over the runs, whatever is missing. complete: an experiment
without errors. compared: one that varies something, and whose runs keep apart. variable: the same;
the function takes a variable beside the context, and its paths that call for the check, each with
the one that `unless` names. last: all that others found.
"""


@dataclass(frozen=True, slots=True)
class Check:
    """A function that reports for rules whose work cannot be told apart.

    `function` is "module:function" where few experiments need it, so that others do not import it.
    `reads` are the keys that call for it: of a variable, or anywhere in the experiment. In them `*`
    stands for any number of segments, none too ("*.lr"). Where the author states `unless` beside
    such a key, that is an answer, and nothing is called for. `levels` is how many a variable must
    have (1: constants under `controls: when:` count as one), `when` a further condition. A check of
    a whole config runs despite errors of `despite`.
    """

    rules: tuple[Rule, ...]
    function: str | Callable[..., Found]
    needs: Needs
    reads: Reads = ()
    unless: str = ""
    levels: int = 2
    when: Callable[[Context], bool] | None = None
    despite: tuple[Rule, ...] = ()

    @property
    def name(self) -> str:
        """What it is called where its rules are no name."""
        if isinstance(self.function, str):
            return self.function.rpartition(":")[2].removeprefix("check_")
        return " ".join(rule.code for rule in self.rules)

    def run(self, *subject: object) -> Found:
        """Its findings. Nothing is imported before the first is asked for."""
        yield from self.load()(*subject)

    def load(self) -> Callable[..., Found]:
        """The function itself."""
        if not isinstance(self.function, str):
            return self.function
        function: Callable[..., Found] = load(self.function)
        return function


def matching(patterns: Iterable[str], paths: Iterable[Path]) -> list[Path]:
    """Those of some paths that one of the keys of a `reads` stands for."""
    whole = {tuple(each.split(".")) for each in patterns if "*" not in each}
    open_ = [_ends(each) for each in patterns if "*" in each]
    return [path for path in paths if path in whole or any(_fits(path, *e) for e in open_)]


def _ends(pattern: str) -> tuple[Path, Path]:
    """The segments before the `*` of a pattern, and behind it."""
    before, _, behind = pattern.partition("*")
    return tuple(filter(None, before.split("."))), tuple(filter(None, behind.split(".")))


def _fits(path: Path, head: Path, tail: Path) -> bool:
    rest = len(path) - len(tail)
    return rest >= len(head) and path[: len(head)] == head and path[rest:] == tail
