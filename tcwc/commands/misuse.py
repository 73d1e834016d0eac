"""What a command line meant that is none: the command that does it, with the user's own words."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable, Sequence

from tcwc.api.session import TARGET
from tcwc.commands.example import EXAMPLE, WRITE_ONE
from tcwc.commands.findings import problem
from tcwc.commands.habits import BEGINS, COMMANDS, FILE_OPTIONS, HABITS, STARTS
from tcwc.commands.too_many import RUN, too_many
from tcwc.commands.unknown_options import (
    TAKE_A_VALUE,
    Answer,
    Options,
    Typed,
    named_in,
    no_option,
    values,
)
from tcwc.model.printable import shell_line, shell_path, shell_word
from tcwc.model.words import either, nearest

_OVERRIDE = re.compile(r"[+~=]*[A-Za-z_][\w.\[\]]*=")
_TAKE_OVERRIDES = ("--try",)
_CODE = re.compile(r"TCW[0-9]{3}", re.IGNORECASE)


def overrides(words: Sequence[str]) -> list[str]:
    """The words of a command line that set values, as `tune run` takes them; not those of an option
    that takes such."""
    found = []
    option = last = ""
    for word in words:
        option = word if word.startswith("-") else option
        is_value = last in TAKE_A_VALUE or option in _TAKE_OVERRIDES
        if _OVERRIDE.match(word) and not is_value and not os.path.exists(word):
            found.append(word)
        last = word
    return found


def tell(words: Sequence[str], message: str, options: Callable[[], Options]) -> int:
    """Say what a command line meant; `message` is what argparse has against it, if anything."""
    what, help, *example = _answer(words, message, options())
    problem(what, help, Namespace(color="auto"), example=example)
    return 2


def tell_of_number(command: str, named: Sequence[str]) -> int:
    """Say that a command is about one experiment, where none is named, or several."""
    if named:
        what, help, *example = too_many(command, named, named, shell_line(named[1:]))
    else:
        what, help, *example = _missing(command, (), (), "EXPERIMENT")
    problem(what, help, Namespace(color="auto"), example=example)
    return 2


def _answer(words: Sequence[str], message: str, options: Options) -> Answer:
    command, rest = words[0], words[1:]
    if command not in options:
        return _no_command(command, rest, options)
    if found := overrides(rest):
        if command == "run" and (typed := _a_try(rest, found)):
            return typed
        if command == "init":
            return _a_variable(rest, found)
        return _a_run(command, rest, found) if command in _OF_A_RUN else values(found)
    unknown = [each for each in rest if _is_unknown(each, options[command])]
    if unknown:
        return no_option(Typed(command, unknown[0].partition("=")[0], rest), options)
    named = named_in(rest)
    if "required: " in message:
        return _missing(command, named, rest, message.partition("required: ")[2])
    if "unrecognized arguments: " in message:
        return too_many(command, named, rest, message.partition("arguments: ")[2])
    return message, f"`tcwc {command} --help` shows what it takes, with examples"


def _no_command(word: str, rest: Sequence[str], options: Options) -> Answer:
    if word.startswith("-"):
        return _option_first(word, rest, options)
    if told := _no_word(word, options):
        return told
    what, files = f"tcwc has no command {word}", named_in(rest)
    if _CODE.fullmatch(word):
        return what, f"did you mean `tcwc rule {word}`?"
    if word in STARTS:
        return _starts(word, files)
    if word in BEGINS:
        return what, f"did you mean `{shell_line(['tcwc', 'init', *rest])}`?"
    if word == "help":
        return what, f"write `tcwc {shell_line([*files[:1], '--help'])}`"
    if word == "version":
        return what, "write `tcwc --version`"
    if word == "download":
        typed = shell_line(["tune", word, *rest])
        help = f"type `{typed}`; `tcwc build` says what an experiment needs"
        return f"{what}: {TARGET.name} fetches weights", help
    return what, _nearest_command(word, rest, options)


def _no_word(word: str, options: Options) -> Answer | None:
    """What is said of a file, a folder, or several words in quotes, in the place of a command."""
    path, (first, *others) = shell_path(word), word.split() or [""]
    if others and first in options:
        typed = shell_line(["tcwc", first, *others])
        return f"`{word}` is one word here", f"type it without quotes: `{typed}`"
    if os.path.isdir(word):
        return f"{word} is no command", (
            f"`tcwc lint {path}` looks for mistakes in all experiments below it, "
            f"`tcwc check {path}` compares their committed configs"
        )
    if os.path.isfile(word) and (told := _adopted(word)):
        return told
    if os.path.exists(word) or word.endswith((".yaml", ".yml")):
        help = f"`tcwc build {path}` compiles it, `tcwc lint {path}` looks for mistakes"
        return f"{word} is no command", help
    return None


def _adopted(path: str) -> Answer | None:
    """What is said of a file of which an experiment can be made; None for others."""
    from tcwc.api.session import Session
    from tcwc.commands.foreign import what_it_is
    from tcwc.commands.select import reads_as_config
    from tcwc.disk.files import FileProblem, looks_like_experiment

    session = Session()
    try:
        if looks_like_experiment(path):
            return None
        text = session.place(path).source()
        what, help = what_it_is(path, text, session)
    except FileProblem:
        return None
    if reads_as_config(text):
        typed = shell_path(path)
        looked = f"`tcwc lint {typed}` looks for mistakes in this config"
        return f"{path} is no command", f"{looked}, `tcwc adopt {typed}` makes an experiment of it"
    return (f"{path} is {what}, and no command", help) if what else None


def _nearest_command(word: str, rest: Sequence[str], options: Options) -> str:
    meant = next((name for name, words in COMMANDS.items() if word in words.split()), "")
    if not meant:
        meant = next(iter(nearest(word, [*options, "generate"])), "")
    if not meant:
        return f"there are {', '.join(options)}; `tcwc --help` says what they do"
    to = f" > {shell_path(rest[-1])}" if "--show" in meant and len(rest) > 1 else ""
    typed = shell_line(["tcwc", *meant.split(), *(rest[:-1] if to else rest)])
    return f"did you mean `{typed}{to}`?"


_OF_A_RUN = ("show", "explain")


def _a_try(rest: Sequence[str], found: Sequence[str]) -> Answer | None:
    """What is said of values beside a run that is to be started; None where none is named."""
    named = [each for each in rest if each not in found]
    if not any(map(RUN.fullmatch, named)):
        return None
    typed = shell_line(["tcwc", "run", *named, "--try", *found])
    return f"a run has the values of its experiment: {' '.join(found)}", f"for a look: `{typed}`"


def _a_variable(rest: Sequence[str], found: Sequence[str]) -> Answer:
    """What is said of values where an experiment is begun: those with several are tested."""
    options = {each: "--vary" if "," in each else "--set" for each in found}
    typed = [each for word in rest for each in (*filter(None, [options.get(word)]), word)]
    what = f"values stand behind an option: {' '.join(found)}"
    return what, f"did you mean `{shell_line(['tcwc', 'init', *typed])}`?"


def _a_run(command: str, rest: Sequence[str], found: Sequence[str]) -> Answer:
    """What is said of values where a run is named."""
    file = shell_line([each for each in rest if each not in found][:1] or ["experiment.yaml"])
    return (
        f"a run is named by its id, not by its values: {' '.join(found)}",
        f"`tcwc plan {file}` lists the runs with theirs, and `tcwc {command} {file} run_000` takes "
        "one of them",
    )


def _option_first(word: str, rest: Sequence[str], options: Options) -> Answer:
    files = named_in(rest)
    if word in ("-V", "-version") or nearest(word, ("--version", "--help")):
        meant = next(iter(nearest(word, ("--version", "--help"))), "--version")
        return f"tcwc has no option {word}", f"write `tcwc {meant}`"
    if found := overrides(rest):
        return values(found)
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
    path = Typed(word, word, rest).file
    return f"tcwc has no option {word} without a command", f"`tcwc build {path}` compiles it"


def _starts(word: str, files: Sequence[str]) -> Answer:
    """For who wants to start runs: the commands that do."""
    file = next(filter(_is_yaml, files), "experiment.yaml")
    path = shell_path(file)
    return (
        f"tcwc has no command {word}",
        f"`tcwc run {path}` trains what is left on this machine, `tcwc slurm {path}` makes the "
        "array for a cluster",
    )


def _is_unknown(word: str, known: Sequence[str]) -> bool:
    name = word.partition("=")[0]
    if not name.startswith("-") or name == "-" or name in known or re.match(r"-[0-9.]", name):
        return False
    short = re.fullmatch(r"-([A-Za-z])(.*)", name)  # `-qv`, `-oDIR`
    told = {*FILE_OPTIONS, *(one for each in HABITS for one in each.options.split())}
    return not (short and f"-{short[1]}" in known and name not in told)


def _is_yaml(file: str) -> bool:
    return file.endswith((".yaml", ".yml"))


def _missing(command: str, named: Sequence[str], rest: Sequence[str], missing: str) -> Answer:
    what = f"tcwc {command} needs {missing.replace(', ', ' and ')}"
    if missing == "RUN" and named and RUN.fullmatch(named[0]):
        what = f"tcwc {command} needs EXPERIMENT, before {named[0]}"
    if missing == "EXPERIMENT" and rest[-1:] == named[-1:] and named[-1:] and _is_yaml(named[-1]):
        typed = shell_line(["tcwc", command, named[-1], *rest[:-1]])
        return what, f"{named[-1]} was read as one more value of an option: `{typed}`"
    if named and _CODE.fullmatch(named[0]):
        return what, f"did you mean `tcwc rule {named[0]}`?"
    if command == "adopt":
        return what, "for example `tcwc adopt my_configs/`: a folder of configs that are there"
    if command == "completion":
        return f"{what}: bash, zsh or fish", "for example `tcwc completion bash`"
    from tcwc.api.built import source_of
    from tcwc.disk.files import find_experiments, looks_like_experiment

    config = RUN.match(os.path.basename(named[0])) if named else None
    if config and (source := source_of(os.path.dirname(named[0]) or os.curdir)):
        source = shell_path(source)
        other = f"{source}:{config[0]} run_001"
        typed = other if command == "diff" else f"{source} {config[0]}"
        return what, f"did you mean `tcwc {command} {typed}`?"
    there = list(find_experiments("."))[:3]
    if "--to" in missing:
        return what, _to_where(named or there[:1] or ["experiment.yaml"])
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
    options = "".join(f" {shell_word(each)}" for each in ([] if named else rest))
    if command == "verify":  # the folder comes first
        command = f"verify {shell_path(named[0]) if named else 'FOLDER'}"
    fitting = [f"`tcwc {command} {shell_path(each)}{run}{options}`" for each in there]
    return what, f"there is {either(fitting)}"


def _to_where(files: Sequence[str]) -> str:
    """How one names the version that an experiment is to be taken to."""
    from tcwc.api.session import Session

    session = Session()
    versions = session.versions_at(session.place(files[0]))
    typed = shell_line(["tcwc", "migrate", *files, "--to", session.versions[-1]])
    return f"name the version that it is to be for: `{typed}`; there are {TARGET.listed(versions)}"
