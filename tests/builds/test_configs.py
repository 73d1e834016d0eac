"""The fast way to a run's bytes gives what the plain way gives, for whatever the factors do."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, example, given
from hypothesis import strategies as st

from tcwc.builds.configs import Configs
from tcwc.config.canonical import canonical_json
from tcwc.config.merge import Conflict, merge
from tcwc.design.settle import settle
from tcwc.model.ir import Assignment, Base, Design, Experiment, Factor, Level, Op, Path, Value
from tcwc.model.source import Span
from tcwc.torchtune.target import TORCHTUNE
from tests.experiments import render

HERE = Span("experiment.yaml", 1, 1, 1, 2)

BASE: dict[str, Value] = {
    "output_dir": "/tmp/run_000/",
    "model": {"_component_": "m.a", "rank": 8, "layers": ["q", "v"], "inner": {"x": 1, "y": None}},
    "checkpointer": {"_component_": "c.a", "output_dir": "${output_dir}", "note": "run_000"},
    "logger": {"log_dir": "/var/logs run_0000 run_000"},
    "profiler": {"_component_": "p.a", "output_dir": "/prof", "enabled": False},
    "dataset": [{"_component_": "d.a", "split": "train"}, {"_component_": "d.b"}],
    "seed": None,
    "compile": False,
}

SECTIONS: list[Value] = [
    {},
    {"_component_": "m.b", "rank": 4},
    {"zeta": 1, "alpha": {"_component_": "n.a", "b": [1]}},
    {"output_dir": "/other/run_00000", "log_dir": "${output_dir}/l"},
]
SCALARS: list[Value] = [None, True, 3, 2.5e-5, "text", "run_000", "${output_dir}", ["a", {"k": 1}]]
PATHS: list[Path] = [
    ("output_dir",),
    ("model",),
    ("model", "rank"),
    ("model", "inner"),
    ("model", "inner", "x"),
    ("model", "new"),
    ("checkpointer",),
    ("checkpointer", "output_dir"),
    ("logger", "log_dir"),
    ("profiler", "output_dir"),
    ("dataset", 0, "split"),
    ("dataset", 1),
    ("seed",),
    ("compile",),
    ("added",),
    ("added", "deeper"),
    ("Added2", "output_dir"),
]


@st.composite
def assignments(draw: st.DrawFn) -> Assignment:
    path = draw(st.sampled_from(PATHS))
    op = draw(st.sampled_from([Op.SET, Op.SET, Op.SET, Op.REPLACE, Op.DELETE]))
    section = path in (("model",), ("model", "inner"), ("checkpointer",), ("dataset", 1))
    value = draw(st.sampled_from(SECTIONS if section else SCALARS))
    return Assignment(path, None if op is Op.DELETE else value, op, False, HERE, HERE)


@st.composite
def factors(draw: st.DrawFn) -> Factor:
    sets = draw(st.lists(st.lists(assignments(), max_size=2), min_size=1, max_size=3))
    levels = [Level(number, tuple(each), HERE) for number, each in enumerate(sets)]
    return Factor("f", ("f",), tuple(levels), HERE)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    return experiment(
        tuple(draw(st.lists(factors(), max_size=3))),
        tuple(draw(st.lists(assignments(), max_size=2))),
        isolate=draw(st.booleans()),
    )


def experiment(
    varied: tuple[Factor, ...], controls: tuple[Assignment, ...], *, isolate: bool
) -> Experiment:
    design = Design(varied)
    return Experiment(
        name="study",
        source="experiment.yaml",
        base=Base("base.yaml", True, BASE, {}, {}),
        recipe="r",
        target=TORCHTUNE,
        version="0.6.1",
        catalogue_revision=1,
        packages_revision=1,
        provenance={},
        design=design,
        factors=varied,
        derived=(),
        cells=settle(design, BASE, 1000).cells,
        controls=controls,
        engineering=(),
        names={},
        isolate_outputs=isolate,
        output=None,
        meta={},
    )


def plain_config(made: Experiment, cell: tuple[int, ...]) -> dict[str, Value]:
    """Base, controls and levels merged the long way; no isolation, keys in any order."""
    config = merge(made.base.values, made.controls)
    for factor, level in zip(made.factors, cell, strict=True):
        config = merge(config, factor.levels[level].assignments)
    return config


def pruned(value: Value, engineering: set[str], path: str = "") -> list[Value]:
    """The value, in a list, without leaves at these paths; none where this empties it."""
    if isinstance(value, dict) and value:
        left: dict[str, Value] = {}
        for key, member in value.items():
            for kept in pruned(member, engineering, f"{path}.{key}".lstrip(".")):
                left[key] = kept
        return [left] if left else []
    return [] if path in engineering else [value]


def cells_of(made: Experiment) -> list[tuple[int, ...]]:
    """All cells, where no assignment conflicts in any of them."""
    cells = list(product(*(range(len(factor.levels)) for factor in made.factors)))
    try:
        for cell in cells:
            plain_config(made, cell)
    except Conflict:
        assume(False)
    return cells


@given(experiments())
@example(experiment((), (), isolate=True))
@example(experiment((), (), isolate=False))
def test_a_body_is_the_rendered_config(made: Experiment) -> None:
    cells = cells_of(made)
    configs = Configs(made, lambda path: True)
    for number, cell in enumerate(cells * 2):  # twice: the second time from what was kept
        for run_id in (f"run_{number:03d}", f"run_{number + 123456}"):
            assert configs.body(cell, run_id) == render(configs.config(cell, run_id))


@given(experiments(), st.sets(st.sampled_from([".".join(map(str, path)) for path in PATHS])))
@example(experiment((), (), isolate=True), {"checkpointer.note", "compile", "seed"})
def test_science_is_the_canonical_json_of_what_is_left(
    made: Experiment, engineering: set[str]
) -> None:
    engineering |= {"checkpointer._component_", "checkpointer.note"}
    cells = cells_of(made)
    configs = Configs(made, lambda path: ".".join(map(str, path)) not in engineering)
    for cell in cells:
        left = pruned(plain_config(made, cell), engineering) or [{}]
        assert configs.science_json(cell) == canonical_json(left[0])


@given(experiments())
def test_without_isolation_a_config_is_the_plain_merge(made: Experiment) -> None:
    cells = cells_of(made)
    configs = Configs(made, lambda path: True)
    for cell in cells:
        plain = plain_config(made, cell)
        ours = configs.config(cell, "run_000")
        assert set(ours) == set(plain)
        if not made.isolate_outputs:
            assert ours == plain


@given(experiments())
def test_keys_of_the_base_come_first_in_its_order(made: Experiment) -> None:
    cells = cells_of(made)
    configs = Configs(made, lambda path: True)
    for cell in cells:
        keys = list(configs.config(cell, "run_000"))
        assert keys == [*(key for key in BASE if key in keys), *sorted(set(keys) - set(BASE))]
