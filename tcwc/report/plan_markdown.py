"""A plan as Markdown: the tables for the methods section of a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tcwc.model.cut import cut_inside
from tcwc.model.ir import Factor, format_path
from tcwc.model.limits import MESSAGE
from tcwc.model.printable import printable
from tcwc.model.secrets import masked, masked_value
from tcwc.model.words import how_many
from tcwc.report.plan import Plan, PlanFormat, constants, few, level_texts, steps
from tcwc.report.plan_balance import balance_lines
from tcwc.report.runs import level_text

_BACKTICKS = re.compile("`+")
_SPECIAL = re.compile(r"[\\`*<\[|~]|\b_|_\b")


def markdown_lines(plan: Plan, *, everything: bool) -> Iterator[str]:
    """The lines of the text; long lists of levels are cut, unless it is to say `everything`."""
    experiment, component = plan.experiment, plan.experiment.target.component
    runs = how_many(len(experiment.cells), "run")
    yield f"**{_plain(experiment.name)}**: {runs} ({steps(experiment)})."
    recipe, base = (_short(each) for each in (experiment.recipe, experiment.base.name))
    yield f"Recipe {_code(recipe)} of {experiment.target.name} {experiment.version},"
    yield f"base config {_code(base)}."
    rows = [_factor(plan, at, factor, everything) for at, factor in plan.factors]
    yield from _table(("Factor", "Levels", "Runs per level"), rows)
    design = experiment.design
    rows = [
        (_code(path), _code(str(masked_value(path, each.formula.text))))
        for each in design.derived
        for path in (format_path(each.path),)
    ]
    yield from _table(("Derived", "Computed as"), rows)
    for title, found in (
        ("Constant", experiment.controls),
        *(
            (f"Constant where {_code(each.name)}", each.levels[0].assignments)
            for each in experiment.conditional
        ),
        ("Constant (cannot change the result)", experiment.engineering),
    ):
        texts = ((path, level_text(value, component)) for path, value in constants(found))
        rows = [(_code(path), _code(text)) for path, text in texts]
        yield from _table((title, "Value"), rows)
    yield from _notes(plan, everything)


def _factor(plan: Plan, at: int, factor: Factor, everything: bool) -> tuple[str, ...]:
    runs, included = plan.balance.levels[at], plan.balance.included[at]
    named = [*enumerate(map(_code, level_texts(factor, plan.experiment.target.component)))]
    counts = {level: runs.get(level, 0) + included.get(level, 0) for level, _ in named}
    unset = runs.get(None, 0) + included.get(None, 0)
    levels = few([text for _, text in named], everything)
    shown = few([f"{counts[level]:,}" for level, _ in named], everything)
    if len(counts) > 1 and len(set(counts.values())) == 1:
        shown = [f"{shown[0]} each"]
    more = [f"not set: {unset:,}"] if unset else []
    name = factor.name if factor.is_arm else format_path(factor.path)
    return _code(name), ", ".join(levels), ", ".join([*shown, *more])


def _notes(plan: Plan, everything: bool) -> Iterator[str]:
    factors, design = plan.experiment.factors, plan.experiment.design
    notes = [
        *(f"Excluded: {_code(each.text)}." for each in design.exclude),
        *(
            f"{_code(each.name)} is set where {_code(each.when.text)}."
            for each in factors
            if each.when is not None
        ),
        *(
            f"{', '.join(_code(factors[at].name) for at in group.factors)} advance together."
            for group in design.zips
        ),
        *(f"{_plain(line)}." for line in balance_lines(plan, everything)),
    ]
    if notes:
        yield ""
        yield from (f"- {note}" for note in notes)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield ""
        for cells in (head, ("---",) * len(head), *rows):
            # chr(92) is the backslash: before Python 3.12 none may stand within an f-string.
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _short(name: str) -> str:
    """A name of the author's, which may be pages, as messages have it."""
    return cut_inside(masked(name), MESSAGE.at_most)


def _code(text: str) -> str:
    """Text that Markdown takes as it is, whatever backticks are in it."""
    line = printable(masked(" ".join(text.split())), is_data=True)
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(line)), default=0))
    blank = " " if "`" in (line[:1], line[-1:]) else ""
    return f"{fence}{blank}{line}{blank}{fence}"


def _plain(text: str) -> str:
    """Text outside of code, with what Markdown would read as markup escaped."""
    return _SPECIAL.sub(lambda found: chr(92) + found[0], printable(masked(text), is_data=True))


MARKDOWN = PlanFormat(
    lambda planned: (
        f"{line}\n" for line in markdown_lines(planned.plan(), everything=planned.everything)
    )
)
