"""`tcwc lint` of configs that no experiment uses: which files are meant, and what is printed."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tcwc.cli import main
from tests.plain.config import LORA, shipped, write
from tests.study import BASE

WRONG = shipped().replace("  lr:", "  lrr:")
EXPERIMENT = f"experiment_name: study\nbase_config: {BASE}\nvariables:\n  lora_rank: [8, 16]\n"
USES = f"experiment_name: study\nbase_config_file: base.yaml\nrecipe: {LORA}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def lint(capsys: pytest.CaptureFixture[str]) -> Lint:
    return Lint(capsys)


class Lint:
    """Runs the command, and keeps what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> int:
        code = main(["lint", *arguments])
        self.out, self.err = self._capsys.readouterr()
        assert "Traceback" not in self.out + self.err
        return code


def test_a_config_is_linted_by_itself(here: Path, lint: Lint) -> None:
    write(here, WRONG)
    assert lint("my.yaml") == 1
    assert "my.yaml:" in lint.out
    assert "error[TCW201]" in lint.out
    assert "in 1 config." in lint.out
    write(here, shipped())
    assert lint("my.yaml", "--recipe", LORA) == 0
    assert lint.out == "No findings in 1 config.\n"


def test_which_recipe_was_looked_for_fails_nothing(here: Path, lint: Lint) -> None:
    write(here, shipped())
    assert lint("my.yaml", "--strict") == 0
    assert "info[TCW209]" in lint.out


def test_what_is_true_of_many_is_said_once(here: Path, lint: Lint) -> None:
    for name in ("a", "b", "c"):
        write(here, shipped(), f"{name}.yaml")
    assert lint(".") == 0
    assert lint.out.count("info[TCW209]") == 1
    assert "TCW209 of a.yaml holds for 2 more configs (-v names each)\n" in lint.out
    assert "Found 3 infos in 3 configs." in lint.out
    assert lint("-v", ".") == 0
    assert lint.out.count("info[TCW209]") == 3
    assert "more configs" not in lint.out
    assert lint(".", "--format", "json") == 0
    assert len(json.loads(lint.out)["findings"]) == 3
    assert lint("-q", ".") == 0
    assert lint.out == ""


def test_a_comment_can_ignore_that_too(here: Path, lint: Lint) -> None:
    write(here, f"# tcwc: ignore-file[TCW209] they are all alike\n{shipped()}")
    assert lint("my.yaml") == 0
    assert lint.out == "No findings in 1 config.\n"


def test_findings_can_be_ignored_by_comments_and_settings(here: Path, lint: Lint) -> None:
    dead = "my_note: x  # tcwc: ignore[TCW219] ours\n"
    write(here, shipped() + dead)
    assert lint("my.yaml", "--recipe", LORA, "--strict") == 0
    write(here, shipped() + "my_note: x\n")
    assert lint("my.yaml", "--recipe", LORA, "--strict") == 1
    (here / "tcwc.toml").write_text('[per-file-ignores]\n"my.yaml" = ["TCW219"]\n')
    assert lint("my.yaml", "--recipe", LORA, "--strict") == 0


def test_a_comment_that_ignores_nothing_is_told(here: Path, lint: Lint) -> None:
    write(here, shipped() + "# tcwc: ignore[TCW219]\n")
    assert lint("my.yaml") == 0
    assert "TCW122" in lint.out


RULE = """\
code: LAB001
name: small-batches
severity: error
summary: Batches are small.
why: Because we say so.
require: batch_size <= 2
cases:
  good: [{experiment: ""}]
  bad: [{experiment: "", expect: [{code: LAB001, line: 1, column: 1, message: it is so}]}]
"""


def test_rules_of_ones_own_hold_too(here: Path, lint: Lint) -> None:
    (here / "tcwc.toml").write_text('rules = ["lab"]\n')
    write(here, RULE, "lab/rule.yaml")
    path = write(here, shipped())
    line = path.read_text().partition("batch_size:")[0].count("\n") + 1
    assert lint("my.yaml", "--recipe", LORA) == 1
    assert f"my.yaml:{line}:" in lint.out
    assert "error[LAB001]" in lint.out


def test_settings_can_be_strict(here: Path, lint: Lint) -> None:
    (here / "tcwc.toml").write_text("strict = true\n")
    write(here, shipped() + "my_note: x\n")
    assert lint("my.yaml", "--recipe", LORA) == 1


