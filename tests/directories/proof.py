"""Random experiments, and where each of their runs really writes, as OmegaConf reads its config.

Lint says either that two runs write to one directory, and two do (or may, where only a number of
a run or the environment decides), or it says nothing, and none do.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from omegaconf import OmegaConf

import tcwc
from tests.evidence import EIGHTHS
from tests.experiments import quoted

EXPERIMENTS = 2_000
WRITTEN = (
    ("output_dir",), ("checkpointer", "output_dir"), ("metric_logger", "log_dir"),
    ("profiler", "output_dir"),
)  # fmt: skip
HEAD = """\
# tcwc: ignore-file[TCW402]
experiment_name: t
base_config: llama3_2/1B_lora_single_device
"""
ENVIRONMENT = {"TCWC_TEST_A": "/env/a", "TCWC_TEST_B": "/env/a/b"}

LITERALS = (
    "/tmp/a",
    "/tmp/b",
    "/tmp/a/",
    "/tmp/./a",
    "/tmp//b",
    "/tmp/b/../a",
    "out",
    "./out",
    "out/x",
)
ENDS = (
    "",
    "",
    "/",
    "/x",
    "/./x",
    "/runs",
    "_y",
    "{lora_rank}",
    "/{lora_rank}",
    "/{adapter}",
    "-{epochs}",
)
HOLES = (
    "{run_id}", "{index}", "{index:03d}", "{index:.0e}", "{lora_rank}", "{epochs}", "{adapter}",
    "{experiment_name}", "{learning_rate}", "{lora_rank:04d}",
)  # fmt: skip
REFERENCES = (
    "${output_dir}", "${output_dir}/logs", "${..output_dir}/sub", "${checkpointer.output_dir}",
    "${metric_logger.log_dir}/c", "${place}", "${place}/${epochs}", "${oc.env:TCWC_TEST_A}",
    "${oc.env:TCWC_TEST_B}/x", "${oc.env:TCWC_TEST_A}/b", "/tmp/${model.lora_rank}",
    "/tmp/${seed}${epochs}", "\\${x}/d",
)  # fmt: skip


class Difference(AssertionError):
    """Lint is wrong about the directories of an experiment."""


def proof(eighth: int) -> Mapping[str, int]:
    """An eighth of the experiments: how many share a directory, may do so, or do not."""
    return run(range(eighth, EXPERIMENTS, EIGHTHS))


def run(seeds: Iterable[int]) -> dict[str, int]:
    """The experiments of these seeds. Raises Difference."""
    counts: Counter[str] = Counter()
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for seed in seeds:
                counts[verdict(text(Random(seed)), Path(folder), seed)] += 1
    finally:
        os.environ.clear()
        os.environ.update(before)
    return dict(sorted(counts.items()))


def verdict(source: str, folder: Path, seed: int) -> str:
    """What lint and the runs' configs say together. Raises Difference where they disagree."""
    file = folder / "experiment.yaml"
    file.write_text(source, encoding="utf-8")
    ignored = tcwc.compile(file)
    if not ignored.ok:
        return "other errors"
    file.write_text(source.replace(HEAD, HEAD.partition("\n")[2]), encoding="utf-8")
    said = [each.message for each in tcwc.compile(file).diagnostics if each.code == "TCW402"]
    owners: dict[str, int] = {}
    shared = ""
    for place, each in enumerate(ignored.runs):
        for directory in directories(each.text):
            if owners.setdefault(directory, place) != place:
                shared = directory
    if shared and not said:
        raise Difference(f"experiment {seed}: runs share {shared}, and nothing is said\n{source}")
    if said and not shared and "may" not in said[0] and "index:.0e" not in source:
        raise Difference(f"experiment {seed}: no directory is shared: {said[0]}\n{source}")
    return "shared" if shared else "may be shared" if said else "apart"


def directories(config: str) -> set[str]:
    """Where a run writes, one spelling of each path."""
    read: Any = OmegaConf.create(config)
    found = set()
    for path in WRITTEN:
        section = read
        for key in path[:-1]:
            section = section.get(key) or {}
        value = section.get(path[-1])
        if isinstance(value, str):
            found.add(os.path.normpath(os.path.join("/start", value)))
    return found


def text(random: Random) -> str:
    """A random experiment that says where its runs write."""
    lines = [HEAD.rstrip("\n")]
    if random.random() < 0.4:
        lines.append("isolate_outputs: false")
    variables = _variables(random)
    chosen = random.sample(sorted(variables), random.randint(1, min(3, len(variables))))
    lines += _beyond_the_grid(random, variables, chosen)
    lines += ["variables:", *(f"  {name}: {variables[name]}" for name in chosen)]
    lines += ["arms:", "  adapter:", *_arm(random)]
    controls = {"seed": "1"}
    if "+place" not in chosen:
        controls["+place"] = quoted(random.choice((*LITERALS, *REFERENCES[:5])))
    for path in WRITTEN:
        name = ".".join(path)
        if name not in chosen and random.random() < 0.35:
            controls[name] = quoted(_directory(random))
    if random.random() < 0.2:
        controls["+note"] = "'n_{adapter}'"
    return "\n".join([*lines, "controls:", *(f"  {k}: {v}" for k, v in controls.items()), ""])


def _variables(random: Random) -> dict[str, str]:
    """Variables and their levels, as texts."""
    variables = {"lora_rank": "[1, 11, 16]", "epochs": "[1, 16]"}
    if random.random() < 0.3:
        variables["learning_rate"] = "[1e-4, 3e-4]"
    if random.random() < 0.3:
        first, second = random.sample((*LITERALS, *REFERENCES[:5]), 2)
        variables["+place"] = f"[{quoted(first)}, {quoted(second)}]"
    for path in WRITTEN:
        if random.random() < 0.25:
            levels = ", ".join(quoted(_directory(random)) for _ in range(random.choice((2, 2, 3))))
            variables[".".join(path)] = f"[{levels}]"
    return variables


def _beyond_the_grid(random: Random, variables: dict[str, str], chosen: list[str]) -> list[str]:
    """A condition on the last variable, a row, a pair that advances together, or nothing."""
    if "lora_rank" in chosen[:-1] and random.random() < 0.3:
        last = chosen[-1]
        variables[last] = f"{{values: {variables[last]}, when: 'lora_rank > 1'}}"
    elif random.random() < 0.15:
        is_text = {name: "_dir" in name or name == "+place" for name in chosen}
        row = [f"{name}: {quoted('/tmp/a') if is_text[name] else 9}" for name in chosen]
        return [f"include: [{{{', '.join(row)}, adapter: a}}]"]
    elif chosen[1:] and all(variables[name].count(",") == 1 for name in chosen[:2]):
        return [f"zip: [[{', '.join(chosen[:2])}]]"]
    return []


def _arm(random: Random) -> list[str]:
    small = "    a: {lora_alpha: 8}"
    large = "    ab: {lora_alpha: 16"
    if random.random() < 0.3:
        large += f", +site: {quoted(_directory(random))}"
    return [small, large + "}"]


def _directory(random: Random) -> str:
    roll = random.random()
    if roll < 0.35:
        return random.choice(LITERALS) + random.choice(ENDS)
    if roll < 0.6:
        between = random.choice(("", "", "/", "_", "-"))
        return f"/tmp/{random.choice(HOLES)}{between}{random.choice(HOLES)}{random.choice(ENDS)}"
    if roll < 0.75:
        return f"/tmp/{random.choice(HOLES)}{random.choice(ENDS)}"
    return random.choice(REFERENCES) + random.choice(("", "", "/x", "/{lora_rank}"))
