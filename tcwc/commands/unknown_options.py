"""What is said of options that a command has not, and of values on the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from tcwc.api.session import TARGET
from tcwc.commands.habits import FILE_OPTIONS, FORMS, HABITS, Habit
from tcwc.model.frozen import dataclass
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.words import either, nearest
from tcwc.report.formats import FINDINGS, PLAN

Answer = tuple[str, ...]
"""What is wrong, what to type instead, and lines below that."""

Options = Mapping[str, Sequence[str]]
"""The options of each command, by its name."""

_FORMATS = (*FINDINGS, *PLAN)
_VALUE = re.compile(r"[-+.0-9]+(?:e[-+]?[0-9]+)?|true|false|null|none|\[.*\]", re.IGNORECASE)
"""What follows an option that is a key: other words are more often files."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: a command, an option that it has not, and all words but the command."""

    command: str
    option: str
    words: Sequence[str]

    @property
    def value(self) -> str:
        """What follows the option, or stands in it after `=`; "" for neither."""
        for word, after in zip(self.words, [*self.words[1:], ""], strict=True):
            name, _, value = word.partition("=")
            if name == self.option:
                return value or ("" if re.match(r"-[A-Za-z-]", after) else after)
        return ""

    @property
    def file(self) -> str:
        """The experiment that is named, or one as an example."""
        named = [each for each in named_in(self.words) if each.endswith((".yaml", ".yml"))]
        return shell_path(next(iter(named), "experiment.yaml"))

    def without(self, *, value: bool) -> str:
        """The line as typed, without the option, and without its `value` if that is one."""
        left = [each for each in self.words if each.partition("=")[0] != self.option]
        if value and self.value in left:
            left.remove(self.value)
        return shell_line(["tcwc", self.command, *left])


def no_option(line: Typed, options: Options) -> Answer:
    """What is said of an option that its command has not."""
    command, option, known = line.command, line.option, options[line.command]
    what = f"tcwc {command} has no option {option}"
    for habit in HABITS:
        if option.replace("_", "-") in habit.options.replace("_", "-").split() and _fits(
            habit, line, known
        ):
            return what, _instead(habit, line)
    files = shell_line(named_in(line.words)[:1]) or "experiment.yaml"
    if option in FILE_OPTIONS:
        return what, f"a file is named without one: `tcwc {command} {files}`"
    if option == f"--{TARGET.name}":
        top = f'`{TARGET.name}: "{line.value or TARGET.default_version}"`'
        return what, f"write it into the experiment, at the top level: {top}"
    every = dict.fromkeys((*known, *(each for own in options.values() for each in own)))
    near = next(iter(nearest(option, every)), "")
    if near in known:
        return what, f"did you mean {near}?"
    if near:
        typed = [f"`tcwc {name} {near} {line.file}`" for name in options if near in options[name]]
        return what, f"there is {either(typed[:3])}"
    if option.startswith("--") and _VALUE.fullmatch(line.value):
        return values([f"{option[2:].replace('-', '_')}={line.value}"])
    return what, f"`tcwc {command} --help` lists its options"


def _fits(habit: Habit, line: Typed, known: Sequence[str]) -> bool:
    """Whether an option of others means, for this command, what a habit says."""
    if "{form}" in habit.instead and line.value not in _FORMATS:
        return False
    where = habit.where.split()
    if where == ["tcwc.toml"]:
        return line.value.endswith(".toml")
    return not where or line.command in where or where[0] in known


def _instead(habit: Habit, line: Typed) -> str:
    value = line.value
    if not habit.instead.startswith((">", "-")):
        return habit.instead.format(
            command=line.command,
            file=line.file,
            value=value or "20",
            quoted=", ".join(f'"{each}"' for each in value.split(",")) if value else '"TCW413"',
        )
    more = habit.instead.format(value=shell_path(value or "run.yaml"), form=value)
    form = FORMS.get(os.path.splitext(value)[1], "") if more.startswith(">") else ""
    form = f"--format {form} " if form and line.command in ("lint", "plan", "explain") else ""
    return f"did you mean `{line.without(value=habit.takes)} {form}{more}`?"


def values(found: Sequence[str]) -> Answer:
    """What is said of values, as `key=value`: where they stand in an experiment."""
    pairs = [each.lstrip("+~=").partition("=")[::2] for each in found]
    what = f"values stand in the experiment, not on the command line: {' '.join(found)}"
    lists = [(key, value) for key, value in pairs if "," in value]
    several = ["      variables:", *(f"        {key}: {_list(value)}" for key, value in lists)]
    if len(lists) == len(pairs):
        return what, "write", *several
    once = [f"        {key}: {value}" for key, value in pairs if "," not in value]
    all_runs = ["write, for all runs", "      controls:", *once]
    if lists:
        return what, *all_runs, "    and, to compare", *several
    several = ["      variables:", *(f"        {key}: [{value}, ...]" for key, value in pairs)]
    return what, *all_runs, "    or, to compare some", *several


def _list(value: str) -> str:
    """Values with commas as a list: `1,2` and `[1, 2]`."""
    items = (item.strip() for item in value.strip("[]() ").split(","))
    return f"[{', '.join(filter(None, items))}]"


TAKE_A_VALUE = (
    *("-o", "--output", "--stdin-filename", "--test", "--format", "--color"),
    *("--to", "--python", "--from", "--name", f"--{TARGET.name}"),
    *("--vary", "--set", "--from-run", "--ci", "--recipe"),
    *("--only", "--devices", "--jobs", "--cluster", "--try", "--keep"),
)
"""Options whose next word belongs to them."""


def named_in(words: Sequence[str]) -> list[str]:
    """The words that are neither options nor values of theirs: files, mostly."""
    before = ["", *words]
    return [
        word
        for last, word in zip(before, words, strict=False)
        if not word.startswith("-") and last not in TAKE_A_VALUE
    ]
