"""Profiles for tests: those that ship as examples, and any text read as one."""

from __future__ import annotations

from tcwc.disk import data
from tcwc.disk.bash import bash_syntax
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.profiles.reader import Knows, read_profile
from tcwc.jobs.profiles.sbatch_options import sbatch_options
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.source import SourceText
from tests.conftest import ROOT

EXAMPLES = sorted((ROOT / "examples" / "clusters").glob("*.yaml"))
KNOWS = Knows(sbatch_options(data.read_schema("slurm.json")), bash_syntax)


def read(text: str, name: str = "clusters/della.yaml") -> tuple[Profile | None, list[Diagnostic]]:
    """The profile in a text, and what is wrong with it."""
    return read_profile(SourceText(name, text), KNOWS)


def profile(text: str, name: str = "clusters/della.yaml") -> Profile:
    """A profile without anything wrong."""
    made, found = read(text, name)
    assert found == []
    assert made is not None
    return made


def example(name: str) -> Profile:
    """One of `examples/clusters/`."""
    path = ROOT / "examples" / "clusters" / f"{name}.yaml"
    return profile(path.read_text(encoding="utf-8"), str(path))
