"""`tcwc init`: a first experiment for a base config, or for what a run was trained with."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace

from tcwc import __version__
from tcwc.api.beginning import beside
from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import TARGET, Session
from tcwc.commands.bases import base_meant, known_version
from tcwc.commands.findings import fails, problem, show_weighty
from tcwc.commands.init_asking import NothingMore, ask_base, ask_rest, can_ask
from tcwc.commands.init_first import FirstWanted, first_of_base, first_of_run
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, say, tick
from tcwc.disk.files import FileProblem, is_named_as_experiment
from tcwc.disk.new import write_new
from tcwc.model.frozen import replace
from tcwc.model.known import Knowledge
from tcwc.model.printable import shell_path
from tcwc.model.words import how_many
from tcwc.moves.first import First, first_text
from tcwc.report.schema.document import schema_text
from tcwc.yaml.comments import comments

_EXPERIMENT = "experiment.yaml"
_PAIR = re.compile(r"([+~=]?[A-Za-z_][\w.\[\]\"-]*)\s*=\s*(.*)", re.DOTALL)


def run(arguments: Namespace) -> int:
    """Write an experiment, and what was asked for beside it; 0 written, 1 it would have errors, or
    there is no such base, 2 wrong usage, or it cannot be written."""
    try:
        return _init(arguments)
    except NothingMore:
        problem("nothing was written", "", arguments)
        return 1
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)


def _init(arguments: Namespace) -> int:
    session = session_of(arguments)
    path = _path(arguments.output)
    extras = _extras(arguments)
    named = bool("".join(arguments.base).strip() or arguments.from_run)
    if not named and extras:
        return _write({}, path, extras, session, arguments)
    if path != _STDOUT and os.path.lexists(path):
        raise FileProblem(f"{path} is there already", _other_name(path))
    known = known_version(session, session.place(path), arguments)
    if known is None:
        return 1
    if not named and not can_ask():
        example = f"tcwc init {TARGET.example_config}"
        help = f"name one: `{example}`; `tcwc bases llama 1b lora` searches them"
        problem("tcwc init needs a base config to begin with", help, arguments)
        return 2
    first = _first(path, known, session, arguments)
    if first is None:
        return 1
    if path == _STDOUT:
        return _print(first_text(first, known), first, session, arguments)
    files = {path: first_text(replace(first, schema=schema_name(path)), known)}
    if first.file:
        files[os.path.join(os.path.dirname(path), first.file)] = first.file_text
    return _write(files, path, extras, session, arguments)


_STDOUT = "-"


def _extras(arguments: Namespace) -> list[str]:
    """The files that are asked for beside the experiment, as api/beginning.py has them."""
    asked = {
        ".gitattributes": arguments.gitattributes,
        ".pre-commit-config.yaml": arguments.pre_commit,
        ".github/workflows/tcwc.yml": arguments.ci == "github",
    }
    return [name for name, is_asked in asked.items() if is_asked]


def _print(text: str, first: First, session: Session, arguments: Namespace) -> int:
    if first.file:
        help = "name the file of the experiment: -o again.experiment.yaml"
        problem("there are two files to write, the experiment and its base", help, arguments)
        return 2
    if _compiles(_EXPERIMENT, {_EXPERIMENT: text}, session, arguments) is None:
        return 1
    give(text)
    return 0


def _path(output: str | None) -> str:
    """The file to write. Raises FileProblem for what is no name of an experiment."""
    if output is None:
        return _EXPERIMENT
    if output == _STDOUT or (output and is_named_as_experiment(output)):
        return output
    if os.path.isdir(output) or output.endswith("/"):
        return os.path.join(output, _EXPERIMENT)
    stem = os.path.splitext(output)[0] or "lr"
    help = f"write {stem}.experiment.yaml, or experiment.yaml"
    raise FileProblem(f"`{output}` is no name of an experiment", help)


def schema_name(path: str) -> str:
    """The schema of an experiment for editors: `experiment.schema.json`, or `NAME.schema.json`."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return f"{stem.removesuffix('.experiment')}.schema.json"


def _other_name(path: str) -> str:
    other = os.path.join(os.path.dirname(path), "lr.experiment.yaml")
    build = f"`tcwc build {shell_path(path)}` compiles it"
    return f"{build}; for another one name its file: `-o {shell_path(other)}`"


