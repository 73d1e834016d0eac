"""How a run is started, and what has to be there before it is."""

from __future__ import annotations

from tcwc.model.frozen import dataclass
from tcwc.model.values import Value


@dataclass(frozen=True, slots=True)
class Basis:
    """The base that runs start from: its name, its values, and its text where it is a file."""

    name: str
    values: dict[str, Value]
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What stands in the command that starts a run, beside recipe and config.

    `options` ends with a space where there are any. `note` says what a person has to set in them,
    or why they are a guess; "" where they can be typed as they are. They come to so many `nodes`,
    and `processes` on each.
    """

    options: str = ""
    note: str = ""
    nodes: int = 1
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Left:
    """A `key` that reads from another folder than what is fetched, and the place in that one."""

    key: str
    there: str
    fetched: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """What a run reads from a `folder`; the `command` brings it there, a `note` is about that, and
    `left` is what the run reads from where the base has it."""

    folder: str
    command: str
    note: str = ""
    left: tuple[Left, ...] = ()
