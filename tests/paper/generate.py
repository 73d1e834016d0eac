"""Random experiments, each made from a seed: `random.Random(seed)` and nothing else.

Most are valid; a tail (`broken.py`) has one mistake each. `features` names what was put in.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.paper import broken, pools
from tests.paper.emitting import Raw, document, text_of
from tests.paper.pools import Base, Knob

PENDING: frozenset[str] = frozenset(
    # data_root: ["/a", "${output_dir}"] where log_dir is ${data_root}/logs: whether a directory
    # follows another one is told from the constants, not from the run
    ("following levels",)
)
"""Features that the compiler is known to get wrong, which are left out."""


class Experiment(NamedTuple):
    """A random experiment: its files by name, and what was put into it."""

    seed: int
    files: dict[str, str]
    features: frozenset[str]


Said = tuple[str, str, Any]


class Maker:
    """What is known while one experiment is made."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.features: set[str] = set()
        self.base: Base = pools.base_of(self.rng, "odd references" in PENDING)
        self.knobs = pools.knobs(self.base)
        self.varied: list[str] = []
        self.read: list[str] = []
        self.computed: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.fixed: list[str] = []
        self.labels: list[tuple[str, str]] = []
        self.arms: dict[str, list[str]] = {}
        self.listed: dict[str, tuple[str, int]] = {}
        self.conditional: set[str] = set()
        self.drawn = False
        self.size = 1

    def some(self, share: float, feature: str) -> bool:
        """Whether to put a feature in, which is then noted."""
        hit = self.rng.random() < share and feature not in PENDING
        if hit:
            self.features.add(feature)
        return hit

    def free(self, path: str, taken: list[str]) -> bool:
        """Whether nothing above or below a path is taken."""
        return not any(below(path, each) or below(each, path) for each in taken)

    def pick(self, *taken: list[str], kinds: tuple[str, ...] = ()) -> Knob | None:
        """A key that none of these has."""
        gone = [each for some in taken for each in some]
        left = [
            each
            for each in self.knobs
            if self.free(each.path, gone) and (not kinds or each.kind in kinds)
        ]
        return self.rng.choice(left) if left else None

    def spelled(self, knob: Knob) -> str:
        """A key by one of its names."""
        if knob.names and self.rng.random() < 0.45:
            self.features.add("short names")
            return self.rng.choice(knob.names)
        return knob.path


def below(path: str, other: str) -> bool:
    """Whether a path is another or below it."""
    return path == other or path.startswith((f"{other}.", f"{other}["))


def generate(seed: int) -> Experiment:
    """The experiment of a seed."""
    make = Maker(seed)
    rng = make.rng
    source: dict[str, Any] = {}
    source["experiment_name"] = Raw(rng.choice(["study", "a.b-c", "T_1", "7"]))
    sections: list[tuple[str, Any]] = [("variables", variables(make)), ("arms", arms(make))]
    sections += [("zip", zipped(make)), ("derived", derived(make))]
    sections += [("exclude", excluded(make)), ("include", included(make))]
    sections += [("sample", sampled(make)), *constants(make)]
    if make.some(0.1, "isolate_outputs"):
        sections.append(("isolate_outputs", Raw("false")))
    if make.some(0.1, "meta"):
        sections.append(("meta", {"who": Raw("me"), "why": [Raw("1"), Raw("yes")]}))
    sections = [each for each in sections if each[1]]
    rng.shuffle(sections)
    source |= dict(sections)
    files = {"base.yaml": make.base.file} if make.base.own else {}
    if "engineering" in source and make.some(0.25, "engineering_file"):
        files["rack.yaml"] = document(rng, source.pop("engineering"))
        source["engineering_file"] = Raw("rack.yaml")
    if rng.random() < 0.17:
        kind = broken.spoil(rng, source, PENDING)
        make.features.add(f"broken: {kind}")
    files["experiment.yaml"] = make.base.head + document(rng, source)
    return Experiment(seed, files, frozenset(make.features))


# ---- values


def value(make: Maker, kind: str) -> Any:
    """A random value of a kind."""
    rng = make.rng
    optional = kind.endswith("?")
    if optional and make.some(0.25, "nulls"):
        return Raw(rng.choice(["null", "null", "NULL", "Null"]))
    kind = kind.rstrip("?")
    made = SIMPLE.get(kind)
    if made is not None:
        return made(make)
    if kind == "any":
        return anything(make, 0)
    raise AssertionError(kind)


