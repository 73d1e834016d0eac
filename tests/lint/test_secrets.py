"""Tokens in files: found wherever they stand, and printed nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tcwc
from tcwc.cli import main
from tcwc.lint.secrets import check_secrets
from tcwc.model.hidden import masked_line
from tcwc.model.secret_words import Words, secret_words
from tcwc.model.secrets import masked, masked_value, names_one, secrets_in
from tcwc.model.source import SourceText
from tests.untrusted.secret_places import LINTS

HF = "hf_" + "EXAMPLEexample" * 2 + "012345"
SECRETS = {
    "hf": HF,
    "github": "ghp_" + "a1B2" * 9,
    "fine-grained": "github_pat_" + "a1B2_" * 10,
    "openai": "sk-" + "a1B2" * 12,
    "project": "sk-proj-" + "a1B2-" * 6,
    "aws": "AKIA" + "EXAMPLE012345678",
    "google": "AIza" + "a1B2c" * 7,
    "organization": "api_org_" + "a1B2" * 9,
    "gitlab": "glpat-" + "a1B2" * 5,
    "slack": "xoxb-" + "1234567890-" + "a1B2" * 4,
    "wandb, new": "wandb_v1_" + "a1B2_" * 8,
    "address": "https://me:secret0pw0secret0pw0@host/x",
    "npm": "npm_" + "a1B2" * 9,
    "pypi": "pypi-AgE" + "a1B2" * 20,
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "neptune": "eyJhcGlfYWRkcmVzcyI6" + "a1B2" * 20 + "==",
    "pem": "-----BEGIN RSA "
    + "PRIVATE KEY-----"
    + "MIIEowIB" * 6
    + "-----END RSA PRIVATE KEY-----",
    "pem of PKCS8": "-----BEGIN " + "PRIVATE KEY-----" + "MIIEowIB" * 6,
    "digital ocean": "dop_v1_" + "0123456789abcdef" * 4,
    "sendgrid": "SG." + "a1" * 11 + "." + "a1B" * 14 + "x",
    "azure": "AccountName=x;AccountKey=" + "a1B2/+" * 14 + "==;EndpointSuffix=y",
    "stripe": "sk_live_" + "a1B2" * 6,
    "replicate": "r8_" + "a1B2c" * 7 + "xy",
    "databricks": "dapi" + "0123456789abcdef" * 2,
    "groq": "gsk_" + "a1B2" * 13,
    "docker": "dckr_pat_" + "a1B2_-" * 5,
    "google, of a person": "ya29." + "a1B2_-" * 6,
    "vault": "hvs." + "a1B2_-" * 5,
    "gitlab, of a trigger": "glptt-" + "a1B2" * 10,
    "wandb": "api_key: " + "0123456789abcdef" * 2 + "01234567",
    "wandb in flow": '{"wandb_api_key": "' + "0123456789abcdef" * 2 + '01234567"}',
    "wandb as a project": "project: " + "0123456789abcdef" * 2 + "01234567",
    "wandb as levels": "wandb_key: {values: [" + "0123456789abcdef" * 2 + "01234567]}",
    "wandb login": "wandb login " + "0123456789abcdef" * 2 + "01234567",
    "openrouter": "sk-or-v1-" + "0123456789abcdef" * 4,
    "nvidia": "nvapi-" + "a1B2_" * 13,
    "langsmith": "lsv2_pt_" + "0123456789abcdef" * 2 + "_0123456789",
    "private": "-----BEGIN RSA PRIVATE KEY-----" + "MIIEowIBAAKCAQEA" * 3,
    "aws secret": "aws_secret_access_key = " + "a1B2/" * 8,
}
HARMLESS = (
    "revision: 0123456789abcdef0123456789abcdef01234567",
    "sha256: " + "0123456789abcdef" * 4,
    "hf_checkpointer: hf_tokenizer_of_my_own_model_with_a_long_name",
    "name: sk-learn-classifier-2023-with-a-long-name",
    "token: ${oc.env:HF_TOKEN}",
    "torchtune.training.FullModelHFCheckpointer",
    "token: true",
    "ghost_writers_of_the_world_unite_and_take_over_2023",
    "/data/asia/AKIA/models",
    "https://host:8080/x",
    "https://me:${oc.env:PASSWORD}@host/x",
    "https://arxiv.org/abs/2106.09685  # by somebody@example.org: see there",
    "pad_token: endoftext",
    "SG.a-short-one.b",
    "eyJustAWord.and.another",
    "npm_config_registry_of_my_own",
    "pypi-package-with-a-rather-long-name-of-its-own",
    "-----BEGIN PUBLIC KEY-----" + "MIIEowIB" * 6,
    "AccountKey=none",
    "project: my-project-0123456789abcdef",
    "name: 0123456789abcdef0123456789abcdef01234567",
    "r8_lora_rank_study",
    "npm_of_a_module_that_is_long",
    "dapi: 3",
    "SG.1.2",
    "pypi-server",
)


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_it_is_found_and_masked(text: str) -> None:
    line = f"  x: {text} # c"
    (found,) = secrets_in(line)
    value = line[found.start : found.end]
    assert len(value) >= 20
    assert value in text
    assert masked(line) == line.replace(value, "*" * len(value))


@pytest.mark.parametrize("text", [HF, SECRETS["jwt"], SECRETS["npm"]])
def test_it_is_masked_as_a_key_and_in_a_difference(text: str) -> None:
    for line in (f"-{text}: 1", f"+{text}: 1", f"--- a\n-{text}: 1", f"x: {{{text}: 1}}"):
        assert masked(line) == line.replace(text, "*" * len(text))


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_so_is_left_alone(text: str) -> None:
    assert list(secrets_in(text)) == []
    assert masked(text) == text


def test_what_is_left_of_one_that_was_cut_is_masked_too() -> None:
    assert HF[3:12] not in masked(f"lr={HF[:20]}...")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("experiment.yaml").write_text(
        "experiment_name: study\nbase_config_file: base.yaml\n"
        "recipe: lora_finetune_single_device\nengineering_file: a100.yaml\n"
        f"variables:\n  metric_logger.name: [{HF}, b]\ncontrols:\n  Seed: 1\n  lora_rnak: {HF}\n"
    )
    Path("base.yaml").write_text(f"# {SECRETS['github']}\nseed: 1\nbatch_size: {HF}\n")
    Path("a100.yaml").write_text(f"device: cuda  # {SECRETS['aws']}\n")
    Path("tcwc.toml").write_text(f'ignore = ["TCW411"]  # {SECRETS["openai"]}\n')
    return tmp_path


COMMANDS = (
    *LINTS,
    "lint --statistics",
    "build experiment.yaml",
    "plan experiment.yaml",
    "plan experiment.yaml --format json",
    "plan experiment.yaml --format csv",
    "explain experiment.yaml 0",
    "explain experiment.yaml 0 --format json",
    "diff experiment.yaml:0 1",
    "check",
)


@pytest.mark.parametrize("is_clean", [False, True])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_it(
    command: str, is_clean: bool, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if is_clean:
        Path("experiment.yaml").write_text(
            "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
            f"variables:\n  dataset.token: [{HF}, b]\ncontrols:\n  seed: 1\n"
        )
    main(command.split())
    said = "".join(capsys.readouterr())
    assert said
    for secret in SECRETS.values():
        assert secret not in said
    assert HF[5:17] not in said


def test_each_file_has_its_finding(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lint", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    files = {each["file"] for each in found if each["code"] == "TCW008"}
    assert files == {"experiment.yaml", "base.yaml", "a100.yaml", "tcwc.toml"}


def test_what_runs_read_is_what_stands_there(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("experiment.yaml").write_text(
        "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
        f"variables:\n  dataset.token: [{HF}, b]\n"
    )
    assert main(["show", "experiment.yaml", "0"]) == 0
    assert HF in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "  storage_options: {password: XXXXXXXX, aws_secret_access_key: 'XXXXXXXX'}",
        '"dataset.password": "XXXXXXXX"',
        "dataset.token=XXXXXXXX, lora_rank=8",
        "a.client_secret: [XXXXXXXX]",
        'changed meaning: dataset.password "XXXXXXXX" -> "XXXXXXXX"',
        'changed meaning: dataset.password (absent) -> "XXXXXXXX"',
    ],
)
def test_what_stands_under_a_secret_name_is_masked(text: str) -> None:
    assert masked(text.replace("XXXXXXXX", "hunter2x")) == text.replace("XXXXXXXX", "*" * 8)


@pytest.mark.parametrize(
    "text",
    [
        "special: {pad_token: '<pad>', tokenizer: {path: /data/tokenizer.model}}",
        "token: ${oc.env:HF_TOKEN}",
        "password: null",
        "max_tokens: 2048",
        "api_key: '{key}'",
        "the token: whoever reads this file has it",
    ],
)
def test_what_is_no_secret_is_shown(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "  password: XX",
        "  +db_password: XXXXX XX XXXX  # mine",
        "  +db.password2: 'XXX XXX'",
        "  - secret: XXXX XXX",
        "  password:\n    XXXXXXXX XXX\n  seed: 1",
        "  password: XXXX\n    XXXX XX\n  seed: 1",
        "  passwd: >\n    XXXXX XXX\n\n    XXXX\n  seed: 1",
        "  secret_tokens:\n  - XXXX XX\n  - 'XXX'\n  seed: 1",
        "  api_key: [XXXXXXXX]",
        "  x: {password: XX XXXX, seed: 1}",
        "  password: XXXXXX  # all digits",
        "  x: |\n    -----BEGIN PRIVATE KEY-----\n    XXXXXXXXXXXXXXXX\n    XXXX\n"
        "    -----END PRIVATE KEY-----",
    ],
)
def test_a_source_shows_no_line_of_what_stands_below_such_a_key(text: str) -> None:
    source = SourceText("experiment.yaml", text.replace("X", "7"))
    lines = text.split("\n")
    assert [masked_line(source, at + 1).replace(" ", "*") for at in range(len(lines))] == [
        line.replace("X", "*").replace(" ", "*") for line in lines
    ]


@pytest.mark.parametrize(
    "text",
    [
        "controls:\n  tokenizer:\n    path: /data/x\n  seed: 1",
        "  credentials:\n    user: me\n  seed: 1",
        "  token: true\n  max_tokens: 100\n  seed: 1",
        "  token: ${oc.env:HF_TOKEN}\n  special_tokens: {pad_token: eos}",
        "  secret:  # see the wiki\n  seed: 1",
    ],
)
def test_other_lines_of_a_source_are_shown(text: str) -> None:
    source = SourceText("experiment.yaml", text)
    lines = text.split("\n")
    assert [masked_line(source, at + 1) for at in range(len(lines))] == lines


@pytest.mark.parametrize(
    ("key", "is_one"),
    [("comet_api_key", True), ("hubToken", True), ("password2", True)]
    + [(key, False) for key in ("max_tokens", "pad_token", "tokenizer", "key", "passes")],
)
def test_a_key_that_names_a_secret_is_not_to_be_added(key: str, is_one: bool, study: Path) -> None:
    Path("experiment.yaml").write_text(
        "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
        f"variables:\n  lora_rank: [8, 16]\ncontrols:\n  {key}: hunter two\n"
    )
    found = [each for each in tcwc.compile("experiment.yaml").diagnostics if each.code == "TCW201"]
    assert any("a secret does not belong in a config" in each.help for each in found) is is_one


def test_a_finding_says_no_value_that_stands_below_such_a_key(study: Path) -> None:
    Path("experiment.yaml").write_text(
        "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
        "variables:\n  password: hunter two\n  lora_rank: [8, hunter two]\n"
    )
    found = tcwc.compile("experiment.yaml").diagnostics
    assert [each for each in found if "lora_rank" in each.message]
    assert "hunter" not in "".join(each.message + each.help for each in found)


def test_values_by_the_key_that_they_stand_under() -> None:
    value = {"password": "hunter2x", "name": "me", "keys": {"secret": ["ab", 3, None]}}
    assert masked_value("dataset.storage_options", value) == {
        "password": "*" * 8,
        "name": "me",
        "keys": {"secret": ["**", "*", None]},
    }
    assert masked_value("dataset.token", "hunter2x") == "*" * 8
    assert masked_value("tokenizer", "path") == "path"


@pytest.mark.parametrize(
    "key",
    [
        *("api_key", "api-key", "API-KEY", "apiKey", "a.api.key", "Api.Key", "my_api-key2"),
        *("pass-word", "secret-key", "secretKey", "wandb-key", "WANDB.KEY", "hub-token", "apikey"),
        "access-key-2",
    ],
)
def test_words_of_a_key_may_be_joined_by_anything(key: str) -> None:
    assert names_one(key)
    assert masked_value(key, "hunter2x") == "*" * 8
    assert masked(f"{key}: hunter2x") == f"{key}: ********"
    assert masked_line(SourceText("x", f"  +{key}: hunter 2x"), 1) == f"  +{key}: *********"


@pytest.mark.parametrize(
    "key", ["max-tokens", "pad-token", "padToken", "eos.token", "monkey", "key"]
)
def test_keys_that_name_none(key: str) -> None:
    assert not names_one(key)
    assert masked_value(key, "hunter2x") == "hunter2x"


@pytest.mark.parametrize("key", ["secret-key", "wandb-key", "api-key", "API.KEY", "wandbKey"])
def test_a_key_of_hex_is_told_by_what_it_stands_under(key: str) -> None:
    (found,) = secrets_in(f"  +{key}: {'0123456789' * 4}")
    assert found.end - found.start == 40


@pytest.mark.parametrize("key", ["api", "secret", "connection"])
def test_a_name_may_go_on_in_the_section(key: str) -> None:
    last = "string" if key == "connection" else "key"
    source = SourceText("x", f"  {key}:\n    {last}: hunter 2x\n  {last}: shown\n")
    assert masked_line(source, 2) == f"    {last}: *********"
    assert masked_line(source, 3) == f"  {last}: shown"


@pytest.mark.parametrize(
    "written",
    ["\\x68" + HF[1:], HF[:9] + "\\u0045" + HF[10:], HF[:9] + "\\\n    " + HF[9:]],
)
def test_one_that_is_written_with_escapes_is_found_and_hidden(written: str) -> None:
    text = f'controls:\n  dtype: "{written}"\n  seed: 1\n'
    source = SourceText("x", text)
    (found,) = check_secrets([source])
    assert (found.span.line, found.span.column) == (2, 11)
    lines = [masked_line(source, at) for at in range(2, 3 + text.count("\\\n"))]
    assert "*" * 9 in lines[0]
    assert "ample" not in "".join(lines).lower()


def test_one_is_hidden_where_it_is_stuck_to_others_and_where_it_is_cut() -> None:
    values = [("token", "hunter2 of mine"), ("x", SECRETS["aws"]), ("y", "shown")]
    words = Words(secret_words(values))
    assert words.masked(f"x{SECRETS['aws']}_1 hunter2 of m... shown hunter2") == (
        f"x{'*' * 20}_1 {'*' * 12}... shown hunter2"
    )


def test_no_document_and_no_repr_has_one(
    study: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    name = str(study / "experiment.yaml")
    source = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  dataset.token: [hunter2one, hunter2two]
controls:
  seed: 1
  dataset.storage_options: {password: hunter2three}
"""
    Path(name).write_text(source)
    main(["build", name])
    Path(name).write_text(source.replace("three", "four"))
    run = tcwc.compile(name).runs[0]
    assert "hunter2" not in repr(run) + run._repr_html_()
    for command in (
        ["plan", name],
        ["plan", name, "--format", "json"],
        ["plan", name, "--format", "csv"],
        ["plan", name, "--format", "markdown"],
        ["explain", name, "0"],
        ["explain", name, "0", "--format", "json"],
        ["diff", f"{name}:0", f"{name}:1"],
        ["check", name],
        ["lint", name, "--strict"],
        ["build", name],
    ):
        main(command)
    said = capsysbinary.readouterr()
    assert b"****" in said.out
    assert b"hunter2" not in said.out + said.err
