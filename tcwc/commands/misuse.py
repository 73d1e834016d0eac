"""What a command line meant that is none: the command that does it, with the user's own words."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence

from tcwc.api.session import TARGET
from tcwc.commands.example import EXAMPLE, WRITE_ONE
from tcwc.commands.findings import problem
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.words import either, nearest
from tcwc.report.formats import FINDINGS, PLAN

Answer = tuple[str, ...]
"""What is wrong, what to type instead, and lines below that."""

Options = Mapping[str, Sequence[str]]
"""The options of each command, by its name."""

_MEANT = {
    "build": "compile make gen generate-configs write render expand create-configs",
    "lint --fix": "fix format fmt repair",
    "lint": "validate-config test-config linter",
    "check": "test verify ci status",
    "plan": "preview dry-run dryrun table design grid",
    "show": "cat view print get",
    "explain": "why trace where",
    "diff": "compare",
    "rule": "rules codes",
    "bases": "ls list configs recipes models base catalog",
}
"""Words of other programs, by what does here what they do there."""

_STARTS = "run train start launch submit exec tune sweep agent slurm sbatch multirun"
_BEGINS = "init new create example template quickstart"

_FILE_FLAGS = ("--config", "-c", "--file", "-f", "--experiment", "--input", "-i", "--config-name")
_DRY = ("--dry-run", "--dryrun", "-n", "--no-write", "--what-if", "--cfg", "--print")

_ELSEWHERE = {
    "--json": "--format json",
    "--sarif": "--format sarif",
    "--output-format": "--format",
    "--unsafe": "--unsafe-fixes",
    "--fix-unsafe": "--unsafe-fixes",
    "--autofix": "--fix",
    "--no-color": "--color never",
    "--no-colour": "--color never",
    "--colour": "--color",
    "--output-dir": "-o",
    "--out-dir": "-o",
    "--outdir": "-o",
    "--out": "-o",
    "--overwrite": "--force",
    "--yes": "--force",
    "-y": "--force",
    "--silent": "--quiet",
    "--debug": "--verbose",
    "--warnings-as-errors": "--strict",
    "-Werror": "--strict",
}
"""Options of other programs, and those of a command here that do what they do there."""
_NOT_ASKED_FOR = {
    "--check": "`tcwc lint {file}` changes nothing and exits 1 where there are errors; "
    "`tcwc check {file}` compares the built configs with their source",
    "--select": "write it into tcwc.toml: `select = [{value}]`",
    "--ignore": "write it into tcwc.toml: `ignore = [{value}]`",
    "--extend-select": "write it into tcwc.toml: `select = [{value}]`",
    "--disable": "write it into tcwc.toml: `ignore = [{value}]`",
    "--exclude": "write it into tcwc.toml: `exclude = [{value}]`",
    "--multirun": "all combinations of the levels under `variables:` are runs: "
    "`tcwc build {file}` writes them",
    "-m": "all combinations of the levels under `variables:` are runs: "
    "`tcwc build {file}` writes them",
    "--seed": "write it into the experiment: under `controls:` for every run, `seed: {bare}`",
}
"""What other programs take as an option, and how it is had here."""

_OVERRIDE = re.compile(r"[+~=]*[A-Za-z_][\w.\[\]]*=")
_CODE = re.compile(r"TCW[0-9]{3}", re.IGNORECASE)
_FORMATS = (*FINDINGS, *PLAN)
_TAKE_A_VALUE = ("-o", "--output", "--stdin-filename", "--test", "--format", "--color")


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
    what, help, *example = _answer(words, message, options())
    problem(what, help, Namespace(color="auto"), example=example)
    return 2


def _answer(words: Sequence[str], message: str, options: Options) -> Answer:
    command, rest = words[0], words[1:]
    if command not in options:
        return _no_command(command, rest, options)
    if found := overrides(rest):
        return _values(found)
    unknown = [each for each in rest if _is_unknown(each, options[command])]
    if unknown:
        return _no_option(command, unknown[0].partition("=")[0], rest, options)
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
        path = shell_path(word)
        help = (
            f"`tcwc lint {path}` looks for mistakes in all experiments below it, "
            f"`tcwc check {path}` compares their committed configs"
        )
        return f"{word} is no command", help
    if os.path.exists(word) or word.endswith((".yaml", ".yml")):
        path = shell_path(word)
        help = f"`tcwc build {path}` compiles it, `tcwc lint {path}` looks for mistakes"
        return f"{word} is no command", help
    if _CODE.fullmatch(word):
        return f"tcwc has no command {word}", f"did you mean `tcwc rule {word}`?"
    if word in _STARTS.split():
        return _starts(word, files)
    if word in _BEGINS.split():
        return f"tcwc has no command {word}", WRITE_ONE, *EXAMPLE
    if word == "help":
        return "tcwc has no command help", f"write `tcwc {shell_line([*files[:1], '--help'])}`"
    if word == "download":
        return (
            f"tcwc has no command download: {TARGET.name} fetches weights",
            f"type `{shell_line(['tune', word, *rest])}`; `tcwc build` says what an experiment "
            "needs",
        )
    if word == "version":
        return "tcwc has no command version", "write `tcwc --version`"
    meant = next((name for name, words in _MEANT.items() if word in words.split()), "")
    if not meant:
        meant = next(iter(nearest(word, [*options, "generate"])), "")
    if meant:
        typed = shell_line(["tcwc", *meant.split(), *rest])
        return f"tcwc has no command {word}", f"did you mean `{typed}`?"
    every = ", ".join(options)
    return f"tcwc has no command {word}", f"there are {every}; `tcwc --help` says what they do"


def _option_first(word: str, rest: Sequence[str], options: Options) -> Answer:
    files = _named(rest)
    if word in ("-V", "-version"):
        return f"tcwc has no option {word}", "write `tcwc --version`"
    if found := overrides(rest):
        return _values(found)
    bare = word.partition("=")[0].lstrip("-")
    if bare in options:
        return (
            f"{bare} is a command",
            f"type it without dashes: `{shell_line(['tcwc', bare, *rest])}`",
        )
    command = next((name for name in files if name in options), "")
    if command:
        others = [each for each in rest if each != command]
        return (
            f"{word} stands before the command",
            f"options come after it: `{shell_line(['tcwc', command, word, *others])}`",
        )
    path = shell_line(files[:1]) or "experiment.yaml"
    return f"tcwc has no option {word} without a command", f"`tcwc build {path}` compiles it"


def _starts(word: str, files: Sequence[str]) -> Answer:
    """For who wants to start runs: the two commands, as they are for this experiment."""
    file = next((each for each in files if each.endswith((".yaml", ".yml"))), "experiment.yaml")
    then = _start_of(file) or TARGET.start("RECIPE", "configs/run_000.yaml")
    return (
        f"tcwc has no command {word}: it writes configs, and {TARGET.name} runs them",
        f"`tcwc build {shell_path(file)}`, then for each run `{then}`",
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
    pairs = [each.lstrip("+~=").partition("=") for each in found]
    return (
        f"values stand in the experiment, not on the command line: {' '.join(found)}",
        "write, for all runs",
        "      controls:",
        *(f"        {key}: {value}" for key, _, value in pairs),
        "    or, to compare some",
        "      variables:",
        *(f"        {key}: [{value}, ...]" for key, _, value in pairs),
    )


def _is_unknown(word: str, known: Sequence[str]) -> bool:
    name = word.partition("=")[0]
    if not name.startswith("-") or name == "-" or name in known:
        return False
    short = re.fullmatch(r"-([A-Za-z])(.*)", name)  # `-qv`, `-oDIR`
    return not (short and f"-{short[1]}" in known and name not in (*_FILE_FLAGS, *_DRY))


def _no_option(command: str, option: str, rest: Sequence[str], options: Options) -> Answer:
    files = shell_line(_named(rest)[:1]) or "experiment.yaml"
    what = f"tcwc {command} has no option {option}"
    others = [each for each in rest if each.partition("=")[0] != option]
    value = _value_of(option, rest)
    if option == "-f" and value in _FORMATS:
        option = "--output-format"
    if option in _ELSEWHERE and _ELSEWHERE[option].split()[0] in options[command]:
        if _ELSEWHERE[option].split()[0] in _TAKE_A_VALUE and " " not in _ELSEWHERE[option]:
            others = [each for each in others if each != value]
            typed = [*_ELSEWHERE[option].split(), *([value] if value else [])]
        else:
            typed = _ELSEWHERE[option].split()
        return what, f"did you mean `{shell_line(['tcwc', command, *others, *typed])}`?"
    if option in _NOT_ASKED_FOR:
        file = next((each for each in rest if each.endswith((".yaml", ".yml"))), "experiment.yaml")
        quoted = ", ".join(f'"{each}"' for each in value.split(",")) or '"TCW413"'
        help = _NOT_ASKED_FOR[option].format(file=shell_path(file), value=quoted, bare=value or "1")
        return what, help
    if option in _FILE_FLAGS:
        return what, f"a file is named without one: `tcwc {command} {files}`"
    if option in _DRY:
        return what, (
            f"`tcwc plan {files}` shows what a build would write, `tcwc lint {files}` looks for "
            "mistakes; neither writes anything"
        )
    if command == "show" and option in ("-o", "--output", "--out"):
        named = [each for each in _named(rest) if each != value]
        target = shell_path(value) if value else "run.yaml"
        return what, f"it prints the config: `{shell_line(['tcwc', command, *named])} > {target}`"
    every = dict.fromkeys((*options[command], *(each for own in options.values() for each in own)))
    near = next(iter(nearest(option, every)), "")
    if near in options[command]:
        return what, f"did you mean {near}?"
    if near:
        typed = [f"`tcwc {name} {near} {files}`" for name in options if near in options[name]]
        return what, f"there is {either(typed[:3])}"
    return what, f"`tcwc {command} --help` lists its options"


def _value_of(option: str, words: Sequence[str]) -> str:
    """What follows an option, or stands in it after `=`; "" for neither."""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, _, value = word.partition("=")
        if name == option:
            return value or ("" if after.startswith("-") else after)
    return ""


def _missing(command: str, named: Sequence[str], missing: str) -> Answer:
    what = f"tcwc {command} needs {missing.replace(', ', ' and ')}"
    if missing == "RUN" and named and re.fullmatch(r"run_[0-9]+|[0-9]+", named[0]):
        what = f"tcwc {command} needs EXPERIMENT, before {named[0]}"
    if named and _CODE.fullmatch(named[0]):
        return what, f"did you mean `tcwc rule {named[0]}`?"
    from tcwc.disk.files import find_experiments, looks_like_experiment

    there = list(find_experiments("."))[:3]
    if "EXPERIMENT" not in missing:
        first = named[0] if named else ""
        is_file = os.path.isfile(first) and looks_like_experiment(first)
        file = shell_line(named[:1] if is_file else there[:1]) or "experiment.yaml"
        run = (re.search(r"run_[0-9]+|^[0-9]+$", first) or ["run_000"])[0]
        typed = f"{file}:run_000 {file}:run_001" if command == "diff" else f"{file} {run}"
        return what, f"for example `tcwc {command} {typed}`"
    run = " run_000" if "RUN" in missing else ""
    if not there:
        return f"{what}, and there is none below this folder", WRITE_ONE, *EXAMPLE
    fitting = [f"`tcwc {command} {shell_path(each)}{run}`" for each in there]
    return what, f"there is {either(fitting)}"


def _too_many(command: str, named: Sequence[str], extra: str) -> Answer:
    what = f"tcwc {command} does not take {extra} as well"
    if command == "diff" and len(named) == 3:
        file, one, other = map(shell_path, named)
        return what, f"join the experiment and its run: `tcwc diff {file}:{one} {other}`"
    return (
        what,
        f"it looks at one experiment at a time: `tcwc {command} {shell_line(named[:-1])}`",
    )