def number(make: Maker, texts: list[str]) -> Raw:
    return Raw(make.rng.choice(texts))


def string(make: Maker) -> Any:
    """A string: with a template, a reference, or odd characters."""
    rng = make.rng
    if make.some(0.25, "templates"):
        return text_of(rng, templated(make))
    if make.some(0.2, "references"):
        return text_of(rng, referring(make))
    if make.some(0.15, "odd strings"):
        return text_of(rng, rng.choice(ODD), True)
    if make.some(0.08, "braces"):
        return text_of(rng, rng.choice(["a{{b}}c", "{{x}}", "{{{{", "{{}}"]), True)
    return text_of(rng, rng.choice(["json", "/data/x", "a_b", "cuda", "train.json", "x-y.z"]))


ODD = [
    "true",
    "null",
    "8",
    "1e-4",
    "",
    " lead",
    "it's",
    'say "x"',
    "a: b",
    "a #b",
    "é😀",
    "two\nlines",
]
ODD += [
    "~",
    "yes",
    "0x1F",
    "- a",
    "[a]",
    "2020-01-01",
    "12:30",
    "=",
    "<<",
    "!x",
    "&a",
    "*a",
    "%",
    "@",
]


def templated(make: Maker) -> str:
    """A string with a template or two."""
    rng = make.rng
    said = rng.choice(["x_", "/out/", "a b "])
    for _ in range(rng.randint(1, 2)):
        said += rng.choice(["{%s}", "{%s}-", "{%s}/"]) % template_name(make)
    return said + rng.choice(["", "/y", "{{z}}", " ${output_dir}"]) if rng.random() < 0.4 else said


def template_name(make: Maker) -> str:
    rng = make.rng
    names = ["experiment_name", "run_id", "index", "dtype", *make.arms]
    plain = [name for name, kind in make.labels if kind in SCALAR and name not in make.conditional]
    whole = [name for name, kind in make.labels if kind == "int" and name not in make.conditional]
    real = [name for name, kind in make.labels if kind in ("rate", "share", "float")]
    real = [each for each in real if each not in make.conditional]
    if whole and make.some(0.3, "formats"):
        return rng.choice(whole) + rng.choice([":03d", ":d", ":5.1f", ":.2e"])
    if real and rng.random() < 0.2:
        return rng.choice(real) + rng.choice([":.3f", ":.1e", ":g"])
    return rng.choice([*names, *plain, *plain, *plain])


SCALAR = ("int", "rate", "share", "float", "bool", "dtype", "int?", "float?")


def referring(make: Maker) -> str:
    """A string with a reference."""
    rng = make.rng
    texts = ["${output_dir}/x", "a ${tokenizer.path}", "${checkpointer.checkpoint_dir}.x"]
    texts += ["${optimizer._component_}", "${oc.env:NOWHERE_TO_BE_FOUND,x}", "${device}${dtype}"]
    if make.base.own:
        texts += ["${data_root}/y", "${table.b.c}", "${words.0}"]
    if "odd references" not in PENDING:
        texts += [
            "${checkpointer.checkpoint_files[0]}",
            "\\${x}",
            "a \\\\${dtype}",
            "rate ${optimizer.lr}",
            "${seed}-${compile}",
        ]
        texts += ["${oc.env:NOWHERE_TO_BE_FOUND,${seed}}", "${metric_logger.log_dir}"]
        make.features.add("odd references")
    return rng.choice(texts)


def anything(make: Maker, depth: int) -> Any:
    """A value that nothing types, of any shape."""
    rng = make.rng
    shape = rng.random()
    if depth < 3 and shape < 0.2:
        if rng.random() < 0.25 and make.some(1.0, "empty lists"):
            return []
        return [anything(make, depth + 1) for _ in range(rng.randint(1, 3))]
    if depth < 3 and shape < 0.4:
        if make.some(0.3, "empty mappings"):
            return {}
        keys = rng.sample(["a", "b", "c.d", "e", 'f."odd.key"', "'\"g h\"'"], rng.randint(1, 3))
        return {key: anything(make, depth + 1) for key in keys}
    if shape < 0.6:
        return string(make)
    make.features.add("untyped scalars")
    return Raw(rng.choice(UNTYPED))


