"""The command line: arguments, and which module runs a command. Imports nothing costly."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from tcwc.commands.unwritten import Unwritten
from tcwc.report.formats import FINDINGS, PLAN, STATUS

TYPE_CHECKING = False  # as in `typing`, which `tcwc --help` does without

if TYPE_CHECKING:
    from typing import Any, NoReturn, TextIO

VERSION = "0.1.0"

_EXIT = """\
exit codes: 0 done, or warnings only; 1 findings that are errors (with --strict warnings too), or
a check that failed; 2 wrong usage, or something outside tcwc failed (disk, permissions)"""


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


class _Command:
    """A command: what adds its options, what it is for, and examples, for `--help`."""

    def __init__(
        self,
        add: Callable[[argparse.ArgumentParser], None],
        about: str,
        examples: str,
        *,
        aliases: tuple[str, ...] = (),
        says_exit_codes: bool = False,
    ) -> None:
        self.add, self.about, self.aliases = add, about, aliases
        self.epilog = examples if says_exit_codes else f"{examples}\n\n{_EXIT}"


def parser(command: str) -> _Parser:
    """The command line with the options of one command, or with a list of all where it is none."""
    main = _Parser(
        prog="tcwc",
        description="A compiler and linter for fine-tuning experiments with torchtune.",
        epilog="`tcwc COMMAND --help` shows examples.\n" + _EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main.add_argument("--version", action="version", version=f"tcwc {VERSION}")
    commands = main.add_subparsers(dest="command", metavar="COMMAND", required=True)
    # Not the parsers of all commands: to make nine showed in the time of every start.
    if command in COMMANDS:
        _command(commands, command)
    else:
        for name, each in COMMANDS.items():
            commands.add_parser(name, aliases=each.aliases, help=each.about, add_help=False)
    return main


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; gives the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv:
        parser("").print_help(sys.stderr)
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
    from importlib import import_module

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


def _add(made: argparse.ArgumentParser, command: _Command) -> None:
    made.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour in the output (auto: on a terminal, unless NO_COLOR is set)",
    )
    made.add_argument("-q", "--quiet", action="store_true", help="say errors only")
    made.add_argument("-v", "--verbose", action="store_true", help="say everything, every run too")
    if command.add in _COMPILING:
        made.add_argument(
            "--inside-only",
            action="store_true",
            help="read no file outside of the repository, as for a stranger's pull request (also "
            "TCWC_INSIDE_ONLY=1)",
        )
    command.add(made)


def _build(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "experiments", metavar="EXPERIMENT", nargs="+", help="experiment.yaml, or several"
    )
    command.add_argument("-o", "--output", metavar="DIR", help="write there instead, not to keep")
    command.add_argument(
        "--force", action="store_true", help="overwrite configs that were edited by hand"
    )
    command.add_argument(
        "--renumber", action="store_true", help="forget the run ids there are and start over"
    )
    command.add_argument(
        "--upgrade",
        action="store_true",
        help="accept what a newer catalogue, or a short name that moved, changes in existing runs",
    )
    command.add_argument(
        "--adopt-mapping",
        action="store_true",
        help="take over a run_mapping.yaml of another source (after a rename)",
    )
    command.add_argument(
        "--validate", action="store_true", help="run the real `tune validate` on the result"
    )
    _strictness(command)


def _lint(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files", metavar="FILE", nargs="*", help="experiments (all, if none); - is stdin"
    )
    command.add_argument(
        "--format",
        choices=tuple(FINDINGS),
        default=next(iter(FINDINGS)),
        help="how findings are shown",
    )
    command.add_argument(
        "--stdin-filename", metavar="NAME", help="the file that the text on stdin (-) belongs to"
    )
    command.add_argument("--fix", action="store_true", help="repair what has a safe fix")
    command.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="repair what has any fix, also where it may change what runs do",
    )
    command.add_argument(
        "--diff", action="store_true", help="show what the fixes would change, and change nothing"
    )
    command.add_argument("--exit-zero", action="store_true", help="exit 0 in spite of findings")
    command.add_argument("--statistics", action="store_true", help="show time and findings by rule")
    _strictness(command)


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", metavar="FILE", nargs="*", help="experiments (all, if none)")
    _preview(command)


def _plan(command: argparse.ArgumentParser) -> None:
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")
    command.add_argument(
        "--format",
        choices=tuple(PLAN),
        default=next(iter(PLAN)),
        help="; ".join(what for _, what in PLAN.values()),
    )


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")
    command.add_argument("run", metavar="RUN", help="a run id (run_017) or its number (17)")


def _explain(command: argparse.ArgumentParser) -> None:
    _show(command)
    command.add_argument(
        "path", metavar="PATH", nargs="?", help="a key, a section, an arm, or a short name"
    )
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="lines to read, or a document"
    )


def _diff(command: argparse.ArgumentParser) -> None:
    command.add_argument("a", metavar="A", help="EXPERIMENT:RUN, EXPERIMENT:base, a file, a folder")
    command.add_argument("b", metavar="B", help="the same; or RUN or base, of the EXPERIMENT of A")


def _rule(command: argparse.ArgumentParser) -> None:
    command.add_argument("codes", metavar="CODE", nargs="*", help="codes or names (all, if none)")
    command.add_argument("--test", metavar="DIR", help="run the cases of the rules in a folder")


def _validate(command: argparse.ArgumentParser) -> None:
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")


def _bases(command: argparse.ArgumentParser) -> None:
    command.add_argument("words", metavar="WORD", nargs="*", help="only those that have all words")
    command.add_argument("--show", action="store_true", help="print the config of the base named")
    command.add_argument(
        "--torchtune", metavar="VERSION", dest="version", help="of this version, and not of 0.6.1"
    )


def _doctor(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "experiment", metavar="EXPERIMENT", nargs="?", help="what is to run there, if anything"
    )
    command.add_argument(
        "--python", metavar="PATH", help="the Python of the environment (the one that runs tcwc)"
    )
    command.add_argument(
        "--torchtune",
        metavar="VERSION",
        dest="version_asked",
        help="look for what this one needs (that of EXPERIMENT, else the one that is installed)",
    )
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="a table to read, or a document"
    )


def _catalog(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "action", choices=("list", "diff", "build"), nargs="?", default="list", help="what to do"
    )
    command.add_argument("names", metavar="VERSION", nargs="*", help="two of them, for diff")
    command.add_argument("--from", metavar="DIR", dest="source", help="a checkout, or a wheel")
    command.add_argument("--name", metavar="NAME", help="what to call it (the folder's name)")
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="lines to read, or a document"
    )


def _migrate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "experiments", metavar="EXPERIMENT", nargs="+", help="one, or all that share a base file"
    )
    command.add_argument("--to", metavar="VERSION", required=True, help="such as 0.7.0.dev")
    command.add_argument("--write", action="store_true", help="write it; else it is only shown")


def _status(command: argparse.ArgumentParser) -> None:
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")
    _only(command)
    command.add_argument(
        "--format",
        choices=tuple(STATUS),
        default=next(iter(STATUS)),
        help="; ".join(what for _, what in STATUS.values()),
    )
    command.add_argument(
        "--check", action="store_true", help="exit 1 unless all these runs are finished"
    )
    _cluster(command)


def _verify(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", metavar="DIR", help="the folder that a run wrote to")
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")


def _prune(command: argparse.ArgumentParser) -> None:
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")
    command.add_argument(
        "--keep", metavar="WHICH", default="last", help="last: the last epoch of each run"
    )
    _only(command)
    command.add_argument("--yes", action="store_true", help="remove what is listed")


def _only(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--only",
        metavar="WORDS",
        action="append",
        default=[],
        help="states (failed, missing, oom, changed, ...), runs (run_003, run_003..run_007), or a "
        "condition ('lora_rank == 8 and failed'), joined by commas",
    )


def _slurm(command: argparse.ArgumentParser) -> None:
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")
    _only(command)
    _halving(command)
    _cluster(command)
    command.add_argument(
        "--force", action="store_true", help="overwrite scripts that were edited by hand"
    )


def _halving(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--halve-batch",
        action="store_true",
        help="start nothing: show the edit that gives the runs of --only half the batch at twice "
        "the accumulation",
    )
    command.add_argument("--write", action="store_true", help="write what --halve-batch shows")


def _cluster(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--cluster", metavar="NAME", help="the profile of this cluster, where there are several"
    )


def _run_here(command: argparse.ArgumentParser) -> None:
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")
    command.add_argument(
        "runs",
        metavar="RUN",
        nargs="*",
        default=[],
        help="only these runs, by id (run_003) or number (3)",
    )
    _only(command)
    _halving(command)
    command.add_argument(
        "--devices",
        metavar="LIST",
        help="the devices to use, as CUDA_VISIBLE_DEVICES names them (0,1); none for none (that "
        "variable, else all that nvidia-smi lists)",
    )
    command.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        help="at most so many runs at a time (as many as there are devices for; without any, 1)",
    )
    _cluster(command)
    command.add_argument(
        "--smoke", action="store_true", help="before it, try one run of each kind for two steps"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would be started, and start nothing"
    )
    command.add_argument(
        "--try",
        dest="tries",
        metavar="KEY=VALUE",
        nargs="+",
        action="extend",
        help="run one run with other values, for a look: in a scratch folder, and never as a run",
    )


def _strictness(command: argparse.ArgumentParser) -> None:
    command.add_argument("--strict", action="store_true", help="treat warnings as errors")
    _preview(command)


def _preview(command: argparse.ArgumentParser) -> None:
    command.add_argument("--preview", action="store_true", help="report preview rules too")


_COMPILING = (
    _build,
    _lint,
    _check,
    _plan,
    _show,
    _explain,
    _diff,
    _migrate,
    _validate,
    _doctor,
    _status,
    _verify,
    _prune,
    _slurm,
    _run_here,
)
"""What adds the options of commands that read experiments."""

COMMANDS = {
    "build": _Command(
        _build,
        "compile an experiment to configs and run_mapping.yaml",
        """\
