"""What a check gets to know: the experiment, what is known of its target, and its source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from tcwc.model import rules
from tcwc.model.diagnostics import Diagnostic, has_errors
from tcwc.model.frozen import dataclass, field
from tcwc.model.ir import Assignment, Experiment, Path
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.site import Site
from tcwc.model.source import Span
from tcwc.model.types import ANY, Type

if TYPE_CHECKING:
    from tcwc.language.tree import Tree
    from tcwc.lint.rules.user_rule import UserRule

ABSENT = (rules.UNKNOWN_COMPONENT, rules.OTHER_RELEASE, rules.MISSING_OWN_COMPONENT)
"""Findings of a component that does not exist: nothing else about it is worth saying."""

_OF_NEEDS = (
    rules.UNKNOWN_NEED,
    rules.BAD_NEED,
    rules.TWICE_NEEDED,
    rules.UNKNOWN_EVALUATION_KEY,
    rules.BAD_EVALUATION,
    rules.BAD_EVALUATION_SETTING,
    rules.BAD_EVALUATION_EPOCHS,
    rules.BAD_EVALUATION_COMMAND,
    rules.MISSING_EVALUATION_FILES,
)

OF_COMPONENTS = (
    rules.UNKNOWN_KEY,
    rules.WRONG_TYPE,
    rules.STALE_ARGUMENT,
    rules.UNCHECKED_COMPONENT,
    rules.MISSING_ARGUMENT,
    rules.SUPPLIED_ARGUMENT,
    rules.OVERWRITTEN_ARGUMENT,
    rules.UNFIT_COMPONENT,
    rules.RENAMED_COMPONENT,
    *ABSENT,
)
"""The rules that are reported of components."""


@dataclass(frozen=True, slots=True)
class Context:
    """The subject of a check.

    `recipe` is None where the recipe is not known. `sections` has the span of each section's key
    in the experiment, `start` is where the base is named. `complete` is true where nothing kept
    keys or levels out of the experiment; else a finding that something is missing, or is alike in
    all runs, would be the echo of another one.
    """

    experiment: Experiment
    recipe: Recipe | None
    catalogue: Knowledge
    limit: int
    sections: Mapping[str, Span]
    start: Span
    complete: bool
    recipe_at: Span | None = None
    """Where the recipe is named; None where it is told from the base."""
    renamed: Mapping[tuple[Span, str], str] = field(default_factory=dict)
    """The old name of a component of the base, by where it is written and the name it has now."""
    renamed_here: tuple[tuple[Span, str], ...] = ()
    """Where the experiment itself writes an old name, and which."""
    user_rules: tuple[UserRule, ...] = ()
    """Rules of the user's own."""
    exists: Callable[[str], bool] | None = None
    """Whether a path relative to the experiment's folder is there; None where nobody can tell."""
    text_of: Callable[[str], str | None] | None = None
    """The text of a small file in the experiment's folder; None where it is not there, is large or
    no text, and where nobody can tell."""
    head: Callable[[str], str | None] | None = None
    """The beginning of a file of data, by a path that configs name; None where it cannot be read,
    or where nobody can tell."""
    matching: Callable[[str], list[str]] | None = None
    """The files that a pattern such as `data/*.json` names, sorted; None where nobody can tell."""
    below: Callable[[str, int], tuple[list[str], bool]] | None = None
    """The files so deep below a folder, "" being the experiment's, and whether these are all; None
    where nobody can tell."""
    resolve: Callable[[str], Path | str] = str
    """The path that a short name stands for, or in words why it stands for none."""
    wanted: Callable[[Path], Type] = lambda _: ANY
    """The type that a path has to have."""

    tree: Tree | None = None
    """What stands where in the configs, and what reads it."""
    site: Site | None = None
    """The cluster that is chosen for it; None where none is."""
    alone: bool = False
    """Whether its base is a config that no experiment uses, and all there is: what is to be written
    is written there."""

    @property
    def in_controls(self) -> str:
        """Where a constant is written, behind the words to write one: in a config, nowhere else."""
        return "" if self.alone else " under `controls:`"

    @property
    def directory_key(self) -> str | None:
        """The key that tells the recipe where to write; None where it reads none."""
        key = self.experiment.target.write_keys[0]
        return key if self.recipe is not None and key in self.recipe.keys else None

    def place(self, path: Path, origin: Assignment | None, *, key: bool = False) -> Span:
        """Where a path got its value (or its key): in the experiment, in the base file, or else
        where the base is named."""
        if origin is not None:
            return origin.span_of(path, key=key)
        spans = self.experiment.base.key_spans if key else self.experiment.base.spans
        return spans.get(path) or spans.get(path[:-1]) or self.start


def is_broken(found: Iterable[Diagnostic]) -> bool:
    """Whether an error leaves it open what belongs into the configs.

    A component that does not exist, or that has another name, leaves nothing open; nor does a
    check that crashed, nor what runs need and how they are evaluated.
    """
    closed = (*ABSENT, rules.RENAMED_COMPONENT, rules.INTERNAL_FAILURE, *_OF_NEEDS)
    return has_errors([each for each in found if each.rule not in closed])
