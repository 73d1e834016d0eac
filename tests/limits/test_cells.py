"""What a source raises neither by its `limit:` nor by a large sample: these would never end."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tcwc.model.limits import DIRECTORIES, DRAWN, DRAWS, RUNS, WALKED, WORKED_OUT, Limit

HEAD = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\nlimit: 10000000000\n"
N = 30
VARIABLES = "variables:\n" + "".join(f"  +v{i}: [1, 2]\n" for i in range(N))
ANY = " or ".join(f"v{i} == 2" for i in range(N))
WHEN = f'  +w: {{values: [1, 2], when: "{ANY}"}}\n'
CONTINUOUS = "variables:\n  lr: {uniform: [1e-5, 1e-3]}\n"
MANY = "variables:\n  seed: {range: [1, 1200, 1]}\n"
DIRECTORY = "isolate_outputs: false\ncontrols:\n  output_dir: /tmp/{seed}\n"


@pytest.mark.parametrize(
    ("text", "code", "limit"),
    [
        (f"{VARIABLES}exclude: ['{ANY}']\n", "TCW117", WORKED_OUT),
        (f"{MANY}derived:\n  +a: seed + 1\n", "TCW117", WORKED_OUT),
        (f"{VARIABLES}{WHEN}", "TCW117", WORKED_OUT),
        (f"{VARIABLES}exclude: ['v0 == 2']\n", "TCW112", WALKED),
        (f"{VARIABLES}sample: {{size: 5, seed: 1}}\n", "TCW112", WALKED),
        (f"{CONTINUOUS}sample: {{size: 1000000000, seed: 1}}\n", "TCW112", DRAWN),
        (f"{CONTINUOUS}sample: {{size: 2000, seed: 1}}\n", "TCW112", DRAWS),
        (VARIABLES, "TCW112", RUNS),
        (f"{MANY}exclude: ['seed > 1100']\n", "TCW112", RUNS),
        (f"{MANY}include: [{{seed: 0}}]\n", "TCW112", RUNS),
        (f"{MANY}{DIRECTORY}", "TCW402", DIRECTORIES),
    ],
)
def test_what_limit_does_not_raise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: str, limit: Limit
) -> None:
    # Each ends at less, to be quicker; that it ends is what is asked.
    monkeypatch.setattr("tcwc.lint.checks.collisions._MAX_KNOWN", 10)
    for module in (
        "design.evaluator",
        "design.finisher",
        "design.selection",
        "design.drawing",
        "design.settled",
    ):
        _lessen(monkeypatch, f"tcwc.{module}", limit)
    _lessen(monkeypatch, "tcwc.lint.checks.collisions", limit)
    path = tmp_path / "experiment.yaml"
    path.write_text(HEAD + text)
    found = [each for each in tcwc.compile(path).diagnostics if each.code == code]
    assert found
    assert any("whatever `limit`" in each.message or code == "TCW402" for each in found)


def _lessen(monkeypatch: pytest.MonkeyPatch, module: str, limit: Limit) -> None:
    import importlib

    loaded = importlib.import_module(module)
    for name, value in list(vars(loaded).items()):
        if value is limit:
            monkeypatch.setattr(loaded, name, Limit(limit.what, 1_000, limit.units))


def test_what_people_write_is_within() -> None:
    assert WALKED.at_most >= 2 * 1_000_000  # a million combinations with a condition
    assert WORKED_OUT.at_most >= 100_000 * (1 + 2)  # a hundred thousand with another value in each
    assert DRAWN.at_most >= 10_000  # the limit of who says none
    assert DRAWS.at_most >= 10_000 * 10
