"""`tcwc doctor` over environments of metadata: what works, what does not and why, what to type."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tcwc.cli import main
from tcwc.disk import data, installed
from tcwc.model.environment import Environment
from tests.environment.made import environment, folder_of, install, python

RIGHT = {
    "torchtune": "0.6.1",
    "torch": "2.13.0+cpu",
    "torchao": "0.15.0",
    "datasets": "5.2.0",
    "pyarrow": "26.0.1",
}
GPU: dict[str, str | None] = {
    "torch": "2.13.0|Requires-Dist: nvidia-cublas-cu12==12.8; platform_system == 'Linux'"
}
HEAD = "bd2a0fc7c31430972728494fa01aaeeb0ebf1ba1"
MAIN = {"torchtune": None, "torchao": "0.18.0", "torchvision": "0.28.0+cpu"}
NIGHTLY = {"torchtune": "0.7.0.dev20250929+cpu", "torchvision": "0.28.0+cpu"}

ENVIRONMENTS: dict[str, tuple[dict[str, str | None], set[str]]] = {
    "0.6.1 as it works": ({}, set()),
    "0.6.1 with an older torchao": ({"torchao": "0.9.0"}, set()),
    "0.6.1 with torchao 0.16.0": ({"torchao": "0.16.0"}, {"torchao"}),
    "0.6.1 with torchao 0.12.0 on a CPU": ({"torchao": "0.12.0"}, {"torchao"}),
    "pyarrow 21 under an older datasets": (
        {"datasets": "2.14.6", "pyarrow": "21.0.0"},
        {"pyarrow"},
    ),
    "pyarrow 20 under an older datasets": ({"datasets": "2.14.6", "pyarrow": "20.0.0"}, set()),
    "0.5.0": ({"torchtune": "0.5.0"}, set()),
    "the last nightly": (NIGHTLY, set()),
    "the last nightly with the torchao of main": ({**NIGHTLY, "torchao": "0.18.0"}, {"torchao"}),
    "the last nightly without torchvision": (
        {**GPU, "torchtune": NIGHTLY["torchtune"]},
        {"torchvision"},
    ),
    "without torchao": ({"torchao": None}, {"torchao"}),
    "with nothing": (dict.fromkeys(RIGHT), {"torchtune", "torch", "torchao", "datasets"}),
}


def packages(changes: dict[str, str | None]) -> dict[str, str | None]:
    return {**RIGHT, **changes}


def asked(
    capsys: pytest.CaptureFixture[str], made: Path, *more: str, status: int | None = None
) -> dict[str, Any]:
    """What is said of an environment, as a document; rows by name under `rows`."""
    code = main(["doctor", *more, "--python", python(made), "--format", "json"])
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    schema = json.loads(data.read_text("schemas/doctor.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(said)
    said["rows"] = {row["name"]: row for row in said["packages"]}
    said["broken"] = {name for name, row in said["rows"].items() if row["verdict"] == "broken"}
    assert code == (1 if said["broken"] else 0)
    assert said["works"] is (not said["broken"])
    assert bool(said["commands"]) is any(row["install"] for row in said["packages"])
    return said


in_each = pytest.mark.parametrize(("changes", "broken"), ENVIRONMENTS.values(), ids=ENVIRONMENTS)


@in_each
def test_what_does_not_work(
    changes: dict[str, str | None],
    broken: set[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = asked(capsys, environment(tmp_path / "e", packages(changes)))
    assert said["broken"] == broken
    for name, row in said["rows"].items():
        if name in RIGHT and name not in changes and not broken:
            assert row["verdict"] == "works", row
        assert row["verdict"] != "broken" or row["why"]


@in_each
def test_what_is_to_be_installed_puts_it_right(
    changes: dict[str, str | None],
    broken: set[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = asked(capsys, environment(tmp_path / "e", packages(changes)))
    for row in said["packages"]:
        for requirement in row["install"]:
            name, _, version = requirement.partition("==")
            changes = {**changes, name: version or "99"}
            if name == "datasets":  # which brings it
                changes = {**changes, "pyarrow": "99"}
    assert asked(capsys, environment(tmp_path / "after", packages(changes)))["broken"] == set()


def main_head(place: Path, torchao: str, commit: str = HEAD) -> Path:
    """An environment with a build of a commit, as pip records it: its number is 0.0.0."""
    made = environment(place, packages({**MAIN, "torchao": torchao}))
    origin = {
        "url": "https://user:token@example.org/torchtune",
        "vcs_info": {"vcs": "git", "commit_id": commit},
    }
    install(folder_of(made), "torchtune", "0.0.0", origin=origin)
    return made


@pytest.mark.parametrize(
    ("commit", "torchao", "broken"),
    [
        (HEAD, "0.18.0", set()),
        (HEAD, "0.17.0", {"torchao"}),
        ("41aaca463" + "0" * 31, "0.17.0", set()),
        ("41aaca463" + "0" * 31, "0.18.0", {"torchao"}),
        ("67ab86b94" + "0" * 31, "0.18.0", {"torchao"}),
        ("f" * 40, "0.17.0", set()),
    ],
)
def test_builds_of_main_are_told_apart(
    commit: str,
    torchao: str,
    broken: set[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = asked(capsys, main_head(tmp_path / "e", torchao, commit))
    assert said["broken"] == broken
    assert said["version"] == ("0.7.0.dev" if commit != "f" * 40 else None)
    assert "token" not in str(said)


def test_a_checkout_without_a_commit_is_not_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(tmp_path / "e", packages({"torchtune": None}))
    origin = {"url": "file:///home/somebody/torchtune", "dir_info": {"editable": True}}
    install(folder_of(made), "torchtune", "0.0.0", origin=origin)
    row = asked(capsys, made)["rows"]["torchtune"]
    assert row["verdict"] == "unknown"
    assert "do not say of which commit" in row["why"]
    assert row["notes"] == ["installed as a link to a checkout"]


@pytest.mark.parametrize("version", ["0.7.0", "0.7.0.dev0", "0.7.0.dev20260801"])
def test_an_unknown_build_of_main(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It needs what all of them do; which torchao, is not known."""
    made = environment(tmp_path / "e", packages({**GPU, "torchtune": version}))
    said = asked(capsys, made)
    assert said["version"] == "0.7.0.dev"
    assert said["broken"] == {"torchvision"}
    assert {said["rows"][name]["verdict"] for name in ("torchtune", "torchao")} == {"unknown"}


