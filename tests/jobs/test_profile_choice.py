"""Which profile holds for an experiment, and what is said where none does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import tcwc
from tcwc.api.cluster_choice import NoProfile
from tcwc.api.clusters import BadProfile, committed_choice, read_chosen, usable
from tcwc.api.session import Session
from tcwc.cli import main
from tcwc.disk.files import FileProblem
from tests.jobs.desk import Desk
from tests.jobs.lab import Tiny

EXPERIMENT = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  model.lora_rank: [8, 16]
"""
NEEDS = "resources:\n  time: 00:10:00\n"
VARIABLE = "engineering:\n  tokenizer.path: ${oc.env:NOTES}/x\n"
Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Writes files of a repository, in which an experiment is at lab/study/experiment.yaml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TCWC_CLUSTER", raising=False)
    (tmp_path / ".git").mkdir()

    def write(**texts: str) -> Path:
        for name, text in texts.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    write(lab__study__experiment_DOT_yaml=EXPERIMENT)
    return write


def chosen(named: str | None = None, path: str = "lab/study/experiment.yaml") -> str:
    """The partition of the profile that holds, by which tests tell profiles apart."""
    session = Session()
    place = session.place(path)
    settings = session.settings(place.folder)
    return usable(read_chosen(place, settings, named, session), place, settings).partition or ""


def test_an_option_before_the_environment_before_the_checkout_before_settings(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        clusters__a_DOT_yaml="partition: a\n",
        clusters__b_DOT_yml="partition: b\n",
        clusters__c_DOT_yaml="partition: c\n",
        clusters__d_DOT_yaml="partition: d\n",
        tcwc_DOT_toml='cluster = "d"\n',
    )
    assert chosen() == "d"
    put(tcwc_DOT_local_DOT_toml='cluster = "c"\n')
    assert chosen() == "c"
    monkeypatch.setenv("TCWC_CLUSTER", "b")
    assert chosen() == "b"
    assert chosen("a") == "a"
    monkeypatch.setenv("TCWC_CLUSTER", "")
    assert chosen() == "c"


def test_the_nearest_profile_of_a_name_and_the_nearest_settings(put: Put) -> None:
    put(
        clusters__a_DOT_yaml="partition: top\n",
        clusters__b_DOT_yaml="partition: other\n",
        tcwc_DOT_toml='cluster = "b"\n',
        lab__tcwc_DOT_toml='cluster = "a"\n',
    )
    assert chosen() == "top"
    put(lab__study__clusters__a_DOT_yaml="partition: beside\n")
    assert chosen() == "beside"


def test_a_path_is_seen_from_who_names_it(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    top = put(
        lab__sites__x_DOT_yaml="partition: x\n", lab__tcwc_DOT_toml='cluster = "sites/x.yaml"\n'
    )
    assert chosen() == "x"
    monkeypatch.chdir(top / "lab" / "study")
    assert chosen("../sites/x.yaml", "experiment.yaml") == "x"
    assert chosen(None, "experiment.yaml") == "x"
    monkeypatch.setenv("HOME", str(top / "lab"))
    assert chosen("~/sites/x.yaml", "experiment.yaml") == "x"


def refusal(kind: type[Exception] = NoProfile, named: str | None = None) -> str:
    with pytest.raises(kind) as caught:
        chosen(named)
    error = caught.value
    return "\n".join([str(error), getattr(error, "help", ""), *getattr(error, "example", ())])


def test_no_profile_at_all_says_what_to_write(put: Put) -> None:
    said = refusal()
    assert "no cluster profile is chosen" in said
    assert "into clusters/della.yaml, such as" in said
    assert "partition: gpu" in said
    assert "there is no cluster profile `niagara`" in (said := refusal(named="niagara"))
    assert "clusters/niagara.yaml" in said


def test_profiles_that_there_are(put: Put) -> None:
    put(clusters__della_DOT_yaml="partition: a\n", clusters__lumi_DOT_yaml="partition: b\n")
    assert "there are della or lumi: name it by `--cluster della`" in refusal()
    assert "did you mean `della`?" in refusal(named="dela")
    assert "there is no file nope.yaml, which --cluster names" in refusal(named="nope.yaml")


def test_what_the_example_says_is_a_profile(put: Put) -> None:
    from tcwc.api.cluster_choice import EXAMPLE

    put(clusters__new_DOT_yaml="\n".join(line[6:] for line in EXAMPLE) + "\n")
    assert chosen("new") == "gpu"


def test_a_profile_with_errors_is_not_used(put: Put) -> None:
    put(clusters__a_DOT_yaml="partition: a\nacount: b\nenvironment: {HF_TOKEN: hunter22}\n")
    said = refusal(BadProfile, "a")
    assert "clusters/a.yaml has errors" in said
    assert "clusters/a.yaml:2:1: TCW501" in said
    assert "hunter22" not in said
    put(clusters__a_DOT_yaml="partition: a\nlogs: $HOME\n")  # warned of
    assert chosen("a") == "a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clutser = 1\n", "did you mean `cluster`?"),
        ('select = ["TCW"]\n', "only `cluster` stands here"),
        ("cluster = 3\n", "`cluster` must be a string"),
        ("cluster = \n", "this is not TOML"),
    ],
)
def test_the_file_of_a_checkout_has_one_setting(put: Put, text: str, message: str) -> None:
    put(tcwc_DOT_local_DOT_toml=text, clusters__a_DOT_yaml="partition: a\n")
    assert message in refusal(FileProblem)
    assert "tcwc.local.toml" in refusal(FileProblem)


