"""What released versions wrote stays current for ever: an upgrade of tcwc turns nobody red.

`VERSION/` holds the examples as that version built them. Nothing in there is ever changed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tcwc.builds.mapping_reader import read_lock
from tests.study import Study, contents

FOLDER = Path(__file__).parent
KEPT = sorted(path.parent for path in FOLDER.glob("*/*/*experiment.yaml"))


def named(folder: Path) -> str:
    return str(folder.relative_to(FOLDER))


@pytest.fixture
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Study:
    shutil.copytree(request.param, tmp_path / request.param.name)
    return Study(tmp_path / request.param.name)


def test_every_example_of_a_release_is_kept() -> None:
    assert len([folder for folder in KEPT if folder.parent.name == "0.1.0"]) == 12


@pytest.mark.parametrize("study", KEPT, indirect=True, ids=named)
def test_check_passes(study: Study) -> None:
    before = contents(study.folder)
    said = study.cli("check")
    assert said.code == 0, said
    assert contents(study.folder) == before


@pytest.mark.parametrize("study", KEPT, indirect=True, ids=named)
def test_a_build_changes_no_file(study: Study) -> None:
    before = study.files()
    said = study.cli("build")
    assert said.code == 0, said
    now = study.files()
    assert {name: now[name] for name in before} == before
    assert "Nothing to do" in said.out


@pytest.mark.parametrize("study", KEPT, indirect=True, ids=named)
def test_runs_keep_their_ids_when_the_source_changes(study: Study) -> None:
    before, kept = study.ids(), study.run_files()
    source = study.source.read_text(encoding="utf-8")
    more = "# reviewed later\n" if "\nmeta:" in source else "meta: {reviewed: later}\n"
    study.source.write_text(source + more, encoding="utf-8")
    assert study.cli("build").code == 0
    assert (study.ids(), study.run_files()) == (before, kept)
    assert read_lock(study.mapping.read_text(encoding="utf-8")).runs.keys() == before.keys()
    assert study.cli("check").code == 0
