"""`tcwc adopt`: an experiment of what people have: configs, scripts, searches of other programs."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence

from tcwc.api.session import TARGET, Session
from tcwc.commands.findings import problem, show_findings
from tcwc.commands.problems import PROBLEMS, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, say
from tcwc.disk.files import FileProblem, Place
from tcwc.disk.folder import MAPPING
from tcwc.disk.whole import NewFile, replace_files
from tcwc.language.release import no_catalogue
from tcwc.model.frozen import replace
from tcwc.model.printable import shell_path
from tcwc.model.problem import Problem
from tcwc.model.source import SourceText
from tcwc.moves.adopt import Adopted, Workplace
from tcwc.moves.factors import named
from tcwc.moves.given import Given, adopted
from tcwc.moves.ground import Wishes

_UNNAMED = "adopted.experiment.yaml"
"""Where an experiment that is printed is taken to stand."""
_ENDS = (".yaml", ".yml")
_FILES = 2_000
"""Files of a folder that are read."""
_NOTES = 20
_ERRORS = 5
"""Findings that are shown: `tcwc lint` shows them all."""
_SHOWN = 5
"""Names of configs or runs that are listed."""
SUMMARY = "experiment_summary.yaml"


def run(arguments: Namespace) -> int:
    """Give the experiment; 0 it gives all that it was made of, 1 not all, 2 cannot be made."""
    output = arguments.output
    if output is not None and os.path.lexists(output):
        message = f"{output} is there already, and nothing is written over it"
        problem(message, "name another file, or move that one away", arguments)
        return 2
    session = session_of(arguments)
    try:
        left: list[str] = []
        given = [each for path in arguments.paths for each in _given(path, session, left)]
        made = adopted(given, _asked(arguments, session), _workplace(output, session))
        if output is not None:
            _write(output, made.text)
    except Problem as error:
        problem(error.message, error.help, arguments, details=error.details)
        return 2
    except PROBLEMS as error:
        explain(error, arguments)
        return 2
    return _tell(replace(made, notes=(*left, *made.notes)), output, arguments)


def _write(path: str, text: str) -> None:
    try:
        replace_files([NewFile(path, text.encode())])
    except OSError as error:
        message = f"cannot write {path}: {error.strerror or error}"
        raise FileProblem(message, "name a file in a folder that is there and writable") from None


def _workplace(output: str | None, session: Session) -> Workplace:
    return Workplace(output or _UNNAMED, session)


# --- what is read -----------------------------------------------------------------------------


def _given(path: str, session: Session, left: list[str]) -> Iterator[Given]:
    """The texts of a path; `left` gets what is said of those that are left out."""
    if path == "-":
        yield Given("stdin", _stdin(), _reader(session.place("stdin")))
        return
    if not os.path.isdir(path):
        yield _file(path, path, session)
        return
    found = list(_in_folder(path))
    if not found:
        raise FileProblem(f"{path} holds no configs", "name a folder of YAML files, or the files")
    if len(found) > _FILES:
        message = f"{path} holds {len(found):,} files, and at most {_FILES:,} are read"
        raise FileProblem(message, "name those that are one experiment")
    left += _passed_over(path, found)
    for each in found:
        whole = os.path.join(path, each)
        if os.path.isfile(whole):
            yield _file(whole, each, session)
        else:
            left.append(f"{whole} is left out: it is no file that is there")


def _stdin() -> str:
    if sys.stdin is None:
        raise FileProblem("there is no stdin: it is closed", "name a file, or pipe one in")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileProblem("what stands on stdin is not UTF-8 text", "save it as UTF-8") from None


def _in_folder(folder: str) -> list[str]:
    """The YAML files of a folder, by their names in it; where it has none, those of folders in
    it."""
    names = sorted(os.listdir(folder))
    if SUMMARY in names:
        return [SUMMARY]
    here = [name for name in names if _may_be_config(folder, name)]
    return here or _below(folder, names)


def _passed_over(folder: str, found: Sequence[str]) -> Iterator[str]:
    """What is said of configs in folders of a folder that has some of its own."""
    below = [] if os.sep in found[0] else _below(folder, sorted(os.listdir(folder)))
    for name in dict.fromkeys(os.path.dirname(each) for each in below):
        yield f"{os.path.join(folder, name)} is left out: a folder in the one that is named"


def _below(folder: str, names: Sequence[str]) -> list[str]:
    """The YAML files of the folders in a folder."""
    return [
        os.path.join(name, below)
        for name in names
        if not name.startswith(".") and os.path.isdir(os.path.join(folder, name))
        for below in sorted(os.listdir(os.path.join(folder, name)))
        if _may_be_config(os.path.join(folder, name), below)
    ]


def _may_be_config(folder: str, name: str) -> bool:
    is_yaml = name.endswith(_ENDS) and not name.startswith(".") and name != MAPPING
    return is_yaml and not os.path.isdir(os.path.join(folder, name))


def _file(path: str, name: str, session: Session) -> Given:
    if not os.path.exists(path):
        raise FileProblem(f"there is no {path}", "name configs, a folder of them, or a script")
    place = session.place(path)
    place.within()
    return Given(name, place.source(), _reader(place))


def _reader(place: Place) -> Callable[[str], str | None]:
    """Reads what a script names: from where it is, else from here."""

    def read(name: str) -> str | None:
        for each in (name, os.path.relpath(name, place.folder)):
            if place.exists(each):
                try:
                    return place.read(each)
                except (OSError, UnicodeDecodeError):
                    return None
        return None

    return read


def _asked(arguments: Namespace, session: Session) -> Wishes:
    """What the call says of the experiment."""
    version = TARGET.version_of(arguments.version or TARGET.default_version)
    place = Place(arguments.output or _UNNAMED)
    there = session.versions_at(place)
    if version not in there:
        raise no_catalogue(version, there, TARGET)
    base, values = arguments.base or "", None
    if base and base.endswith(_ENDS):
        text = _file(base, base, session).text
        document = TARGET.read_base(text, base)
        if document.diagnostics:
            raise Problem(f"{base}: {document.diagnostics[0].message}", "mend it first")
        values = document.values
        base = os.path.relpath(base, place.folder).replace(os.sep, "/")
    is_said = arguments.version is not None
    name = named(arguments.name or "").lstrip("_") or _name(arguments)
    return Wishes(name, base, values, arguments.recipe or "", version if is_said else "")


def _name(arguments: Namespace) -> str:
    """What to call the experiment: after its file, else after what it is made of."""
    paths: Sequence[str] = arguments.paths
    first = os.path.basename(os.path.normpath(os.path.abspath(paths[0])))
    words = [first.removesuffix(".yaml").partition(".")[0]] if len(paths) == 1 else []
    if arguments.output:
        own = os.path.basename(arguments.output)
        words.insert(0, own.removesuffix(".yaml").removesuffix("experiment").rstrip("."))
    found = (named(word).lstrip("_") for word in words)
    return next(filter(None, found), "adopted")


# --- what is said -----------------------------------------------------------------------------


def _tell(made: Adopted, output: str | None, arguments: Namespace) -> int:
    if output is None:
        give(made.text)
        sys.stdout.flush()
    if not arguments.quiet:
        _tell_notes(made.notes, arguments)
    _tell_proof(made, output, arguments)
    return 0 if made.is_whole else 1


def _tell_notes(notes: Sequence[str], arguments: Namespace) -> None:
    every = list(dict.fromkeys(notes))
    shown = every if arguments.verbose else every[:_NOTES]
    for note in shown:
        say(f"note: {note}", sys.stderr)
    if len(every) > len(shown):
        say(f"note: and {len(every) - len(shown)} more (-v shows all)", sys.stderr)


def _tell_proof(made: Adopted, output: str | None, arguments: Namespace) -> None:
    where = output or _UNNAMED
    if made.errors:
        show_findings(
            made.errors[:_ERRORS], {where: SourceText(where, made.text)}, arguments, sys.stderr
        )
        message = "this experiment does not compile: what it was made of has these errors too"
        here = f"in {where}" if output else "in what is printed above, in a file of yours"
        problem(message, f"mend them there, or {here}", arguments)
        return
    proof = made.proof
    if proof is not None:
        _tell_differences(made, arguments)
    if made.left_out:
        message = "not all of it is in the experiment"
        problem(message, "the notes above say what is left out: write that in", arguments)
    if output is not None and not arguments.quiet:
        say(f"Written {output}. Next: tcwc lint {shell_path(output)}", sys.stderr)


def _tell_differences(made: Adopted, arguments: Namespace) -> None:
    proof = made.proof
    assert proof is not None
    count = len(proof.equal) + len(proof.unequal)
    if not arguments.quiet:
        runs = "config is" if count == 1 else "configs are"
        say(f"{len(proof.equal)} of {count} {runs} given, value for value", sys.stderr)
    for names in _alike(proof.unequal):
        first, *others = names
        nearest = f"the nearest to {first}" if others else "the nearest one"
        message = f"no run gives {_some(names)}; in {nearest}"
        problem(message, "", arguments, details=[f"  {e}" for e in proof.unequal[first][:10]])
    if proof.more:
        are = "1 run is" if len(proof.more) == 1 else f"{len(proof.more)} runs are"
        message = f"{are} beside what was given: {_some(proof.more)}"
        problem(
            message, "what was not meant to run is left out by a line under `exclude:`", arguments
        )


def _alike(unequal: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The configs that no run gives, together where the nearest differs at the same keys."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, lines in unequal.items():
        found.setdefault(tuple(each.partition(" ")[0] for each in lines), []).append(name)
    return list(found.values())


def _some(names: Sequence[str]) -> str:
    """Names, the first of them where they are many."""
    shown = list(names[:_SHOWN])
    if len(names) > _SHOWN:
        shown.append(f"{len(names) - _SHOWN} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
