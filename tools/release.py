"""Says what keeps the project from being released; where nothing does, builds it, twice.

python -m tools.release [FOLDER]     (dist/, where none is named)

Exit 0: FOLDER has a wheel and an sdist to upload. It needs `pip install build twine
check-wheel-contents`. Nothing is uploaded, and nothing is tagged.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

PLACEHOLDER = "your" + "-fork"
"""What stands for the owner in addresses until there is one."""
NAMES = (
    "pyproject.toml",
    "*.md",
    "docs/*.md",
    "*.yml",
    "*.yaml",
    "schemas/*.json",
    "tcwc/**/*.py",
)
VERSIONS = {
    "pyproject.toml": r'(?m)^version = "([^"]+)"',
    "tcwc/cli.py": r'(?m)^VERSION = "([^"]+)"',
    "tcwc/__init__.py": r'(?m)^__version__ = "([^"]+)"',
    "README.md": r"(?m)(?:^ +rev: |^ +- uses: \S+/tcwc@)v(\S+)",
}
"""Where the version stands, each time, and how."""


def problems(root: Path) -> Iterator[str]:
    """What keeps a tree from being released, each with its place."""
    yield from _placeholders(root)
    found = {name: _found(root / name, form) for name, form in VERSIONS.items()}
    version = found["pyproject.toml"][0]
    for name, others in found.items():
        for other in dict.fromkeys(others):
            if other != version:
                yield f"{name}: the version is {other} here, and {version} in pyproject.toml"
    yield from _changelog(root, version)


def _placeholders(root: Path) -> Iterator[str]:
    for path in sorted(each for name in NAMES for each in root.glob(name)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if PLACEHOLDER in line:
                place = f"{path.relative_to(root).as_posix()}:{number}"
                yield f"{place}: write the project's address for {PLACEHOLDER}: {line.strip()}"


def _found(path: Path, form: str) -> list[str]:
    return re.findall(form, path.read_text(encoding="utf-8")) or ["nowhere"]


def _changelog(root: Path, version: str) -> Iterator[str]:
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"(?m)^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", text):
        yield f"CHANGELOG.md: there is no `## [{version}] - YYYY-MM-DD`"
    if not re.search(rf"(?m)^\[{re.escape(version)}\]: https://", text):
        yield f"CHANGELOG.md: `[{version}]` leads nowhere: say its address at the end"
    unreleased = re.search(r"(?ms)^## \[Unreleased\]\n(.*?)(?=^## |\Z)", text)
    if unreleased is None or unreleased[1].strip():
        yield f"CHANGELOG.md: what is under Unreleased belongs to {version}, and its heading stays"


def uncommitted(root: Path) -> Iterator[str]:
    """What git has not, or has otherwise."""
    said = subprocess.run(
        ["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True
    )
    for line in said.stdout.splitlines():
        yield f"{line[3:]}: it is not committed"


def build(root: Path, folder: Path) -> dict[str, str]:
    """Build an sdist, and a wheel of it; the hash of each file by its name."""
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(root)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.iterdir()}


def main() -> int:
    """Refuse, or build, compare and check."""
    found = [*problems(ROOT), *uncommitted(ROOT)]
    if found:
        print(*found, sep="\n")
        print(f"not released: {len(found)} to do")
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        once, again = Path(scratch, "once"), Path(scratch, "again")
        copy = Path(scratch, "elsewhere")
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(copy)], check=True)
        hashes = build(ROOT, once)
        if hashes != build(copy, again):
            print("not released: two builds differ")
            return 1
        files = sorted(map(str, once.iterdir()))
        subprocess.run(["twine", "check", "--strict", *files], check=True)
        subprocess.run(["check-wheel-contents", str(once)], check=True)
        shutil.copytree(once, Path(*sys.argv[1:2] or [ROOT / "dist"]), dirs_exist_ok=True)
    print(*(f"{value}  {name}" for name, value in hashes.items()), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
