"""docs/plain-configs.md: what it quotes is what is said."""

from __future__ import annotations

import re
from pathlib import Path

import tcwc
from tests.plain.config import LORA, lint, shipped, told, write
from tests.study import Study
from tools.regenerate_docs import DOCS

PAGE = (DOCS / "plain-configs.md").read_text(encoding="utf-8")
WRONG = shipped().replace("  lr:", "  learning_rate:")


def block(kind: str, start: str) -> str:
    """The block that begins with a text."""
    blocks: list[str] = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    (found,) = (each for each in blocks if each.startswith(start))
    return found


def test_what_lint_says(tmp_path: Path) -> None:
    write(tmp_path, WRONG, "my_config.yaml")
    said = Study(tmp_path, "my_config.yaml").cli("lint", "--recipe", LORA)
    assert block("text", "my_config.yaml:") in said.out


def test_the_settings_hold(tmp_path: Path) -> None:
    settings = re.findall(r"   ```toml\n(.*?)   ```", PAGE, re.DOTALL)[0].replace("\n   ", "\n")
    (tmp_path / "tcwc.toml").write_text(settings.strip(" "), encoding="utf-8")
    path = write(tmp_path, shipped() + "fsdp_cpu_offload: false\n", "left/my.yaml")
    assert told(lint(path)) == [("TCW219", "warning")]


def test_the_experiment_at_the_end_compiles(tmp_path: Path) -> None:
    write(tmp_path, shipped(), "my_config.yaml")
    source = write(tmp_path, block("yaml", "experiment_name"), "experiment.yaml")
    assert tcwc.compile(source).ok
