"""Says what a Python has installed. It is run by that Python, which needs nothing of tcwc:

    python -I -S probe.py NAME ...

Only metadata are read. Nothing that is installed is imported: `-I` keeps the current folder, and
`-S` the lines of code in `.pth` files and a `sitecustomize`, from being run; the folders that both
take away are looked up here as data. It prints one line of JSON, in ASCII.
"""

from __future__ import annotations

import json
import os
import platform
import re
import site
import stat
import sys
from email.parser import HeaderParser
from importlib import metadata

TYPE_CHECKING = False  # as in `typing`

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MOST = 1000000
_LONG = 200
_COPIES = 4
_LINES = 500


def main(names: list[str]) -> None:
    """Print what is known of the packages of these names."""
    closed: dict[str, str] = {}
    folders = list(dict.fromkeys(map(os.path.realpath, _folders(closed))))
    found = {name: _copies(name, names, folders) for name in names}
    about = {
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": f"{sys.platform}-{platform.machine().lower()}",
        "packages": found,
        "closed": closed,
    }
    print(json.dumps(about))  # noqa: T201


def _folders(closed: dict[str, str]) -> Iterator[str]:
    """Where this Python would look for packages, in its order; those that cannot be looked into
    are noted as `closed`, with why."""
    for each in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        if os.path.isabs(each):  # what is relative is of the folder that a job runs in
            yield each
    own, shared = _prefixes()
    if shared and not os.environ.get("PYTHONNOUSERSITE"):
        yield site.getusersitepackages()
    for prefix in own:
        for folder in _of(prefix):
            yield folder
            try:
                names = sorted(os.listdir(folder))
            except OSError as error:
                closed[folder] = str(error.strerror)
                continue
            yield from _named_in(folder, names)
    for each in sys.path:
        if os.path.isdir(each):
            yield each


def _prefixes() -> Any:
    """The folders that packages are installed below, and whether the user's own count."""
    beside = os.path.dirname(os.path.abspath(sys.executable))
    for folder in (beside, os.path.dirname(beside)):
        try:
            text = _head(os.path.join(folder, "pyvenv.cfg")).decode("utf-8", "replace").lower()
        except OSError:
            continue
        if re.search(r"(?m)^include-system-site-packages\s*=\s*true\s*$", text):
            return [folder, sys.base_prefix], True
        return [folder], False
    return [sys.prefix], True


def _of(prefix: str) -> Iterator[str]:
    """The folders of packages below a prefix."""
    sys.prefix = sys.exec_prefix = prefix  # which is what Debian's `site` goes by
    version = "python{}.{}".format(*sys.version_info[:2])
    below = [os.path.join(prefix, each, version, "site-packages") for each in ("lib", "lib64")]
    for folder in dict.fromkeys([*below, *site.getsitepackages([prefix])]):
        if os.path.isdir(folder):
            yield folder


def _named_in(folder: str, names: list[str]) -> Iterator[str]:
    """The folders that the `.pth` files of a folder name; their lines of code are not run."""
    for name in names:
        if name.endswith(".pth"):
            try:
                text = _head(os.path.join(folder, name)).decode("utf-8", "replace")
            except OSError:
                continue
            for line in text.split("\n")[:_LINES]:
                named = os.path.join(folder, line.strip())
                if line.strip() and not re.match(r"import\s|#", line) and os.path.isdir(named):
                    yield named


def _copies(name: str, names: list[str], folders: list[str]) -> list[Any]:
    """What is known of the copies of a package, in the order of its path."""
    found: list[Any] = []
    for folder in folders:
        try:
            there = list(metadata.distributions(name=name, path=[folder]))
        except OSError:
            continue
        # A checkout that is in the path as it is. Behind metadata it may be what those are of.
        if not (found or there) and os.path.isfile(os.path.join(folder, name, "__init__.py")):
            found = [{"folder": folder, "version": "", "trouble": "it is there without metadata"}]
        found += [_about(each, names) for each in there]
    return found[:_COPIES]


def _about(distribution: Any, names: list[str]) -> dict[str, Any]:
    place = str(getattr(distribution, "_path", ""))
    about: dict[str, Any] = {"folder": os.path.dirname(place)[:4096]}
    try:
        text = _text(place)
    except OSError as error:
        reason = "no METADATA" if isinstance(error, FileNotFoundError) else str(error.strerror)
        return dict(about, version="", trouble=f"{os.path.basename(place)}: {reason}")
    headers = HeaderParser().parsestr(re.split(r"\r?\n\r?\n", text, maxsplit=1)[0])
    required = [str(each)[:_LONG] for each in (headers.get_all("Requires-Dist") or [])[:_LINES]]
    about["version"] = str(headers.get("Version") or "").strip()[:_LONG]
    about["python"] = str(headers.get("Requires-Python") or "")[:_LONG]
    about["requires"] = dict(_plain(required, names))
    about["cuda"] = any(re.match(r"nvidia-|cuda-toolkit|cuda-bindings", each) for each in required)
    about.update(_origin(os.path.join(place, "direct_url.json")))
    return about


def _text(place: str) -> str:
    """What METADATA says, or PKG-INFO of older installations. Raises OSError."""
    if not os.path.isdir(place):
        return _head(place).decode("utf-8", "replace")
    try:
        return _head(os.path.join(place, "METADATA")).decode("utf-8", "replace")
    except FileNotFoundError:
        return _head(os.path.join(place, "PKG-INFO")).decode("utf-8", "replace")


def _plain(required: list[str], names: list[str]) -> Iterator[Any]:
    """The packages that are required whatever the platform and the extras."""
    for each in required:
        match = re.match(r"\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*\(?([^();]*)\)?\s*$", each)
        if match and re.sub(r"[-_.]+", "-", match[1]).lower() in names:
            yield re.sub(r"[-_.]+", "-", match[1]).lower(), match[2].strip()


def _origin(path: str) -> dict[str, Any]:
    """The commit that a package was installed from, and whether it is a link to a checkout.

    Its URL is left: it may have a password.
    """
    try:
        read = json.loads(_head(path).decode("utf-8", "replace"))
        vcs, folder = read.get("vcs_info") or {}, read.get("dir_info") or {}
        commit, is_editable = str(vcs.get("commit_id", "")), folder.get("editable") is True
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
    is_commit = re.match(r"[0-9a-f]{7,64}\Z", commit)
    return {"commit": commit if is_commit else "", "editable": is_editable}


def _head(path: str) -> bytes:
    """The first bytes of a plain file: what is none would keep this waiting. Raises OSError."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(22, "it is no plain file")
    with open(path, "rb") as file:
        return file.read(_MOST)


if __name__ == "__main__":
    main(sys.argv[1:])
