"""`--statistics` says of each rule what it took: its own time, and no other's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tcwc.api.compilation import compile
from tcwc.api.rule_cases import write
from tcwc.api.rule_files import read_user_rules
from tcwc.api.session import Session
from tcwc.lint import stopwatch
from tcwc.lint.stopwatch import Stopwatch
from tcwc.model.diagnostics import Rule, Severity
from tests.lint.auditor import Auditor
from tests.rules.cases import cases

ONE, OTHER = (Rule(code, "a", Severity.INFO) for code in ("TCW001", "TCW002"))


def test_every_finding_comes_while_its_rule_is_timed(tmp_path: Path) -> None:
    """In some bad cases; in all of them: tests/rules/test_rules.py, where they are repaired."""
    watch = Auditor()
    session = Session(preview=True, watch=watch)
    for case in [each for each in cases() if not each.good][::10]:
        compile(write(case, tmp_path / case.name), session=session)
    assert watch.strange == []
    assert len(watch.rules) > 20


def test_each_rule_of_a_user_is_timed(project_root: Path) -> None:
    lab = project_root / "examples" / "lab_rules"
    texts = [(path.name, path.read_text()) for path in (lab / "lint_rules").glob("*.yaml")]
    rules, watch = read_user_rules(texts), Stopwatch()
    compile(lab / "experiment.yaml", session=Session(rules, watch=watch))
    assert len(rules.rules) == 2
    assert {(each.rule,) for each in rules.rules} <= set(watch.seconds)


def test_what_one_rule_does_is_not_counted_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(stopwatch, "perf_counter", lambda: clock[0])
    watch = Stopwatch()

    def inner() -> Iterator[int]:
        clock[0] += 5
        yield 1

    def outer() -> Iterator[int]:
        clock[0] += 1
        yield from watch.over((OTHER,), inner())
        clock[0] += 2

    for _ in watch.over((ONE,), outer()):
        clock[0] += 100  # what a caller does with it
    assert watch.seconds == {(ONE,): 3, (OTHER,): 5}


def test_a_check_says_which_rule_it_turns_to(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(stopwatch, "perf_counter", lambda: clock[0])
    watch = Stopwatch()

    def found() -> Iterator[int | Rule | None]:
        clock[0] += 1
        yield ONE
        clock[0] += 5
        yield 7
        clock[0] += 5
        yield OTHER
        clock[0] += 20
        yield None
        clock[0] += 2

    assert list(watch.over("what they share", found())) == [7]
    assert watch.seconds == {"what they share": 3, (ONE,): 10, (OTHER,): 20}
