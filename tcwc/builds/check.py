"""Compares a folder of committed configs with what its source compiles to. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.builds.build import Build, check_catalogue
from tcwc.builds.changes import differences_of, says_the_same
from tcwc.builds.evidence import Evidence, of_strays
from tcwc.builds.merged import is_half_merged
from tcwc.builds.same import RecordsCompared
from tcwc.disk.folder import MAPPING, Folder
from tcwc.model.frozen import dataclass
from tcwc.model.printable import shell_path
from tcwc.model.signature import Signature, standing
from tcwc.yaml.config import read_base

_DIFFERENCES = 8
_EXAMINED = 50
"""Files whose differences are looked for; to parse thousands takes long and tells no more."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A file that is not as it should be, why, and in which values.

    `help` is the way out where a build alone is none; `force` says that a build takes `--force`,
    `builds` that it takes a build at all.
    """

    file: str
    what: str
    differences: tuple[str, ...] = ()
    help: str = ""
    force: bool = False
    builds: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: drift, and how many files are as they should be but for line ends."""

    drift: tuple[Drift, ...]
    crlf: int = 0


def check(build: Build, folder: Folder) -> Checked:
    """Every file of a build that is not as it should be in a folder. Raises BuildError.

    Files are compared with CRLF read as LF, as git may have checked them out.
    """
    check_catalogue(build, folder)
    expected: set[str] = set()
    found: list[Drift] = []
    crlf = int(build.lock is not None and build.lock.is_crlf)
    head = build.head()
    recorded = RecordsCompared(build.lock, head)
    evidence = Evidence(build.lock, folder, head, build.strays)
    for output in build.outputs():
        expected.add(f"{output.id}.yaml")
        recorded.note(output.record)
        evidence.note(output.record, changed=output.changed_meaning)
        text = folder.config(output.id)
        drift = _one(output.id, output.text, folder, text, examine=len(found) < _EXAMINED)
        if drift is not None:
            found.append(drift)
        elif text is not None and "\r\n" in text:
            crlf += 1
    evidence.weigh()
    for name, text in build.evaluations():
        expected.add(f"{name}.yaml")
        standing_there = folder.config(name)
        drift = _one(name, text, folder, standing_there, examine=len(found) < _EXAMINED)
        if drift is not None:
            found.append(drift)
        elif standing_there is not None and "\r\n" in standing_there:
            crlf += 1
    found += _extra(build, folder, expected)
    if not recorded.decides(build.retired()):
        what = "stale: it does not record these runs"
        found.append(Drift(folder.mapping, what))
    return Checked(tuple(found), crlf)


def _one(id: str, built: str, folder: Folder, text: str | None, *, examine: bool) -> Drift | None:
    path = folder.file(f"{id}.yaml")
    if text is None:
        return _no_text(folder, f"{id}.yaml")
    text = text.replace("\r\n", "\n")
    if text == built:
        return None
    if is_half_merged(text):
        return Drift(path, "it holds the conflict markers of a git merge", force=True)
    differences = _differences(text, built) if examine and text else ()
    kind = standing(text)
    if kind is Signature.FOREIGN:
        return _foreign(path)
    if kind is Signature.EDITED and text and says_the_same(text, built):
        return Drift(path, "edited by hand, and the source says the same: only its hash is old")
    if kind is Signature.EDITED:
        return _edited(path, differences)
    if kind is Signature.EMPTY:
        return Drift(path, "empty: a crash or a full disk left it")
    return Drift(path, "stale: the source has changed since it was built", differences)


def _no_text(folder: Folder, name: str) -> Drift:
    path = folder.file(name)
    if not folder.has(name):
        return Drift(path, "missing")
    text = folder.standing(name)
    if text is not None:
        edited = standing(text) is Signature.EDITED
        return _edited(path) if edited else _foreign(path)
    if folder.has_file(name):
        quoted = shell_path(path)
        return Drift(path, "cannot be read", help=f"make it readable (`chmod u+r {quoted}`)")
    return Drift(path, "no file, where a config has to be", help=_away(path, "rm -r"))


def _foreign(path: str) -> Drift:
    return Drift(path, "not made by tcwc, where a config has to be", help=_away(path))


def _edited(path: str, differences: tuple[str, ...] = ()) -> Drift:
    return Drift(path, "edited by hand since it was built", differences, force=True)


def _away(path: str, command: str = "rm") -> str:
    quoted = shell_path(path)
    return f"move {quoted} elsewhere, or delete it (`{command} {quoted}`): a build never touches it"


def _differences(committed: str, built: str) -> tuple[str, ...]:
    values = read_base(built, "built").values
    listed = tuple(differences_of(committed, values))
    if len(listed) <= _DIFFERENCES:
        return listed
    return (*listed[:_DIFFERENCES], f"... and {len(listed) - _DIFFERENCES} more")


def _extra(build: Build, folder: Folder, expected: set[str]) -> Iterator[Drift]:
    """Files with the name of a config that the build lacks."""
    unknown = {stray.file for stray in build.ids.unknown}
    for name in (*folder.run_files(), *folder.evaluation_files()):
        if name not in expected:
            yield _one_too_many(folder, name, is_unknown=name in unknown)


def _one_too_many(folder: Folder, name: str, *, is_unknown: bool) -> Drift:
    path = folder.file(name)
    if is_unknown:
        what = f"extra: a config of a run that {MAPPING} does not record"
        return Drift(path, what, help=of_strays(folder, [name])[1])
    text = folder.standing(name)
    if text is None and folder.has_file(name):
        return _no_text(folder, name)
    if text is not None and not folder.has_file(name):
        what = "extra: a link with the name of a config"
        return Drift(path, what, help=_away(path), builds=False)
    kind = standing(text) if text is not None else Signature.FOREIGN
    what_of = "evaluation" if "/" in name else "run"
    if kind is Signature.FOREIGN:
        what = "extra: not made by tcwc, with the name of a config"
        command = "rm" if text is not None else "rm -r"
        return Drift(path, what, help=_away(path, command), builds=False)
    if kind is Signature.EDITED:
        return Drift(path, f"extra: the source has no such {what_of}; edited by hand", force=True)
    return Drift(path, f"extra: the source has no such {what_of}")
