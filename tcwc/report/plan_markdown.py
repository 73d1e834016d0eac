"""A plan as Markdown: the tables for the methods section of a paper."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.cut import cut_inside
from tcwc.model.evaluations import Evaluation
from tcwc.model.ir import Factor, format_path
from tcwc.model.limits import MESSAGE
from tcwc.model.secrets import masked, masked_value
from tcwc.model.words import how_many
from tcwc.report.evaluations import on_what
from tcwc.report.markdown import code, plain, table
from tcwc.report.plan import Plan, PlanFormat, constants, few, level_texts, steps
from tcwc.report.plan_balance import balance_lines
from tcwc.report.runs import level_text


def markdown_lines(plan: Plan, *, everything: bool) -> Iterator[str]:
    """The lines of the text; long lists of levels are cut, unless it is to say `everything`."""
    experiment, component = plan.experiment, plan.experiment.target.component
    runs = how_many(len(experiment.cells), "run")
    yield f"**{plain(experiment.name)}**: {runs} ({steps(experiment)})."
    recipe, base = (_short(each) for each in (experiment.recipe, experiment.base.name))
    yield f"Recipe {code(recipe)} of {experiment.target.name} {experiment.version},"
    yield f"base config {code(base)}."
    rows = [_factor(plan, at, factor, everything) for at, factor in plan.factors]
    yield from table(("Factor", "Levels", "Runs per level"), rows)
    design = experiment.design
    rows = [
        (code(path), code(str(masked_value(path, each.formula.text))))
        for each in design.derived
        for path in (format_path(each.path),)
    ]
    yield from table(("Derived", "Computed as"), rows)
    for title, found in (
        ("Constant", experiment.controls),
        *(
            (f"Constant where {code(each.name)}", each.levels[0].assignments)
            for each in experiment.conditional
        ),
        ("Constant (cannot change the result)", experiment.engineering),
    ):
        texts = ((path, level_text(value, component)) for path, value in constants(found))
        rows = [(code(path), code(text)) for path, text in texts]
        yield from table((title, "Value"), rows)
    rows = [_evaluation(each) for each in experiment.evaluations]
    yield from table(("Evaluation", "Of", "By", "Settings"), rows)
    yield from _notes(plan, everything)


def _evaluation(said: Evaluation) -> tuple[str, ...]:
    shown = ((key, masked_value(key, value)) for key, value in said.settings.items())
    settings = (f"{key}: {level_text(value, None)}" for key, value in shown)
    listed = ", ".join(code(masked(each)) for each in settings)
    return code(said.name), plain(on_what(said)), code(said.tool), listed


def _factor(plan: Plan, at: int, factor: Factor, everything: bool) -> tuple[str, ...]:
    runs, included = plan.balance.levels[at], plan.balance.included[at]
    named = [*enumerate(map(code, level_texts(factor, plan.experiment.target.component)))]
    counts = {level: runs.get(level, 0) + included.get(level, 0) for level, _ in named}
    unset = runs.get(None, 0) + included.get(None, 0)
    levels = few([text for _, text in named], everything)
    shown = few([f"{counts[level]:,}" for level, _ in named], everything)
    if len(counts) > 1 and len(set(counts.values())) == 1:
        shown = [f"{shown[0]} each"]
    more = [f"not set: {unset:,}"] if unset else []
    name = factor.name if factor.is_arm else format_path(factor.path)
    return code(name), ", ".join(levels), ", ".join([*shown, *more])


def _notes(plan: Plan, everything: bool) -> Iterator[str]:
    factors, design = plan.experiment.factors, plan.experiment.design
    notes = [
        *(f"Excluded: {code(each.text)}." for each in design.exclude),
        *(
            f"{code(each.name)} is set where {code(each.when.text)}."
            for each in factors
            if each.when is not None
        ),
        *(
            f"{', '.join(code(factors[at].name) for at in group.factors)} advance together."
            for group in design.zips
        ),
        *(f"{plain(line)}." for line in balance_lines(plan, everything)),
    ]
    if notes:
        yield ""
        yield from (f"- {note}" for note in notes)


def _short(name: str) -> str:
    """A name of the author's, which may be pages, as messages have it."""
    return cut_inside(masked(name), MESSAGE.at_most)


MARKDOWN = PlanFormat(
    lambda planned: (
        f"{line}\n" for line in markdown_lines(planned.plan(), everything=planned.everything)
    )
)
