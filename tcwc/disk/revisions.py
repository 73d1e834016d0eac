"""Files as a commit of git has them: read from git's own store, never by way of the work tree.

Nothing of a repository is run for it: no filter, no text conversion, no hook, and nothing is
fetched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property

from tcwc.disk.boundary import real_path, top_of
from tcwc.disk.processes import git, git_bytes
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.limits import CONFIG, MAPPING_FILE, SOURCE
from tcwc.model.patterns import pattern
from tcwc.model.printable import shell_word
from tcwc.model.problem import Problem

LEFT = "..."
"""Behind a name: the commit at which what is checked out left it, as in `git diff main...`."""
_FILES = ("100644", "100755")
_HASH = pattern(r"[0-9a-f]{40,64}")


class NoRevision(Problem):
    """A commit that there is none of, or that git cannot read here."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A plain file of a commit: its name in git's store, and its size in bytes."""

    id: str
    size: int


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of the repository whose top is `root`; `name` is what it was called."""

    root: str
    name: str
    commit: str

    def path(self, path: str) -> str:
        """A path on this disk as the repository has it, or would: from its top, with `/`."""
        return os.path.relpath(real_path(path), self.root).replace(os.sep, "/")

    def here(self, path: str) -> str:
        """Where a path of the repository is, or would be, as it is called from here."""
        return os.path.relpath(os.path.join(self.root, path))

    def blobs(self, *paths: str) -> dict[str, Blob]:
        """The plain files at paths of the repository, or below them; all, where none is named.

        Raises NoRevision.
        """
        command = ["--literal-pathspecs", "ls-tree", "-r", "-l", "-z", "--full-tree", self.commit]
        named = [path for path in paths if path != os.curdir]
        done = git([*command, "--", *named], folder=self.root)
        if done is None or done.status != 0:
            raise _unreadable(self.name, done.err if done else "")
        return dict(_entries(done.out))

    def texts(self, blobs: Mapping[str, Blob], most: int = SOURCE.at_most) -> dict[str, str]:
        """The texts of files, by path; not of those that are none, are larger, or are gone."""
        wanted = [(path, each.id) for path, each in blobs.items() if each.size <= most]
        lines = "".join(f"{id}\n" for _, id in wanted)
        said = git_bytes(["cat-file", "--batch"], text=lines, folder=self.root) if wanted else b""
        found = {}
        for (path, _), data in zip(wanted, _contents(said or b""), strict=False):
            text = None if data is None else _decoded(data)
            if text is not None:
                found[path] = text
        return found

    def text(self, path: str, most: int = MAPPING_FILE.at_most) -> str | None:
        """The text of one file; None where there is none. Raises NoRevision."""
        blobs = {at: each for at, each in self.blobs(path).items() if at == path}
        return self.texts(blobs, most).get(path)


def revision(folder: str, name: str) -> Revision:
    """The commit that a name means in the repository that a folder is in, which may not be there
    yet. Raises NoRevision."""
    folder = real_path(folder)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    root = top_of(folder)
    if root is None:
        message = f"{os.path.relpath(folder)} is in no git repository, so there is no {name} of it"
        raise NoRevision(message, "name a folder of runs: `tcwc diff` compares two builds")
    if name.endswith(LEFT):
        return Revision(root, name, _left(root, name.removesuffix(LEFT) or "HEAD"))
    return Revision(root, name, _commit(root, name))


def _commit(root: str, name: str) -> str:
    if not name or name.startswith("-") or ".." in name or not name.isprintable():
        help = "name one: a branch, a tag or a commit; `main...` is where this branch left main"
        raise NoRevision(f"`{cut(name)}` is the name of no commit", help)
    done = git(["rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"], folder=root)
    if done is None:
        raise NoRevision("git does not answer", "install git, and try `git status`")
    if done.status != 0 or not _HASH.fullmatch(done.out.strip()):
        raise _unknown(root, name, done.err)
    return done.out.strip()


def _left(root: str, name: str) -> str:
    """The newest commit that both a name and what is checked out come from."""
    other = _commit(root, name)
    done = git(["merge-base", other, "HEAD"], folder=root)
    if done is None or done.status != 0:
        help = _fetching(root, name) or f"name the commit to compare with: `{name}` itself, say"
        raise NoRevision(f"git knows no commit at which this one left `{name}`", help)
    return done.out.strip()


def _unknown(root: str, name: str, said: str) -> NoRevision:
    if said.strip():
        return _unreadable(name, said)
    help = _fetching(root, name) or "`git branch --all` and `git tag` list what there is"
    return NoRevision(f"git knows no commit `{cut(name, 100)}` here", help)


def _fetching(root: str, name: str) -> str:
    """How one gets the rest of a repository of which not all was fetched; "" where all was."""
    done = git(["rev-parse", "--is-shallow-repository"], folder=root)
    if done is None or done.out.strip() != "true":
        return ""
    branch = name.removeprefix("origin/")
    return (
        "this checkout is shallow: fetch the rest (`git fetch --unshallow`; `fetch-depth: 0` for "
        f"actions/checkout), or that commit (`git fetch --depth=1 origin {shell_word(branch)}`, and"
        " then name FETCH_HEAD)"
    )


def _unreadable(name: str, said: str) -> NoRevision:
    first = next(iter(said.strip().splitlines()), "it does not answer")
    help = "see that `git status` and `git fsck` work here"
    if "ownership" in said:
        help = "tell git that the repository is yours: `git config --global --add safe.directory`"
    elif "missing" in said or "promisor" in said or "could not get object" in said:
        help = "not all of it was fetched: `git fetch --refetch --no-filter origin` brings the rest"
    return NoRevision(f"git cannot read {name}: {cut(first, 200)}", help)


def _entries(listing: str) -> Iterable[tuple[str, Blob]]:
    """The plain files of what `git ls-tree -l -z` says."""
    for entry in listing.split("\0"):
        about, tab, path = entry.partition("\t")
        mode, _, rest = about.partition(" ")
        if tab and mode in _FILES:
            _, id, size = rest.split()
            yield path, Blob(id, int(size))


def _contents(said: bytes) -> Iterable[bytes | None]:
    """What `git cat-file --batch` says of each name: a line about it, so many bytes, a line end;
    of one that is not there a line alone."""
    at = 0
    while (end := said.find(b"\n", at)) >= 0:
        about, at = said[at:end].split(), end + 1
        if len(about) < 3:
            yield None
            continue
        size = int(about[2])
        yield said[at : at + size]
        at += size + 1


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


class Committed:
    """The configs in a folder as a commit has them; `folder` is a path of the repository.

    They are read many at a time: of those that were not asked for by `fetch` there is none.
    """

    def __init__(self, revision: Revision, folder: str) -> None:
        self._revision = revision
        self._folder = folder
        self._texts: dict[str, str] = {}

    def fetch(self, ids: Iterable[str]) -> None:
        """Read the configs of some runs, and forget others. Raises NoRevision."""
        wanted = {path: blob for id in ids if (blob := self._blobs.get(path := self._path(id)))}
        self._texts = self._revision.texts(wanted, CONFIG.at_most)

    def config(self, id: str, /) -> str | None:
        """The text of a run's config; None where there is none."""
        return self._texts.get(self._path(id))

    def _path(self, id: str) -> str:
        name = f"{id}.yaml"
        return name if self._folder == os.curdir else f"{self._folder}/{name}"

    @cached_property
    def _blobs(self) -> dict[str, Blob]:
        return self._revision.blobs(self._folder)