examples:
  tcwc build experiment.yaml
  tcwc build lr.experiment.yaml rank.experiment.yaml
  tcwc build experiment.yaml --validate      and run the real `tune validate` over the result
  tcwc build experiment.yaml -o /tmp/look    a build that is not kept""",
        aliases=("generate",),
    ),
    "lint": _Command(
        _lint,
        "find mistakes in experiments, and repair them with --fix",
        """\
examples:
  tcwc lint                                  every experiment below this folder
  tcwc lint experiment.yaml --format concise
  tcwc lint --format sarif > tcwc.sarif
  tcwc lint --diff                           what --fix would change
  tcwc lint --fix experiment.yaml            with --unsafe-fixes the likely repairs too
  tcwc lint - --stdin-filename experiment.yaml < unsaved.yaml""",
    ),
    "check": _Command(
        _check,
        "check that the committed configs are what their source compiles to",
        """\
examples:
  tcwc check                                 every experiment below this folder
  tcwc check experiment.yaml""",
    ),
    "plan": _Command(
        _plan,
        "show the design as a table: levels, balance, what is constant, what a build changes",
        """\
examples:
  tcwc plan experiment.yaml                  before the build: nothing is written
  tcwc plan experiment.yaml -v               every level, pair and constant
  tcwc plan experiment.yaml --format csv > runs.csv
  tcwc plan experiment.yaml --format markdown    the tables for a paper""",
    ),
    "show": _Command(
        _show,
        "print the config of one run",
        """\