def _first(path: str, known: Knowledge, session: Session, arguments: Namespace) -> First | None:
    """What the experiment is to say; None where that cannot be told, which is then said."""
    wanted = FirstWanted(
        _pairs("--vary", arguments.vary), _pairs("--set", arguments.set), arguments.name or ""
    )
    version = known.version if known.version != TARGET.default_version else ""
    if arguments.from_run:
        return first_of_run(path, wanted, known, version, session, arguments)
    if arguments.base:
        first, *more = arguments.base
        if more and known.config(first) is not None:
            help = "what is tested, and what is constant: --vary lora_rank=8,16 --set epochs=2"
            raise FileProblem(f"`{' '.join(more)}` stands behind the base config", help)
        name = base_meant(" ".join(arguments.base), known, session, arguments)
        return first_of_base(name, wanted, known, version) if name else None
    name = ask_base(known)
    usual = first_of_base(name, wanted, known, version)
    while True:
        first = first_of_base(name, ask_rest(usual, wanted), known, version)
        at = _EXPERIMENT if path == _STDOUT else path
        if _compiles(at, {at: first_text(first, known)}, session, arguments) is not None:
            return first
        say("Once more:", sys.stderr)


def _compiles(
    path: str, files: dict[str, str], session: Session, arguments: Namespace
) -> Compilation | None:
    """An experiment in one of these files, which need not be there yet; None where it has errors.
    What is to be said of it is said."""
    found = compile(path, text=files[path], others=files, session=session)
    show_weighty(found.diagnostics, found.sources, arguments, sys.stderr)
    return None if fails(found.diagnostics, strict=False) else found


def _pairs(option: str, given: list[str]) -> tuple[tuple[str, str], ...]:
    """Keys and values as they were typed. Raises FileProblem."""
    made = []
    for each in given:
        found = _PAIR.fullmatch(each)
        value = found[2].strip() if found is not None else ""
        if found is None or not value or len(value.splitlines()) > 1:
            example = "lora_rank=8,16,32" if option == "--vary" else "epochs=2"
            raise FileProblem(f"{option} takes KEY=VALUE, not `{each}`", f"{option} {example}")
        for start, _ in comments(value):
            message = f"{option} {found[1]}: a comment begins at `{value[start:]}`, as in YAML"
            raise FileProblem(
                message, f"what is meant as it stands is put in quotes: {found[1]}='...'"
            )
        made.append((found[1], value))
    return tuple(made)


def _write(
    files: dict[str, str], path: str, extras: list[str], session: Session, arguments: Namespace
) -> int:
    """Write the files that are not there, once the experiment among them has no error."""
    compilation: Compilation | None = None
    if path in files:
        compilation = _compiles(path, files, session, arguments)
        if compilation is None:
            help = "--vary and --set say other levels and values"
            problem("nothing was written: the experiment would have errors", help, arguments)
            return 1
        schema = os.path.join(os.path.dirname(path), schema_name(path))
        if not os.path.lexists(schema):
            files[schema] = schema_text(compilation)
    there = []
    for name, text in beside(session.place(path), extras, __version__).items():
        if os.path.lexists(name):
            there.append((name, text))
        else:
            files[name] = text
    try:
        write_new(files)
    except OSError as error:
        message = f"cannot write {error.filename}: {error.strerror or error}"
        problem(message, "nothing was written", arguments)
        return 2
    if not arguments.quiet:
        _tell(files, path, compilation)
        _tell_kept(files, path, compilation)
    for name, text in there:
        say(f"{name} is there already and stays as it is; what would go into it:", sys.stderr)
        for line in text.splitlines():
            say(f"  {line}", sys.stderr)
    return 0


def _tell_kept(files: dict[str, str], path: str, compilation: Compilation | None) -> None:
    """An editor's schema that was there already, and is one for another experiment."""
    schema = os.path.join(os.path.dirname(path), schema_name(path))
    if compilation is None or schema in files:
        return
    typed = f"tcwc schema {shell_path(path)} > {shell_path(schema)}"
    say(f"{schema} is there already and stays as it is; for this experiment: {typed}", sys.stderr)


def _tell(files: dict[str, str], path: str, compilation: Compilation | None) -> None:
    for name in files:
        runs = ""
        if name == path and compilation is not None and compilation.experiment is not None:
            count = how_many(len(compilation.experiment.cells), "run")
            runs = f": {count} from {compilation.experiment.base.name}"
        what = " (for editors)" if name.endswith(".schema.json") else runs
        say(f"{tick(sys.stdout)} Wrote {name}{what}")
    if compilation is not None:
        file = shell_path(path)
        say(f"Next: tcwc build {file}")
        say(f"  before it, what it will write: tcwc plan {file}")
        say(f"  what else can be set: tcwc keys {file} [WORDS]")
