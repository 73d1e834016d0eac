"""`sample` lowered: how many runs, and the seed."""

from __future__ import annotations

from collections.abc import Iterable

from tcwc.language.lower import Lowering
from tcwc.language.values import type_scalar
from tcwc.model.design import Sample
from tcwc.model.diagnostics import finding
from tcwc.model.digits import number_of
from tcwc.model.rules import BAD_SAMPLE
from tcwc.model.source import Span
from tcwc.model.types import Type
from tcwc.yaml.nodes import Entry, MappingNode, ScalarNode, in_flow

_EXAMPLE = "write `sample: {size: 20, seed: 7}`"
SIZES = (
    "size", "n", "count", "num", "runs", "samples", "num_samples", "trials", "n_samples", "number",
    "k", "max_runs", "num_runs", "n_runs", "num_trials", "n_trials", "max_trials", "n_iter",
    "num_experiments", "n_experiments", "budget", "run_cap", "n_points", "num_points",
    "max_evals", "num_configs", "n_configs", "total", "draws", "n_draws", "num_draws",
    "sample_size", "n_calls", "iterations", "num_iterations",
)  # fmt: skip
"""What the number of runs that are drawn is called, here and elsewhere."""
SEEDS = ("seed", "random_seed", "random_state", "rng", "rng_seed", "search_seed", "sampler_seed")
"""What the seed is called by which they are drawn."""
_WHOLE = Type(("int",))


def lower_sample(lowering: Lowering, section: MappingNode, span: Span) -> Sample | None:
    """The sample; without a seed it is 0. None where it is bad, which is then reported."""
    values = {"seed": 0}
    before = len(lowering.found)
    for entry in section.entries:
        word, node = entry.key.text, entry.value
        if word not in ("size", "seed"):
            message = f"a sample has `size` and `seed`, and no `{word}`"
            help = _with_own(section)
            lowering.found.append(finding(BAD_SAMPLE, entry.key.span, message, help=help))
            continue
        value = (
            type_scalar(node.text, node.quoted, _WHOLE) if isinstance(node, ScalarNode) else None
        )
        if not isinstance(value, int) or value < (word == "size"):
            at_least = "a whole number from 1 on" if word == "size" else "a whole number from 0 on"
            message = f"the `{word}` of a sample is {at_least}"
            help = _with_own(section)
            lowering.found.append(finding(BAD_SAMPLE, node.span, message, help=help))
        else:
            values[word] = value
    if "size" not in values and len(lowering.found) == before:
        message = "a sample needs its `size`: how many runs"
        lowering.found.append(finding(BAD_SAMPLE, span, message, help=_EXAMPLE))
    return Sample(values["size"], values["seed"], span) if len(lowering.found) == before else None


def sample_of(entries: Iterable[Entry], size: str = "", seed: str = "7") -> str:
    """What to write with the numbers of a section whose words are others; "" without a size."""
    given = {entry.key.text: in_flow(entry.value) for entry in entries}
    sizes = [given[word] for word in SIZES if given.get(word, "").isdecimal()]
    seeds = [given[word] for word in SEEDS if given.get(word, "").isdecimal()]
    sizes = [each for each in sizes if number_of(each) > 0] or [size]
    return f"sample: {{size: {sizes[0]}, seed: {(seeds or [seed])[0]}}}" if sizes[0] else ""


def _with_own(section: MappingNode) -> str:
    line = sample_of(section.entries)
    return f"write `{line}`" if line else _EXAMPLE
