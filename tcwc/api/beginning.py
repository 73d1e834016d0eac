"""A first experiment for a base: what it says, and the files that go beside it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tcwc.api.session import Session
from tcwc.disk.boundary import top_of
from tcwc.disk.files import FileProblem, Place
from tcwc.disk.plain import read_plain
from tcwc.jobs.states.stamp import read_stamp
from tcwc.model.ir import Value
from tcwc.model.job_files import IDENTITY, STAMP
from tcwc.model.limits import CONFIG
from tcwc.yaml.config import read_base

ATTRIBUTES = """\
# A job compares a config with the bytes that were reviewed: git is to leave its line ends alone.
run_[0-9]*.yaml -text
run_mapping.yaml -text
"""

HOOKS = """\
repos:
  - repo: local
    hooks:
      - id: tcwc-lint       # the experiments that changed
        name: tcwc lint
        entry: tcwc lint --inside-only --
        language: system
        files: (^|/)([^/]+\\.)?experiment\\.ya?ml$
        require_serial: true
      - id: tcwc-check      # the committed configs are what their experiments compile to
        name: tcwc check
        entry: tcwc check --inside-only
        language: system
        files: \\.ya?ml$
        pass_filenames: false
        require_serial: true
"""

WORKFLOW = """\
name: experiments
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  tcwc:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 2     # a pull request, and what it is merged into
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install tcwc=={version}
      - run: tcwc lint --inside-only --format github
      - run: tcwc check --inside-only
      - if: "!cancelled() && github.event_name == 'pull_request'"
        run: tcwc plan --inside-only --against HEAD^ --format markdown >> "$GITHUB_STEP_SUMMARY"
"""


def beside(place: Place, extras: Sequence[str], version: str) -> dict[str, str]:
    """The files that go with experiments of a repository, by their paths, with their texts."""
    top = os.path.relpath(top_of(os.path.abspath(place.folder)) or place.folder)
    texts = {
        ".gitattributes": ATTRIBUTES,
        ".pre-commit-config.yaml": HOOKS,
        ".github/workflows/tcwc.yml": WORKFLOW.replace("{version}", version),
    }
    return {os.path.normpath(os.path.join(top, name)): texts[name] for name in extras}


def world_of_run(folder: str) -> int | None:
    """Of how many processes the run in a folder was, as its stamp says; None where that is not
    known."""
    try:
        text = read_plain(os.path.join(folder, STAMP, IDENTITY), CONFIG.at_most).decode()
    except (OSError, UnicodeDecodeError):
        return None
    identity = read_stamp({IDENTITY: text}).identity
    return identity.world if identity else None


def config_of_run(folder: str, session: Session) -> tuple[str, dict[str, Value]]:
    """The config that a training in a folder ran with, or that a file is, with its path. Raises
    FileProblem."""
    training = session.target.training
    name = training.saved if training else ""
    path = os.path.join(folder, name) if os.path.isdir(folder) and name else folder
    if not os.path.lexists(path):
        help = f"name the folder that the run wrote to; a training leaves {name} there"
        raise FileProblem(f"there is no {path}", help)
    read = read_base(session.place(path).source(), path)
    if read.diagnostics:
        first = read.diagnostics[0]
        raise FileProblem(f"{first.span}: {first.message}", first.help)
    return path, read.values
