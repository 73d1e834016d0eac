"""Random values of the kinds that keys take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.paper.random_experiments.emitting import Raw, text_of
from tests.paper.random_experiments.making import PENDING, Maker


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
    "root": lambda make: root(make) if "following levels" in PENDING else string(make),
    "texts": lambda make: [string(make) for _ in range(make.rng.randint(1, 3))],
    "files": lambda make: make.rng.choice([string, SIMPLE["texts"]])(make),
    "map": lambda make: {
        key: string(make) for key in make.rng.sample(["input", "output", "instruction"], 2)
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
        return text_of(rng, rng.choice(["${output_dir}/a", "/b/${dtype}"]))
    said = rng.choice(["/scratch/runs", "runs/x/", "/tmp/a.b", "rel"])
    return text_of(rng, said)


SIMPLE["folder"] = folder


def root(make: Maker) -> Raw:
    """The place of data, which is none that a run writes to."""
    name = f"/x_{{{template_name(make)}}}" if make.some(0.3, "templates") else "/scratch/data"
    return text_of(make.rng, name)
