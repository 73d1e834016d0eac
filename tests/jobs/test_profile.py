"""Cluster profiles as they are read: what each key gives, and what of a bad one is left."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strictyaml.ruamel import YAML

from tcwc.disk import data
from tcwc.disk.bash import bash_syntax
from tcwc.jobs.profiles.environment import set_by
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.profiles.reader import KEYS, Knows, read_profile
from tcwc.jobs.profiles.sbatch_options import sbatch_options
from tcwc.lint.rules.rule_files import RuleCase
from tcwc.model.diagnostics import has_errors
from tcwc.model.source import SourceText
from tests.jobs.lab import Slurm
from tests.jobs.profiles import EXAMPLES, KNOWS, profile, read
from tests.rules.cases import cases

WHOLE = """\
partition: gpu,gpu-long
account: lab
qos: short
constraint: "a100&nvlink"
gpu_directive: gpus-per-node
gpu_type: a100_3g.20gb
gpu_memory: 80G
cpus_per_gpu: 8
memory_per_gpu: 1.5G
refuses: [exclusive]
max_array_size: 1000
concurrency: 16
gpu_hours_limit: 12.5
directives:
  mail-type: "END,FAIL"
  hold: true
  contiguous:
  site-option: any
setup: |
  module purge

  # a comment
  module load cuda
environment: {A: "1", B: , C: "a b"}
wrapper: >-
  apptainer exec
  image.sif