UNTYPED = [
    "1",
    "-3",
    "+8",
    "1.0",
    "1e-4",
    "1E5",
    ".5",
    "5.",
    "-0.0",
    "1.50",
    "true",
    "False",
    "TRUE",
]
UNTYPED += ["null", "Null", "~", ".inf", "-.INF", "word", "123456789012345678901", "0.1e1"]

SIMPLE: dict[str, Callable[[Maker], Any]] = {
    "rate": lambda make: number(
        make, ["1e-4", "3e-4", "0.0001", "1.0e-3", "5E-5", ".0005", "1e-05"]
    ),
    "share": lambda make: number(make, ["0.1", "0", "0.05", ".25", "1", "1e-1", "0.10", "5e-2"]),
    "float": lambda make: number(make, ["8", "16.0", "0.5", "1e1", "32", "1.", "2.5e0"]),
    "float?": lambda make: number(make, ["1", "0.5", "inf", ".inf", "1e0"]),
    "int": lambda make: number(make, ["1", "2", "4", "8", "16", "3", "64"]),
    "bool": lambda make: number(make, ["true", "false", "True", "FALSE"]),
    "dtype": lambda make: number(make, ["bf16", "fp32", "'fp32'", '"bf16"']),
    "pair": lambda make: [
        number(make, ["0.9", "1", ".8"]),
        number(make, ["0.95", "0.999", "9e-1"]),
    ],
    "ints": lambda make: [number(make, ["1", "2", "30"]) for _ in range(make.rng.randint(0, 3))],
    "text": string,
    "template": lambda make: text_of(make.rng, "torchtune.data.QuestionAnswerTemplate"),
    "root": lambda make: folder(make) if "following levels" in PENDING else string(make),
    "texts": lambda make: [string(make) for _ in range(make.rng.randint(1, 3))],
    "files": lambda make: make.rng.choice([string, SIMPLE["texts"]])(make),
    "map": lambda make: {
        key: string(make) for key in make.rng.sample(["input", "output", "more"], 2)
    },
    "modules": lambda make: [
        Raw(each)
        for each in make.rng.sample(
            ["q_proj", "k_proj", "v_proj", "output_proj"], make.rng.randint(1, 3)
        )
    ],
}


def folder(make: Maker) -> Raw:
    """A directory that a run writes to."""
    make.features.add("directories")
    rng = make.rng
    if make.some(0.5, "templates in directories"):
        return text_of(rng, rng.choice(["/out/", "runs/", "/a b/"]) + f"{{{template_name(make)}}}")
    if make.some(0.12, "referring directories"):
        return text_of(rng, rng.choice(["${output_dir}/a", "${tokenizer.path}/b", "/c/${dtype}"]))
    said = rng.choice(["/scratch/runs", "runs/x/", "/tmp/a.b", "rel"])
    return text_of(rng, said)


SIMPLE["folder"] = folder


# ---- what varies


def levels(make: Maker, knob: Knob, count: int) -> list[Any]:
    """Levels of a key: different texts, of which two may be one value."""
    found: list[Any] = []
    for _ in range(count * 3):
        each = value(make, knob.kind)
        if each not in found and len(found) < count:
            found.append(each)
    if knob.kind in ("pair", "modules", "texts", "ints"):
        make.features.add("lists as levels")
    return found


def count(make: Maker) -> int:
    wanted = make.rng.choice([1, 2, 2, 2, 3, 3, 4])
    while make.size * wanted > 24:
        wanted -= 1
    return max(1, wanted)


def variables(make: Maker) -> dict[str, Any]:
    """The section `variables`."""
    said: list[Said] = []
    make.drawn = make.some(0.3, "distributions")
    for _ in range(make.rng.choice([1, 1, 2, 2, 3, 4])):
        if make.rng.random() < 0.22:
            said += section_factor(make)
            continue
        knob = make.pick(make.varied, make.read)
        if knob is None:
            continue
        said.append(factor(make, knob, count(make)))
    if make.rng.random() < 0.25:
        said += zip_pair(make)
    return nested(make, said)


