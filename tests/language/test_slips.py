"""Slips of typing, and levels of other programs: what the help and the fixes make of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.language.complaints import other_way
from tcwc.language.slips import decimals, slip, unseen
from tcwc.language.sweeps import elsewhere, levels_in
from tcwc.language.values import Mistyped
from tcwc.model.source import Span
from tcwc.model.types import Type
from tcwc.yaml.lookalikes import named, places, plainly
from tcwc.yaml.nodes import ScalarNode
from tests.study import BASE, Study

INT, FLOAT, TEXT = Type(("int",)), Type(("float",)), Type(("str",))
DTYPE = Type(("str",), ("bf16", "fp32"))
HEAD = f"experiment_name: study\nbase_config: {BASE}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("variables:\n  lora_rank: [4 8 16]\n", "variables:\n  lora_rank: [4, 8, 16]\n"),
        ("variables:\n  lora_rank: 8,16,32\n", "variables:\n  lora_rank: [8, 16, 32]\n"),
        ("variables:\n  lora_rank: (8, 16)\n", "variables:\n  lora_rank: [8, 16]\n"),
        ("variables:\n  lora_rank: {8, 16}\n", "variables:\n  lora_rank: [8, 16]\n"),
        ("variables:\n  lora_rank: choice(8, 16)\n", "variables:\n  lora_rank: [8, 16]\n"),
        ("variables:\n  lora_rank: [choice(8, 16)]\n", "variables:\n  lora_rank: [8, 16]\n"),
        ("variables:\n  seed: range(1,4)\n", "variables:\n  seed: {range: [1, 3, 1]}\n"),
        ('variables:\n  optimizer.lr: "1e-4,3e-4"\n', "variables:\n  optimizer.lr: [1e-4, 3e-4]\n"),
        ("variables:\n  seed: [1, 2]\n  optimizer.lr: [1e–4]\n",
         "variables:\n  seed: [1, 2]\n  optimizer.lr: [1e-4]\n"),
        ("variables:\n  lora_\u200brank: [8, 16]\n", "variables:\n  lora_rank: [8, 16]\n"),
        ("variables:\n  lora_rank： [8, 16]\n", "variables:\n  lora_rank: [8, 16]\n"),
        ("variables:\n\tlora_rank: [8, 16]\n\tseed: [1, 2]\n",
         "variables:\n  lora_rank: [8, 16]\n  seed: [1, 2]\n"),
        ("variables:\n  seed: [1, 2]\ncontrols:\n  epochs: 1#one\n",
         "variables:\n  seed: [1, 2]\ncontrols:\n  epochs: 1  # one\n"),
        ("variables:\n  seed: [1, 2]\nexclude:\n  - {seed: 1, epochs: 2}\n",
         'variables:\n  seed: [1, 2]\nexclude:\n  - "seed == 1 and epochs == 2"\n'),
    ],
)  # fmt: skip
def test_a_safe_fix_writes_what_was_meant(tmp_path: Path, before: str, after: str) -> None:
    study = Study(tmp_path)
    study.source.write_text(HEAD + before, encoding="utf-8")
    study.cli("lint", "--fix")
    assert study.source.read_text(encoding="utf-8") == HEAD + after
    assert study.compile().ok


@pytest.mark.parametrize(
    "text",
    [
        "variables:\n  model.lora_dropout: 0,1\n",
        "variables:\n  model.lora_dropout: [0,1, 0,2]\n",
        "variables:\n  optimizer.lr: interval(1e-5, 1e-3)\n",
        "variables:\n  dtype: choice(bf16, fp31)\n",
        "variables:\n  lora_rank: [8#small, 16]\n",
        "variables:\n  seed: [1, 2]\ncontrols:\n  clip_grad_norm: 0,5\n",
        "variables:\n  seed: [1, 2]\ncontrols:\n  lora_alpha: 2 * lora_rank\n",
    ],
)
def test_no_fix_guesses(tmp_path: Path, text: str) -> None:
    study = Study(tmp_path)
    study.source.write_text(HEAD + text, encoding="utf-8")
    study.cli("lint", "--fix", "--unsafe-fixes")
    assert study.source.read_text(encoding="utf-8") == HEAD + text


@pytest.mark.parametrize(
    ("text", "type_", "meant"),
    [
        ("8 16", INT, "[8, 16]"),
        ("8; 16", INT, "[8, 16]"),
        ("bf16,fp32", DTYPE, "[bf16, fp32]"),
        ("bf16,fp31", DTYPE, None),
        ("train test", TEXT, None),
        ("train,test", TEXT, "[train, test]"),
        ("0,1", FLOAT, "[0.1]"),
        ("range(4)", INT, "{range: [0, 3, 1]}"),
        ("range(0, 0.4, 0.1)", FLOAT, "{range: [0, 0.3, 0.1]}"),
        ("range(0, 0.4, 0.1)", INT, None),
        ("range(4, 1)", INT, None),
        ("tune.loguniform(1e-5, 1e-3)", FLOAT, "{loguniform: [1e-5, 1e-3]}"),
        ("np.logspace(-5, -3, 3)", FLOAT, "{logspace: [1e-5, 1e-3, 3]}"),
        ("np.linspace(0, 1, 5)", FLOAT, "{linspace: [0, 1, 5]}"),
        ("trial.suggest_float(0, 1)", FLOAT, "{uniform: [0, 1]}"),
        ("1e-4", FLOAT, None),
        ("nothing", INT, None),
    ],
)
def test_levels_in_a_text(text: str, type_: Type, meant: str | None) -> None:
    found = levels_in(text, type_)
    assert (found.text if found else None) == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"distribution": "log_uniform_values", "min": "1e-5", "max": "1e-3"}, "loguniform"),
        ({"distribution": "uniform", "min": "0", "max": "1"}, "uniform"),
        ({"min": "0", "max": "1"}, "uniform"),
        ({"distribution": "log_uniform", "min": "-9", "max": "-7"}, "loguniform: [0.000123, "),
        (
            {"distribution": "q_log_uniform_values", "min": "1e-5", "max": "1e-3", "q": "1e-5"},
            "{loguniform: [1e-5, 1e-3]}",
        ),
        ({"distribution": "normal", "mu": "0.01", "sigma": "0.001"}, "{uniform: [0.008, 0.012]}"),
        ({"distribution": "q_log_normal", "mu": "0", "sigma": "1"}, "{loguniform: [0.135, 7.39]}"),
        ({"low": "1e-5", "high": "1e-3", "log": "true"}, "loguniform"),
        ({"type": "choice", "options": ["1", "2"]}, "[1, 2]"),
        ({"distribution": "q_uniform", "min": "8", "max": "64", "q": "8"}, "range: [8, 64, 8]"),
    ],
)
def test_levels_in_words_of_elsewhere(given: dict[str, str | list[str]], meant: str) -> None:
    found = elsewhere(given)
    assert found is not None
    assert meant in found.text


@pytest.mark.parametrize(
    "given",
    [{"distribution": "inv_log_uniform", "min": "2", "max": "3"}, {"max": "1"}, {"rank": "8"}],
)
def test_what_says_no_levels(given: dict[str, str | list[str]]) -> None:
    assert elsewhere(given) is None


def test_what_has_no_like_here_is_said() -> None:
    found = elsewhere({"values": ["8", "16"], "probabilities": ["0.9", "0.1"]})
    assert found is not None
    assert found.note.startswith("`probabilities` has no like here")
    help = other_way("lora_rank", found, sampled=True)
    assert help == "; `probabilities` has no like here: all levels are run, or drawn alike"
    either = elsewhere({"distribution": "log_uniform", "min": "2", "max": "3"})
    assert either is not None
    assert "or `lr: {loguniform: [7.39, 20.1]}` if" in other_way("lr", either, sampled=True)


def test_look_alikes_by_name() -> None:
    assert plainly("1e−4") == "1e-4"
    assert named("1e−4") == "U+2212 (minus sign)"
    assert plainly("mоdel") == "model"
    assert plainly("модель größe 日本") == "модель größe 日本", "words of other alphabets stay"
    assert list(places("a\u200bb–c")) == [1, 3]


def test_slips_are_no_excuse_for_what_fits_nothing() -> None:
    wrong = Mistyped("no", "")
    for text in ("one two", "8 x", "x#y", "8,16", "–"):
        assert slip(text, INT, wrong, item=True) is wrong
    assert slip("1,5", FLOAT, wrong, item=False).help == "write 1.5"
    assert slip("1,000", FLOAT, wrong, item=False) is wrong


def test_what_nobody_sees() -> None:
    span = Span("a", 1, 1, 1, 2)
    assert unseen("größe – ok", span) is None
    assert unseen("“x", span) is None
    found = unseen("a\u200bb", span)
    assert found is not None
    assert found.help == "write ab, typed again"


@pytest.mark.parametrize(
    ("gaps", "told"), [((1, 2, 1), True), ((1, 1, 1), False), ((2, 1, 2), False)]
)
def test_decimal_commas_by_their_spaces(gaps: tuple[int, ...], told: bool) -> None:
    items, column = [], 1
    for gap in (*gaps, 0):
        items.append(ScalarNode("0", False, Span("a", 1, column, 1, column + 1)))
        column += 1 + gap
    assert (decimals(items, FLOAT) is not None) is told


def test_repeated_halves_of_the_author(tmp_path: Path) -> None:
    """A zipped variable may repeat a level; only lost commas make halves of numbers."""
    variables, more = "seed: [1, 2]\nepochs: [01, 01]", "zip: [[seed, epochs]]\n"
    assert "octal" in Study(tmp_path).write(variables, more=more).cli("lint").out