logs: /scratch/logs
shared: [/scratch, /projects]
door: configs
modes: group
"""


def test_every_key() -> None:
    assert profile(WHOLE) == Profile(
        name="della",
        partition="gpu,gpu-long",
        account="lab",
        qos="short",
        constraint="a100&nvlink",
        gpu_directive="gpus-per-node",
        gpu_type="a100_3g.20gb",
        gpu_memory=80,
        refuses=("exclusive",),
        max_array_size=1000,
        concurrency=16,
        gpu_hours_limit=12.5,
        directives={"mail-type": "END,FAIL", "hold": "", "contiguous": "", "site-option": "any"},
        setup=("module purge", "", "# a comment", "module load cuda"),
        environment={"A": "1", "B": "", "C": "a b"},
        wrapper="apptainer exec image.sif",
        logs="/scratch/logs",
        shared=("/scratch", "/projects"),
        checks_configs=True,
        group_readable=True,
        cpus_per_gpu=8,
        memory_per_gpu=1536,
    )
    assert all(f"\n{key}:" in f"\n{WHOLE}" for key in KEYS)


def test_what_does_not_fit_is_left_out() -> None:
    made, found = read(
        "partition: gpu\naccount: a b\ncolour: red\ndirectives: {array: 1, hold: }\n"
    )
    assert made == Profile("della", partition="gpu", directives={"hold": ""})
    assert [each.code for each in found] == ["TCW502", "TCW501", "TCW503"]


@pytest.mark.parametrize("name", ["local", "frozen", "refused", "-x", ".x", "a b", ""])
def test_a_name_that_no_folder_can_have(name: str) -> None:
    _, found = read("partition: gpu\n", f"clusters/{name}.yaml")
    assert [(each.code, each.span.line) for each in found] == [("TCW502", 1)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_have_nothing_wrong(path: Path) -> None:
    profile(path.read_text(encoding="utf-8"), path.name)


def test_a_line_of_a_block_has_its_own_place() -> None:
    _, found = read('setup: |\n  module purge\n\n  echo "x\n  true\npartition: gpu\n')
    assert [(each.span.line, each.span.column) for each in found] == [(4, 3)]
    folded = "setup:\n  - |\n    if true; then\n      conda shell.bash activate\n    fi\n"
    assert [each.span.line for each in read(folded)[1]] == [4]


@pytest.mark.parametrize("line", ["exit", "exit 0  # done", "exec bash", "exec srun tune run x"])
def test_a_line_that_ends_the_job(line: str) -> None:
    _, found = read(f"setup:\n  - module purge\n  - {line}\n  - true\n")
    assert [(each.code, each.span.line) for each in found] == [("TCW504", 3)]
    assert "ends the job here" in found[0].message


@pytest.mark.parametrize(
    "line", ["exec > log.txt 2>&1", "exec 3>log", "exec {log}>x", "module load x || exit 1"]
)
def test_a_line_that_may_end_the_job_or_turns_its_streams(line: str) -> None:
    assert read(f"setup:\n  - {line!r}\n")[1] == []


def test_the_end_of_a_job_under_a_condition() -> None:
    assert read("setup: |\n  if [ -z x ]; then\n  exit 1\n  fi\n")[1] == []


def test_without_a_bash_the_rest_is_told() -> None:
    knows = Knows(KNOWS.options)
    text = 'setup: ["conda shell.bash activate", "echo \\"x"]\nwrapper: "a ; b"\n'
    _, found = read_profile(SourceText("x.yaml", text), knows)
    assert [each.code for each in found] == ["TCW504", "TCW504"]


def test_setup_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "env").write_text(f"touch {tmp_path}/ran\n")
    monkeypatch.setenv("BASH_ENV", str(tmp_path / "env"))
    touch = f"touch {tmp_path}/ran"
    read(f"setup:\n  - {touch}\n  - set +n; {touch}\n  - $({touch})\nwrapper: env $({touch})\n")
    assert not (tmp_path / "ran").exists()
    assert bash_syntax("if\n") == (2, "syntax error: unexpected end of file")


SECRETS = (
    ("HF_TOKEN", "hf_EXAMPLEexampleEXAMPLEexample012345"),
    ("HF_TOKEN", "anything"),
    ("WANDB_API_KEY", "0123456789abcdef0123456789abcdef01234567"),
    ("DB_PASSWORD", "correct horse battery"),
)


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_what_is_said_of_a_secret_has_none_of_it(name: str, value: str) -> None:
    from tcwc.lint.secrets import check_secrets

    source = SourceText("x.yaml", f"environment:\n  {name}: {value}\n")
    _, found = read_profile(source, KNOWS)
    found += check_secrets([source])
    assert [each.code for each in found] == ["TCW008"]
    assert value not in found[0].message + found[0].help


@pytest.mark.parametrize("value", ["${HF_TOKEN}", "true", '""'])
def test_what_is_no_secret(value: str) -> None:
    assert "TCW008" not in {each.code for each in read(f"environment:\n  HF_TOKEN: {value}\n")[1]}


def test_variables_that_lines_export() -> None:
    made = profile(
        'setup:\n  - export A=1 B="$X y" C\n  - D=2; export E=3 # F=4\n  - declare -x G=5\n'
        "environment: {H: x}\n"
    )
    assert {"A", "B", "C", "E", "G", "H"} <= set_by(made)
    assert not {"D", "F", "X"} & set_by(made)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read_profile(SourceText("x.yaml", text), Knows(KNOWS.options))


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.recursive(
            st.none() | st.integers() | st.booleans() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=8), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    )
)
def test_any_values_of_its_keys_are_read(values: dict[str, Any]) -> None:
    """JSON is YAML; and each key that is not in the profile has a finding."""
    made, found = read_profile(
        SourceText("x.yaml", json.dumps(values, indent=1)), Knows(KNOWS.options)
    )
    assert made is not None or has_errors(found)


# The schema, for editors


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    loaded = json.loads(data.read_text("schemas/profile.schema.json"))
    jsonschema.Draft202012Validator.check_schema(loaded)
    return jsonschema.Draft202012Validator(loaded)


def _values(text: str) -> object:
    return YAML(typ="safe", pure=True).load(text)


def test_the_schema_has_the_keys(schema: jsonschema.Draft202012Validator) -> None:
    assert set(schema.schema["properties"]) == set(KEYS)
    assert all(each["description"] for each in schema.schema["properties"].values())


PROFILES = [
    (case, text)
    for case in cases()
    for name, text in case.texts.items()
    if name.startswith("clusters/")
]
GOOD = [text for case, text in PROFILES if case.good]
BAD = [(case, text) for case, text in PROFILES if not case.good and case.code in ("TCW501",)]


@pytest.mark.parametrize("text", [WHOLE, *GOOD, *(p.read_text("utf-8") for p in EXAMPLES)])
def test_the_schema_takes_what_the_reader_takes(
    schema: jsonschema.Draft202012Validator, text: str
) -> None:
    assert [each.message for each in schema.iter_errors(_values(text))] == []


@pytest.mark.parametrize(("case", "text"), BAD, ids=lambda each: getattr(each, "name", ""))
def test_the_schema_refuses_unknown_keys(
    schema: jsonschema.Draft202012Validator, case: RuleCase, text: str
) -> None:
    assert list(schema.iter_errors(_values(text)))


VALUES = (
    *("", "word", "a b", "8", "0", "-1", "1.5", "64G", "80"),
    *("/a", "a/%j", "gres", "configs", "[/x]"),
)
_SCALARS = [key for key in KEYS if key not in ("setup", "directives", "environment", "wrapper")]


@pytest.mark.parametrize("key", _SCALARS)
def test_reader_and_schema_agree(schema: jsonschema.Draft202012Validator, key: str) -> None:
    for value in VALUES:
        if (key, value) == ("refuses", "gres"):
            continue  # by which GPUs are asked for, where nothing else is said
        text = f"{key}: {value}\n"
        refused = has_errors([e for e in read(text)[1] if e.code in ("TCW502", "TCW503")])
        assert bool(list(schema.iter_errors(_values(text)))) == refused, text


def test_options_of_sbatch_are_what_it_says() -> None:
    options = sbatch_options(data.read_schema("slurm.json"))
    assert set(options.letters.values()) <= set(options.by_name)
    for name, option in options.by_name.items():
        assert option.value in ("none", "optional", "needed"), name
        assert not (option.ours and option.instead), name


@pytest.mark.slow
@pytest.mark.slurm
def test_options_of_a_real_sbatch_are_known(slurm: Slurm) -> None:
    options = sbatch_options(data.read_schema("slurm.json"))
    said = slurm.run("sbatch", "--help").stdout
    listed = re.findall(r"(?m)^ +(?:-(\w), )?--([a-z-]+)(\[?=)?", said)
    assert len(listed) > 80
    for letter, name, sign in listed:
        assert name in options.by_name, name
        assert not letter or options.letters[letter] == name
        if not sign and name not in ("mem", "container"):  # words of its help
            assert options.by_name[name].value in ("none", "optional"), name
        if sign == "=" and name not in ("exclusive", "nice"):
            assert options.by_name[name].value == "needed", name
