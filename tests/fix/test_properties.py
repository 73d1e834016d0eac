"""What holds of fixes whatever the file: over good experiments with mistakes put into them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher

from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.lint.fix import Outcome, repair
from tcwc.lint.replacements import Linted
from tcwc.model.diagnostics import Severity
from tests.conftest import share
from tests.fix.originals import GOOD

SESSION = Session()
NAME = "x.yaml"

Mutation = Callable[[str], list[str]]


def each(pattern: str, new: str) -> Mutation:
    """All texts with one match of a pattern replaced."""
    return lambda text: [
        m.expand(new).join((text[: m.start()], text[m.end() :])) for m in re.finditer(pattern, text)
    ]


MUTATIONS: tuple[Mutation, ...] = (
    each(r"\bepochs\b", "Epochs"),
    each(r"\bmax_steps_per_epoch\b", "max-steps-per-epoch"),
    each(r"\blora_rank\b", "lora_rnak"),
    each(r"\bweight_decay\b", "weigth_decay"),
    each(r"\blog_every_n_steps\b", "log_every_n_stps"),
    each(r"\boptimizer\.lr\b", "optimizer.learning_rate"),
    each(r"\bcontrols\b", "control"),
    each(r"\bengineering\b", "enginering"),
    each(r"\bvariables\b", "Variables"),
    each(r"(?<=\[)8\b", '"8"'),
    each(r"(?<= )16\b", "16.0"),
    each(r"(?<=- )2\b", "'2'"),
    each(r"\btrue\b", "yes"),
    each(r"\bfalse\b", "off"),
    each(r"\bnull\b", "None"),
    each(r"(?<= )10\b", "1_0"),
    each(r"\b32\b", "32, 8"),
    each(r"(?<=- )4\b", "4\n    - 2  # again"),
    each(r"\bfp32\b", "bf16"),
    each(r"\bbf16\b", "BF16"),
    each(r"\bfp32\b", "fp23"),
    each(r"single_device\b", "single_device.yaml"),
    each(r"single_device\b", "singel_device"),
    each(r"packed: ", "packed:"),
    each(r"seed: 1", "seed: 1, lora_alpha: 32, seed : 1"),
    each(r"(?m)^  seed: 1", "  optimizer.lr: 3e-4\n  seed: 1"),
    each(r"(?m)^  seed: 1", "  tokenizer: {}  # nothing\n  seed: 1"),
    each(r"(?m)^  seed: 1", "  ~profiler: 1\n  seed: 1"),
    each(r"(?m)^  seed: 1", "  metric_logger.log_dir: ${outptu_dir}/x\n  seed: 1"),
    each(r"\[1e-4, 3e-4\]", "1e-4, 3e-4"),
    each(r"\[1e-4, 3e-4\]", "1e-4"),
    each(r"torch\.optim\.Adam\b", "torch.optim.Adamm"),
    each(r"torch\.optim\.Adam\b", "torch.optim.Rprop"),
    each(r"\Z", "isolate_outputs: yes\n"),
)


def compiled(text: str) -> Compilation:
    return compile(NAME, text=text, session=SESSION)


def repaired(text: str, *, unsafe: bool) -> Outcome:
    def found(texts: Mapping[str, str]) -> Linted:
        made = compiled(texts.get(NAME, text))
        return Linted(made.diagnostics, made.sources)

    return repair(found, unsafe=unsafe, may_edit=lambda _: True)


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A good experiment with one to four mistakes, and perhaps other line ends."""
    text = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        options = [made for mutation in MUTATIONS for made in mutation(text)]
        text = draw(st.sampled_from(options))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def errors(made: Compilation) -> set[tuple[str, str]]:
    return {(d.code, d.message) for d in made.diagnostics if d.severity is Severity.ERROR}


def comments(text: str) -> list[str]:
    return re.findall(r"(?:^|(?<=\s))#[^\n\"]*\n", text)


def test_the_experiments_are_good() -> None:
    for text in GOOD:
        assert not errors(compiled(text)), compiled(text).diagnostics
        assert not repaired(text, unsafe=True).texts


def test_each_mutation_is_found_and_most_are_repaired() -> None:
    mutants = {made for text in GOOD for mutation in MUTATIONS for made in mutation(text)}
    whole = 0
    for text in mutants:
        assert compiled(text).diagnostics, text
        after = repaired(text, unsafe=True).texts.get(NAME, text)
        whole += not errors(compiled(after))
    assert whole >= 0.8 * len(mutants), f"{whole} of {len(mutants)}"


@settings(max_examples=share(150))
@given(text=broken(), unsafe=st.booleans())
def test_fixes(text: str, unsafe: bool) -> None:
    before = compiled(text)
    outcome = repaired(text, unsafe=unsafe)
    new = outcome.texts.get(NAME, text)
    after = compiled(new)
    # once is enough
    assert not repaired(new, unsafe=unsafe).texts
    # parseable, where it was
    syntax = {"TCW001", "TCW002", "TCW003", "TCW004"}
    if not any(d.code in syntax for d in before.diagnostics):
        assert not any(d.code in syntax for d in after.diagnostics)
    # what is said to be fixed is gone
    fixed = {(d.code, d.message) for d in outcome.fixed}
    kept = {(d.code, d.message) for d, _ in outcome.dropped}
    left = {(d.code, d.message) for d in after.diagnostics}
    assert not (fixed & left) - kept
    # no new mistake, but what a mistake hid
    if not errors(before):
        assert not errors(after)
    assert len(errors(after)) <= max(len(errors(before)), 4)
    # all comments are there, letter by letter, and every other line but those that were repaired
    assert comments(new) == comments(text)
    lines, made = text.splitlines(keepends=True), new.splitlines(keepends=True)
    changed = sum(
        max(b - a, d - c)
        for kind, a, b, c, d in SequenceMatcher(None, lines, made, autojunk=False).get_opcodes()
        if kind != "equal"
    )
    assert changed <= 3 * len(outcome.fixed)
    assert ("\r\n" in new) == ("\r\n" in text)
    assert new.count("\r\n") in (0, new.count("\n"))
