"""The command line: arguments, and which module runs a command. Imports nothing costly."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

from tcwc.commands.table import COMMANDS, EXIT, START, Command
from tcwc.commands.unwritten import Unwritten

TYPE_CHECKING = False  # as in `typing`, which `tcwc --help` does without

if TYPE_CHECKING:
    from typing import Any, NoReturn, TextIO

VERSION = "0.1.0"


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are told by `commands/misuse.py`, which knows what was meant."""

    def __init__(self, **options: Any) -> None:
        # An option that a later version has must not become another that writes files.
        super().__init__(**{**options, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        raise _Misused(message)

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse passes over an output that takes nothing.
        (file or sys.stderr).write(message)


class _Misused(Exception):
    """What argparse has against a command line."""


def parser(command: str) -> _Parser:
    """The command line with the options of one command, or with a list of all where it is none."""
    main, commands = _bare()
    # Not the parsers of all commands: to make nine showed in the time of every start.
    if command in COMMANDS:
        _command(commands, command)
    else:
        for name, each in COMMANDS.items():
            commands.add_parser(name, aliases=each.aliases, help=each.about, add_help=False)
    return main


def whole_parser() -> _Parser:
    """The command line with the options of all commands, for what is made of them."""
    main, commands = _bare()
    for name in COMMANDS:
        _command(commands, name)
    return main


def _bare() -> tuple[_Parser, argparse._SubParsersAction[_Parser]]:
    """The command line without commands, and what takes them."""
    main = _Parser(
        prog="tcwc",
        description="A compiler and linter for fine-tuning experiments with torchtune.",
        epilog="To begin: `tcwc bases llama 1b lora`, `tcwc init BASE`, `tcwc build "
        "experiment.yaml`.\n`tcwc COMMAND --help` shows examples.\n" + EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main.add_argument("--version", action="version", version=f"tcwc {VERSION}")
    return main, main.add_subparsers(dest="command", metavar="COMMAND", required=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; gives the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv:
        _last_words(START.format(commands=", ".join(COMMANDS)))
        return 2
    command = next((name for name, each in COMMANDS.items() if argv[0] in each.aliases), argv[0])
    try:
        try:
            arguments = _read(command, argv)
        except _Misused as misused:
            from tcwc.commands.misuse import tell

            return tell([command, *argv[1:]], str(misused), _options)
        return _run(command, arguments)
    except KeyboardInterrupt:
        _last_words("interrupted; nothing is half-written")
        # 128 and the signal's number, as shells have it: SIGINT here, SIGPIPE below.
        return 130
    except Unwritten as lost:
        return _unwritten(lost)


def _unwritten(lost: Unwritten) -> int:
    """What becomes of a call whose output cannot be written."""
    stream = lost.stream
    if isinstance(lost.error, BrokenPipeError):
        # the reader of our output has gone (`tcwc ... | head`); keep Python from complaining
        for each in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), each.fileno())
        return 141
    reason = lost.error.strerror or str(lost.error)
    _last_words(f"error: the output cannot be written: {reason}", besides=stream)
    return 2


def _last_words(what: str, besides: TextIO | None = None) -> None:
    """Say how a call ended, on stderr, or where that is lost on stdout."""
    stream = sys.stdout if besides is sys.stderr else sys.stderr
    with suppress(OSError, ValueError):
        print(f"tcwc: {what}", file=stream, flush=True)


def _read(command: str, argv: Sequence[str]) -> argparse.Namespace:
    """The arguments of a command line. Raises _Misused."""
    if command not in COMMANDS and not command.startswith("-"):
        raise _Misused
    if any("=" in word for word in argv):
        from tcwc.commands.misuse import overrides

        if overrides(argv[1:]):
            raise _Misused
    made = parser(command)
    return made.parse_args(_options_last(argv) if command == "catalog" else argv)


def _options_last(argv: Sequence[str]) -> list[str]:
    """A command line of `catalog` with its words first: argparse takes those behind an option for
    too many where any number may come (`catalog diff -v A B`)."""
    from tcwc.commands.unknown_options import TAKE_A_VALUE

    words: list[str] = []
    options: list[str] = []
    for last, word in zip(["", *argv], argv, strict=False):
        is_option = word.startswith("-") or last in TAKE_A_VALUE
        (options if is_option else words).append(word)
    return [*words, *options]


def _options() -> dict[str, list[str]]:
    """The options of each command, as they are typed."""
    import re

    helps = {}
    for name, command in COMMANDS.items():
        made = _Parser()
        _add(made, command)
        helps[name] = made.format_help()
    return {name: re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text) for name, text in helps.items()}


def program() -> None:
    """What `tcwc` and `python -m tcwc` run: `main`, and then the end of the process."""
    import gc

    gc.set_threshold(100_000)  # a run makes hardly any cycles, and ends before they count
    # Python has None for a stream that was closed before it began (`>&-`).
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115  until the end
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    try:
        status = main()
    except SystemExit as end:  # argparse has said what there is to say
        status = end.code if isinstance(end.code, int) else 0
    except MemoryError:
        _last_words("error: there is not enough memory for this")
        status = 2
    except OSError as error:  # commands tell of files; what is left is what argparse prints to
        status = _unwritten(Unwritten(sys.stdout, error))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            status = _unwritten(Unwritten(stream, error))
    # Taking apart all that was imported is a tenth of the time of a lint, and the system does it.
    os._exit(status)


def _run(command: str, arguments: argparse.Namespace) -> int:
    try:
        os.getcwd()
    except OSError as error:
        reason = error.strerror or str(error)
        _last_words(f"error: the current folder is gone ({reason}): `cd` to one that is there")
        return 2
    status = import_module(f"tcwc.commands.{command}").run(arguments)
    try:
        sys.stdout.flush()
    except OSError as error:
        raise Unwritten(sys.stdout, error) from None
    assert isinstance(status, int)
    return status


def _command(commands: argparse._SubParsersAction[_Parser], name: str) -> None:
    command = COMMANDS[name]
    made = commands.add_parser(
        name,
        aliases=command.aliases,
        help=command.about,
        description=command.about[0].upper() + command.about[1:] + ".",
        epilog=command.epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add(made, command)


def _add(made: argparse.ArgumentParser, command: Command) -> None:
    made.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour in the output (auto: on a terminal, unless NO_COLOR is set)",
    )
    made.add_argument("-q", "--quiet", action="store_true", help="say errors only")
    made.add_argument("-v", "--verbose", action="store_true", help="say everything, every run too")
    if command.compiles:
        made.add_argument(
            "--inside-only",
            action="store_true",
            help="read no file outside of the repository, as for a stranger's pull request (also "
            "TCWC_INSIDE_ONLY=1)",
        )
    module, _, name = command.options.partition(":")
    getattr(import_module(f"tcwc.commands.options.{module}"), name)(made)
