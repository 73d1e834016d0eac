"""A plan as text for a terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from tcwc.model.ir import Assignment, Experiment, Factor, format_path
from tcwc.model.secrets import masked_value
from tcwc.model.words import how_many
from tcwc.report.evaluations import evaluation_lines
from tcwc.report.findings import Paint
from tcwc.report.needs import needs_lines
from tcwc.report.plan import (
    Plan,
    PlanFormat,
    Since,
    combinations,
    constants,
    few,
    level_texts,
    name_of,
    one_more,
    steps,
)
from tcwc.report.plan_balance import balance_lines
from tcwc.report.plan_pairs import pair_counts
from tcwc.report.runs import level_text, numbered

_WIDTH = 100
_WIDE_NAME = 34
"""A longer name in a table has a line of its own."""
_CONSTANTS = 12


def over_limit(experiment: Experiment) -> Iterator[str]:
    """What is said of an experiment that has more runs than its limit."""
    line = f"{experiment.name}: {combinations(experiment)}, which make more runs than the limit"
    yield from _wrapped(line, "", "  ")


def table_lines(plan: Plan, paint: Paint, *, everything: bool) -> Iterator[str]:
    """The lines of the text; bounded, unless it is to say `everything`."""
    experiment, component = plan.experiment, plan.experiment.target.component
    runs = how_many(len(experiment.cells), "run")
    head = f"{experiment.name}: {runs} of {experiment.recipe} on {experiment.base.name}"
    yield from _wrapped(head, "", "  ")
    yield from _wrapped(steps(experiment), "  ", "  ")
    yield from _factors(plan, paint, everything)
    sections = {
        "Derived": _derived(plan, everything),
        "Advance together (zip)": _zips(plan, everything),
        "Conditions": _conditions(plan),
        "Excluded where": (each.text for each in experiment.design.exclude),
        "Constant (controls)": _constants(experiment.controls, component, everything),
        "Constant where a condition holds": _conditional(experiment, everything),
        "Constant (engineering)": _constants(experiment.engineering, component, everything),
        "Needs of a run": needs_lines(experiment),
        "Evaluated": evaluation_lines(experiment),
        "Balance": balance_lines(plan, everything),
        "Runs with each pair of levels": pair_counts(plan, everything),
        "Since the last build": _since(plan.since, everything) if plan.since else (),
        "Short names": _names(plan),
    }
    for title, lines in sections.items():
        yield from _section(title, lines, paint)


def _section(title: str, lines: Iterable[str], paint: Paint) -> Iterator[str]:
    shown = [part for line in lines for part in _wrapped(line, "  ", "      ")]
    if shown:
        yield ""
        yield paint("bold", title)
        yield from shown


def _wrapped(line: str, first: str, further: str) -> list[str]:
    """A line with its indent, in parts that fit; its own blanks in front stay."""
    if len(first) + len(line) <= _WIDTH:
        return [(first + line).rstrip()]
    return wrap(
        line,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=further,
        break_on_hyphens=False,
    )


# --- factors ------------------------------------------------------------------------------


def _factors(plan: Plan, paint: Paint, everything: bool) -> Iterator[str]:
    costs = one_more(plan.experiment)
    rows = [_row(plan, at, factor, costs.get(at), everything) for at, factor in plan.factors]
    if rows:
        head = ("factor", "levels", "+1 level" if costs else "", ("level (runs)",))
        yield ""
        yield from _columns(head, rows, paint)
    for at, factor in plan.extras:
        counted = plan.balance.included[at]
        texts = level_texts(factor, plan.experiment.target.component)
        levels = [f"{t} ({counted.get(i, 0):,})" for i, t in enumerate(texts)]
        line = f"{name_of(factor)}, in included runs only: {', '.join(few(levels, everything))}"
        yield from _wrapped(line, "  ", "      ")


Row = tuple[str, str, str, tuple[str, ...]]
"""A factor's name, how many levels it has, what one more costs, and its levels."""


def _row(plan: Plan, at: int, factor: Factor, cost: int | None, everything: bool) -> Row:
    levels = few(_levels(plan, at, factor), everything)
    return name_of(factor), f"{factor.size:,}", f"+{cost:,}" if cost else "", tuple(levels)


def _levels(plan: Plan, at: int, factor: Factor) -> list[str]:
    """The levels of a factor, each with its runs; what all have is said once."""
    runs, included = plan.balance.levels[at], plan.balance.included[at]
    component = plan.experiment.target.component
    texts: dict[int | None, str] = dict(enumerate(level_texts(factor, component)))
    if runs.get(None) or included.get(None):
        texts[None] = "not set"
    counts = {level: runs.get(level, 0) for level in texts}
    if len(texts) > 1 and len(set(counts.values())) == 1 and not any(map(included.get, texts)):
        return [*list(texts.values())[:-1], f"{list(texts.values())[-1]} ({counts[0]:,} each)"]
    more = {level: f" + {n:,} included" for level, n in included.items() if n}
    return [f"{text} ({counts[level]:,}{more.get(level, '')})" for level, text in texts.items()]