def test_one_that_an_experiment_uses_is_linted_with_it(here: Path, lint: Lint) -> None:
    write(here, WRONG, "base.yaml")
    write(here, USES, "experiment.yaml")
    assert lint("base.yaml") == 1
    assert "in 1 experiment." in lint.out
    assert lint("base.yaml", "--configs") == 1
    assert "in 1 experiment." in lint.out


def test_a_recipe_that_is_named_makes_it_one_by_itself(here: Path, lint: Lint) -> None:
    write(here, shipped(), "base.yaml")
    write(here, USES, "experiment.yaml")
    assert lint("base.yaml", "--recipe", LORA) == 0
    assert "in 1 config." in lint.out


def test_an_experiment_names_its_recipe_itself(here: Path, lint: Lint) -> None:
    write(here, EXPERIMENT, "experiment.yaml")
    assert lint("experiment.yaml", "--recipe", LORA) == 2
    assert "experiment.yaml is an experiment" in lint.err
    assert lint("--recipe", LORA) == 2
    assert "none is named" in lint.err


def test_a_file_that_is_no_config_is_refused_as_ever(here: Path, lint: Lint) -> None:
    write(here, "services: {}\n", "compose.yaml")
    assert lint("compose.yaml") == 2
    assert "compose.yaml is no experiment" in lint.err


def test_a_file_without_a_component_is_one_where_a_recipe_is_named(here: Path, lint: Lint) -> None:
    write(here, "epochs: 1\n", "compose.yaml")
    assert lint("compose.yaml", "--recipe", LORA) == 1
    assert "TCW010" in lint.out
    assert "base_config" not in lint.out


# --- folders


def test_a_folder_without_experiments_has_its_configs_linted(here: Path, lint: Lint) -> None:
    write(here, WRONG, "configs/a.yaml")
    write(here, shipped(), "configs/deep/b.yml")
    write(here, "services: {}\n", "configs/compose.yaml")
    assert lint("configs") == 1
    assert "no experiment is below configs: 2 configs of torchtune" in lint.err
    assert "in 2 configs." in lint.out


def test_a_folder_with_experiments_is_about_those(here: Path, lint: Lint) -> None:
    write(here, WRONG, "all/a.yaml")
    write(here, EXPERIMENT, "all/experiment.yaml")
    assert lint("all") == 0
    assert "in 1 experiment." in lint.out
    assert lint("all", "--configs") == 1
    assert "in 1 config." in lint.out


def test_a_folder_beside_an_experiment(here: Path, lint: Lint) -> None:
    write(here, WRONG, "configs/a.yaml")
    write(here, EXPERIMENT, "experiment.yaml")
    assert lint("configs", "experiment.yaml") == 1
    assert "in 1 experiment and 1 config." in lint.out


def test_what_a_build_wrote_is_still_its_experiments(here: Path, lint: Lint) -> None:
    write(here, EXPERIMENT, "experiment.yaml")
    assert main(["build", "-q", "experiment.yaml"]) == 0
    lint("configs")
    assert "it holds the configs of" in lint.err
    assert lint("configs", "--configs") == 0
    assert "in 1 experiment." in lint.out


def test_all_configs_below_here(here: Path, lint: Lint) -> None:
    write(here, WRONG, "a.yaml")
    write(here, WRONG, "left/b.yaml")
    write(here, WRONG, ".hidden/c.yaml")
    write(here, EXPERIMENT, "experiment.yaml")
    (here / "tcwc.toml").write_text('exclude = ["left/"]\n')
    assert lint("--configs") == 1
    assert "in 1 config (1 more is excluded by settings)." in lint.out


def test_where_there_is_none_nothing_is_green(here: Path, lint: Lint) -> None:
    write(here, EXPERIMENT, "experiment.yaml")
    assert lint("--configs") == 2
    assert "no config of torchtune below this folder" in lint.err


def test_where_configs_are_all_there_is_that_is_said(here: Path, lint: Lint) -> None:
    write(here, shipped(), "a.yaml")
    assert lint() == 2
    assert "`tcwc lint --configs`" in lint.err