examples:
  tcwc show experiment.yaml run_017
  tcwc show experiment.yaml 17 > try.yaml""",
    ),
    "explain": _Command(
        _explain,
        "say where each value of a run comes from, and what reads it",
        """\
examples:
  tcwc explain experiment.yaml run_017       all that the base does not say alone
  tcwc explain experiment.yaml 17 lr         one value, by path or short name; or an arm, a section
  tcwc explain experiment.yaml 17 -v         every value
  tcwc explain experiment.yaml 17 lr --format json | jq '.values[].notes'

"read by" names the file and line in torchtune, in the package, or in your own code.""",
    ),
    "diff": _Command(
        _diff,
        "print the values in which two runs, configs or builds differ",
        """\
examples:
  tcwc diff experiment.yaml:run_003 run_007          two runs of an experiment
  tcwc diff experiment.yaml:base run_003             what a run changes in its base
  tcwc diff experiment.yaml:run_003 mine.yaml        a run and a config file
  tcwc diff old.yaml new.yaml                        two config files
  tcwc diff configs/ /tmp/look/                      two builds, by their run_mapping.yaml

A and B are EXPERIMENT:RUN, EXPERIMENT:base, a config file, or a folder with a run_mapping.yaml; B
may leave out the EXPERIMENT of A. Runs of two builds belong together where their parameters are
the same, else where their ids are. Against its source, a folder is compared by `tcwc check`.

Values are printed as A -> B. Exit codes: 0 no difference, 1 some, 2 a side cannot be read.""",
        says_exit_codes=True,
    ),
    "status": _Command(
        _status,
        "say what became of each run: finished, running, failed and why",
        """\
examples:
  tcwc status experiment.yaml                counts, and the runs to look at; -v shows all
  tcwc status experiment.yaml --only failed -v           with the logs of those that failed
  tcwc status experiment.yaml --only 'lora_rank == 8 and not finished'
  tcwc status experiment.yaml --format json | jq -r '.runs[] | select(.state == "failed") | .log'
  tcwc status experiment.yaml --check && tcwc results experiment.yaml

It looks at the folders of the runs and asks the queue, once. What cannot be told from here is
`unknown`, and is not submitted again.

exit codes: 0 shown; 1 the experiment has errors, or with --check a run is not finished; 2 wrong
usage, or something outside tcwc failed; 3 --only selects no run""",
        says_exit_codes=True,
    ),
    "verify": _Command(
        _verify,
        "say whether a folder is a finished run of this source",
        """\
examples:
  tcwc verify /scratch/ann/tiny/run_003 experiment.yaml
  tcwc verify downloaded/run_003 experiment.yaml     a folder that somebody has published