def factor(make: Maker, knob: Knob, wanted: int) -> Said:
    """A key and its levels, in one of the ways to write them."""
    make.varied.append(knob.path)
    name = make.spelled(knob)
    special = make.rng.random() < (0.8 if make.drawn else 0.5)
    made = specification(make, knob) if special else levels(make, knob, wanted)
    size = (
        len(made) if isinstance(made, list) else 5 if "values" not in made else len(made["values"])
    )
    if isinstance(made, list) and numbers(make) and make.some(0.2, "when"):
        made = {"values": made, "when": text_of(make.rng, make_condition(make))}
        make.conditional.add(name)
    make.size *= size
    make.labels.append((name, knob.kind))
    if isinstance(made, list):
        make.listed[knob.path] = (name, size)
        if knob.kind in ("int", "rate", "share"):
            make.texts[name] = sorted({each.text for each in made})
    return ("", name, made)


def specification(make: Maker, knob: Knob) -> Any:
    """Levels by a generator or a distribution."""
    rng = make.rng
    pool = GENERATORS.get(knob.kind, [])
    if make.drawn and rng.random() < 0.8:
        pool = DISTRIBUTIONS.get(knob.kind, [])
    if not pool:
        return {"values": levels(make, knob, count(make))}
    kind, texts = rng.choice(pool)
    make.features.add(kind)
    return {kind: [Raw(each) for each in texts]}


GENERATORS = {
    "rate": [("logspace", ("1e-5", "1e-3", "3")), ("logspace", ("1e-4", "5e-4", "4"))],
    "share": [("linspace", ("0.0", "0.3", "4")), ("range", ("0", "0.4", "0.1"))],
    "float": [("linspace", ("1", "8", "3")), ("range", ("8", "16", "4"))],
    "int": [
        ("range", ("1", "7", "2")),
        ("linspace", ("2", "8", "3")),
        ("logspace", ("1", "64", "3")),
    ],
}
GENERATORS["float?"] = GENERATORS["float"]
GENERATORS["int?"] = GENERATORS["int"]
DISTRIBUTIONS = {
    "rate": [("loguniform", ("1e-5", "1e-3"))],
    "share": [("loguniform", ("0.01", "1")), ("uniform", ("0", "0.2")), ("choice", ("0.1", "0.2"))],
    "float": [("uniform", ("1", "2.5")), ("loguniform", ("1", "9.5"))],
    "bool": [("choice", ("true", "false"))],
    "dtype": [("choice", ("bf16", "fp32"))],
    "int": [("uniform", ("1", "64")), ("loguniform", ("1", "64")), ("choice", ("1", "2", "4"))],
}


def section_factor(make: Maker) -> list[Said]:
    """A factor whose levels are whole sections, or components."""
    rng = make.rng
    kind = rng.choice(
        ["dataset", "=dataset", "optimizer", "optimizer", "=optimizer", "component", "+"]
    )
    path = {"component": "optimizer._component_", "+": "extra"}.get(kind, kind.lstrip("="))
    if not make.free(path, make.varied) or (
        path.split(".")[0] not in make.base.values and kind != "+"
    ):
        return []
    make.varied.append(path)
    wanted = rng.randint(1, 3)
    make.features.add("sections as levels")
    op = "=" if kind.startswith("=") else "+" if kind == "+" else ""
    made: list[Any] = []
    for _ in range(wanted):
        each = whole_level(make, kind)
        if each not in made:
            made.append(each)
    make.size *= len(made)
    if op == "=":
        make.features.add("= in variables")
    if op == "=" and make.labels and make.some(0.5, "replaced when"):
        when = text_of(rng, make_condition(make))
        return [(op, path, {"values": made, "when": when})]
    make.listed[path] = (op + path, len(made))
    return [(op, path, made)]