@pytest.mark.parametrize("more", [[], ["--configs"], ["--recipe", LORA]])
def test_a_config_with_a_name_for_its_folders_is_one(
    more: list[str], here: Path, lint: Lint, capsys: pytest.CaptureFixture[str]
) -> None:
    """`experiment_name` is a key of many configs, and of experiments only one among others."""
    named = re.sub("(?m)^output_dir:.*", "output_dir: /scratch/${experiment_name}", WRONG)
    write(here, f"experiment_name: mine\n{named}")
    assert lint("my.yaml", *more) == 1
    assert "in 1 config." in lint.out
    assert "error[TCW201]: torch.optim.AdamW takes no `lrr`" in lint.out
    assert main(["build", "my.yaml"]) == 1
    assert capsys.readouterr().err.count("this is a torchtune config, and no experiment") == 1


def test_what_has_another_section_is_an_experiment(here: Path, lint: Lint) -> None:
    own = "controls:\n  =optimizer: {_component_: torch.optim.SGD, lr: 1}\n"
    write(here, f"{EXPERIMENT}{own}", "ranks.yaml")
    assert lint("ranks.yaml", "--configs") == 0
    assert lint.out == ""
    lint("ranks.yaml")
    assert "in 1 experiment." in lint.out


# --- as a hook


def test_other_files_are_passed_over(here: Path, lint: Lint) -> None:
    """pre-commit names every YAML file that changed."""
    write(here, "services: {}\n", "compose.yaml")
    write(here, "a: [\n", "broken.yaml")
    write(here, EXPERIMENT, "experiment.yaml")
    files = ("compose.yaml", "broken.yaml", "experiment.yaml")
    assert lint("--configs", "--", *files) == 0
    write(here, WRONG)
    assert lint("--configs", "--", "my.yaml", *files) == 1
    assert "in 1 config." in lint.out


_EMBEDDED = "|\n    model:\n      _component_: torchtune.models.llama3_2.llama3_2_1b\n"


@pytest.mark.parametrize(
    "text",
    [
        f"on: [push]\nruns:\n  run: {_EMBEDDED}  if: ${{{{ always() }}}}\n",
        f"kind: ConfigMap\ndata:\n  a: {_EMBEDDED}---\nkind: Job\n",
        "# model:\n#   _component_: torch.nn.Linear\nservices: {}\n",
        "parameters:\n  model._component_: {values: [torch.nn.Linear]}\n",
        "run: 'tune run x model={_component_: y}'\n",
    ],
    ids=["workflow", "cluster", "comment", "search", "command"],
)
def test_what_embeds_a_config_is_none(text: str, here: Path, lint: Lint) -> None:
    write(here, text)
    assert lint("--configs", "--", "my.yaml") == 0
    assert (lint.out, lint.err) == ("", "no config of torchtune is among what is named\n")
    assert lint("my.yaml") == 2
    assert "a config of torchtune has a `_component_:`, and this has none" in lint.err


@pytest.mark.parametrize(
    "text",
    [
        "a: {{ b }}\nmodel:\n  _component_: y\n",
        "{% if a %}\nmodel:\n  _component_: y\n",
        "model: {_component_: y}\n",
        'model: {"_component_": y}\n',
        "\ufeffa: 1\r\nmodel:\r\n  _component_ : y\r\n",
        "a: 1\n---\nmodel:\n  _component_: y\n",
        "a:\n- - _component_: y\n",
    ],
)
def test_where_the_key_stands_there_is_one(text: str, here: Path, lint: Lint) -> None:
    (here / "my.yaml").write_bytes(text.encode())
    lint("--configs", "--", "my.yaml")
    assert "in 1 config." in lint.out


def test_what_cannot_be_read_may_be_one(here: Path, lint: Lint) -> None:
    (here / "bytes.yaml").write_bytes(b"\xff\xfe_component_:\n")
    assert lint("--configs", "--", "bytes.yaml") == 2
    assert "bytes.yaml:1:1: not UTF-8" in lint.err
    assert lint("--configs", "--", "gone.yaml") == 2
    (here / "large.yaml").write_text("a: b\n" * 3_000_000)
    assert lint("--configs", "--", "large.yaml") == 0


def test_an_experiment_names_its_version_itself(here: Path, lint: Lint) -> None:
    write(here, EXPERIMENT, "experiment.yaml")
    for files in (["experiment.yaml"], []):
        assert lint(*files, "--torchtune", "0.5.0") == 2
        assert '`torchtune: "0.5.0"`' in lint.err


# --- repairs, stdin, formats


