"""A failure of what gives findings a better help takes no finding away, and is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tcwc.torchtune.knowledge.advice import advise


def test_a_failure_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("too much")

    monkeypatch.setattr(advise, "advised", fails)
    path = tmp_path / "experiment.yaml"
    path.write_text(
        "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
        "variables:\n  seed: [1, 2]\ncontrols:\n  warmup_ratio: 0.1\n",
        encoding="utf-8",
    )
    found = tcwc.compile(path).diagnostics
    assert [each.code for each in found] == ["TCW005", "TCW201"]
    assert "ValueError: too much" in found[0].message
