"""`tcwc init`: what it writes lints clean, whatever it is for, and what it must not touch stays."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from tcwc.api.compilation import compile
from tcwc.api.session import TARGET, Session
from tcwc.cli import main
from tcwc.commands.init_first import FirstWanted, first_of_base
from tcwc.disk.files import Place
from tcwc.model.diagnostics import Severity
from tcwc.moves.first import first_text
from tcwc.yaml.config import read_base
from tests.study import BASE, Study, inside

DO_NOT_START = {
    "0.7.0.dev": {
        "llama2/1B_full_ppo_low_memory_single_device": "TCW320",
        "llama2/7B_lora_dpo": "TCW320",
        "llama2/7B_lora_dpo_single_device": "TCW320",
        "llama3_1/8B_full_dpo": "TCW320",
        "llama3_1/8B_lora_dpo": "TCW320",
        "llama3_1/8B_lora_dpo_single_device": "TCW320",
        "mistral/7B_full_ppo_low_memory": "TCW320",
        "llama4/maverick_17B_128E_full": "TCW211",
        "qwen2_5/14B_to_7B_KD_lora_single_device": "TCW205",
    }
}
"""Shipped configs that start no run as they are, and what is said of them."""

LINE = re.compile(r"(?m)^( *)# (?= *[\w.]+:(?: |$)(?!\w+ \w))")
"""The beginning of a line that is a comment, and could be none."""

NONE = FirstWanted((), (), "")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    with inside(tmp_path):
        yield tmp_path


@pytest.mark.parametrize("version", Session().versions)
def test_it_lints_clean_for_every_base(version: str, tmp_path: Path) -> None:
    session = Session()
    known = session.catalogue(version, Place("experiment.yaml"))
    path = str(tmp_path / "experiment.yaml")
    for name in known.config_names():
        text = first_text(first_of_base(name, NONE, known, version), known)
        found = compile(path, text=text, session=session)
        weighty = {d.rule.code for d in found.diagnostics if d.severity is not Severity.INFO}
        does_not = DO_NOT_START.get(version, {}).get(name)
        assert weighty == ({does_not} if does_not else set()), (name, found.diagnostics)
        assert found.experiment is not None
        assert found.experiment.recipe in known.recipe_names()


@pytest.mark.parametrize("version", Session().versions)
def test_every_comment_can_be_used(version: str, tmp_path: Path) -> None:
    """Without its `#` each line is right where it stands: nothing but data that are not there."""
    session = Session()
    known = session.catalogue(version, Place("experiment.yaml"))
    path = str(tmp_path / "experiment.yaml")
    for name in known.config_names():
        if name in DO_NOT_START.get(version, {}):
            continue
        first = first_of_base(name, NONE, known, version)
        text = LINE.sub(r"\1", first_text(first, known))
        found = compile(path, text=text, session=session)
        assert found.ok, (name, text, found.diagnostics)
        for tried in first.beginning.variables:
            assert tried.key in [factor.name for factor in found.experiment.factors]  # type: ignore[union-attr]


def test_it_builds(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "llama3.2", "1b", "lora_single"]) == 0
    said = capsys.readouterr().out
    assert "Wrote experiment.yaml: 3 runs from llama3_2/1B_lora_single_device" in said
    assert "tcwc build experiment.yaml" in said
    assert main(["build", "experiment.yaml"]) == 0
    assert main(["lint", "--strict"]) == 0


def test_its_schema_stands_beside_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What an editor reads: it takes the experiment, and knows the keys of its base."""
    (here / "lr.schema.json").write_text("mine")
    for name, schema in {
        "experiment.yaml": "experiment.schema.json",
        "a.experiment.yaml": "a.schema.json",
        "lr.experiment.yaml": "lr.schema.json",
    }.items():
        assert main(["init", BASE, "-o", name]) == 0
        text = (here / name).read_text()
        assert text.startswith(f"# yaml-language-server: $schema={schema}\n")
    assert (here / "lr.schema.json").read_text() == "mine"
    said = capsys.readouterr().err
    assert said.count("is there already and stays as it is") == 1
    assert "tcwc schema lr.experiment.yaml > lr.schema.json" in said
    made = json.loads((here / "experiment.schema.json").read_text())
    jsonschema.validate(yaml.safe_load((here / "experiment.yaml").read_text()), made)
    assert "lora_rank" in json.dumps(made)