def test_repairs(here: Path, lint: Lint) -> None:
    path = write(here, WRONG.replace("epochs: 1", 'epochs: "1"'))
    assert lint("my.yaml", "--recipe", LORA, "--unsafe-fixes", "--diff") == 1
    assert "-  lrr: " in lint.out
    assert path.read_text() != shipped()
    assert lint("my.yaml", "--recipe", LORA, "--unsafe-fixes") == 0
    assert path.read_text() == shipped()
    assert lint("my.yaml", "--recipe", LORA, "--fix") == 0
    assert path.read_text() == shipped()


def test_a_repair_keeps_line_ends_and_mark(here: Path, lint: Lint) -> None:
    path = write(here, "")
    data = b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode()
    path.write_bytes(data)
    assert lint("my.yaml", "--unsafe-fixes") == 0
    assert path.read_bytes() == data.replace(b"  lrr:", b"  lr:")


def test_stdin(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    assert lint("-", "--stdin-filename", "configs/my.yaml", "--format", "concise") == 1
    assert lint.out.count("configs/my.yaml:") == 2
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    assert lint("-", "--stdin-filename", "my.yaml", "--unsafe-fixes") == 0
    assert lint.out == shipped()


@pytest.mark.parametrize("is_whole", [False, True])
def test_stdin_of_one_that_an_experiment_uses(
    is_whole: bool, here: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor's text counts, and not what is still in the file."""
    path = write(here, shipped(), "bases/base.yaml")
    write(here, USES.replace("base.yaml", "../bases/base.yaml"), "a/experiment.yaml")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    name = str(path) if is_whole else "bases/base.yaml"
    assert lint("-", "--stdin-filename", name) == 1
    assert "bases/base.yaml:" in lint.out
    assert "in 1 experiment." in lint.out


def test_the_document_counts_them(here: Path, lint: Lint) -> None:
    write(here, WRONG)
    assert lint("my.yaml", "--format", "json") == 1
    document = json.loads(lint.out)
    assert document["summary"] == {
        "experiments": 0,
        "configs": 1,
        "error": 1,
        "warning": 0,
        "info": 1,
    }


# --- what cannot be read


def test_what_cannot_be_read(here: Path, lint: Lint) -> None:
    assert lint("gone.yaml", "--recipe", LORA) == 2
    assert "cannot read gone.yaml" in lint.err
    (here / "bytes.yaml").write_bytes(b"\xff")
    assert lint("bytes.yaml", "--recipe", LORA) == 2
    assert "not UTF-8" in lint.err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "TCW106"),
        ("- a\n", "TCW106"),
        ("a: {{ b }}\nx: {_component_: y}\n", "TCW106"),
        ("a: [\n", "TCW106"),
        ("a: 1\na: 2\n", "TCW106"),
        ("a: &x [1]\nb: *x\n", "TCW010"),
    ],
)
def test_what_is_no_config(text: str, code: str, here: Path, lint: Lint) -> None:
    write(here, text)
    assert lint("my.yaml", "--recipe", LORA) == 1
    assert f"error[{code}]" in lint.out


def test_a_link_out_of_the_repository(here: Path, lint: Lint, tmp_path_factory: Any) -> None:
    other = tmp_path_factory.mktemp("other") / "secret.yaml"
    other.write_text(WRONG.replace("  lrr:", "  hidden_word:"))
    (here / "my.yaml").symlink_to(other)
    assert lint("my.yaml", "--recipe", LORA) == 1
    assert "hidden_word" not in lint.out + lint.err
    assert lint("my.yaml", "--recipe", LORA, "--inside-only") == 2
    assert "leads out of the repository" in lint.err
    before = other.read_text()
    lint("my.yaml", "--recipe", LORA, "--unsafe-fixes")
    assert other.read_text() == before
    assert "my.yaml leads out of the repository: nothing there is repaired" in lint.err


def test_secrets_are_told_and_not_shown(here: Path, lint: Lint) -> None:
    token = "hf_" + "aB3" * 12
    write(here, shipped() + f"my_token: {token}\n")
    assert lint("my.yaml") == 0
    assert "TCW008" in lint.out
    assert token not in lint.out


def test_a_link_that_leads_nowhere_is_not_what_was_meant(here: Path, lint: Lint) -> None:
    (here / "my.yaml").symlink_to("gone.yaml")
    assert lint("my.yaml") == 2
    assert "cannot read my.yaml" in lint.err
    assert "did you mean my.yaml" not in lint.err
