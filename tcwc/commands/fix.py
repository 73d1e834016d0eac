"""`tcwc lint --fix`, `--unsafe-fixes` and `--diff`: repairs of files, written or shown."""

from __future__ import annotations

import os
import re
import stat
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from functools import partial
from typing import Protocol, TypeVar

from tcwc.api.session import Session
from tcwc.commands.findings import problem
from tcwc.commands.select import files_of, sections_of
from tcwc.commands.terminal import give, say
from tcwc.disk.boundary import real_path
from tcwc.disk.files import FileProblem, Place
from tcwc.disk.plain import read_plain
from tcwc.disk.whole import NewFile, replace_files
from tcwc.lint.fix import Outcome, repair
from tcwc.lint.replacements import Linted
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.hidden import starred
from tcwc.model.printable import no_command, printable
from tcwc.model.secrets import masked
from tcwc.model.source import SourceText

_BOM = b"\xef\xbb\xbf"


class LintedFile(Protocol):
    """What was found in a file, and the texts that it points into."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]: ...
    @property
    def sources(self) -> Mapping[str, SourceText]: ...


_Found = TypeVar("_Found", bound=LintedFile)

Read = Callable[[str, "str | None", Mapping[str, str]], _Found]
"""Reads the file of a path, or a text as if it stood there, beside the texts of others that it may
name, by their names. Raises FileProblem."""


class Repairs:
    """The repairs of one call: what they changed so far, by real path."""

    def __init__(self, arguments: Namespace, session: Session) -> None:
        self.arguments = arguments
        self.session = session
        self.fixed: list[Diagnostic] = []
        self.would_change = False
        self._shown: dict[str, str] = {}
        """With `--diff` nothing is written, and later experiments read these instead."""

    def of(self, path: str, data: bytes | None, read: Read[_Found]) -> _Found:
        """What `read` makes of a file, the compilation of an experiment, as it is after its repair.

        `data` is what stands in it where that came on stdin: it is printed, with the mark and the
        line ends that it has, and no file changes. Raises FileProblem; what came on stdin is
        printed as it came then, since an editor puts what is printed in its place.
        """
        try:
            made, text = self._of(path, data, read)
        except FileProblem:
            if data is not None and not self.arguments.diff:
                give(data.decode("utf-8", "surrogateescape"))
            raise
        if data is not None and not self.arguments.diff:
            give(_mark(data) + text)
        return made

    def _of(self, path: str, data: bytes | None, read: Read[_Found]) -> tuple[_Found, str]:
        """The same, with the file's text after its repair, which is not printed yet."""
        place = self.session.place(path)
        if data is None and place.guard.is_outside(path):
            said = f"{printable(path)} leads out of the repository: nothing there is repaired"
            say(said, sys.stderr)
            return read(path, None, {}), ""
        shown = None if data is not None else self._shown.get(real_path(path))
        before = shown or (place.source() if data is None else place.decode(data))

        def compiled(texts: Mapping[str, str]) -> _Found:
            others = {**self._others(place), **texts}
            own = others.pop(place.path, before)
            return read(path, own, others)

        originals: dict[str, str] = {}

        def found(texts: Mapping[str, str]) -> Linted:
            made = compiled(texts)
            for name, source in made.sources.items():
                originals.setdefault(name, source.text)
            return Linted(made.diagnostics, made.sources)

        def may_edit(name: str) -> bool:
            inside = not place.guard.is_outside(name)
            return inside and (name == place.path or _is_below_here(name))

        outcome = repair(found, unsafe=self.arguments.unsafe_fixes, may_edit=may_edit)
        self._tell(outcome, None if data is None else place.path)
        if data is not None:
            # What it says is as in a file, where a repair of the base may uncover more; but only
            # this text is given.
            outcome.texts = {n: text for n, text in outcome.texts.items() if n == place.path}
            outcome.fixed = [each for each in outcome.fixed if each.span.file == place.path]
        changed = {
            name: (originals[name], outcome.texts[name])
            for name in sorted(outcome.texts, key=partial(_called, place))
            if outcome.texts[name] != originals[name]
        }
        if self.arguments.diff:
            self._show(changed, data)
        elif data is None:
            write_texts(changed)
        self.fixed += outcome.fixed
        return compiled(outcome.texts), outcome.texts.get(place.path, before)

    def conclude(self) -> None:
        """Say how many findings were repaired."""
        count = len(self.fixed)
        if not self.arguments.quiet and (count or self.arguments.diff):
            sys.stdout.flush()
            verb = "Would fix" if self.arguments.diff else "Fixed"
            say(f"{verb} {count} finding{'' if count == 1 else 's'}.", sys.stderr)

    def _others(self, place: Place) -> dict[str, str]:
        """Texts that an earlier experiment of this call would change, of files that this names."""
        if not self._shown:
            return {}
        sections = sections_of(place)
        named = map(place.shown, files_of(sections)) if sections else ()
        real = {name: real_path(name) for name in named}
        return {name: self._shown[real[name]] for name in real if real[name] in self._shown}

    def _show(self, changed: Mapping[str, tuple[str, str]], data: bytes | None) -> None:
        for path, (old, new) in changed.items():
            self.would_change = True
            if data is None:  # what is on stdin is the only one, and may be in no file
                self._shown[real_path(path)] = new
            for line in patch(path, old, new, data):
                give(line)

    def _tell(self, outcome: Outcome, only: str | None) -> None:
        """What was repaired, in `only` one file or all, and what was not, and why."""
        for each, why in outcome.dropped:
            problem(f"{each.span}: the fix of {each.code} was dropped: {why}", "", self.arguments)
        if self.arguments.quiet or self.arguments.diff:  # a diff shows it itself
            return
        sys.stdout.flush()
        made = zip(outcome.fixed, outcome.changes, strict=True)
        for each, change in sorted(made, key=lambda pair: (pair[0].span.file, pair[0].span.line)):
            if only in (None, each.span.file):
                say(f"{each.span.file}:{each.span.line}: fixed {each.code}: {change}", sys.stderr)
        for each, count in outcome.uncovered:
            errors = f"{count} error{'' if count == 1 else 's'}"
            what = f"{each.code} hid {errors}, which this file had before"
            say(f"{each.span.file}:{each.span.line}: {what}", sys.stderr)


