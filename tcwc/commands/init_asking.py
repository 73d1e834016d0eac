"""What `tcwc init` asks on a terminal: a base, what is tested, a name, where outputs go."""

from __future__ import annotations

import sys

from tcwc.api.session import TARGET
from tcwc.commands.bases import found_by
from tcwc.commands.init_first import FirstWanted
from tcwc.commands.terminal import paint_for, say
from tcwc.model.about import About
from tcwc.model.known import Knowledge
from tcwc.moves.first import First
from tcwc.moves.written import inline
from tcwc.report.bases import lines

_SHOWN, _DIGITS = 12, 4
_QUESTION = "What do you want to train? Words such as `llama 1b lora single`: "


class NothingMore(Exception):
    """There is nobody to answer any more."""


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, usual: str = "") -> str:
    """What somebody answers; `usual` for nothing. Raises NothingMore at the end of input."""
    shown = f"{question} [{usual}]: " if usual else question
    sys.stderr.write(shown)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
        raise NothingMore
    return line.strip() or usual


def ask_base(known: Knowledge) -> str:
    """The name of a base config, chosen among those that have the words that are typed."""
    words = ask(_QUESTION)
    while True:
        found = found_by(words.split(), known)
        if not found:
            words = ask(f"No base config has {words}. Other words: ")
        elif len(found) == 1:
            say(found[0].name, sys.stderr)
            return found[0].name
        else:
            shown = found[:_SHOWN]
            _show(shown, len(found) - len(shown))
            words = ask("Its number, or other words", "1")
            while words.isdecimal():
                if len(words) < _DIGITS and 1 <= int(words) <= len(shown):
                    return shown[int(words) - 1].name
                words = ask(f"There is no number {words}; a number to {len(shown)}, or words", "1")


def _show(found: list[About], more: int) -> None:
    head, *rows = lines(found, paint_for("never", sys.stderr))
    say(f"    {head}", sys.stderr)
    for number, row in enumerate(rows, 1):
        say(f"{number:>2}  {row}", sys.stderr)
    if more:
        say(f"    and {more} more: other words, or more of them, find fewer", sys.stderr)


def ask_rest(first: First, wanted: FirstWanted) -> FirstWanted:
    """What is tested, under which name, and where outputs go, with what `first` would say."""
    variables = wanted.variables
    if not variables and first.variables:
        usual = "; ".join(f"{key}={levels[1:-1]}" for key, levels in first.variables)
        question, answer = "What is tested? KEY=LEVELS, several with `;` between", ""
        while not _are_pairs(answer):
            answer = ask(question, usual)
        variables = tuple(map(_pair, _each(answer)))
    name = wanted.name or ask("Its name", first.name)
    return FirstWanted(variables, (*wanted.constants, *_place(first)), name)


def _place(first: First) -> list[tuple[str, str]]:
    """Where the runs write, where that is not what the base has."""
    key = TARGET.write_keys[0]
    usual = first.values.get(key)
    if not isinstance(usual, str) or key in {said for said, _ in first.constants}:
        return []
    answer = ask("Folder for what the runs write", usual)
    return [] if answer == usual else [(key, inline(answer))]


def _each(answer: str) -> list[str]:
    return [each for each in answer.split(";") if each.strip()]


def _are_pairs(answer: str) -> bool:
    return bool(_each(answer)) and all(all(_pair(each)) for each in _each(answer))


def _pair(text: str) -> tuple[str, str]:
    key, _, levels = text.partition("=")
    return key.strip(), levels.strip()
