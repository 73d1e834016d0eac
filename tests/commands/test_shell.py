"""Commands that are printed or written: a shell that runs them gives exactly the paths meant."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tcwc.model.printable import shell_path, shell_word
from tests.conftest import ROOT
from tests.shell import bash_here, bash_with_processes

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")

NAMES = [
    "my study",
    "it's",
    'say "x"',
    "$HOME `id` $(id)",
    "-o",
    "--config=x",
    "a\nb",
    "a\\nb\ttab",
    "größe ½",
    "x\u202e\xa0y",
    os.fsdecode(b"\xff9"),
    "\x1b7'\\",
    "##vso[x]",
    "!x;y&z|*?",
    "~",
]
SOURCE = (
    "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\nvariables: {lora_rank: [8]}\n"
)


Bash = Callable[[str, Path], subprocess.CompletedProcess[bytes]]
_TUNE = 'tune() { printf \'%s\\0\' "$PWD" "$@"; }; '


@pytest.fixture(params=["here", pytest.param("process", marks=pytest.mark.slow)])
def bash(request: pytest.FixtureRequest) -> Bash:
    """What bash makes of a script, in which `tune` tells its arguments and `tcwc` is tcwc."""
    run = bash_here if request.param == "here" else bash_with_processes
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return lambda script, folder: run(_TUNE + script, folder, env)


@pytest.mark.parametrize("name", NAMES)
def test_words_come_out_as_they_are(name: str, tmp_path: Path) -> None:
    script = f"printf '%s\\0' {shell_word(name)} {shell_path(name)}"
    said = bash_with_processes(script, tmp_path, os.environ)
    word, path, _ = said.stdout.split(b"\0")
    assert word == os.fsencode(name)
    assert os.path.normpath(path) == os.fsencode(name)
    assert not path.startswith(b"-")


@pytest.mark.parametrize("name", NAMES)
def test_what_a_build_says_runs(name: str, bash: Bash, tmp_path: Path) -> None:
    """`Next:` and `command:` name the config that was written; the other lines build it again."""
    folder = tmp_path / name
    folder.mkdir()
    named = name.replace("/", "")[:30] + ".yaml"
    is_text = not re.search("[\ud800-\udfff]", named)  # others are refused, with words
    file = folder / (named if is_text else "x.yaml")
    file.write_text(SOURCE, encoding="utf-8")
    built = bash(f"tcwc build {shell_path(str(file.relative_to(tmp_path)))}", tmp_path)
    assert built.returncode == 0, built.stderr
    out = built.stdout.decode()
    started = re.search(r"(?m)^Next: (.*)$", out)
    assert started is not None
    begun = bash(f"{started[1]} --dry-run", tmp_path)
    assert begun.returncode == 0, begun
    by_hand = re.search(r"(?m)^  by hand: (.*)$", out)
    assert by_hand is not None
    told = bash(by_hand[1], tmp_path)
    where, *arguments, _ = told.stdout.split(b"\0")
    config = Path(os.fsdecode(where)) / os.fsdecode(arguments[arguments.index(b"--config") + 1])
    assert config.read_text(encoding="utf-8").startswith("# t, run_000")
    assert where == os.fsencode(folder)
    mapping = next(folder.rglob("run_mapping.yaml"))
    written = re.search(r"(?m)^command: (.*)$", mapping.read_text(encoding="utf-8"))
    assert written is not None
    command = json.loads(written[1]) if written[1].startswith('"') else written[1]
    arguments = bash(command, folder).stdout.split(b"\0")[1:-1]
    config = folder / os.fsdecode(arguments[arguments.index(b"--config") + 1])
    assert config.exists()
    # What is said of a name that is not found: moved, and built again, both typed as they stand.
    odd = re.search(r"`(mv .*)`, then `(tcwc build .*)`", out)
    assert odd is not None
    moved = bash(f"{odd[1]} && {odd[2]} && tcwc check", tmp_path)
    assert moved.returncode == 0, (odd[0], moved)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_check_says_runs(name: str, bash: Bash, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "experiment.yaml").write_text(SOURCE, encoding="utf-8")
    path = shell_path(f"{name}/experiment.yaml")
    for breaks in ("rm ./*/configs/run_000.yaml", "rm -r ./*/configs"):
        assert bash(f"tcwc build -q {path} && {breaks}", tmp_path).returncode == 0
        red = bash("tcwc check", tmp_path)
        assert red.returncode == 1
        out = (red.stdout + red.stderr).decode()
        said = re.findall(r"run `(tcwc build .*)` and commit", out)
        assert said, red
        assert bash(f"{said[-1]} && tcwc check", tmp_path).returncode == 0, said


def test_one_module_quotes_and_one_prints() -> None:
    def having(text: str) -> set[str]:
        files = (ROOT / "tcwc").rglob("*.py")
        return {path.name for path in files if text in path.read_text(encoding="utf-8")}

    # All but the first only read.
    reading = {
        "bash.py",
        "multirun.py",
        "evaluation_scripts.py",
        "evaluation_words.py",
        "words.py",
        "hashes.py",
        "evaluations.py",
    }
    assert having("shlex") == {"printable.py", *reading}
    assert having("stdout.buffer") == {"terminal.py"}
    assert having("stream.write(") == {"terminal.py"}
