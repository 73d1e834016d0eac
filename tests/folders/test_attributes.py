"""The output folder's .gitattributes, and configs of no bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.study import Study, contents, experiment

pytestmark = pytest.mark.usefixtures("no_checks")

ATTRIBUTES = b"* -text\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", experiment("lora_rank: [8, 16, 32]"))


def test_a_build_writes_it_and_an_unchanged_one_adds_it(study: Study) -> None:
    path = study.configs / ".gitattributes"
    assert path.read_bytes() == ATTRIBUTES
    path.unlink()
    before = study.stamps()
    said = study.cli("check")
    assert (said.code, study.stamps()) == (0, before)
    assert "gitattributes" not in said.all
    assert "Nothing to do" in study.cli("build").out
    assert path.read_bytes() == ATTRIBUTES
    after = study.stamps()
    assert {name: after[name] for name in before if name != "configs"} == {
        name: stamp for name, stamp in before.items() if name != "configs"
    }
    study.build()
    assert study.stamps() == after


@pytest.mark.parametrize("mine", ["", "* text=auto\n", "\x00"])
@pytest.mark.parametrize("change", [False, True])
def test_one_that_is_there_is_never_touched(study: Study, mine: str, change: bool) -> None:
    path = study.configs / ".gitattributes"
    path.write_text(mine)
    if change:
        study.edit("epochs: 2", "epochs: 5")
    for arguments in ([], ["--force"], ["--renumber"]):
        assert study.cli("build", *arguments).code == 0
        assert path.read_text() == mine
    assert study.cli("check").code == 0


@pytest.mark.parametrize("kind", ["folder", "link", "link that leads nowhere"])
def test_nor_is_what_is_no_file(study: Study, kind: str) -> None:
    path = study.configs / ".gitattributes"
    path.unlink()
    target = study.folder.parent / "elsewhere"
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(target)
        if kind == "link":
            target.write_text("mine")
    before = contents(study.folder.parent)
    assert study.cli("build").code == 0
    assert contents(study.folder.parent) == before
    assert not kind.endswith("nowhere") or not target.exists()


@pytest.mark.parametrize("output", [".", "..", "../../x/.."])
def test_none_comes_to_where_the_source_is(tmp_path: Path, output: str) -> None:
    study = Study(tmp_path / "a" / "study").write()
    (tmp_path / "x").mkdir()
    assert study.cli("build", "-o", output).code == 0
    assert list(tmp_path.rglob(".gitattributes")) == []
    assert study.cli("build", "-o", "../other").code == 0
    assert (tmp_path / "a" / "other" / ".gitattributes").read_bytes() == ATTRIBUTES


def test_it_comes_with_a_killed_or_refused_build_or_not_at_all(study: Study) -> None:
    (study.configs / ".gitattributes").unlink()
    path = study.configs / "run_001.yaml"
    path.write_text(path.read_text() + "mine: 1\n")
    before = study.files()
    assert study.cli("build").code == 2
    assert study.files() == before


# --- configs of no bytes ------------------------------------------------------------------------


def test_an_empty_config_is_ours(study: Study) -> None:
    before = study.files()
    (study.configs / "run_001.yaml").write_bytes(b"")
    (study.configs / "run_009.yaml").write_bytes(b"")
    said = study.cli("check")
    assert said.code == 1
    assert "configs/run_001.yaml: empty: a crash or a full disk left it" in said.out
    assert "configs/run_009.yaml: extra" in said.out
    assert study.cli("build").code == 0
    assert study.files() == before
    assert study.cli("check").code == 0


def test_every_config_may_be_empty(study: Study) -> None:
    before = study.files()
    for path in study.configs.glob("run_0*"):
        path.write_bytes(b"")
    study.build()
    assert study.files() == before


@pytest.mark.parametrize("text", ["\n", " ", "\x00", "seed: 1\n"])
def test_any_byte_makes_it_anothers(study: Study, text: str) -> None:
    (study.configs / "run_001.yaml").write_text(text)
    before = study.files()
    for arguments in ([], ["--force"]):
        said = study.cli("build", *arguments)
        assert said.code == 2
        assert "configs/run_001.yaml: it was not made by tcwc" in said.err
        assert study.files() == before
