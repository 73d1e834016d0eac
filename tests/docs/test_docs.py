"""The pages of `docs/` say what the program does, and lead somewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tcwc.api.rule_cases import run_user_case
from tcwc.api.rule_files import read_user_rules
from tcwc.cli import main
from tools.regenerate_docs import DOCS, pages

ROOT = DOCS.parent
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([\w-]+))?\)")


@cache
def made() -> dict[str, str]:
    return pages()


@pytest.mark.parametrize("name", ["rules.md", "five-mistakes.md", "architecture.md"])
def test_a_page_is_current(name: str) -> None:
    """Else: python -m tools.regenerate_docs"""
    assert (DOCS / name).read_text(encoding="utf-8") == made()[name]


def test_every_page_that_is_made_is_compared() -> None:
    assert list(made()) == ["rules.md", "five-mistakes.md", "architecture.md"]


def test_each_mistake_is_reported() -> None:
    sections = made()["five-mistakes.md"].split("\n## ")[1:]
    assert len(sections) == 5
    for section in sections:
        assert re.search(r"(error|warning|info)\[TCW\d{3}\]", section), section.partition("\n")[0]


def test_the_rule_on_the_page_passes_its_cases() -> None:
    text = (DOCS / "own-rules.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", text, re.DOTALL)
    read = read_user_rules(blocks)
    assert read.diagnostics == ()
    (file,) = read.files
    assert [run_user_case(file, case) for case in file.cases] == [[], []]


@pytest.mark.parametrize("path", [*DOCS.glob("*.md"), *ROOT.glob("*.md")], ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in _LINK.findall(path.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        page = path.parent / target if target else path
        assert page.exists(), target
        if anchor:
            heads = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
            assert anchor in {re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in heads}


@pytest.mark.parametrize("name", ["rules.md", "five-mistakes.md", "own-rules.md", "clusters.md"])
def test_the_readme_links_it(name: str) -> None:
    assert f"docs/{name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_lines_of_the_readme_build_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example, and what is typed to set up: nothing is built yet where they are pasted."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "one").mkdir()
    monkeypatch.chdir(tmp_path / "one")
    Path("experiment.yaml").write_text(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    assert main(["build", "experiment.yaml"]) == 0
    said = re.findall(r"```text\n\$ tcwc build experiment.yaml\n(.*?)```", text, re.DOTALL)[0]
    assert capsys.readouterr() == (said, "")
    (tmp_path / "two").mkdir()
    monkeypatch.chdir(tmp_path / "two")
    first, then = re.findall(r"```sh\n(.*?)```", text.partition("## Set up")[2], re.DOTALL)[:2]
    typed = re.findall(r"\.venv/bin/tcwc (.*?)(?: &&|\n)", first)
    assert [main(line.split()) for line in typed] == [0] * 2
    monkeypatch.chdir(tmp_path / "first")
    assert len(list(Path("configs").glob("run_*.yaml"))) > 1
    typed = re.findall(r"(?m)^tcwc (.*?)(?: +#.*)?$", then)
    assert [main(line.split()) for line in typed] == [0] * 4
