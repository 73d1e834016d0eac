"""Random conditions over the keys of a cell."""

from __future__ import annotations

from tests.paper.random_experiments.making import Maker


def numbers(make: Maker) -> list[str]:
    """Names that are numbers in every run."""
    always = [
        name
        for name, kind in make.labels
        if kind in ("int", "rate", "share", "float") and name not in make.conditional
    ]
    for path in ("batch_size", "epochs", "optimizer.lr", "model.lora_rank", "log_every_n_steps"):
        head, _, rest = path.partition(".")
        here = make.base.values.get(head)
        here = here.get(rest) if rest and isinstance(here, dict) else here
        numeric = isinstance(here, int | float)
        if numeric and path not in always and make.free(path, [*make.varied, *make.fixed]):
            always.append(path)
            make.read.append(path)
    return always


def make_condition(make: Maker) -> str:
    """A condition over a cell."""
    rng = make.rng
    names = numbers(make) or ["2"]
    name, other = rng.choice(names), rng.choice(names)
    shape = rng.random()
    if shape < 0.4:
        sign = rng.choice(["<", "<=", ">", ">=", "==", "!="])
        return f"{name} {sign} {rng.choice(['2', '8', '1e-4', '0.1'])}"
    if shape < 0.5:
        return f"{name} in [1, 2, 0.1, 1e-4]"
    if shape < 0.6:
        return f"not ({name} > 4 or {other} < 0.0002)"
    if shape < 0.7:
        return f"seed == null or {name} * 2 >= 8"
    if shape < 0.8:
        return f'0 < {name} <= 8 and dtype == "bf16"'
    if shape < 0.9 and make.arms:
        arm = rng.choice(list(make.arms))
        return f'{arm} == "{rng.choice(make.arms[arm])}" and {name} > 1'
    return f"max({name}, 3) - min({name}, 2) > 1.5"


def one_level(make: Maker) -> str:
    """A condition that one level of a factor meets."""
    rng = make.rng
    some = [
        name
        for name, texts in make.texts.items()
        if len(texts) > 1 and name not in make.conditional
    ]
    if some and rng.random() < 0.8:
        name = rng.choice(some)
        return f"{name} == {rng.choice(make.texts[name])}"
    if make.arms:
        arm = rng.choice(list(make.arms))
        return f"{arm} == '{rng.choice(make.arms[arm])}'"
    return f"({make_condition(make)}) and {make_condition(make)} and log_every_n_steps > 3"
