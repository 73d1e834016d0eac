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
_PROCESSES = ("--nproc_per_node", "--nproc-per-node")


def invocation(words: Sequence[str]) -> Invocation | None:
    """What a command line starts; None where it does not run `tune run` with a config."""
    begin = next((n for n in range(len(words) - 1) if tuple(words[n : n + 2]) == _START), None)
    if begin is None:
        return None
    rest = list(words[begin + 2 :])
    place = next((n for n, word in enumerate(rest) if word.partition("=")[0] == _CONFIG), None)
    if place is None:
        return None
    _, is_one, config = rest[place].partition("=")
    behind = rest[place + 1 :] if is_one else rest[place + 2 :]
    config = config if is_one else "".join(rest[place + 1 : place + 2])
    before = [word for word in rest[:place] if not word.startswith("-")]
    recipe = before[-1] if before else ""
    overrides = tuple(word for word in behind if "=" in word or word.startswith("~"))
    return Invocation(recipe, config, overrides, _processes(rest[:place]))


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
    key, _, value = argument.partition("=")
    if not key or "=" in value:
        raise ValueError("it is read as `key=value`, with one `=`")
    there, section = lookup(config, (key,))
    if there and isinstance(section, dict) and COMPONENT in section:
        key += f".{COMPONENT}"
    if value == "None":
        value = "null"
    return key, f'!!str "{value}"' if "max_filename" in key else value