def _called(place: Place, name: str) -> str:
    """What an experiment calls a file that it names, from its own folder: the order of diffs."""
    return name if name == place.path else os.path.relpath(name, place.folder)


def _is_below_here(path: str) -> bool:
    here, file = real_path("."), real_path(path)
    return file.startswith(here.rstrip(os.sep) + os.sep)


def patch(path: str, old: str, new: str, data: bytes | None = None) -> Iterator[str]:
    """The lines of a patch, as they may be printed; `data` is what stood there, if in no file."""
    mark = _mark(_read(path) if data is None else data)
    stars = {**_starred(old), **_starred(new)}
    for line in _diff(path, mark + old, mark + new):
        body = line[1:].removeprefix("\ufeff").removesuffix("\n")
        yield _shown(masked(line.replace(body, stars[body]) if body in stars else line))


def _starred(text: str) -> dict[str, str]:
    """The lines of a text that have something that nobody is to see, each with stars for it."""
    whole = zip(text.split("\n"), starred(text).split("\n"), strict=True)
    return {line: shown for line, shown in whole if line != shown}


def _diff(path: str, old: str, new: str) -> Iterator[str]:
    """A unified diff for `patch -p1` from here, with a last line that does not end marked so."""
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (old, new))
    inside = os.path.isabs(path) and _is_below_here(path)
    name = (os.path.relpath(path) if inside else path).replace(os.sep, "/")
    name += "\t" * (" " in name)  # else the name would end at its space
    for line in unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line.removesuffix("\n") + "\n"
        if not line.endswith("\n"):
            yield "\\ No newline at end of file\n"


def _shown(line: str) -> str:
    """A line of a patch as it may be printed. It is as it stands, tabs and a mark before the first
    one too, but where it has what no text may do to a terminal or a log: then it applies nowhere.
    """
    body = line.removesuffix("\n").removesuffix("\r")
    mark = body[1:2] if body[1:2] == "\ufeff" else ""
    parts = (printable(part) for part in body[1 + len(mark) :].split("\t"))
    shown = no_command(body[:1] + mark + "\t".join(parts))
    return shown + line[len(body) :]


def _mark(data: bytes) -> str:
    """The byte order mark that a text begins with, if it does."""
    return "\ufeff" if data.startswith(_BOM) else ""


def _read(path: str) -> bytes:
    """The bytes of a file that was read before. Raises FileProblem."""
    try:
        return read_plain(path)
    except OSError as error:
        raise FileProblem(f"cannot read {path}: {error.strerror or error}", "try again") from None


def write_texts(texts: Mapping[str, tuple[str, str]]) -> None:
    """Put new texts in the places of old ones, by their paths, with the permissions that they had:
    all of them at once, or none.

    Raises FileProblem, also where a file was changed meanwhile.
    """
    files = [_replacement(path, old, new) for path, (old, new) in texts.items()]
    try:
        replace_files(files)
    except OSError as error:
        path = {file.path: path for file, path in zip(files, texts, strict=True)}[error.filename]
        message = f"cannot write {path}: {error.strerror or error}"
        raise FileProblem(message, "make it and its folder writable") from None


def _replacement(path: str, old: str, new: str) -> NewFile:
    """A file with its new text. Raises FileProblem where it may not have it."""
    # A link stays one: it is its file that is replaced.
    real = real_path(path)
    try:
        data, status = read_plain(real), os.stat(real)
    except OSError as error:
        message = f"cannot read {path}: {error.strerror or error}"
        raise FileProblem(message, "make it readable") from None
    mark = _mark(data)
    if data != (mark + old).encode():
        raise FileProblem(f"{path} was changed by something else", "try it again")
    # To put another file in its place the system asks the folder alone.
    if not os.access(real, os.W_OK):
        raise FileProblem(f"{path} cannot be written: it is read-only", "make it writable")
    text, mode = (mark + new).encode(), stat.S_IMODE(status.st_mode)
    return NewFile(real, text, data, mode, in_place=status.st_nlink > 1)
