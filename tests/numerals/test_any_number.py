"""Numbers of any size and shape, wherever one can stand: a finding or none, never a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tests.conftest import EIGHTHS
from tests.evidence import eighth

_HEAD = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\n"
_VARIED = _HEAD + "variables: {lora_rank: [8, 16]}\n"
_WHOLE, _LONG = "9" * 19, "9" * 5_000
_BEFORE = ("1", "-1", "0", "1.5", "9" * 30, "9" * 400, ".5", "5.", "0x1", "1_000")
_BEHIND = (
    "", "e5", "e400", "e-400", f"e{_WHOLE[1:]}", f"e{_WHOLE}", f"e-{_WHOLE}", "e" + "9" * 25,
    "E+" + "9" * 300, f"e-{_LONG}", "%", " %", "k", "M", "e9%",
)  # fmt: skip
_OTHERS = (
    f"2^{_WHOLE}", f"2**{_WHOLE}", f"10^-{_WHOLE}", "1e5e5", f"1/{_LONG}", f"{_LONG}/2", ".inf",
    "-.inf", ".nan", "inf", "nan", "Infinity", "0o" + "7" * 5_000, "0b" + "1" * 5_000,
    "0x" + "f" * 5_000, "1:" * 2_000 + "1", "1e" + "_9" * 30, "1,000,000", "1e5-1e6", "1e-5..1e-4",
    f"8 {_LONG}",
)  # fmt: skip
NUMBERS = (*(before + behind for before in _BEFORE for behind in _BEHIND), *_OTHERS)

PLACES = {
    "a control": _VARIED + "controls: {seed: @}\n",
    "a rate": _VARIED + "controls:\n  optimizer.lr: @\n",
    "a level": _HEAD + "variables:\n  lora_rank: [8, @]\n",
    "the only level": _HEAD + "variables:\n  optimizer.lr: @\n",
    "an end": _HEAD + "variables:\n  lora_rank: {range: [1, @, 1]}\n",
    "an end of linspace": _HEAD + "variables:\n  optimizer.lr: {linspace: [0, @, 5]}\n",
    "an end of logspace": _HEAD + "variables:\n  optimizer.lr: {logspace: [1e-5, @, 5]}\n",
    "a bound": _HEAD + "variables:\n  optimizer.lr: {uniform: [1e-5, @]}\nsample: 2\n",
    "a size": _VARIED + "sample: {size: @, seed: 1}\n",
    "a seed": _VARIED + "sample: {size: 1, seed: @}\n",
    "the limit": _VARIED + "limit: @\n",
    "a factor of a formula": _VARIED + "derived:\n  seed: lora_rank * @\n",
    "a power": _VARIED + "derived:\n  seed: lora_rank ** @\n",
    "an argument": _VARIED + "derived:\n  seed: int(log2(@))\n",
    "an exclusion": _VARIED + "exclude: ['lora_rank == @']\n",
    "a condition": _VARIED + "controls:\n  when: {'lora_rank > @': {seed: 1}}\n",
    "a row": _VARIED + "include: [{lora_rank: @}]\n",
    "an arm": _HEAD + "arms: {a: {x: {seed: @}, y: {seed: 1}}}\n",
    "engineering": _VARIED + "engineering:\n  batch_size: @\n",
    "a note": _VARIED + "meta:\n  x: @\n",
    "another's range": _HEAD + "variables:\n  lora_rank: range(1, @)\n",
    "another's choice": _HEAD + "variables:\n  lora_rank: choice(2, @)\n",
    "another's logspace": _HEAD + "variables:\n  optimizer.lr: np.logspace(-5, @, 3)\n",
    "a key": _VARIED + "controls:\n  @: 1\n",
    "an index": _VARIED + "controls:\n  tokenizer[@]: 1\n",
    "a reference": _VARIED + "controls:\n  +x: ${a[@]}\n",
    "a template": _VARIED + "controls:\n  +x: '{@}'\n",
    "a split": _VARIED + "controls: {dataset.split: 'train[:@]'}\n",
    "a string": _VARIED + "controls: {epochs: '@'}\n",
    "a version": _VARIED + "torchtune: @\n",
    "a truth": _VARIED + "controls: {compile: @}\n",
}


def _tried(place: str, number: str, folder: Path) -> None:
    text = PLACES[place].replace("@", number)
    found = tcwc.compile(folder / "experiment.yaml", text=text).diagnostics
    assert [each.message for each in found if each.code == "TCW005"] == [], number


@pytest.mark.parametrize("place", PLACES)
def test_beyond_what_decimals_have(place: str, tmp_path: Path) -> None:
    for number in (f"1e{_WHOLE}", f"-1e-{_WHOLE}", "9" * 400):
        _tried(place, number, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_an_eighth_of_all_numbers(place: str, tmp_path: Path) -> None:
    for number in NUMBERS[eighth() :: EIGHTHS]:
        _tried(place, number, tmp_path)