def test_settings_name_a_profile_by_a_string(put: Put) -> None:
    put(tcwc_DOT_toml="cluster = 3\n")
    assert "`cluster` must be the name of a profile" in refusal(FileProblem)


def test_a_committed_choice_is_told(put: Put) -> None:
    top = put(clusters__a_DOT_yaml="partition: a\n", tcwc_DOT_local_DOT_toml='cluster = "a"\n')
    (top / ".git").rmdir()
    subprocess.run(["git", "init", "-q"], check=True)
    place = Session().place("lab/study/experiment.yaml")
    assert committed_choice(place, None) == ""
    subprocess.run(["git", "add", "tcwc.local.toml"], check=True)
    assert "git rm --cached tcwc.local.toml" in committed_choice(place, None)


def lint(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(["lint", "--color", "never", "--format", "concise", *arguments])
    said = capsys.readouterr()
    return status, said.out + said.err


def test_lint_without_files_looks_at_the_chosen_profile(
    put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    put(clusters__a_DOT_yaml="acount: b\n", clusters__b_DOT_yaml="acount: c\n")
    assert lint(capsys)[0] == 0
    put(tcwc_DOT_local_DOT_toml='cluster = "a"\n', lab__other__experiment_DOT_yaml=EXPERIMENT)
    status, said = lint(capsys)
    assert status == 1
    assert said.count("TCW501") == 1
    assert "clusters/a.yaml:1:1" in said
    assert lint(capsys, "lab/study/experiment.yaml")[0] == 0


def test_lint_of_a_named_profile(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put(clusters__a_DOT_yaml="acount: b\npartition: a\n", sites__a_DOT_yaml="acount: b\n")
    for name in ("clusters/a.yaml", "clusters"):
        assert "clusters/a.yaml:1:1: error[TCW501]" in lint(capsys, name)[1]
    assert lint(capsys, "sites/a.yaml")[0] == 2  # nothing says that this is one
    put(tcwc_DOT_toml='cluster = "sites/a.yaml"\n')
    assert "sites/a.yaml:1:1: error[TCW501]" in lint(capsys, "sites/a.yaml")[1]
    assert lint(capsys, "sites/a.yaml", "clusters", "lab")[1].count("TCW501") == 2


def test_a_chosen_profile_that_is_not_there(
    put: Put, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TCWC_CLUSTER", "della")  # for whatever repository has one
    assert lint(capsys)[0] == 0
    monkeypatch.delenv("TCWC_CLUSTER")
    put(tcwc_DOT_toml='cluster = "della"\n')
    status, said = lint(capsys)
    assert status == 2
    assert "there is no cluster profile `della`, which tcwc.toml names" in said
    assert tcwc.compile("lab/study/experiment.yaml").ok


def test_comments_and_settings_hold_in_a_profile(
    put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    put(
        clusters__a_DOT_yaml="logs: $HOME  # tcwc: ignore[TCW505] a folder of that name\n"
        "setup: [if]  # tcwc: ignore[TCW504] a newer bash\n",
    )
    assert lint(capsys, "clusters/a.yaml") == (0, "No findings in 1 cluster profile.\n")
    put(clusters__a_DOT_yaml="logs: x  # tcwc: ignore[TCW505] a folder of that name\n")
    assert "TCW122" in lint(capsys, "clusters/a.yaml")[1]
    put(clusters__a_DOT_yaml="logs: $HOME\n", tcwc_DOT_toml='ignore = ["TCW505"]\n')
    assert lint(capsys, "clusters/a.yaml")[0] == 0
    put(tcwc_DOT_toml="strict = true\n")
    assert lint(capsys, "clusters/a.yaml")[0] == 1


def test_a_variable_that_the_profile_does_not_set(
    put: Put, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = EXPERIMENT + "controls:\n  tokenizer.path: ${oc.env:MODELS}/tokenizer.model\n"
    put(lab__study__experiment_DOT_yaml=text, clusters__a_DOT_yaml="partition: a\n")
    path = "lab/study/experiment.yaml"
    assert lint(capsys, path)[0] == 0
    monkeypatch.setenv("TCWC_CLUSTER", "a")
    assert (
        f"{path}:6:19: warning[TCW506]: clusters/a.yaml does not set MODELS"
        in lint(capsys, path)[1]
    )
    put(clusters__a_DOT_yaml="environment: {MODELS: /scratch}\n")
    assert "TCW506" not in lint(capsys, path)[1]


def test_nothing_is_shown_of_a_file_outside_that_a_repository_names(
    put: Put, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("outside") / "x.yaml"
    secret.write_text("zebracrossing: quagmire\npartition: unicorn horn\n")
    put(tcwc_DOT_toml=f'cluster = "{secret}"\n')
    status, said = lint(capsys)
    assert status == 1
    assert not any(word in said for word in ("zebra", "quagmire", "unicorn"))
    put(tcwc_DOT_toml=f'cluster = "{secret}"\ninside-only = true\n')
    status, said = lint(capsys)
    assert status == 2
    assert "out of the repository" in said
    assert not any(word in said for word in ("zebra", "quagmire", "unicorn"))


def test_a_submission_says_what_is_worth_knowing_of_its_profile(
    tmp_path: Path, pretend: Tiny
) -> None:
    desk = Desk.made(tmp_path, pretend, "directives: {begin: $(date)}\n", more=f"{NEEDS}{VARIABLE}")
    said = desk.slurm()
    assert said.code == 0, said
    assert "warning[TCW505]: `$(date)` in `--begin`" in said.err
    assert "warning[TCW506]: clusters/lab.yaml does not set NOTES" in said.err
    desk.write_profile("environment: {NOTES: x}\n")
    assert "TCW50" not in desk.slurm().err
    desk.write_profile("acount: x\n")
    said = desk.slurm()
    assert said.code == 1
    assert "clusters/lab.yaml:3:1: TCW501" in said.err


def test_the_only_profile_is_taken_where_nothing_names_one(
    tmp_path: Path, pretend: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TCWC_CLUSTER", raising=False)
    desk = Desk.made(tmp_path, pretend, more=f"{NEEDS}{VARIABLE}")
    said = desk.study.cli("slurm", "experiment.yaml")
    assert said.code == 0, said
    assert "took clusters/lab.yaml, the only cluster profile here" in said.err
    assert "warning[TCW506]: clusters/lab.yaml does not set NOTES" in said.err
    assert desk.jobs.is_dir()
    assert "took " not in desk.slurm().err
    desk.profile.with_name("other.yml").write_text("partition: x\n", encoding="utf-8")
    said = desk.study.cli("slurm", "experiment.yaml")
    assert said.code != 0
    assert "there are lab or other: name it by `--cluster lab`" in said.err


def test_the_only_profile_is_for_slurm_alone(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    """Its set-up is of a cluster, and the machine at hand need be none."""
    put(clusters__a_DOT_yaml="acount: b\n")
    assert lint(capsys)[0] == 0
    assert "no cluster profile is chosen" in refusal()


def test_what_a_profile_says_does_nothing_to_a_terminal(
    put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    red = "\\e[31m\\a\\r::error::x"
    put(
        clusters__a_DOT_yaml=f'"{red}": 1\npartition: "{red}"\ngpu_directive: "{red}"\n'
        f'directives: {{"{red}": 1, begin: "{red}", array: "{red}"}}\nsetup: ["if {red}"]\n'
        f'environment: {{"{red}": 1, A: "$({red})"}}\nrefuses: ["{red}"]\nwrapper: "( {red}"\n'
    )
    for form in ("full", "concise", "json", "github", "sarif"):
        main(["lint", "--color", "never", "--format", form, "clusters/a.yaml"])
        said = capsys.readouterr()
        assert all(each.isprintable() or each == "\n" for each in said.out + said.err), form
        assert "\n::error::x" not in said.out
