"""Secrets of all kinds in all places of an experiment, and what commands print of them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from tcwc.cli import main
from tests.repository import Repository
from tests.study import inside

HEX = "0123456789abcdef" * 2 + "01234567"
KINDS = {
    # Tokens, told wherever they stand: the key is any.
    "hf": ("x", "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567"),
    "github": ("x", "ghp_" + "a1B2c3D4e" * 4),
    "openai": ("x", "sk-" + "a1B2" * 12),
    "aws": ("x", "AKIAEXAMPLE012345678"),
    "jwt": ("x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"),
    "npm": ("x", "npm_" + "a1B2c3D4e" * 4),
    "address": ("x", "https://me:Sup3rS3cretPw99zz@host/x"),
    # What stands under a key that says so.
    "api-key": ("api-key", "Sup3rS3cretPw99zz"),
    "API-KEY": ("API-KEY", "Sup3rS3cretPw99zz"),
    "apiKey": ("apiKey", "Sup3rS3cretPw99zz"),
    "api.key": ("a.api.key", "Sup3rS3cretPw99zz"),
    "passwords": ("passwords", "Sup3rS3cretPw99zz"),
    "hub_token": ("hub_token", "Sup3rS3cret Pw99zz"),
    "secret-key": ("secret-key", HEX),
    "wandb-key": ("wandb-key", HEX),
    "client_secret": ("client_secret", 'Sup3r"S3cret,Pw99zz'),
}
"""A key and a value each."""

HEAD = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\n"
LEVELS = "variables:\n  lora_rank: [8, 16]\n"
TOP = HEAD + LEVELS
PLACES = {
    "control": TOP + "controls:\n  +KEY: 'VALUE'\n",
    "plain": TOP + "controls:\n  +KEY: VALUE\n",
    "level": HEAD + "variables:\n  +KEY: ['VALUE', b]\n",
    "list": TOP + "controls:\n  +KEY: ['VALUE', \"b\", 1]\n",
    "list of lines": TOP + "controls:\n  +KEY:\n  - 'VALUE'\n  - b\n",
    "section": TOP + "controls:\n  +z: {KEY: 'VALUE', b: [1]}\n",
    "block": TOP + "controls:\n  +KEY: |\n    VALUE\n",
    "folded": TOP + "controls:\n  +KEY: >-\n    VALUE\n",
    "escaped": TOP + 'controls:\n  +KEY: "ESCAPED"\n',
    "escaped key": TOP + 'controls:\n  "+QUOTED": "VALUE"\n',
    "evaluation": TOP
    + "evaluate:\n  a: {with: lm_eval, tasks: [x], model_args: {KEY: 'VALUE'}, KEY: 'VALUE'}\n",
    "removed": TOP + "controls:\n  +KEY: 'VALUE'\n  ~nosuch: null\n",
    "unknown key": TOP + "controls:\n  KEY: 'VALUE'\n",
    "row": TOP + "include:\n- {lora_rank: 32, +KEY: 'VALUE'}\n",
    "arm": HEAD + "variables:\n  way:\n    one: {+KEY: 'VALUE'}\n    two: {+KEY: 'b'}\n",
    "zip": HEAD + "variables:\n  lora_rank: [8, 16]\n  +KEY: ['VALUE', b]\n"
    "zip:\n- [lora_rank, KEY]\n",
    "when": TOP + "controls:\n  when lora_rank > 8:\n    +KEY: 'VALUE'\n",
    "base": "experiment_name: t\nbase_config_file: base.yaml\nrecipe: lora_finetune_single_device\n"
    + LEVELS
    + "controls:\n  KEY: b\n",
    "engineering": TOP + "engineering_file: eng.yaml\n",
    "repeated": TOP + "controls:\n  +KEY: 'VALUE'\n  +KEY: 'VALUE'\n",
    "twice": HEAD + "variables:\n  +KEY: ['VALUE', 'VALUE', b]\n",
    "dollar": TOP + "controls:\n  +KEY: 'VALUE'\n  +other: ${KEY}\n",
    "broken": TOP + "controls:\n  +KEY: 'VALUE'\n  bad: [1, 2\n",
}
"""Places for a value under a key."""
LOOSE = {
    "wrong type": TOP + "controls:\n  epochs: 'VALUE'\n",
    "wrong level": HEAD + "variables:\n  lora_rank: [8, 'VALUE']\n",
    "choice": TOP + "controls:\n  dtype: 'VALUE'\n",
    "escaped choice": TOP + 'controls:\n  dtype: "ESCAPED"\n',
    "comment": TOP + "controls:\n  dtype: bf17  # VALUE\n",
    "key": TOP + "controls:\n  +VALUE: 1\n",
    "condition": HEAD + 'variables:\n  +x: [a, b]\nexclude:\n- x == "VALUE"\n',
    "formula": TOP + "derived:\n  +y: '\"VALUE\"'\n",
    "name in a formula": TOP + "derived:\n  +y: token_VALUE\n",
    "template": TOP + "controls:\n  +tok: 'VALUE'\n  +y: 'x{tok}'\n",
    "directory": TOP + "controls:\n  +tok: 'VALUE'\n  output_dir: '/tmp/{tok}'\n",
    "directory of a level": HEAD + "variables:\n  +tok: ['VALUE', b]\ncontrols:\n"
    "  output_dir: '/tmp/{tok}'\n",
    "experiment name": TOP.replace("name: t", "name: 'VALUE'"),
    "base name": TOP.replace("llama3_2/1B_lora_single_device", "'VALUE'"),
    "top": TOP + "VALUE: 1\n",
    "recipe": TOP + "recipe: 'VALUE'\n",
    "output": TOP + "output: 'VALUE'\n",
    "settings": TOP + "controls:\n  dtype: bf17\n",
    "arm's name": HEAD + "variables:\n  way:\n    VALUE: {epochs: 1}\n    two: {epochs: 2}\n",
    "component": TOP + "controls:\n  optimizer._component_: 'VALUE'\n",
}
"""Places where only a token is told."""

LINTS = (
    "lint",
    "lint --format concise",
    "lint --format json",
    "lint --format sarif",
    "lint --format github",
    "lint --diff",
    "lint --diff --unsafe-fixes",
)
"""Every form that findings and fixes are shown in."""

COMMANDS = (
    *LINTS,
    "plan experiment.yaml -v",
    "plan experiment.yaml --format json",
    "plan experiment.yaml --format csv",
    "plan experiment.yaml --format markdown -v",
    "build experiment.yaml",
    "explain experiment.yaml 0 -v",
    "explain experiment.yaml 0 -v --format json",
    "keys experiment.yaml",
    "keys experiment.yaml -v",
    "keys experiment.yaml --format json",
    "diff experiment.yaml:0 1",
    "diff experiment.yaml:base 0",
    "migrate experiment.yaml --to 0.7.0.dev -v",
    "export experiment.yaml",
    "export experiment.yaml --format csv",
    "export experiment.yaml --commands",
    "slurm experiment.yaml --suggest",
    "check",
)
AFTER = (
    "plan experiment.yaml",
    "plan experiment.yaml --format json",
    "plan --against HEAD -v",
    "plan --against HEAD --format markdown",
    "plan --against HEAD --format json",
    "check",
    "build experiment.yaml",
    "build experiment.yaml --force",
)
"""What is called when the source, or a config, has changed since the build, and a commit of it."""


def cases() -> Iterator[tuple[str, str]]:
    """A kind and a place each."""
    for kind, (key, _) in KINDS.items():
        for place in (*PLACES, *(LOOSE if key == "x" else ())):
            yield kind, place


def put(folder: Path, kind: str, place: str) -> None:
    """The files of a study with a secret in a place."""
    key, value = KINDS[kind]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    text = {**PLACES, **LOOSE}[place]
    quoted = f"\\x{ord(key[0]):02x}{key[1:]}"
    in_quotes = value.replace('"', '\\"') if '"VALUE"' in text else value
    text = text.replace("QUOTED", quoted).replace("KEY", key)
    text = text.replace("ESCAPED", f"\\x{ord(value[0]):02x}" + value[1:].replace('"', '\\"'))
    (folder / "experiment.yaml").write_text(text.replace("VALUE", in_quotes))
    (folder / "base.yaml").write_text(f"seed: 1\nbatch_size: 2\n{key}: '{value}'\n")
    (folder / "eng.yaml").write_text(f"device: cuda\n+{key}: '{value}'\n")
    if place == "settings":
        (folder / "tcwc.toml").write_text(f'ignore = ["TCW411", "{value}"]\n')


def said(command: str) -> tuple[str, str]:
    """What a command prints, on stdout and on stderr."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        main(command.split())
    texts = []
    for each in (out, err):
        each.flush()
        texts.append(each.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return texts[0], texts[1]


def wrong(kind: str, command: str, out: str, err: str) -> Iterator[str]:
    """What is wrong in what was printed."""
    value = KINDS[kind][1]
    core = "Sup3r" if "Sup3r" in value else value[-20:-8]
    for line in (out + err).split("\n"):
        if core in line:
            yield f"printed: {line.strip()[:200]}"
            break
    for end, is_right in FORMS.items():
        if end in command and out and not is_right(out):
            yield f"not well-formed: {out[:300]}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refused)
    except ValueError:
        return False
    return True


def _refused(word: str) -> object:
    raise ValueError(word)


def _is_csv(text: str) -> bool:
    rows = list(csv.reader(io.StringIO(text), strict=True))
    return len({len(row) for row in rows}) == 1


def _is_markdown(text: str) -> bool:
    """Whether all lines of a table have as many cells."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    counts = [{len(re.findall(r"(?<!\\)\|", row)) for row in t.splitlines()} for t in tables]
    return all(len(each) == 1 for each in counts)


def _is_github(text: str) -> bool:
    command = re.compile(r"::(error|warning|notice) file=[^:]*,title=[^:,]+::.")
    return all(command.match(line) for line in text.splitlines())


FORMS: dict[str, Callable[[str], bool]] = {
    "json": _is_json,
    "sarif": _is_json,
    "csv": _is_csv,
    "markdown": _is_markdown,
    "github": _is_github,
}


def tried(folder: Path, kind: str, place: str, commands: tuple[str, ...]) -> list[str]:
    """What is wrong in what some commands print of a secret in a place, and after it has gone."""
    put(folder, kind, place)
    found = []
    source = folder / "experiment.yaml"
    with inside(folder):
        calls = list(commands)
        for command in calls:
            found += [f"{command}: {each}" for each in wrong(kind, command, *said(command))]
        Repository(folder).commit()
        for config in folder.rglob("run_000.yaml"):
            config.write_text(config.read_text().replace("seed: ", "seed: 7"))
        source.write_text(source.read_text().replace("Sup3r", "other").replace("a1B2", "other"))
        for command in AFTER:
            after = wrong(kind, command, *said(command))
            found += [f"after, {command}: {each}" for each in after]
    return found
