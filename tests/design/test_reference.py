"""Random designs against a reference that a page of Python states: eval, product, and no care."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from tests.conftest import share
from tests.sections import codes, compiled, levels

BASE = {
    "batch_size": 4,
    "gradient_accumulation_steps": 8,
    "epochs": 1,
    "log_every_n_steps": 1,
    "num_warmup_steps": 100,
    "lora_rank": 64,
}
"""What every run has of these keys where nothing sets them; each name is a Python one too."""

ARM = "setup"


@dataclass
class Design:
    """A design as its author thinks of it. An arm's levels are mappings of keys to numbers."""

    variables: dict[str, list[int]]
    whens: dict[str, str]
    arm: dict[str, dict[str, int]]
    zipped: list[str]
    derived: dict[str, str]
    exclude: list[str]
    include: list[dict[str, Any]]

    @property
    def factors(self) -> dict[str, list[Any]]:
        return {**self.variables, **({ARM: list(self.arm)} if self.arm else {})}

    def text(self) -> str:
        lines = ["variables:"] if self.variables else []
        for key, values in self.variables.items():
            when = self.whens.get(key)
            spec = f"{{values: {values}, when: '{when}'}}" if when else f"{values}"
            lines.append(f"  {key}: {spec}")
        if self.arm:
            lines += ["arms:", f"  {ARM}:"]
            lines += [f"    {name}: {flow(sets)}" for name, sets in self.arm.items()]
        if self.zipped:
            lines.append(f"zip: [[{', '.join(self.zipped)}]]")
        lines += ["derived:"] if self.derived else []
        lines += [f"  {key}: {text}" for key, text in self.derived.items()]
        lines += ["exclude:"] if self.exclude else []
        lines += [f"  - '{text}'" for text in self.exclude]
        lines += ["include:"] if self.include else []
        lines += [f"  - {flow(row)}" for row in self.include]
        return "\n".join(lines) + "\n"


def flow(mapping: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in mapping.items()) + "}"


# --- the reference -----------------------------------------------------------------------------


def config(design: Design, chosen: dict[str, Any]) -> dict[str, Any]:
    """What an expression sees: the base, with what the levels that are chosen set."""
    sets = {key: value for key, value in chosen.items() if key != ARM}
    return {**BASE, **sets, **design.arm.get(chosen.get(ARM, ""), {}), ARM: chosen.get(ARM)}


def derive(design: Design, chosen: dict[str, Any]) -> dict[str, Any]:
    """The levels, and beside them the derived values."""
    seen = config(design, chosen)
    made = {}
    for key, text in design.derived.items():
        seen[key] = made[key] = eval(text, {}, seen)
    return {**chosen, **made}


