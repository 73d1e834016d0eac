"""What the catalogue says of torchtune beyond what is known of any target, as values."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass, field
from tcwc.model.known import RecipeKey, Supplied


@dataclass(frozen=True, slots=True)
class Moved:
    """A component of another torchtune release. `now` is its name in this one, "" if it has none.

    `last` is the last release that has it, "" for one that is newer; `help` says what to do where
    it has no name.
    """

    now: str = ""
    last: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a component of the author's own could not be read. `absent` where it is not there for
    certain; `near` are names that its module has."""

    message: str
    absent: bool
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecipeReads:
    """What a recipe reads. `unfollowed` names what it hands the whole config to ("file:line" by
    callee) and that nothing is known of; then `keys` holds the path `*` as well.

    `error` is "" unless the text is no Python; then the rest is empty.
    """

    keys: Mapping[str, RecipeKey] = field(default_factory=dict)
    instantiates: Mapping[str, Supplied] = field(default_factory=dict)
    unfollowed: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
