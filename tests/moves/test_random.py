"""Random experiments: of their configs alone an experiment is made that gives all of them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tcwc.api.compilation import compile
from tcwc.api.runs import Runs
from tcwc.api.session import TARGET, Session
from tcwc.disk.files import Place
from tcwc.moves.adopt import Workplace, adopt_runs
from tcwc.moves.columns import Observed
from tcwc.moves.ground import Wishes, ground

pytestmark = pytest.mark.slow

SESSION = Session()
PLACE = Workplace("nowhere/x.experiment.yaml", SESSION)
BASES = (
    "llama3_2/1B_lora_single_device", "llama3_1/8B_full", "qwen2_5/0.5B_lora_single_device",
    "llama3_1/8B_lora_dpo_single_device", "llama2/7B_qlora_single_device",
    "phi3/mini_full_low_memory",
)  # fmt: skip
PATHS = {
    "optimizer.lr": ("1e-4", "3e-4", "1e-3", "2e-5"),
    "batch_size": ("1", "2", "4"),
    "seed": ("1", "2", "3"),
    "gradient_accumulation_steps": ("1", "8", "16"),
    "tokenizer.max_seq_len": ("512", "1024"),
    "clip_grad_norm": ("null", "1.0"),
    "dtype": ("bf16", "fp32"),
    "max_steps_per_epoch": ("null", "10", "20"),
}
OF_LORA = {
    "model.lora_rank": ("8", "16", "32"),
    "model.lora_dropout": ("0.0", "0.1"),
    "model.lora_attn_modules": ("[q_proj]", "[q_proj, v_proj]"),
}
PLAIN = ("optimizer.lr", "batch_size", "seed", "gradient_accumulation_steps", "model.lora_rank")


def experiment(random: Random) -> str:
    """The text of an experiment with whatever designs have."""
    base = random.choice(BASES)
    paths = PATHS | (OF_LORA if "lora" in base else {})
    chosen = random.sample(sorted(paths), random.randint(1, 4))
    varied = {p: random.sample(paths[p], random.randint(1, len(paths[p]))) for p in chosen}
    return "\n".join(_lines(base, varied, random)) + "\n"


def _lines(base: str, varied: dict[str, list[str]], random: Random) -> Iterator[str]:
    yield f"experiment_name: e\nbase_config: {base}\nvariables:"
    yield from (f"  {path}: [{', '.join(levels)}]" for path, levels in varied.items())
    pairs = [path for path, levels in varied.items() if len(levels) == 2]
    if len(pairs) > 1 and random.random() < 0.3:
        yield f"zip: [[{pairs[0]}, {pairs[1]}]]"
    if "model.lora_rank" in varied and random.random() < 0.6:
        yield "derived:\n  model.lora_alpha: 2 * model.lora_rank"
    plain = [path for path in varied if path in PLAIN]
    if len(plain) > 1 and random.random() < 0.4:
        one, other = random.sample(plain, 2)
        yield f"exclude:\n  - {one} == {varied[one][0]} and {other} == {varied[other][0]}"
    if random.random() < 0.3:
        yield "arms:\n  data:\n    a: {}\n    b: {dataset.split: 'train[:10%]'}"
    yield "controls:\n  log_every_n_steps: 7"
    if random.random() < 0.3:
        yield "  output_dir: /tmp/x/{run_id}"


@pytest.mark.parametrize("seed", range(60))
def test_configs_alone_give_the_experiment(seed: int) -> None:
    random = Random(seed)
    text = experiment(random)
    made = compile("nowhere/e.experiment.yaml", text=text, session=SESSION)
    if not made.ok:  # two levels that are one, nothing left of an `exclude`
        return
    observed = [Observed(run.id, run.config) for run in Runs(made.build_upon(None))]
    random.shuffle(observed)
    known = SESSION.catalogue("0.6.1", Place("x"))
    start = ground(Wishes("e"), observed[0].values, known, TARGET)
    found = adopt_runs(observed, start, [], PLACE, known)
    assert found.is_whole, (text, found.text, found.notes, found.proof)
    assert "  setting:" not in found.text, (text, found.text)  # no mere list of runs
    assert not any("differs from its row" in note for note in found.notes), (text, found.notes)
