"""Names in templates that stand for nothing: each is told where it stands, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import tcwc

TEXT = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
controls:
  output_dir: /tmp/{lora_rnk}/{lora_rank}/{lora_rnk}/{quux}
"""


def test_each_place_of_a_name_that_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(TEXT)
    found = tcwc.compile(path).diagnostics
    line = TEXT.splitlines()[5]
    places = [line.index("{lora_rnk}"), line.rindex("{lora_rnk}"), line.index("{quux}")]
    assert [each.code for each in found] == ["TCW118"] * 3
    assert [each.span.column - 1 for each in found] == places
