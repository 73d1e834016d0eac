"""What a command line meant that is none: the command that does it, with the user's own words."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from shlex import join, quote

from tcwc.api.session import TARGET
from tcwc.commands.example import EXAMPLE
from tcwc.commands.findings import problem
from tcwc.commands.habits import BEGINS, COMMANDS, FILE_OPTIONS, FORMS, HABITS, STARTS, Habit
from tcwc.model.frozen import dataclass
from tcwc.model.words import either, nearest
from tcwc.report.formats import FINDINGS, PLAN

Answer = tuple[str, str]
"""What is wrong, and what to type instead."""

Options = Mapping[str, Sequence[str]]
"""The options of each command, by its name."""

_OVERRIDE = re.compile(r"[+~=]*[A-Za-z_][\w.\[\]]*=")
_CODE = re.compile(r"TCW[0-9]{3}", re.IGNORECASE)
_RUN = re.compile(r"run_[0-9]+|[0-9]+")
_FORMATS = (*FINDINGS, *PLAN)
_TAKE_A_VALUE = ("-o", "--output", "--stdin-filename", "--test", "--format", "--color")
_VALUE = re.compile(r"[-+.0-9]+(?:e[-+]?[0-9]+)?|true|false|null|none|\[.*\]", re.IGNORECASE)
"""What follows an option that is a key: other words are more often files."""


def overrides(words: Sequence[str]) -> list[str]:
    """The words of a command line that set values, as `tune run` takes them."""
    before = ["", *words]
    return [
        word
        for last, word in zip(before, words, strict=False)
        if _OVERRIDE.match(word) and last not in _TAKE_A_VALUE and not os.path.exists(word)
    ]


def tell(words: Sequence[str], message: str, options: Callable[[], Options]) -> int:
    """Say what a command line meant; `message` is what argparse has against it, if anything."""
    what, help = _answer(words, message, options())
    problem(what, help, Namespace(color="auto"))
    return 2


def _answer(words: Sequence[str], message: str, options: Options) -> Answer:
    command, rest = words[0], words[1:]
    if command not in options:
        return _no_command(command, rest, options)
    if found := overrides(rest):
        return _values(found)
    unknown = [each for each in rest if _is_unknown(each, options[command])]
    if unknown:
        return _no_option(_Line(command, unknown[0].partition("=")[0], rest), options)
    named = _named(rest)
    if "required: " in message:
        return _missing(command, named, message.partition("required: ")[2])
    if "unrecognized arguments: " in message:
        return _too_many(command, named, message.partition("arguments: ")[2])
    return message, f"`tcwc {command} --help` shows what it takes, with examples"


def _named(words: Sequence[str]) -> list[str]:
    """The words that are no options: files, mostly."""
    return [word for word in words if not word.startswith("-")]


def _no_command(word: str, rest: Sequence[str], options: Options) -> Answer:
    files = _named(rest)
    if word.startswith("-"):
        return _option_first(word, rest, options)
    if os.path.isdir(word):
        path = quote(word)
        help = (
            f"`tcwc lint {path}` looks for mistakes in all experiments below it, "
            f"`tcwc check {path}` compares their committed configs"
        )
        return f"{word} is no command", help
    if os.path.exists(word) or word.endswith((".yaml", ".yml")):
        path = quote(word)
        help = f"`tcwc build {path}` compiles it, `tcwc lint {path}` looks for mistakes"
        return f"{word} is no command", help
    if _CODE.fullmatch(word):
        return f"tcwc has no command {word}", f"did you mean `tcwc rule {word}`?"
    if word in STARTS:
        return _starts(word, files)
    if word in BEGINS:
        return f"tcwc has no command {word}", EXAMPLE
    if word == "help":
        return "tcwc has no command help", f"write `tcwc {join([*files[:1], '--help'])}`"
    if word == "download":
        return (
            f"tcwc has no command download: {TARGET.name} fetches weights",
            f"type `{join(['tune', word, *rest])}`; `tcwc build` says what an experiment needs",
        )
    if word == "version":
        return "tcwc has no command version", "write `tcwc --version`"
    meant = next((name for name, words in COMMANDS.items() if word in words.split()), "")
    if not meant:
        meant = next(iter(nearest(word, [*options, "generate"])), "")
    if meant:
        to = f" > {quote(rest[-1])}" if "--show" in meant and len(rest) > 1 else ""
        typed = join(["tcwc", *meant.split(), *(rest[:-1] if to else rest)])
        return f"tcwc has no command {word}", f"did you mean `{typed}{to}`?"
    every = ", ".join(options)
    return f"tcwc has no command {word}", f"there are {every}; `tcwc --help` says what they do"


def _option_first(word: str, rest: Sequence[str], options: Options) -> Answer:
    files = _named(rest)
    if word in ("-V", "-version") or nearest(word, ("--version", "--help")):
        meant = next(iter(nearest(word, ("--version", "--help"))), "--version")
        return f"tcwc has no option {word}", f"write `tcwc {meant}`"
    if found := overrides(rest):
        return _values(found)
    bare = word.partition("=")[0].lstrip("-")
    if bare in options:
        return f"{bare} is a command", f"type it without dashes: `{join(['tcwc', bare, *rest])}`"
    command = next((name for name in files if name in options), "")
    if command:
        others = [each for each in rest if each != command]
        return (
            f"{word} stands before the command",
            f"options come after it: `{join(['tcwc', command, word, *others])}`",
        )
    path = join(files[:1]) or "experiment.yaml"
    return f"tcwc has no option {word} without a command", f"`tcwc build {path}` compiles it"


def _starts(word: str, files: Sequence[str]) -> Answer:
    """For who wants to start runs: the two commands, as they are for this experiment."""
    file = next((each for each in files if each.endswith((".yaml", ".yml"))), "experiment.yaml")
    then = _start_of(file) or TARGET.start("RECIPE", "configs/run_000.yaml")
    return (
        f"tcwc has no command {word}: it writes configs, and {TARGET.name} runs them",
        f"`tcwc build {quote(file)}`, then for each run `{then}`",
    )


def _start_of(file: str) -> str:
    from tcwc.api.compilation import compile
    from tcwc.commands.next_steps import start_command
    from tcwc.commands.problems import PROBLEMS

    try:
        compilation = compile(file)
        if not compilation.ok:
            return ""
        return start_command(compilation, compilation.runs[0], compilation.folder)
    except PROBLEMS:
        return ""


def _values(found: Sequence[str]) -> Answer:
    pairs = [each.lstrip("+~=").partition("=")[::2] for each in found]
    what = f"values stand in the experiment, not on the command line: {' '.join(found)}"
    lists = [(key, value) for key, value in pairs if "," in value]
    several = "".join(f"\n        {key}: {_list(value)}" for key, value in lists)
    if len(lists) == len(pairs):
        return what, f"write\n      variables:{several}"
    once = "".join(f"\n        {key}: {value}" for key, value in pairs if "," not in value)
    all_runs = f"write, for all runs\n      controls:{once}\n    "
    if lists:
        return what, f"{all_runs}and, to compare\n      variables:{several}"
    several = "".join(f"\n        {key}: [{value}, ...]" for key, value in pairs)
    return what, f"{all_runs}or, to compare some\n      variables:{several}"


def _list(value: str) -> str:
    """Values with commas as a list: `1,2` and `[1, 2]`."""
    items = re.split(r"\s*,\s*", value.strip("[]() "))
    return f"[{', '.join(filter(None, items))}]"


def _is_unknown(word: str, known: Sequence[str]) -> bool:
    name = word.partition("=")[0]
    if not name.startswith("-") or name == "-" or name in known or re.match(r"-[0-9.]", name):
        return False
    short = re.fullmatch(r"-([A-Za-z])(.*)", name)  # `-qv`, `-oDIR`
    told = {*FILE_OPTIONS, *(one for each in HABITS for one in each.options.split())}
    return not (short and f"-{short[1]}" in known and name not in told)


@dataclass(frozen=True, slots=True)
class _Line:
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
        named = [each for each in _named(self.words) if each.endswith((".yaml", ".yml"))]
        return quote(next(iter(named), "experiment.yaml"))

    def without(self, *, value: bool) -> str:
        """The line as typed, without the option, and without its `value` if that is one."""
        left = [each for each in self.words if each.partition("=")[0] != self.option]
        if value and self.value in left:
            left.remove(self.value)
        return join(["tcwc", self.command, *left])


def _no_option(line: _Line, options: Options) -> Answer:
    command, option, known = line.command, line.option, options[line.command]
    what = f"tcwc {command} has no option {option}"
    for habit in HABITS:
        if option in habit.options.split() and _fits(habit, line, known):
            return what, _instead(habit, line)
    files = join(_named(line.words)[:1]) or "experiment.yaml"
    if option in FILE_OPTIONS:
        return what, f"a file is named without one: `tcwc {command} {files}`"
    every = dict.fromkeys((*known, *(each for own in options.values() for each in own)))
    near = next(iter(nearest(option, every)), "")
    if near in known:
        return what, f"did you mean {near}?"
    if near:
        typed = [f"`tcwc {name} {near} {line.file}`" for name in options if near in options[name]]
        return what, f"there is {either(typed[:3])}"
    if option.startswith("--") and _VALUE.fullmatch(line.value):
        return _values([f"{option[2:].replace('-', '_')}={line.value}"])
    return what, f"`tcwc {command} --help` lists its options"


def _fits(habit: Habit, line: _Line, known: Sequence[str]) -> bool:
    """Whether an option of others means, for this command, what a habit says."""
    if "{form}" in habit.instead and line.value not in _FORMATS:
        return False
    where = habit.where.split()
    return not where or line.command in where or where[0] in known


def _instead(habit: Habit, line: _Line) -> str:
    value = line.value
    if not habit.instead.startswith((">", "-")):
        return habit.instead.format(
            command=line.command,
            file=line.file,
            value=value or "20",
            quoted=", ".join(f'"{each}"' for each in value.split(",")) if value else '"TCW413"',
        )
    more = habit.instead.format(value=quote(value or "run.yaml"), form=value)
    form = FORMS.get(os.path.splitext(value)[1], "") if more.startswith(">") else ""
    form = f"--format {form} " if form and line.command in ("lint", "plan", "explain") else ""
    return f"did you mean `{line.without(value=habit.takes)} {form}{more}`?"


def _missing(command: str, named: Sequence[str], missing: str) -> Answer:
    what = f"tcwc {command} needs {missing.replace(', ', ' and ')}"
    if missing == "RUN" and named and _RUN.fullmatch(named[0]):
        what = f"tcwc {command} needs EXPERIMENT, before {named[0]}"
    if named and _CODE.fullmatch(named[0]):
        return what, f"did you mean `tcwc rule {named[0]}`?"
    from tcwc.api.built import source_of
    from tcwc.disk.files import find_experiments, looks_like_experiment

    config = _RUN.match(os.path.basename(named[0])) if named else None
    if config and (source := source_of(os.path.dirname(named[0]) or os.curdir)):
        source = quote(source)
        other = f"{source}:{config[0]} run_001"
        typed = other if command == "diff" else f"{source} {config[0]}"
        return what, f"did you mean `tcwc {command} {typed}`?"
    there = list(find_experiments("."))[:3]
    if "EXPERIMENT" not in missing:
        first = named[0] if named else ""
        is_file = os.path.isfile(first) and looks_like_experiment(first)
        file = join(named[:1] if is_file else there[:1]) or "experiment.yaml"
        run = (re.search(r"run_[0-9]+|^[0-9]+$", first) or ["run_000"])[0]
        typed = f"{file}:run_000 {file}:run_001" if command == "diff" else f"{file} {run}"
        return what, f"for example `tcwc {command} {typed}`"
    run = " run_000" if "RUN" in missing else ""
    if not there:
        return f"{what}, and there is none below this folder", EXAMPLE
    fitting = [f"`tcwc {command} {quote(each)}{run}`" for each in there]
    return what, f"there is {either(fitting)}"


def _too_many(command: str, named: Sequence[str], extra: str) -> Answer:
    what = f"tcwc {command} does not take {extra} as well"
    file, *runs = map(quote, named)
    if command == "diff" and len(runs) == 2:
        return what, f"join the experiment and its run: `tcwc diff {file}:{runs[0]} {runs[1]}`"
    if command in ("show", "explain") and len(runs) == 2 and all(map(_RUN.fullmatch, runs)):
        return what, (
            f"it looks at one run at a time: `tcwc {command} {file} {runs[0]}`; "
            f"`tcwc diff {file}:{runs[0]} {runs[1]}` compares two"
        )
    return (
        what,
        f"it looks at one experiment at a time: `tcwc {command} {join(named[:-1])}`",
    )
