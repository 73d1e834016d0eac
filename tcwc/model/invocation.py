"""How a run was started on a command line, as the target reads it."""

from __future__ import annotations

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Invocation:
    """What is run (`recipe`), the config's name or file, and what the command line says beside it
    (`key=value`, `~key`); `processes` are those that are asked for, "" where none are."""

    recipe: str
    config: str
    overrides: tuple[str, ...]
    processes: str = ""
