"""Completions are those of the real parsers, and real shells take them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tcwc.cli import COMMANDS, whole_parser
from tcwc.disk import data
from tests.conftest import ROOT
from tests.study import Study

LINES = {
    "tcwc bui": {"build"},
    "tcwc completion z": {"zsh"},
    "tcwc lint --unsafe": {"--unsafe-fixes"},
    "tcwc lint --format s": {"sarif"},
    "tcwc rule TCW20": {"TCW201", "TCW203"},
    "tcwc bases --torchtune ": {"0.5.0", "0.6.1", "0.7.0.dev"},
    "tcwc init llama3_2/1B_qlora": {"llama3_2/1B_qlora_single_device"},
    "tcwc init --recipe lora_dpo_s": {"lora_dpo_single_device"},
    "tcwc build exp": {"experiment.yaml"},
    "tcwc adopt -o exp": {"experiment.yaml"},
    "tcwc build -o su": {"sub"},
}
"""What is typed, and what some of its completions are."""

NOT = "notes.txt"


def test_a_checkout_says_how_they_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "_ROOT", str(tmp_path))
    said = Study(tmp_path).cli("completion", "bash")
    assert said.code == 2
    assert "python -m tools.completions" in said.err
    (tmp_path / "completions").mkdir()
    (tmp_path / "completions" / "bash").write_text("complete -F _x tcwc\n")
    assert Study(tmp_path).cli("completion", "bash").out == "complete -F _x tcwc\n"


def test_the_whole_parser_has_all_commands() -> None:
    (commands,) = (
        each.choices for each in whole_parser()._actions if isinstance(each.choices, dict)
    )
    aliases = {alias for command in COMMANDS.values() for alias in command.aliases}
    assert set(commands) == set(COMMANDS) | aliases
    assert all("--color" in command.format_usage() for command in commands.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where lines are typed: an experiment, something else, and the three scripts."""
    made = tmp_path_factory.mktemp("typed")
    command = [sys.executable, "-m", "tools.completions", str(made / "scripts")]
    subprocess.run(command, cwd=ROOT, check=True)
    for name in ("experiment.yaml", "my study.experiment.yaml", NOT):
        (made / name).touch()
    (made / "sub").mkdir()
    return made


def shell(name: str, folder: Path, *arguments: str) -> str:
    """What a shell says, without what its user has set up."""
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name}")
    home = {**os.environ, "HOME": str(folder / "scripts"), "TERM": "dumb"}
    done = subprocess.run(
        [name, *arguments], cwd=folder, env=home, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_every_option_is_there(name: str, folder: Path) -> None:
    text = (folder / "scripts" / name).read_text(encoding="utf-8")
    (commands,) = (
        each.choices for each in whole_parser()._actions if isinstance(each.choices, dict)
    )
    actions = [action for command in commands.values() for action in command._actions]
    options = {option for action in actions for option in action.option_strings}
    assert {"--unsafe-fixes", "--halve-batch", "-o"} <= options
    for option in options:
        dashes, word = re.fullmatch("(--?)(.*)", option).groups()  # type: ignore[union-attr]
        fish = f" -{'sl'[len(dashes) - 1]} {word} "
        assert (fish if name == "fish" else option) in text, option


BASH = """\
source scripts/bash
while IFS= read -r typed; do
    read -ra COMP_WORDS <<< "$typed"; [[ $typed == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
    _shtab_tcwc 2> /dev/null
    printf '%s\\t' "$typed" "${COMPREPLY[@]}"; echo
done < lines
"""
FISH = """\
source scripts/fish
while read --local --null line
    printf '%s\\t' $line (complete -C $line | string replace -r '\\t.*' '')
    echo
end < zero
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bash", "fish"])
def test_what_is_typed_is_completed(name: str, folder: Path) -> None:
    (folder / "lines").write_text("".join(f"{line}\n" for line in LINES))
    (folder / "zero").write_text("".join(f"{line}\0" for line in LINES))
    said = shell(name, folder, "-c", BASH if name == "bash" else FISH)
    found = dict(line.split("\t", 1) for line in said.splitlines())
    assert set(found) == set(LINES)
    for line, wanted in LINES.items():
        words = {word.rstrip("/") for word in found[line].split("\t")}
        assert wanted <= words, line
        assert NOT not in words, line


ZSH_INIT = """\
PS1=ready
autoload -U compinit; compinit -u -D
zstyle ':completion:*' insert-tab false  # it completes with more input waiting, too
eval "$(< scripts/zsh)"
tcwc() { print -r -- "<$*>" }
"""
ZSH = """\
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "source init"
zpty -r z before '*ready*'
zpty -w z "$1"$'\\t'
zpty -r z after '*<*>*'
print -r -- "$after"
"""
"""What is typed, and the tabulator, and Enter: the words that `tcwc` would have got."""


@pytest.mark.slow
@pytest.mark.parametrize("line", [each for each, words in LINES.items() if len(words) == 1])
def test_zsh_completes(line: str, folder: Path) -> None:
    (folder / "init").write_text(ZSH_INIT)
    said = shell("zsh", folder, "-f", "-c", ZSH, "zsh", line)
    (got,) = re.findall("<(.*?) ?/?>", said)
    (word,) = LINES[line]
    assert got.split()[-1] == word, said
