"""`tune run RECIPE --config CONFIG key=value ~key`, read as torchtune reads it.

torchtune/_cli/run.py takes torchrun's options before the recipe; what the rest means is in
torchtune/config/_utils.py, `_merge_yaml_and_cli_args` (0.6.1).
"""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.config.merge import lookup
from tcwc.model.invocation import Invocation
from tcwc.model.values import Value
from tcwc.torchtune.keys import COMPONENT

_CONFIG = "--config"
_ODD = frozenset("[]\\")
_PROCESSES = ("--nproc_per_node", "--nproc-per-node")


def invocation(words: Sequence[str]) -> Invocation | None:
    """What a command line starts; None where it does not run `tune run` with a config."""
    begin = next((n for n in range(len(words) - 1) if tuple(words[n : n + 2]) == _START), None)
    if begin is None:
        return None
    options, rest = _apart(words[begin + 2 :])
    if _CONFIG not in rest[1:-1]:
        return None
    place = rest.index(_CONFIG)
    overrides = (*rest[1:place], *rest[place + 2 :])
    return Invocation(rest[0], rest[place + 1], tuple(overrides), _processes(options))


def _apart(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The options of torchrun, and what stands from the recipe on."""
    place = 0
    while place < len(words) and words[place].startswith("-"):
        is_alone = "=" in words[place] or words[place] in _ALONE
        place += 1 if is_alone else 2
    return words[:place], words[place:]


_ALONE = frozenset(
    ("--standalone", "-m", "--module", "--no-python", "--no_python", "--run-path", "--run_path")
)
"""Options of torchrun that have no value."""
_START = ("tune", "run")


def _processes(options: Sequence[str]) -> str:
    for place, word in enumerate(options):
        name, is_one, value = word.partition("=")
        if name in _PROCESSES:
            return value if is_one else "".join(options[place + 1 : place + 2])
    return ""


def assignment(config: dict[str, Value], argument: str) -> tuple[str, str | None]:
    """The dotted key that an argument sets, and the text of its value; None to delete the key.

    Raises ValueError for what torchtune refuses.
    """
    if argument.startswith("~"):
        key = argument[1:].partition("=")[0]
        section = lookup(config, key.split("."))[1]
        if COMPONENT in key or (isinstance(section, dict) and COMPONENT in section):
            raise ValueError("torchtune deletes no component from a command line")
        return key, None
    key, is_one, value = argument.partition("=")
    if not key or not is_one or "=" in value or key.startswith("-"):
        raise ValueError("it is read as `key=value`, with one `=`")
    if not _ODD.isdisjoint(key):
        raise ValueError("a key with brackets names no item of a list")
    there, section = lookup(config, (key,))
    if there and isinstance(section, dict) and COMPONENT in section:
        key += f".{COMPONENT}"
    if value == "None":
        if "max_filename" in key:
            raise ValueError("it takes no null")
        value = "null"
    return key, f'!!str "{value}"' if "max_filename" in key else value