def test_an_experiment_and_a_build_that_cannot_be_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is true of the experiment's version need not be true of that."""
    made = environment(tmp_path / "e", packages({"torchtune": "0.0.0", "torchao": "0.17.0"}))
    said = asked(capsys, made, experiment(tmp_path, ONE))
    assert said["broken"] == {"torch"}  # for CPUs, whatever torchtune it is
    assert said["version"] == "0.6.1"


@pytest.mark.parametrize(
    "version", ["0.10.0", "0.15.1", "0.16.0+git1a2b3c4", "0.16.0.dev20260101", "1.0x", "banana"]
)
def test_what_was_not_tried_is_not_known(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = asked(capsys, environment(tmp_path / "e", packages({"torchao": version})))
    assert said["rows"]["torchao"]["verdict"] == "unknown"
    assert said["broken"] == set()


def test_a_release_that_nothing_is_known_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = asked(capsys, environment(tmp_path / "e", packages({"torchtune": "0.4.0"})))
    assert said["version"] == "0.4.0"
    assert {said["rows"][name]["verdict"] for name in RIGHT} == {"unknown"}
    assert said["rows"]["torchtune"]["known_to_work"] == []


def test_what_metadata_ask_for_is_told_and_is_no_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "|Requires-Python: >=3.99|Requires-Dist: pyarrow<21.0.0|Requires-Dist: torch (<1); x"
    made = environment(tmp_path / "e", packages({"torchtune": f"0.6.1{lines}"}))
    said = asked(capsys, made)
    assert said["broken"] == set()
    assert said["rows"]["pyarrow"]["notes"] == ["torchtune 0.6.1 asks for pyarrow<21.0.0"]
    assert said["rows"]["torchtune"]["notes"] == ["it asks for Python >=3.99"]
    assert said["rows"]["torch"]["notes"] == []


# With an experiment.


def experiment(folder: Path, base: str, more: str = "", version: str = "0.6.1") -> str:
    path = folder / "experiment.yaml"
    head = f'experiment_name: t\nbase_config: {base}\ntorchtune: "{version}"\n'
    path.write_text(head + "variables: {seed: [1, 2]}\n" + more)
    return str(path)


ONE = "llama3_2/1B_lora_single_device"
SEVERAL = "llama3_2/1B_lora"

USES: dict[str, tuple[tuple[str, ...], dict[str, str | None], dict[str, str]]] = {
    "a CPU build for one GPU": ((ONE,), {}, {"torch": "trains on the CPU"}),
    "a CPU build for several": ((SEVERAL,), {}, {"torch": "no nccl"}),
    "a CPU build for a CPU": ((ONE, "controls: {device: cpu}\n"), {}, {}),
    "a CPU build, one run on a GPU": (
        (ONE, "controls: {when: {seed == 2: {device: cpu}}}\n"),
        {},
        {"torch": "trains on the CPU"},
    ),
    "a CUDA build": ((ONE,), GPU, {}),
    "a build of nobody knows what": ((ONE,), {"torch": "2.13.0"}, {}),
    "QAT with LoRA": (("llama3_2/1B_qat_lora",), GPU, {"torchao": "fake quantizers"}),
    "QAT with LoRA as it works": (
        ("llama3_2/1B_qat_lora",),
        {**GPU, "torchao": "0.11.0"},
        {},
    ),
    "a model that sees": (
        ("llama3_2_vision/11B_lora_single_device",),
        GPU,
        {"torchvision": "torchtune.models.clip"},
    ),
    "an optimizer of bitsandbytes": (
        ("llama2/7B_full_low_memory",),
        GPU,
        {"bitsandbytes": "component"},
    ),
    "another release": ((ONE, "", "0.5.0"), GPU, {"torchtune": "this is 0.6.1"}),
    "main, where there is 0.6.1": (
        (ONE, "controls: {log_level: INFO}\n", "0.7.0.dev"),
        {**GPU, "torchvision": "0.28.0"},
        {"torchtune": "this is 0.6.1", "torchao": "NF4Tensor"},
    ),
}


@pytest.mark.parametrize(("written", "changes", "broken"), USES.values(), ids=USES)
def test_what_an_experiment_needs(
    written: tuple[str, ...],
    changes: dict[str, str | None],
    broken: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = environment(tmp_path / "e", packages(changes))
    said = asked(capsys, made, experiment(tmp_path, *written))
    assert said["broken"] == set(broken)
    for name, piece in broken.items():
        assert piece in said["rows"][name]["why"]


def test_the_commit_that_an_experiment_is_for_is_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(tmp_path / "e", packages(GPU))
    path = experiment(tmp_path, ONE, "controls: {log_level: INFO}\n", "0.7.0.dev")
    (command,) = asked(capsys, made, path)["commands"]
    assert command.startswith(f"{python(made)} -m pip install 'torchtune @ git+https://")
    assert f"@{HEAD}' 'torchao==0.18.0' 'torchvision==0.28.0'" in command


def test_what_is_installed_leaves_torch_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each torchvision asks for one torch, and pip would take the newest of both."""
    made = environment(
        tmp_path / "e", packages({"torchtune": "0.7.0.dev20250929", "torch": "2.9.0+cu128"})
    )
    (command,) = asked(capsys, made)["commands"]
    assert command.endswith("install 'torchvision' 'torch==2.9.0'")
    without = environment(tmp_path / "w", packages({"torchtune": "0.7.0", "torch": None}))
    (command,) = asked(capsys, without)["commands"]
    assert command.endswith("install 'torch==2.13.0' 'torchvision==0.28.0'")


@pytest.mark.parametrize("torchvision", [None, "0.28.0", "0.28.0+cpu"])
def test_what_is_to_be_installed_fits_itself(
    torchvision: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where torch is to be one for CUDA, the torchvision that goes with it is asked for."""
    made = environment(tmp_path / "e", packages({"torchvision": torchvision}))
    path = experiment(tmp_path, ONE, "controls: {log_level: INFO}\n", "0.7.0.dev")
    said = asked(capsys, made, path)
    (command,) = said["commands"]
    assert "'torch===2.13.0'" in command
    assert ("'torchvision==0.28.0'" in command) is (torchvision is None)
    row = said["rows"]["torchvision"]
    assert row["verdict"] == ("broken" if torchvision is None else "works")
    assert "CPU" not in row["why"]


def test_dpo_under_the_head_of_main(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lint tells it of the version; whoever has an older build, and ignores that, is right."""
    base, more = "llama2/7B_lora_dpo_single_device", "controls: {device: cpu}\n"
    path = experiment(tmp_path, base, more, "0.7.0.dev")
    text = Path(path).read_text()
    Path(path).write_text(f"# tcwc: ignore-file[TCW320] an older build\n{text}")
    said = asked(capsys, main_head(tmp_path / "head", "0.18.0"), path)
    assert said["broken"] == {"torchtune"}
    assert "TypeVar" in said["rows"]["torchtune"]["why"]
    older = environment(tmp_path / "older", packages(NIGHTLY))
    assert asked(capsys, older, path)["broken"] == set()


def test_pypis_torchvision_beside_a_torch_for_cpus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import platform

    made = environment(tmp_path / "e", {**packages({**NIGHTLY, "torchvision": "0.28.0"})})
    is_tried = platform.machine().lower() == "x86_64" and platform.system() == "Linux"
    assert asked(capsys, made)["broken"] == ({"torchvision"} if is_tried else set())


# As text.


def test_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = environment(tmp_path / "e", packages({"torchao": "0.16.0", "pyarrow": "22.0.0"}))
    assert main(["doctor", "--python", python(made)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("torchtune 0.6.1, torch 2.13.0+cpu, torchao 0.16.0, datasets 5.2.0")
    assert lines[0].endswith(": known not to work: torchao; not known: pyarrow")
    rows = {line.split()[0]: line for line in lines if line.startswith("  torch")}
    assert rows["torchao"].endswith("does not work")
    assert "0.9.0, 0.11.0, 0.13.0, 0.14.1, 0.15.0" in rows["torchao"]
    assert any("int4_weight_only" in line for line in lines)
    assert lines[-1] == f"  {python(made)} -m pip install 'torchao==0.15.0'"
    assert all(len(line) <= 100 for line in lines[1:-1] if made.name not in line)


def test_quiet_says_what_is_wrong_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = environment(tmp_path / "right", packages({}))
    assert main(["doctor", "-q", "--python", python(right)]) == 0
    assert capsys.readouterr().out == ""
    wrong = environment(tmp_path / "wrong", packages({"torchao": None}))
    assert main(["doctor", "-q", "--python", python(wrong)]) == 1
    assert "missing: torchao" in capsys.readouterr().out


def test_verbose_says_where_it_is_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = environment(
        tmp_path / "e", packages({"datasets": "2.14.6", "pyarrow": "21.0.0", "torchao": "0.10.0"})
    )
    assert main(["doctor", "-v", "--python", python(made)]) == 1
    said = capsys.readouterr().out
    assert "torchtune/issues/2890" in said
    assert "it was not tried" in said


def test_its_own_environment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) in (0, 1)
    assert "Python 3." in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.torchtune
def test_a_real_one(
    torchtune_python: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = experiment(tmp_path, ONE, "controls: {device: cpu}\n")
    assert main(["doctor", path, "--python", str(torchtune_python)]) == 0
    said = capsys.readouterr().out
    assert "torchtune 0.6.1, torch 2.13.0+cpu, torchao 0.15.0" in said.splitlines()[0]
    assert main(["doctor", experiment(tmp_path, ONE), "--python", str(torchtune_python)]) == 1
    assert "trains on the CPU" in " ".join(capsys.readouterr().out.split())


def test_what_the_line_leaves_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which index a torch for CPUs came from, nobody knows: torchvision is to come from there."""
    monkeypatch.setattr(installed, "_environment", on_linux(installed._environment))
    made = environment(tmp_path / "e", packages({}))
    path = experiment(tmp_path, ONE, "controls: {device: cpu, log_level: INFO}\n", "0.7.0.dev")
    assert main(["doctor", path, "--python", python(made)]) == 1
    said = capsys.readouterr().out
    assert "take the build for CPUs" in " ".join(said.split())
    assert said.endswith(
        "and what is said above of `torchvision`, which that line leaves as it is\n"
    )


def on_linux(read: Callable[[str, Any], Environment]) -> Callable[[str, Any], Environment]:
    return lambda path, said: replace(read(path, said), platform="linux-x86_64")


# Whose version counts.


def test_a_version_that_nobody_named_is_said_to_be_assumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(tmp_path / "e", packages({"torchtune": None}))
    assert main(["doctor", "--python", python(made)]) == 1
    said = capsys.readouterr().out
    assert "no torchtune is installed, and no experiment was named" in said
    assert "`--torchtune VERSION`" in said
    assert asked(capsys, made)["version_of"] == "default"
    for more in (
        [experiment(tmp_path, ONE, "controls: {device: cpu}\n")],
        ["--torchtune", "0.6.1"],
    ):
        main(["doctor", *more, "--python", python(made)])
        assert "no experiment was named" not in capsys.readouterr().out
    there = environment(tmp_path / "there", packages({}))
    assert asked(capsys, there)["version_of"] == "environment"


@pytest.mark.parametrize("with_experiment", [False, True])
def test_a_version_that_is_asked_for(
    with_experiment: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(tmp_path / "e", packages({**GPU, "torchvision": "0.28.0"}))
    named = [experiment(tmp_path, ONE)] if with_experiment else []
    said = asked(capsys, made, *named, "--torchtune", "nightly")
    assert (said["version"], said["version_of"]) == ("0.7.0.dev", "asked")
    assert said["broken"] == {"torchtune", "torchao"}
    assert "'torchao==0.18.0'" in said["commands"][0]


def test_a_version_that_there_is_none_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(tmp_path / "e", packages({}))
    assert main(["doctor", "--torchtune", "0.4.0", "--python", python(made)]) == 2
    said = capsys.readouterr().err
    assert "no catalogue of torchtune 0.4.0" in said
    assert "there are 0.5.0, 0.6.1, 0.7.0.dev (also `nightly`, `main`)" in said
