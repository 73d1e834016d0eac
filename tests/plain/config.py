"""A config that no experiment uses, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from tcwc.api.plain import ConfigFor, LintedConfig, lint_config
from tests.experiments import CATALOGUE, render

LORA = "lora_finetune_single_device"
SEVERAL = "lora_finetune_distributed"


def shipped(name: str = "llama3_2/1B_lora_single_device") -> str:
    """A shipped config's text, without its comments."""
    config = CATALOGUE.config(name)
    assert config is not None
    return render(config.values)


def write(folder: Path, text: str, name: str = "my.yaml") -> Path:
    """The config's file, at the top of a repository."""
    (folder / ".git").mkdir(exist_ok=True)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def lint(path: Path, recipe: str = "", version: str = "") -> LintedConfig:
    return lint_config(str(path), wanted=ConfigFor(recipe, version))


def told(found: LintedConfig) -> list[tuple[str, str]]:
    """The codes of the findings and how grave they are, but for which recipe was looked for."""
    return [(each.code, each.severity.value) for each in found.diagnostics]