def reference(design: Design) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The runs of the grid, and those of the rows, in order, with their derived values."""
    axes: list[list[tuple[tuple[str, Any], ...]]] = []
    for key, values in design.factors.items():
        if key not in design.zipped:
            axes.append([((key, value),) for value in values])
        elif key == min(design.zipped, key=list(design.factors).index):
            columns = [design.factors[member] for member in design.zipped]
            axes.append([tuple(zip(design.zipped, row)) for row in zip(*columns)])  # noqa: B905
    runs: list[dict[str, Any]] = []
    for places in product(*axes):
        named = dict(pair for place in places for pair in place)
        chosen: dict[str, Any] = {}
        for key in design.factors:
            if key not in design.whens or eval(design.whens[key], {}, config(design, chosen)):
                chosen[key] = named[key]
        run = derive(design, chosen)
        seen = {**config(design, chosen), **run}
        if run not in runs and not any(eval(text, {}, seen) for text in design.exclude):
            runs.append(run)
    return runs, [derive(design, row) for row in design.include]


# --- random designs ----------------------------------------------------------------------------

COMPARED = st.sampled_from(["<", "<=", "==", "!=", ">"])


@st.composite
def conditions(draw: st.DrawFn, names: list[str]) -> str:
    parts = [
        f"{draw(st.sampled_from(names))} {draw(COMPARED)} {draw(st.integers(1, 4))}"
        for _ in range(draw(st.integers(1, 2)))
    ]
    text = f" {draw(st.sampled_from(['and', 'or']))} ".join(parts)
    return draw(st.sampled_from(["{}", "not ({})"])).format(text)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    keys = draw(st.permutations(list(BASE)))
    count = draw(st.integers(1, 3))
    numbers = st.integers(1, 4)
    variables = {
        key: draw(st.lists(numbers, min_size=1, max_size=3, unique=True)) for key in keys[:count]
    }
    zipped: list[str] = []
    if count > 1 and draw(st.booleans()):
        zipped = draw(st.permutations(keys[:count]))[: draw(st.integers(2, count))]
        pairs = st.tuples(*(numbers for _ in zipped))
        rows = draw(st.lists(pairs, min_size=1, max_size=3, unique=True))
        for key, column in zip(zipped, zip(*rows, strict=True), strict=True):
            variables[key] = list(column)
    whens = {}
    for at, key in enumerate(variables):
        if at and key not in zipped and draw(st.booleans()):
            whens[key] = draw(conditions([*list(variables)[:at], keys[-1]]))
    rest = keys[count:-1]
    arm = {}
    if draw(st.booleans()):
        own, rest = rest[:1], rest[1:]
        arm = {name: {key: draw(numbers) for key in own} for name in ("low", "high")}
        arm["low"] = draw(st.sampled_from([{}, arm["low"]]))
    derived = {}
    if rest and draw(st.booleans()):
        for at, key in enumerate(rest[:2]):
            sources = [*variables, *rest[:at]]
            derived[key] = f"{draw(numbers)} * {draw(st.sampled_from(sources))} + {keys[-1]}"
    seen = [*variables, *derived, keys[-1]]
    exclude = draw(st.lists(conditions(seen), max_size=2, unique=True))
    made = Design(variables, whens, arm, zipped, derived, exclude, [])
    for _ in range(draw(st.integers(0, 2))):
        made.include.append(draw(rows_of(made)))
    return made


@st.composite
def rows_of(draw: st.DrawFn, design: Design) -> dict[str, Any]:
    row = {
        key: draw(st.sampled_from(values)) if key == ARM else draw(st.integers(1, 6))
        for key, values in design.factors.items()
        if key not in design.whens or draw(st.booleans())
    }
    free = [key for key in BASE if key not in {*design.factors, *design.derived}]
    free = [key for key in free if not any(key in sets for sets in design.arm.values())]
    return {**row, free[0]: 5} if free and draw(st.booleans()) else row


@given(designs())
@settings(max_examples=share(100))
def test_a_design_has_the_runs_of_the_reference(design: Design) -> None:
    text = design.text()
    note(text)
    inside, rows = reference(design)
    made = compiled(text)
    errors = codes(made, "error")
    repeated = any(row in (*inside, *rows[:at]) for at, row in enumerate(rows))
    if not inside and not rows:
        assert errors == ["TCW127"]
    elif repeated:
        assert set(errors) == {"TCW124"}
    else:
        assert errors == [], [each.message for each in made.diagnostics]
        assert made.experiment is not None
        paths = {
            "lora_rank": "model.lora_rank",
            "num_warmup_steps": "lr_scheduler.num_warmup_steps",
        }
        names = [paths.get(key, key) if key in design.derived else key for key in BASE]
        words = dict(zip(names, BASE, strict=True)) | {ARM: ARM}
        cells = list(made.experiment.cells)
        found = [
            {words[name]: value for name, value in levels(made.experiment, cell).items()}
            for cell in cells
        ]
        assert found == [*inside, *rows]
        assert len(made.experiment.cells) == len(cells)
        assert [made.experiment.cells[at] for at in range(len(cells))] == cells
        assert has_values(made, design, found)


def has_values(made: Any, design: Design, found: list[dict[str, Any]]) -> bool:
    """Whether each config has what its levels, and the base for the rest, say."""
    for run, chosen in zip(made.runs, found, strict=True):
        have = {
            **{key: run.config[key] for key in list(BASE)[:4]},
            "num_warmup_steps": run.config["lr_scheduler"]["num_warmup_steps"],
            "lora_rank": run.config["model"]["lora_rank"],
        }
        wanted = config(design, {k: v for k, v in chosen.items() if k not in design.derived})
        wanted.update({key: chosen[key] for key in design.derived})
        assert have == {key: wanted[key] for key in BASE}
    return True