def whole_level(make: Maker, kind: str) -> Any:
    rng = make.rng
    if kind == "component":
        make.features.add("_component_ as level")
        return Raw(rng.choice(pools.OPTIMIZERS))
    if kind == "+":
        return anything(make, 1)
    if kind == "=dataset":
        if make.some(0.4, "lists of mappings"):
            return [data(make, True) for _ in range(rng.randint(1, 2))]
        return data(make, True)
    if kind == "=optimizer":
        return {"_component_": Raw(rng.choice(pools.OPTIMIZERS)), "lr": value(make, "rate")}
    made: dict[str, Any] = {}
    if kind == "dataset":
        return {"packed": value(make, "bool")} if rng.random() < 0.5 else data(make, False)
    if rng.random() < 0.4:
        made["_component_"] = Raw(rng.choice(pools.OPTIMIZERS[:2]))
    made["lr"] = value(make, "rate")
    if "fused" in make.base.values["optimizer"] and make.some(0.6, "~ in levels"):
        made["~fused"] = Raw("")
    if make.some(0.2, "+ in levels"):
        made["+more"] = anything(make, 1)
    if make.some(0.5, "= in levels"):
        made["=betas"] = value(make, "pair")
    return made


def data(make: Maker, whole: bool) -> dict[str, Any]:
    """A data set's section."""
    rng = make.rng
    chosen = rng.choice(pools.DATASETS)
    made: dict[str, Any] = {key: Raw(each) for key, each in chosen.items()}
    if rng.random() < 0.4:
        made["split"] = string(make)
    if rng.random() < 0.4:
        made["packed"] = value(make, "bool")
    if rng.random() < 0.3 and "instruct" in chosen["_component_"]:
        if whole and make.some(0.4, "empty mappings"):
            made["column_map"] = {}
        elif rng.random() < 0.5:
            made["column_map"] = value(make, "map")
        else:
            made["column_map.input"] = string(make)
    return made


def zip_pair(make: Maker) -> list[Said]:
    """Two factors with as many levels."""
    knobs = [make.pick(make.varied, kinds=("int", "bool", "share", "rate"))]
    if knobs[0] is not None:
        knobs.append(
            make.pick([*make.varied, knobs[0].path], kinds=("int", "share", "rate", "float"))
        )
    if None in knobs:
        return []
    said = []
    for each in knobs:
        assert each is not None
        make.varied.append(each.path)
        name = make.spelled(each)
        made = levels(make, each, 2)
        make.listed[each.path] = (name, len(made))
        make.labels.append((name, each.kind))
        said.append(("", name, made))
    make.size *= 2
    return said


def arms(make: Maker) -> dict[str, Any]:
    """The section `arms`."""
    made: dict[str, Any] = {}
    if not make.some(0.4, "arms"):
        return made
    for name in make.rng.sample(["adapter", "size", "how"], make.rng.choice([1, 1, 2])):
        keys = [make.pick(make.varied) for _ in range(make.rng.randint(1, 3))]
        chosen: list[Knob] = []
        for each in keys:
            if each is not None and make.free(each.path, [one.path for one in chosen]):
                chosen.append(each)
        made[name] = {}
        for label in make.rng.sample(
            ["small", "large", "none", "v1.0", "8"], make.rng.choice([2, 2, 3])
        ):
            made[name][label] = arm_level(make, chosen)
        make.varied += [each.path for each in chosen]
        make.arms[name] = list(made[name])
        make.listed[name] = (name, len(made[name]))
        make.size *= len(made[name])
    return made


def arm_level(make: Maker, chosen: list[Knob]) -> dict[str, Any]:
    if make.some(0.2, "empty arm levels"):
        return {}
    said = [("", make.spelled(each), value(make, each.kind)) for each in chosen]
    return nested(make, [each for each in said if make.rng.random() < 0.9])


def zipped(make: Maker) -> list[Any]:
    """The section `zip`."""
    by_size: dict[int, list[str]] = {}
    for name, size in make.listed.values():
        if name not in make.conditional and not make.drawn:
            by_size.setdefault(size, []).append(name.lstrip("=+"))
    pairs = [names for names in by_size.values() if len(names) > 1]
    if not pairs or not make.some(0.6, "zip"):
        return []
    group = make.rng.sample(make.rng.choice(pairs), 2)
    return [[Raw(each) for each in group]]


# ---- expressions


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


