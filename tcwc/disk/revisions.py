"""Files as a commit of git has them: read from git's own store, never by way of the work tree.

Nothing of a repository is run for it: no filter, no text conversion, no hook, and nothing is
fetched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from tcwc.disk.boundary import real_path, top_of
from tcwc.disk.processes import git, git_bytes
from tcwc.model.cut import cut
from tcwc.model.limits import CONFIG
from tcwc.model.patterns import pattern
from tcwc.model.printable import shell_word
from tcwc.model.problem import Problem

LEFT = "..."
"""Behind a name: the commit at which what is checked out left it, as in `git diff main...`."""
_FILES = ("100644", "100755")
_HASH = pattern(r"[0-9a-f]{40,64}")


class NoRevision(Problem):
    """A commit that there is none of, or that git cannot read here."""


class Revision:
    """A commit of the repository whose top is `root`; `name` is what it was called."""

    def __init__(self, root: str, name: str, commit: str) -> None:
        self.root = root
        self.name = name
        self.commit = commit

    def path(self, path: str) -> str:
        """A path on this disk as the repository has it, or would: from its top, with `/`."""
        return os.path.relpath(real_path(path), self.root).replace(os.sep, "/")

    def here(self, path: str) -> str:
        """Where a path of the repository is, or would be, as it is called from here."""
        return os.path.relpath(os.path.join(self.root, path))

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The plain files of the commit, by path, with their names in git's store. Raises
        NoRevision."""
        # Sizes are not asked for: git would have to look at each file.
        done = git(["ls-tree", "-r", "-z", "--full-tree", self.commit], folder=self.root)
        if done is None or done.status != 0:
            raise _unreadable(self.name, done.err if done else "")
        return dict(_entries(done.out))

    def texts(self, paths: Iterable[str], most: int) -> dict[str, str]:
        """The texts of files, by path; not of those that are none, or are larger."""
        wanted = self._no_larger([path for path in paths if path in self.files], most)
        said = self._asked("--batch", wanted) if wanted else b""
        read = zip(wanted, _contents(said), strict=False)
        texts = ((path, _decoded(data)) for path, data in read)
        return {path: text for path, text in texts if text is not None}

    def _no_larger(self, paths: Sequence[str], most: int) -> list[str]:
        """Those of some files that have so many bytes at most, and that are there."""
        said = self._asked("--batch-check=%(objectsize)", paths) if paths else b""
        sizes = zip(paths, said.splitlines(), strict=False)
        return [path for path, size in sizes if size.isdigit() and int(size) <= most]

    def _asked(self, how: str, paths: Iterable[str]) -> bytes:
        """What `git cat-file` says of files. Raises NoRevision."""
        lines = "".join(f"{self.files[path]}\n" for path in paths)
        said = git_bytes(["cat-file", how], text=lines, folder=self.root)
        if said is None:
            raise _unreadable(self.name, "")
        return said


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


def _entries(listing: str) -> Iterator[tuple[str, str]]:
    """The plain files of what `git ls-tree -z` says."""
    for entry in listing.split("\0"):
        about, _, path = entry.partition("\t")
        mode, _, rest = about.partition(" ")
        if mode in _FILES:
            yield path, rest.rpartition(" ")[2]


def _contents(said: bytes) -> Iterator[bytes]:
    """What `git cat-file --batch` says of each name: a line about it, so many bytes, a line
    end."""
    at = 0
    while (end := said.find(b"\n", at)) >= 0:
        size = int(said[at:end].rpartition(b" ")[2])
        yield said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


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
        self._texts = self._revision.texts(map(self._path, ids), CONFIG.at_most)

    def config(self, id: str, /) -> str | None:
        """The text of a run's config; None where there is none."""
        return self._texts.get(self._path(id))

    def _path(self, id: str) -> str:
        return joined(self._folder, f"{id}.yaml")


def joined(folder: str, name: str) -> str:
    """The path of a file in a folder of a repository."""
    return name if folder == os.curdir else f"{folder}/{name}"