It compares the folder's stamp with what the source compiles to: the science_hash (all that can
change the result), the number of processes, the config that ran, and looks for the weights.""",
    ),
    "prune": _Command(
        _prune,
        "list, and with --yes remove, checkpoints of finished runs but for their last ones",
        """\
examples:
  tcwc prune experiment.yaml                 what would go, and how large it is
  tcwc prune experiment.yaml --yes
  tcwc prune experiment.yaml --only run_000..run_011 --yes

Only in folders whose stamp is the run's own, only of finished runs, never a link.""",
    ),
    "rule": _Command(
        _rule,
        "say what the rules are and why, or test rules of your own",
        """\
examples:
  tcwc rule                                  every rule, a line each
  tcwc rule TCW201                           why, with good and bad cases
  tcwc rule --test lint_rules/               run the cases of rules of your own""",
    ),
    "bases": _Command(
        _bases,
        "list the base configs that torchtune ships, with their recipes",
        """\
examples:
  tcwc bases                                 all that `base_config:` may name for torchtune 0.6.1
  tcwc bases llama3_2 lora
  tcwc bases full_finetune_distributed       those of a recipe
  tcwc bases --torchtune 0.7.0.dev qwen3     those of another version
  tcwc bases --show llama3_2/1B_lora_single_device""",
    ),
    "catalog": _Command(
        _catalog,
        "list the versions of torchtune, what an upgrade changes, and make one of your own fork",
        """\
examples:
  tcwc catalog                               what `torchtune:` may name
  tcwc catalog diff 0.6.1 0.7.0.dev          what an upgrade changes; -v for all of it
  tcwc catalog build --from ../torchtune --name mine     and then `torchtune: "local:mine"`""",
    ),
    "migrate": _Command(
        _migrate,
        "take experiments and their base files to another version of torchtune",
        """\
examples:
  tcwc migrate experiment.yaml --to 0.7.0.dev            a diff, and what changes in each run
  tcwc migrate experiment.yaml --to 0.7.0.dev --write
  tcwc migrate a.experiment.yaml b.experiment.yaml --to nightly      both have one base file""",
    ),
    "validate": _Command(
        _validate,
        "run the real `tune validate` over the built configs",
        """\
examples:
  tcwc validate experiment.yaml              needs torchtune: pip install 'tcwc[validate]'

It is of the torchtune beside tcwc, which imports the modules that configs name, as a run does: for
configs that you would run too, not for a stranger's.""",
    ),
    "slurm": _Command(
        _slurm,
        "write the scripts that submit the runs of an experiment to Slurm",
        """\
examples:
  tcwc slurm experiment.yaml --cluster della
  bash configs/slurm/della/submit.sh         submits what is left; --help says what else
  tcwc slurm experiment.yaml --only 'failed and lora_rank == 8'

exit codes: 0 written, or all runs are finished; 1 these runs cannot be submitted as they are;
2 wrong usage, or the scripts cannot be written; 3 a selection matches no run""",
        says_exit_codes=True,
    ),
    "run": _Command(
        _run_here,
        "train what is left of an experiment on this machine, one run a device",
        """\
examples:
  tcwc run experiment.yaml                   all that is left, one run on each GPU
  tcwc run experiment.yaml --devices 0,1
  tcwc run experiment.yaml --jobs 2          two at a time, also where there is no GPU
  tcwc run experiment.yaml --only 'lora_rank == 8'
  tcwc run experiment.yaml run_003           one run
  tcwc run experiment.yaml run_003 --try max_steps_per_epoch=2     a look: nothing of it is kept
  tcwc run experiment.yaml --dry-run

Ctrl-C ends the runs at work, and the next call goes on with them; a second one kills them. What a
run says is in the log that its line names.

exit codes: 0 all runs are finished; 1 a run failed, or the source has errors; 2 wrong usage, or
something outside tcwc failed; 3 nothing was selected although not all is finished; 130 Ctrl-C""",
        says_exit_codes=True,
    ),
    "doctor": _Command(
        _doctor,
        "check that the packages of an environment are known to work with its torchtune",
        """\
examples:
  tcwc doctor                                the environment that tcwc is installed in
  tcwc doctor --python .venv/bin/python      another one; nothing of it is imported
  tcwc doctor experiment.yaml --python .venv/bin/python      what this experiment needs
  tcwc doctor --torchtune nightly            what another version would need here
  tcwc doctor experiment.yaml -v             with where each fact is from
  tcwc doctor --format json | jq .works

exit codes: 0 nothing is known not to work (what is not known is no failure); 1 something is, or
is not installed; 2 wrong usage, or the environment cannot be looked at""",
        says_exit_codes=True,
    ),
}
"""Every command: a module of its name in `commands/`, with `run(arguments)`, and an entry here."""