def _columns(head: Row, rows: Sequence[Row], paint: Paint) -> Iterator[str]:
    names = [row[0] for row in rows if len(row[0]) <= _WIDE_NAME]
    widths = [max(map(len, ("factor", *names)))]
    widths += [max(len(row[1]) for row in (head, *rows)), max(len(row[2]) for row in (head, *rows))]
    for number, (name, count, cost, levels) in enumerate((head, *rows)):
        cells = [name if len(name) <= widths[0] else "", count, cost]
        if not cells[0]:
            yield from _wrapped(name, "  ", "      ")
        shown = [cells[0].ljust(widths[0])]
        shown += [c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True) if w]
        start = "  " + "  ".join(shown) + "  "
        lines = _filled(levels, _WIDTH - len(start))
        yield paint("bold", start + lines[0]) if not number else (start + lines[0])
        for line in lines[1:]:
            yield " " * len(start) + line


def _filled(items: Sequence[str], width: int) -> list[str]:
    """Items with commas between them, in lines that break between items where they can."""
    lines = [""]
    for number, item in enumerate(items, 1):
        text = item + ("," if number < len(items) and not item.endswith("...") else "")
        if lines[-1] and len(lines[-1]) + 1 + len(text) > width:
            lines.append("")
        *full, last = wrap(f"{lines[-1]} {text}".strip(), width, break_on_hyphens=False) or [""]
        lines[-1:] = [*full, last]
    return lines


# --- the rest -----------------------------------------------------------------------------


def _derived(plan: Plan, everything: bool) -> Iterator[str]:
    made, component = plan.experiment.derived, plan.experiment.target.component
    for each, column in zip(plan.experiment.design.derived, made, strict=True):
        values = few(_ascending(column, component), everything=everything)
        path = format_path(each.path)
        yield f"{path} = {masked_value(path, each.formula.text)}: {', '.join(values)}"


def _ascending(column: Factor, component: str | None) -> list[str]:
    """The values of a derived column; numbers in their order, else as they were met."""
    texts = level_texts(column, component)
    values = [level.value for level in column.levels]
    numbers = [float(value) for value in values if isinstance(value, (int, float))]
    if len(numbers) < len(values):
        return texts
    return [text for _, text in sorted(zip(numbers, texts, strict=True))]


def _zips(plan: Plan, everything: bool) -> Iterator[str]:
    factors, component = plan.experiment.factors, plan.experiment.target.component
    for group in plan.experiment.design.zips:
        texts = [level_texts(factors[at], component) for at in group.factors]
        steps = [
            f"({', '.join(known[level] for known, level in zip(texts, step, strict=True))})"
            for step in group.steps
        ]
        names = ", ".join(factors[at].name for at in group.factors)
        yield f"({names}): {', '.join(few(steps, everything))}"


def _conditions(plan: Plan) -> Iterator[str]:
    for factor in plan.experiment.factors:
        if factor.when is not None:
            yield f"{factor.name} is set where {factor.when.text}"


def _constants(found: Sequence[Assignment], component: str | None, everything: bool) -> list[str]:
    texts = [f"{path}: {level_text(value, component)}" for path, value in constants(found)]
    shown = texts if everything else texts[:_CONSTANTS]
    more = len(texts) - len(shown)
    return shown + ([f"... {more:,} more (-v)"] if more else [])


def _conditional(experiment: Experiment, everything: bool) -> Iterator[str]:
    component = experiment.target.component
    for each in experiment.conditional:
        texts = _constants(each.levels[0].assignments, component, everything)
        yield f"{each.name}: {', '.join(texts)}"


def _names(plan: Plan) -> Iterator[str]:
    for word, path in plan.experiment.names.items():
        yield f"{word} is {format_path(path)}"


def _since(since: Since, everything: bool) -> Iterator[str]:
    if since.kept:
        yield f"{how_many(since.kept, 'run')} with the same id and meaning"
    if since.new:
        yield f"new: {numbered(since.new)}"
    if since.revived:
        yield f"back again, with the ids that they had: {numbered(since.revived)}"
    for change in since.changes:
        what = ", ".join(few(change.differences, everything)) or "see `tcwc check`"
        yield f"{numbered(change.ids)} would change meaning: {what}"
    if since.retired:
        yield f"retired: {numbered(since.retired)}"


TABLE = PlanFormat(
    lambda planned: table_lines(planned.whole(), planned.paint, everything=planned.everything),
    is_text=True,
    over_limit=over_limit,
)