def test_what_is_asked_for_stands_there(here: Path) -> None:
    asked = ["--vary", "lora_rank=8,16", "--vary", "lr={logspace: [1e-5, 1e-3, 3]}"]
    asked += ["--set", "epochs=2", "--set", "dataset={source: json, data_files: data/x.json}"]
    assert main(["init", BASE, *asked, "--name", "mine", "-o", "a/b/x.experiment.yaml"]) == 0
    made = compile(here / "a/b/x.experiment.yaml")
    assert made.experiment is not None
    assert made.experiment.name == "mine"
    assert len(made.runs) == 6
    config = made.runs[5].config
    assert (config["epochs"], config["model"]["lora_alpha"]) == (2, 32)  # twice the rank, as there
    assert config["dataset"]["data_files"] == "data/x.json"


def test_a_level_that_is_wrong_is_told_and_nothing_is_written(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", BASE, "--vary", "lora_rnk=8,16"]) == 1
    said = capsys.readouterr().err
    assert "lora_rank" in said
    assert "nothing was written" in said
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("key", ["lora_rank", "rank", "model.lora_rank"])
def test_alpha_follows_the_rank_by_whatever_name(key: str, here: Path) -> None:
    assert main(["init", BASE, "--vary", f"{key}=8,16"]) == 0
    runs = compile("experiment.yaml").runs
    assert [run.config["model"]["lora_alpha"] for run in runs] == [16, 32]
    assert main(["init", BASE, "-o", "a.experiment.yaml", "--set", f"{key}=8"]) == 0
    runs = compile("a.experiment.yaml").runs  # then another key is what is tested
    assert {run.config["model"]["lora_rank"] for run in runs} == {8}
    assert len({run.config["optimizer"]["lr"] for run in runs}) == 3


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (f"{BASE} -o file/experiment.yaml", "cannot write file: "),
        (f"{BASE} lora", "`lora` stands behind the base config"),
        (f"{BASE} -o - --vary lora_rnk=1,2", "lora_rank"),
        (f"{BASE} -o - --name !", "experiment_name"),
        ("--from-run run --recipe nope", "there is no run"),
    ],
)
def test_what_cannot_be(
    line: str, part: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "file").touch()
    assert main(["init", *line.split()]) in (1, 2)
    said = capsys.readouterr()
    assert (said.out, part in said.err) == ("", True)
    assert list(here.iterdir()) == [here / "file"]


def test_nothing_is_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.symlink("nowhere", "experiment.yaml")
    assert main(["init", BASE]) == 2
    assert "is there already" in capsys.readouterr().err
    assert os.readlink("experiment.yaml") == "nowhere"
    assert list(here.iterdir()) == [here / "experiment.yaml"]


