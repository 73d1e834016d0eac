"""`${...}` that double with every line: each path is resolved once, what comes of it is bounded.

Without that thirty lines, 800 bytes, never ended: these tests would not either.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tcwc.config.interpolation.closure import mentions
from tcwc.config.interpolation.reading import NotKnown, resolve
from tcwc.config.interpolation.size import too_large
from tcwc.model.ir import Value

HEAD = """\
experiment_name: t
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
"""
N = 40


def _doubled(first: str, line: str, n: int = N) -> str:
    lines = "".join(f"  +a{i}: {line.replace('A', f'a{i - 1}')}\n" for i in range(1, n + 1))
    return f"{HEAD}controls:\n  +a0: {first}\n{lines}"


TEXTS = _doubled("xxxxxxxxxx", '"${A}${A}"')
SECTIONS = _doubled("{x: 1}", '{p: "${A}", q: "${A}"}')
LISTS = _doubled("[1]", '["${A}", "${A}"]')
KEYS = _doubled("{x: x, y: x}", '{x: "${A.${A.x}}", y: "${A.${A.y}}"}')


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{TEXTS}  output_dir: ${{a{N}}}\n", "TCW211"),
        (f"{TEXTS}  output_dir: '{{a{N}}}/{{run_id}}'\n", "TCW211"),
        (f"{TEXTS}  optimizer.lr: ${{a{N}}}\n", "TCW211"),
        (f"{TEXTS}exclude: ['a{N} == 3']\n", "TCW117"),
        (f"{TEXTS}derived:\n  seed: a{N}\n", "TCW117"),
        (TEXTS.replace("lora_rank: [8, 16]", f"output_dir: ['${{a{N}}}', b]"), "TCW211"),
        (f"{SECTIONS}  dataset.x: ${{a{N}}}\n", "TCW014"),
        (f"{SECTIONS}  =dataset: ${{a{N}}}\n", "TCW014"),
        (f"{SECTIONS}exclude: ['a{N}.p == 3']\n", "TCW014"),
        (SECTIONS.replace("lora_rank: [8, 16]", f"=dataset: ['${{a{N}}}', '${{a3}}']"), "TCW014"),
        (f"{LISTS}  model.lora_attn_modules: ${{a{N}}}\n", "TCW014"),
        (f"{LISTS}  checkpointer.checkpoint_files: ${{a{N}}}\n", "TCW014"),
        (f"{LISTS}exclude: ['a{N} == 3']\n", "TCW014"),
        (f"{KEYS}  output_dir: ${{a{N}.x}}\n", ""),
        (f"{HEAD}controls:\n  output_dir: ${{a{'.01' * 60}}}\n", "TCW211"),
    ],
)
def test_what_doubles(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(text)
    found = tcwc.compile(path).diagnostics
    assert not code or code in {each.code for each in found}, found
    assert len(found) < 50


def test_a_section_that_is_put_into_many_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(_doubled("{x: 1}", '{p: "${A}", q: "${A}"}', 8))
    assert tcwc.compile(path).ok


def _chain(n: int) -> dict[str, Value]:
    return {"a0": {"x": 1}, **{f"a{i}": {"p": f"${{a{i - 1}}}"} for i in range(1, n)}}


def test_a_long_chain_of_sections() -> None:
    assert too_large(_chain(100)) is None
    assert too_large(_chain(3_000)) is not None
    with pytest.raises(NotKnown, match="200 sections deep"):
        resolve("${a2999}", ("z",), _chain(3_000))


def test_both_spellings_of_few_indices() -> None:
    assert len(list(mentions("${a.01.02}", ("z",)))) == 4
    assert len(list(mentions("${a" + ".01" * 50 + "}", ("z",)))) <= 32
