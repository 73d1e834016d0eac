"""docs/results.md: what it quotes is what is said, of the logs that the sweep on it left."""

from __future__ import annotations

import re
import shutil
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tcwc.report.figure import MADE
from tests.jobs.stamps import AT, Folders
from tests.jobs.test_status import no_scheduler  # noqa: F401
from tests.study import Study, inside
from tools.regenerate_docs import DOCS

PAGE = (DOCS / "results.md").read_text(encoding="utf-8")
LOGS = Path(__file__).parent / "tiny_logs.txt"
"""What DiskLogger wrote in the twenty runs of the page, trained with torchtune 0.6.1: behind each
run's id the lines of its log."""

BLOCKS = re.findall(r"```text\n\$ (tcwc results .*?)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The experiment of the page, and what its runs left."""
    folder = tmp_path_factory.mktemp("results") / "tiny"
    shutil.copytree(DOCS.parent / "examples" / "tiny", folder)
    shutil.rmtree(folder / "configs")
    made = Study(folder)
    (source,) = re.findall(r"```yaml\n# experiment.yaml\n(.*?)```", PAGE, re.DOTALL)
    made.source.write_text(source, encoding="utf-8")
    made.cli("build")
    logs: dict[str, list[str]] = {}
    for line in LOGS.read_text(encoding="utf-8").splitlines():
        run, _, logged = line.partition(" ")
        logs.setdefault(run, []).append(f"{logged} \n")
    folders = Folders(made.source)
    for run, lines in logs.items():
        folders.start(run)
        folders.end(run, "finished")
        file = folders.of(run) / "logs" / f"log_{AT + 5}.txt"
        file.parent.mkdir()
        file.write_text("".join(lines), encoding="utf-8")
    return made


def test_the_source_is_that_of_the_example_with_more_seeds(study: Study) -> None:
    example = (DOCS.parent / "examples" / "tiny" / "experiment.yaml").read_text(encoding="utf-8")
    own = "".join(line for line in example.splitlines(True) if not line.startswith("#"))
    assert own.replace("[1, 2]", "[1, 2, 3, 4, 5]") == study.source.read_text(encoding="utf-8")


@pytest.mark.parametrize(("command", "quoted"), BLOCKS, ids=[each[0] for each in BLOCKS])
def test_what_it_quotes_is_said(study: Study, command: str, quoted: str) -> None:
    done = study.cli(*command.split()[1:])
    assert done.code == 0, done
    shown, dots, _ = quoted.partition("...\n")
    if command.partition("--plot ")[2]:
        assert done.out == shown
    else:
        assert done.out.startswith(shown) if dots else done.out == shown
        assert done.err == ""


def test_the_program_on_the_page(study: Study) -> None:
    program, printed = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)[0]
    said = StringIO()
    with inside(study.folder), redirect_stdout(said):
        exec(compile(program, "results.md", "exec"), {})
    assert said.getvalue() == printed


def test_the_figures_of_the_page_are_drawn_here() -> None:
    shown = re.findall(r"!\[.*?\]\((.*?)\)", PAGE)
    assert shown == ["results-loss.svg", "results-loss-last.svg"]
    for name in shown:
        assert MADE in (DOCS / name).read_text(encoding="utf-8")