def derived(make: Maker) -> dict[str, Any]:
    """The section `derived`."""
    said: list[Said] = []
    if not make.some(0.4, "derived"):
        return {}
    for _ in range(make.rng.choice([1, 1, 2, 3])):
        avoid = [] if make.rng.random() < 0.1 else make.read
        knob = make.pick(make.varied, avoid, kinds=("int", "float", "share", "rate", "bool"))
        if knob is None:
            continue
        make.varied.append(knob.path)
        names = [each for each in numbers(make) if each not in (knob.path, *knob.names)]
        said.append(("", make.spelled(knob), text_of(make.rng, formula(make, knob.kind, names))))
        make.features.add("chained derived" if len(said) > 1 else "derived")
        make.labels.append((knob.path, knob.kind))
        make.computed.append(knob.path)
    if make.some(0.2, "+ in derived"):
        said.append(("+", "computed", text_of(make.rng, formula(make, "float", numbers(make)))))
    return nested(make, make.rng.sample(said, len(said)))


def formula(make: Maker, kind: str, names: list[str]) -> str:
    rng = make.rng
    names = names or ["2"]
    name, other = rng.choice(names), rng.choice(names)
    if kind == "bool":
        return f"{name} > {other}"
    if kind == "int":
        return rng.choice(WHOLE) % ((name,) if rng.random() < 2 else ())
    return (rng.choice(REAL)).replace("A", name).replace("B", other)


WHOLE = ["max(1, round(%s))", "int(%s) + 1", "1 + round(%s * 3) %% 4", "round(log2(%s + 1)) + 1"]
REAL = ["2 * A", "A / 10", "0.1 * 3 + A", "A * B", "A / (B + 1)", "sqrt(A)", "A ** 2", "-A + 0.3"]
REAL += ["abs(A - B) * 0.1", "min(A, B, 0.5)", "A // 3 + 0.5", "A % 0.7", "log10(A + 1)", "2 ** -A"]
REAL += ["float(A)", "round(A * 7) / 4", "(A + B) / 2"]


def excluded(make: Maker) -> list[Any]:
    """The section `exclude`."""
    if not make.some(0.3, "exclude"):
        return []
    found = []
    for _ in range(make.rng.choice([1, 1, 2])):
        said = make_condition(make) if make.rng.random() < 0.3 else one_level(make)
        found.append(text_of(make.rng, said))
    return found


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


def included(make: Maker) -> list[Any]:
    """The section `include`: rows that name every factor by the path or another name."""
    if not make.some(0.3, "include"):
        return []
    rows: list[Any] = []
    for _ in range(make.rng.choice([1, 1, 2])):
        said: list[Said] = []
        taken: list[str] = list(make.varied)
        for name, kind in make.labels:
            if name in make.computed:
                continue
            if (
                any(name == each for each in (*make.conditional, *make.arms))
                and make.rng.random() < 0.5
            ):
                continue
            said.append(("", name, value(make, kind)))
        for name, (label, _) in make.listed.items():
            if name in make.arms:
                said.append(("", name, Raw(make.rng.choice(make.arms[name]))))
            elif label.startswith(("=", "+")) or name in (
                "dataset",
                "optimizer",
                "optimizer._component_",
            ):
                kind = "component" if name.endswith("_") else label
                said.append(
                    (
                        "=" if label.startswith("=") else label[:1] if label[:1] == "+" else "",
                        name,
                        whole_level(make, kind),
                    )
                )
        knob = make.pick(taken)
        if knob is not None and make.some(0.4, "more in include"):
            said.append(("", make.spelled(knob), value(make, knob.kind)))
        row: dict[str, Any] = {}
        for op, name, each in make.rng.sample(said, len(said)):
            row[op + name] = each
        rows.append(row)
    return rows


def sampled(make: Maker) -> dict[str, Any]:
    """The section `sample`."""
    if not make.drawn and not make.some(0.2, "sample of a grid"):
        return {}
    made: dict[str, Any] = {"size": Raw(str(make.rng.randint(1, 6)))}
    if make.rng.random() < 0.6:
        made["seed"] = Raw(str(make.rng.randint(0, 99)))
    return made


# ---- what is constant


def constants(make: Maker) -> list[tuple[str, Any]]:
    """The sections `controls` and `engineering`."""
    controls: list[Said] = []
    for _ in range(make.rng.choice([0, 1, 2, 3, 4, 6])):
        controls += constant(make, "controls")
    engineering: list[Said] = []
    if make.some(0.35, "engineering"):
        for _ in range(make.rng.choice([1, 2, 3])):
            engineering += constant(make, "engineering")
    return [("controls", nested(make, controls)), ("engineering", nested(make, engineering))]


