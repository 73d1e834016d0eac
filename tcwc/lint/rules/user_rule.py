"""A rule of the user's own, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcwc.model.diagnostics import Rule
from tcwc.model.frozen import dataclass
from tcwc.model.source import Span

if TYPE_CHECKING:
    from tcwc.expressions.syntax import Expression


@dataclass(frozen=True, slots=True)
class UserRule:
    """A rule as its file says it. `forbids` is true for `forbid:`, false for `require:`.

    `recipes` are those that it is about, empty for all; `place` is the expression in the file.
    """

    rule: Rule
    summary: str
    help: str
    expression: Expression
    forbids: bool
    recipes: tuple[str, ...]
    place: Span
