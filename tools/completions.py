"""Completions for bash, zsh and fish, made by shtab of the parsers that the program itself uses.

python -m tools.completions [FOLDER]     (completions/ of this checkout, where none is named)

A wheel is built with them (tools/build_hook.py), so that nobody needs shtab to have them; what a
command's options complete to follows from their choices and from the word that stands for a value.
"""

from __future__ import annotations

import json
import sys
from argparse import Action, ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path

from tcwc.cli import whole_parser
from tcwc.disk import data
from tcwc.torchtune.target import TORCHTUNE

ROOT = Path(__file__).parents[1]

SHELLS = ("bash", "zsh", "fish")

LOADERS = {
    "share/bash-completion/completions/tcwc": 'eval "$(tcwc completion bash)"\n',
    "share/zsh/site-functions/_tcwc": (
        '#compdef tcwc\neval "$(tcwc completion zsh)"\n_shtab_tcwc "$@"\n'
    ),
    "share/fish/vendor_completions.d/tcwc.fish": "tcwc completion fish | source\n",
}
"""Where each shell looks, below the prefix of an installation, and what it finds there: the tcwc
that is on the path tells its own."""

_HEADS = {"bash": "", "zsh": "#compdef tcwc\n", "fish": ""}
_SOURCES = ("EXPERIMENT", "FILE", "A", "B")


def completions() -> dict[str, str]:
    """The script of each shell."""
    import shtab

    parser = whole_parser()
    for action in _actions(parser):
        _complete(action)
    return {name: _headed(name, shtab.complete(parser, shell=name)) for name in SHELLS}


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write texts below a folder, each under its name."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _headed(shell: str, text: str) -> str:
    """A script with a head of our own: shtab's says where to copy it, and `tcwc` does so itself."""
    body = text.removeprefix(_HEADS[shell]).lstrip("\n")
    lines = body.splitlines()
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        lines.pop(0)
    said = f"# Completions of tcwc for {shell}, made by shtab: `tcwc completion --help`\n"
    return f"{_HEADS[shell]}{said}\n" + "\n".join(line.rstrip() for line in lines) + "\n"


def _actions(parser: ArgumentParser) -> Iterator[Action]:
    """Every option and word of a parser, those of its commands too."""
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                yield from _actions(command)
        else:
            yield action


def _complete(action: Action) -> None:
    """Say what completes a value, if its own choices do not."""
    import shtab

    named = action.metavar if isinstance(action.metavar, str) else ""
    if action.choices is not None:
        return
    if action.dest == "base" or named == "BASE":
        action.choices = _members("configs")
    elif action.dest == "recipe":
        action.choices = _members("recipes")
    elif named == "CODE":
        action.choices = [name.partition("-")[0] for name in data.names("lint_rules")]
    elif named == "VERSION":
        action.choices = data.names("schemas/torchtune")
    elif named in _SOURCES:
        action.complete = shtab.glob("*.yaml", "*.yml")  # type: ignore[attr-defined]
    elif named == "DIR":
        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    elif named == "PATH" and action.dest != "path":  # that of `tcwc explain` is a key's
        action.complete = shtab.FILE  # type: ignore[attr-defined]


def _members(name: str) -> list[str]:
    """What is in a file of the catalogue: base configs, recipes."""
    text = data.read_text(f"schemas/torchtune/{TORCHTUNE.default_version}/{name}.json")
    return sorted(each for each in json.loads(text) if each != "about")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "completions", completions())