def constant(make: Maker, section: str) -> list[Said]:
    """One or a few constants, of one of the kinds that there are."""
    rng = make.rng
    kind = rng.random()
    if kind < 0.12:
        return added(make, section)
    if kind < 0.22:
        return deleted(make)
    if kind < 0.32:
        return replaced(make)
    avoid = [] if make.some(0.1, "controls under factors") else make.varied
    knob = make.pick(make.fixed, avoid)
    if knob is None:
        return []
    make.fixed.append(knob.path)
    op = "=" if make.some(0.06, "= on values") else ""
    return [(op, make.spelled(knob), value(make, knob.kind))]


def added(make: Maker, section: str) -> list[Said]:
    path = make.rng.choice(
        ["note", "extra.deep", "optimizer.more", "more_of_it", "dataset.foo.bar"]
    )
    path = f"{path}_{section}" if "." not in path else path
    if not make.free(path, [*make.fixed, *make.varied]):
        return []
    if path.split(".")[0] not in (*make.base.values, "extra", f"note_{section}", path):
        return []
    make.fixed.append(path)
    make.features.add("+")
    made = anything(make, 0)
    if path.startswith("dataset.") and "dataset" not in make.base.values:
        return []
    return [("+", path, made)]


def deleted(make: Maker) -> list[Said]:
    paths = [
        "clip_grad_norm",
        "profiler",
        "dataset.packed",
        "optimizer.fused",
        "seed",
        "lr_scheduler",
    ]
    paths += ["tokenizer.max_seq_len", "optimizer.weight_decay", "compile", "profiler.cpu"]
    here = [each for each in paths if stands(make.base.values, each)]
    here = [each for each in here if make.free(each, [*make.fixed, *make.varied])]
    if not here:
        return []
    path = make.rng.choice(here)
    make.fixed.append(path)
    make.features.add("~")
    make.labels = [each for each in make.labels if not below(each[0], path)]
    return [("~", path, Raw(""))]


def stands(values: dict[str, Any], path: str) -> bool:
    here: Any = values
    for each in path.split("."):
        if not isinstance(here, dict) or each not in here:
            return False
        here = here[each]
    return True


def replaced(make: Maker) -> list[Said]:
    """A section replaced as a whole, a list of sections, or a section to null."""
    rng = make.rng
    path = rng.choice(["dataset", "optimizer", "profiler", "lr_scheduler"])
    if not make.free(path, [*make.fixed, *make.varied]) or path not in make.base.values:
        return []
    make.fixed.append(path)
    if path in ("profiler", "lr_scheduler"):
        make.features.add("null over a section")
        return [(rng.choice(["", "="]), path, Raw("null"))]
    make.features.add("= in constants")
    if path == "optimizer":
        return [("=", path, whole_level(make, "=optimizer"))]
    if make.some(0.3, "lists of mappings"):
        return [(rng.choice(["", "="]), path, [data(make, True) for _ in range(rng.randint(1, 2))])]
    return [("=", path, data(make, True))]


def nested(make: Maker, said: list[Said]) -> dict[str, Any]:
    """Assignments as a mapping: each dotted, nested or in between."""
    made: dict[str, Any] = {}
    for op, path, each in said:
        segments = path.replace("[", ".").replace("]", "").split(".")
        insert(make, made, op, segments, each)
    return made


def insert(make: Maker, made: dict[str, Any], op: str, segments: list[str], each: Any) -> None:
    head = segments[0]
    if op == "+" and head == "extra" and len(segments) > 1 and make.rng.random() < 0.5:
        made.setdefault("+extra", {})[".".join(segments[1:])] = each
        return
    if (
        head != "extra"
        and len(segments) > 1
        and make.rng.random() < (0.7 if isinstance(made.get(head), dict) else 0.3)
    ):
        below_it = made.setdefault(head, {})
        if isinstance(below_it, dict) and not segments[1].isdigit() and below_it is not each:
            make.features.add("nested keys")
            insert(make, below_it, op, segments[1:], each)
            return
    if made.get(head) == {}:
        del made[head]
    name = ""
    for segment in segments:
        index = segment.isdigit() and make.rng.random() < 0.5
        name += f"[{segment}]" if index else ("." if name else "") + segment
        if segment.isdigit():
            make.features.add("indices")
    if op + name not in made:
        made[op + name] = each