def test_what_goes_beside_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / ".git").mkdir()
    (here / ".pre-commit-config.yaml").write_text("repos: []\n")
    (here / "deep").mkdir()
    with inside(here / "deep"):
        asked = ["--pre-commit", "--ci", "github", "--gitattributes"]
        assert main(["init", BASE, *asked]) == 0
        said = capsys.readouterr()
        assert main(["init", *asked]) == 0  # all there: nothing is touched, and nothing fails
    assert (here / ".pre-commit-config.yaml").read_text() == "repos: []\n"
    assert "stays as it is" in said.err
    assert "entry: tcwc lint" in said.err
    workflow = yaml.safe_load((here / ".github/workflows/tcwc.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step.get("run", "") for step in workflow["jobs"]["tcwc"]["steps"]]
    assert any(step.startswith("tcwc check") for step in steps)
    assert "-text" in (here / ".gitattributes").read_text()


def test_the_hooks_are_those_that_tcwc_has(here: Path) -> None:
    assert main(["init", "--pre-commit"]) == 0
    mine = yaml.safe_load((here / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    theirs = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
    known = {hook["id"]: hook for hook in yaml.safe_load(theirs.read_text(encoding="utf-8"))}
    for hook in mine:
        for key in ("files", "pass_filenames", "require_serial"):
            assert hook.get(key) == known[hook["id"]].get(key)


def test_on_stdout(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "experiment.yaml").write_text("x")
    assert main(["init", BASE, "-o", "-"]) == 0
    assert capsys.readouterr().out.startswith("experiment_name: lora_rank_study")


# --- from a run


def bare(config: dict[str, object]) -> str:
    """A config without the folders of its run."""
    text = json.dumps(config, sort_keys=True)
    return re.sub(r"/(?:old/run_001|run_001_again/run_000)", "", text)


def trained(folder: Path, config: dict[str, object]) -> Path:
    """The folder of a run, as a training leaves it."""
    folder.mkdir(parents=True)
    (folder / "torchtune_config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return folder


@pytest.mark.parametrize("base", [BASE, "llama3_1/8B_lora_dpo_single_device", "qwen2/7B_full"])
def test_from_a_run(base: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one run of what is written is the run that was, but for its folder."""
    study = Study(here / "old")
    study.source.write_text(
        f"experiment_name: old\nbase_config: {base}\nvariables:\n  optimizer.lr: [1e-4, 3e-4]\n"
        "controls:\n  seed: 3\n  epochs: 2\n  +mine: {a: [1, 2], b: '{{{{x'}\n  batch_size: 1\n"
    )
    config = study.compile().runs[1].config
    folder = trained(here / "run_001", config)
    assert main(["init", "--from-run", str(folder)]) == 0
    assert f"{base} with " in capsys.readouterr().err
    again = compile("experiment.yaml")
    assert not [d for d in again.diagnostics if d.severity is Severity.ERROR]
    (run,) = again.runs
    assert bare(run.config) == bare(config)
    assert run.config["output_dir"].endswith("/run_001_again/run_000")


def test_from_a_run_of_a_base_of_ones_own(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is far from all that ships goes on from its own config, beside the experiment."""
    tiny = Path(__file__).parents[2] / "examples/tiny/experiment.yaml"
    run = compile(tiny).runs[3]
    folder = trained(here / "x/tiny/run_003", run.config)
    (folder / "tcwc").mkdir()
    (folder / "tcwc/run.json").write_text(
        '{"format":1,"experiment":"tiny","run":"run_003","science_hash":"d4","world":1}'
    )
    (here / "base.yaml").write_text("mine")
    asked = ["init", "--from-run", str(folder), "-o"]
    assert main([*asked, "-"]) == 2
    assert main([*asked, "again.experiment.yaml"]) == 0
    assert "a base of its own" in capsys.readouterr().err
    assert (here / "base.yaml").read_text() == "mine"
    made = compile("again.experiment.yaml")
    assert made.experiment is not None
    assert (made.experiment.base.name, made.experiment.recipe) == (
        "again.base.yaml",
        "lora_finetune_single_device",
    )
    again = json.dumps(made.runs[0].config).replace("/run_003_again/run_000", "")
    assert again == json.dumps(run.config).replace("/tiny/run_003", "")
    (here / "again.experiment.yaml").unlink()
    assert main([*asked, "again.experiment.yaml"]) == 2  # its base is not written over


def test_from_a_run_with_something_to_vary(here: Path) -> None:
    known = Session().catalogue("0.6.1", Place("experiment.yaml"))
    config = known.config(BASE)
    assert config is not None
    folder = trained(here / "x", {**config.values, "epochs": 4})
    assert main(["init", "--from-run", str(folder), "--vary", "lora_rank=8,16"]) == 0
    made = compile("experiment.yaml")
    assert [run.config["epochs"] for run in made.runs] == [4, 4]
    assert [run.config["model"]["lora_alpha"] for run in made.runs] == [16, 32]


@pytest.mark.parametrize(
    ("asked", "alphas", "rates"),
    [
        ("--vary lora_rank=4,16", [8, 32], {1e-5}),
        ("--vary lora_rank=4,16 --vary lora_alpha=2,3", [2, 3, 2, 3], {1e-5}),
        ("--set lr=1e-3", [16], {1e-3}),
        ("--vary optimizer.lr=1e-3,1e-4 --set rank=4", [16, 16], {1e-3, 1e-4}),
    ],
)
def test_from_a_run_what_is_asked_for_takes_the_place_of_what_it_had(
    asked: str, alphas: list[int], rates: set[float], here: Path
) -> None:
    known = Session().catalogue("0.6.1", Place("experiment.yaml"))
    config = known.config(BASE)
    assert config is not None
    model = {**config.values["model"], "lora_rank": 8, "lora_alpha": 16}  # type: ignore[dict-item]
    optimizer = {**config.values["optimizer"], "lr": 1e-5}  # type: ignore[dict-item]
    folder = trained(here / "x", {**config.values, "model": model, "optimizer": optimizer})
    assert main(["init", "--from-run", str(folder), *asked.split()]) == 0
    made = compile("experiment.yaml")
    assert not [each for each in made.diagnostics if each.severity is not Severity.INFO]
    assert [run.config["model"]["lora_alpha"] for run in made.runs] == alphas
    assert {run.config["optimizer"]["lr"] for run in made.runs} == rates


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (None, "there is no"),
        ("a: [", "torchtune_config.yaml"),
        ("\x00", "torchtune_config.yaml"),
        ("mine: 1\n", "is like no base config"),
        ("", "torchtune_config.yaml"),
    ],
)
def test_from_what_is_no_run(
    text: str | None, part: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "run").mkdir()
    if text is not None:
        (here / "run/torchtune_config.yaml").write_text(text)
    assert main(["init", "--from-run", "run"]) in (1, 2)
    assert part in capsys.readouterr().err
    assert not (here / "experiment.yaml").exists()


def test_a_config_file_with_crlf_and_a_mark(here: Path) -> None:
    known = Session().catalogue("0.6.1", Place("experiment.yaml"))
    config = known.config(BASE)
    assert config is not None
    text = "".join(TARGET.emit(key, value) for key, value in config.values.items())
    (here / "odd name.yaml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read_base(text, "x").values == config.values
    assert main(["init", "--from-run", "odd name.yaml"]) == 0
    assert compile("experiment.yaml").runs[0].config["epochs"] == config.values["epochs"]


# --- on a terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def typed(monkeypatch: pytest.MonkeyPatch, lines: str, *arguments: str) -> tuple[int, str]:
    """The exit code, and what was said to somebody who types lines."""
    said = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(lines))
    monkeypatch.setattr("sys.stderr", said)
    return main(["init", *arguments]), said.getvalue()


def test_it_asks(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = "zzz\nllama 1b lora\n99\n1\nlora_rank=8,16; lr=1e-4,3e-4\nmine\n/scratch/me\n"
    code, said = typed(monkeypatch, answers)
    assert code == 0, said
    assert "No base config has zzz" in said
    assert " 1  llama3_2/1B_lora_single_device " in said  # what one device can do goes first
    assert "There is no number 99" in said
    made = compile("experiment.yaml")
    assert made.experiment is not None
    assert (made.experiment.name, len(made.runs)) == ("mine", 4)
    assert made.runs[0].config["output_dir"] == "/scratch/me/mine/run_000"


def test_enter_takes_what_is_usual(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = typed(monkeypatch, "llama 1b lora single\n\n\n\n\n")
    assert code == 0, said
    text = (here / "experiment.yaml").read_text()
    assert main(["init", BASE, "-o", "other.experiment.yaml"]) == 0
    assert (here / "other.experiment.yaml").read_text() == text.replace(
        "=experiment.schema", "=other.schema"
    )


def test_what_is_wrong_is_asked_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = "llama3.2 1b lora single\n1\nlora_rnk=8\nx\n\nlora_rank=8\nx\n\n"
    code, said = typed(monkeypatch, answers)
    assert code == 0, said
    assert "reads no key `lora_rnk`" in said
    assert "  lora_rank: [8]" in (here / "experiment.yaml").read_text()


@pytest.mark.parametrize("lines", ["", "llama 1b lora\n", "llama 1b lora\n1\nx"])
def test_nobody_answers(lines: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = typed(monkeypatch, lines)
    assert code == 1
    assert "nothing was written" in said
    assert list(here.iterdir()) == []


def test_what_is_given_is_not_asked(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = typed(
        monkeypatch,
        "1b lora single\n1\n",
        "--vary",
        "lora_rank=8",
        "--name",
        "n",
        "--set",
        "output_dir=/x",
    )
    assert code == 0, said
    assert compile("experiment.yaml").runs[0].config["output_dir"] == "/x/n/run_000"


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ("lora_attn_modules=[q_proj],[q_proj,v_proj]", [["q_proj"], ["q_proj", "v_proj"]]),
        ("dataset.split='train[:1%]','train[:2%]'", ["train[:1%]", "train[:2%]"]),
        ("metric_logger.filename='a,b',c", ["a,b", "c"]),
        ("lr=1e-5, 1e-4", [1e-5, 1e-4]),
    ],
)
def test_levels_are_what_was_typed(levels: str, said: list[object], here: Path) -> None:
    assert main(["init", BASE, "--vary", levels]) == 0
    (factor,) = (
        each
        for each in compile("experiment.yaml").experiment.factors  # type: ignore[union-attr]
    )
    assert [level.value for level in factor.levels] == said


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (["--set", "output_dir=/x # y"], "a comment begins at `# y`"),
        (["--set", "epochs=2\rlimit: 3"], "KEY=VALUE"),
        (["--set", "epochs=2\u2028limit: 3"], "KEY=VALUE"),
        (["--name", "x\nlimit: 3"], "write `experiment_name: x_limit_3`"),
        (["--name", "x # y"], "write `experiment_name: x_y`"),
    ],
)
def test_nothing_of_what_was_typed_is_cut_off(
    asked: list[str], part: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", BASE, *asked]) != 0
    assert part in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_a_note_is_about_the_levels_beside_it(here: Path) -> None:
    asked = ["--vary", "lora_rank=8,16", "--vary", "optimizer.lr=1e-5,1e-4", "--vary", "seed=1,2"]
    assert main(["init", BASE, *asked]) == 0
    text = (here / "experiment.yaml").read_text()
    assert "twice that" not in text
    assert "[1e-5, 1e-4]  # the base has 3e-4\n" in text
    assert "  seed: [1, 2]\n" in text
