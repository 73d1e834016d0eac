"""Sheer size: of sources, of what stands beside them, of designs, of folders."""

from __future__ import annotations

from collections.abc import Mapping

from tests.limits.places import BODY, HEAD, ON_FILE, OWN, Files


def _lines(line: str, count: int, start: int = 0) -> str:
    return "".join(line.replace("@1", str(i - 1)).replace("@", str(i)) for i in range(start, count))


def _one(text: str) -> Files:
    return {"experiment.yaml": text}


_DEEP = "".join("  " * depth + f"a{depth}:\n" for depth in range(30)) + "  " * 30 + "b: 1\n"
_DOUBLED = "a0: &a0 [x]\n" + _lines("a@: &a@ [*a@1, *a@1]\n", 40, 1)

SIZES: Mapping[str, Files] = {
    "60,000 keys": {"experiment.yaml": f"{BODY}controls:\n" + _lines("  k@: 1\n", 60_000)},
    "60,000 added keys": {"experiment.yaml": f"{BODY}controls:\n" + _lines("  +k@: 1\n", 60_000)},
    "9,000 added keys": {"experiment.yaml": f"{BODY}controls:\n" + _lines("  +a.k@: 1\n", 9_000)},
    "a path of 100": {"experiment.yaml": f"{BODY}controls: {{+{'.'.join('a' * 100)}: 1}}\n"},
    "22 quoted dots": {"experiment.yaml": BODY + f'controls:\n  model."{"." * 22}": 1\n'},
    "5,000 digits": {"experiment.yaml": HEAD + f"variables: {{seed: [{'9' * 5_000}, 1]}}\n"},
    "60,000 levels": {"experiment.yaml": HEAD + f"variables: {{seed: [{'1, ' * 60_000}]}}\n"},
    "9,000 wrong levels": {"experiment.yaml": HEAD + f"variables: {{epochs: [{'x, ' * 9_000}]}}\n"},
    "5,000 factors": {"experiment.yaml": f"{HEAD}variables:\n" + _lines("  +k@: [1]\n", 5_000)},
    "60 factors of two": {"experiment.yaml": f"{HEAD}variables:\n" + _lines("  +k@: [1, 2]\n", 60)},
    "3,000 unknown": {"experiment.yaml": f"{HEAD}variables:\n" + _lines("  k@: [1, 1]\n", 3_000)},
    "3,000 conditions": {
        "experiment.yaml": f"{BODY}controls:\n  when:\n"
        + _lines("    lora_rank == @: {epochs: 2}\n", 3_000)
    },
    "5,000 exclusions": {
        "experiment.yaml": f"{BODY}exclude:\n" + _lines("  - lora_rank == @\n", 5_000)
    },
    "5,000 rows": {
        "experiment.yaml": f"{BODY}include:\n" + _lines("  - {lora_rank: @}\n", 5_020, 20)
    },
    "3,000 formulas": {
        "experiment.yaml": f"{BODY}derived:\n  +k0: 1\n" + _lines("  +k@: k@1 + 1\n", 3_000, 1)
    },
    "a chain of 3,000": {
        "experiment.yaml": f"{BODY}controls:\n  +k0: 1\n" + _lines("  +k@: ${k@1}\n", 3_000, 1)
    },
    "2^40 characters": {
        "experiment.yaml": f"{BODY}controls:\n  +k0: aa\n"
        + _lines('  +k@: "${k@1}${k@1}"\n', 40, 1)
    },
    "60,000 comments": {"experiment.yaml": BODY + "# tcwc: ignore[TCW101]\n" * 40_000},
    "a million lines": {"experiment.yaml": BODY + "\n" * 990_000},
    "a sample of millions": {
        "experiment.yaml": HEAD
        + "variables: {seed: {randint: [1, 1000000000]}}\nsample: 99999999\n"
    },
    "a range of millions": {
        "experiment.yaml": HEAD + "variables: {seed: {range: [1, 1000000000]}}\n"
    },
    "a tower of powers": {"experiment.yaml": BODY + "derived: {lora_alpha: 9**9**9**9}\n"},
    "a width of millions": {
        "experiment.yaml": BODY + "controls: {output_dir: '/a/{lora_rank:0999999999d}'}\n"
    },
    "a base 30 deep": {"experiment.yaml": ON_FILE, "base.yaml": _DEEP},
    "a base of 60,000": {"experiment.yaml": ON_FILE, "base.yaml": _lines("k@: 1\n", 60_000)},
    "a base that doubles": {"experiment.yaml": ON_FILE, "base.yaml": _DOUBLED},
    "settings 50,000 deep": {"experiment.yaml": BODY, "tcwc.toml": f"x = {'[' * 50_000}"},
    "5,000 empty lines": {"experiment.yaml": BODY, "pyproject.toml": "\n" * 5_000},
    "hands in a circle": {
        "experiment.yaml": OWN,
        "mine.py": "def Opt(params, **kw):\n    return other(params, **kw)\n"
        "def other(params, **kw):\n    return Opt(params, **kw)\n",
    },
    "hands of 500": {
        "experiment.yaml": OWN,
        "mine.py": "def Opt(params, **kw):\n    return f0(params, **kw)\n"
        + _lines("def f@1(params, **kw):\n    return f@(params, **kw)\n", 500, 1),
    },
    "classes in a circle": {
        "experiment.yaml": OWN,
        "mine.py": "class Opt(Other): pass\nclass Other(Opt): pass\n",
    },
    "3,000 classes": {
        "experiment.yaml": OWN.replace("mine.Opt", "mine.A2999"),
        "mine.py": "class A0: pass\n" + _lines("class A@(A@1): pass\n", 3_000, 1),
    },
    "imports in a circle": {
        "experiment.yaml": OWN,
        "mine.py": "from other import Opt\n",
        "other.py": "from mine import Opt\n",
    },
    "code 3,000 deep": {
        "experiment.yaml": OWN,
        "mine.py": f"x = {'(' * 3_000}1{')' * 3_000}\ndef Opt(params): pass\n",
    },
    "a sum of 50,000": {
        "experiment.yaml": OWN,
        "mine.py": f"x = {'1+' * 50_000}1\ndef Opt(params, lr=1): pass\n",
    },
}

_LONG = "x" * 150
_RULE = """\
code: LAB@
name: a@
severity: error
summary: a
why: a
require: optimizer.lr < @
"""
_RECORDED = "format: 1.1\nexperiment_name: t\nruns:\n" + _lines(
    '  run_@: {"parameters": {"model.lora_rank": @}, "config": "@"}\n', 20_000
)
_DATA = (
    "controls:\n  dataset: {source: %s, data_files: %s, "
    "_component_: torchtune.datasets.instruct_dataset}\n"
)

MANY: Mapping[str, Files] = {
    "2^60 paths": _one(f"{BODY}controls:\n  +x: ${{a{'.01' * 60}}}\n"),
    "a chain of 9,900": _one(
        f"{BODY}controls:\n  +k0: 1\n" + _lines("  +k@: ${k@1}\n", 9_900, 1)
    ),
    "30,000 digits of a file": _one(
        f"{BODY}controls:\n  =checkpointer.checkpoint_files: {{filename_format: 'a{{}}-{{}}', "
        f"max_filename: '{'0' * 29_996}9999'}}\n"
    ),
    "30,000 digits of a split": _one(
        f"{BODY}controls: {{dataset.split: 'train[:{'1' * 30_000}]'}}\n"
    ),
    "30,000 digits of a comment": {
        "experiment.yaml": ON_FILE,
        "base.yaml": f"# tune run --nproc_per_node {'1' * 30_000} lora_finetune_distributed\n"
        "model:\n  lora_rank: 8\n",
    },
    "9,900 controls": _one(f"{BODY}controls:\n" + _lines("  +k@: 1\n", 9_900)),
    "9,900 controls that nothing reads": _one(f"{BODY}controls:\n" + _lines("  k@: 1\n", 9_900)),
    "9,900 near names": _one(f"{BODY}controls:\n" + _lines("  lora_rnak@: 1\n", 9_900)),
    "9,900 keys of a section": _one(
        f"{BODY}controls:\n  optimizer:\n" + _lines("    k@: 1\n", 9_900)
    ),
    "9,900 references": _one(f"{BODY}controls:\n" + _lines("  +k@: ${seed}\n", 9_900)),
    "9,900 templates": _one(f"{BODY}controls:\n" + _lines("  +k@: 'a{lora_rank}'\n", 9_900)),
    "20,000 conditions": _one(
        f"{BODY}controls:\n  when:\n" + _lines("    lora_rank == @: {epochs: 2}\n", 20_000)
    ),
    "200 conditions of one key": _one(
        f"{BODY}controls:\n  when:\n" + _lines("    lora_rank > @: {epochs: @}\n", 200)
    ),
    "6,000 arms": _one(f"{BODY}arms:\n" + _lines("  a@: {x: {}}\n", 6_000)),
    "5,000 arms of a key": _one(f"{BODY}arms:\n" + _lines("  a@: {x: {+k@: 1}}\n", 5_000)),
    "6,000 levels of an arm": _one(
        f"{HEAD}arms:\n  a:\n" + _lines("    x@: {epochs: @}\n", 6_001, 1)
    ),
    "100 variables of a level": _one(f"{HEAD}variables:\n" + _lines("  +k@: [1]\n", 100)),
    "1,000 levels and 200 conditions": _one(
        f"{HEAD}variables:\n  seed: {list(range(1_000))}\ncontrols:\n  when:\n"
        + _lines("    seed % 200 == @: {epochs: @}\n", 201, 1)
    ),
    "1,000 levels and 200 exclusions": _one(
        f"{HEAD}variables:\n  seed: {list(range(1_000))}\nexclude:\n"
        + _lines("  - seed % 300 == @\n", 200)
    ),
    "1,000 levels and 200 formulas": _one(
        f"{HEAD}variables:\n  seed: {list(range(1_000))}\nderived:\n"
        + _lines("  +k@: seed + @\n", 200)
    ),
    "9,900 runs and 200 formulas": _one(
        f"{HEAD}variables:\n  seed: {{range: [1, 9900, 1]}}\nderived:\n"
        + _lines("  +k@: seed + @\n", 200)
    ),
    "3,000 runs of long names": _one(
        HEAD.replace(": t", f": {'t' * 120}")
        + "variables:\n  +a:\n" + _lines(f"    - {_LONG}@\n", 3_000)
    ),
    "3,000 rows of include": _one(
        f"{BODY}include:\n" + _lines("  - {lora_rank: @, +a: @}\n", 3_020, 20)
    ),
    "a zip of 20 by 900": _one(
        f"{HEAD}variables:\n" + _lines(f"  +k@: {list(range(900))}\n", 20)
        + "zip: [[" + ", ".join(f"k{i}" for i in range(20)) + "]]\n"
    ),
    "a sample of 9,000": _one(
        HEAD + "variables: {seed: {uniform: [1, 1000000000]}}\nsample: {size: 9000}\n"
    ),
    "a sample that is excluded": _one(
        HEAD + "variables: {seed: {uniform: [1, 9]}, epochs: {uniform: [1, 9]}}\n"
        "sample: {size: 900}\nexclude: [seed > 1]\n"
    ),
    "1,500 variables of a level": _one(f"{HEAD}variables:\n" + _lines("  +k@: [1]\n", 1_500)),
    "a zip of 700": _one(
        f"{HEAD}variables:\n" + _lines("  +k@: [1, 2]\n", 700)
        + "zip: [[" + ", ".join(f"k{i}" for i in range(700)) + "]]\n"
    ),
    "a sample of 150 variables": _one(
        f"{HEAD}variables:\n" + _lines("  +k@: {choice: [1, 2]}\n", 150) + "sample: 660\n"
    ),
    "800 templates of 10,000 runs": _one(
        f"{HEAD}variables:\n  +a: {{range: [1, 100, 1]}}\n  +b: {{range: [1, 100, 1]}}\n"
        f"controls:\n  output_dir: '{'{a}{b}' * 400}'\n"
    ),
    "3,000 words of a list": _one(f"{BODY}controls:\n  dataset: {'lora_rank,' * 3_000}\n"),
    "3,000 unknown components": _one(
        f"{BODY}controls:\n  =dataset:\n"
        + _lines("    - {_component_: torchtune.datasets.alpaca_datase@, foo: 1}\n", 3_000)
    ),
    "a sample of 5,000 by 20": _one(
        f"{HEAD}variables:\n" + _lines("  +k@: {uniform: [1, 2]}\n", 20) + "sample: 5000\n"
    ),
    "a chain of 190 formulas": _one(
        f"{HEAD}variables: {{lora_rank: {{range: [1, 780, 1]}}}}\nderived:\n  +k0: lora_rank\n"
        + _lines("  +k@: k@1 + 1\n", 191, 1)
    ),
    "20,000 levels": _one(
        f"{HEAD}limit: 20000\nvariables: {{optimizer.lr: {{linspace: [0, 1, 20000]}}}}\n"
    ),
    "2,000 levels and 75 formulas": _one(
        f"{HEAD}variables: {{lora_rank: {{range: [1, 2000, 1]}}}}\nderived:\n"
        + _lines("  +k@: lora_rank * @ + 1\n", 75)
    ),
    "6,000 comments that ignore a line": _one(
        f"{BODY}controls:\n" + _lines("  foo@: 1 # tcwc: ignore[TCW201]\n", 6_000)
    ),
    "65,536 runs of 16 names in a directory": _one(
        f"{HEAD}isolate_outputs: false\nlimit: 100000\nvariables:\n"
        + _lines("  +k@: [1, 2]\n", 16)
        + "controls: {output_dir: '/a/" + "-".join(f"{{k{i}}}" for i in range(16)) + "'}\n"
    ),
    "a limit of 10^9": _one(
        f"{HEAD}limit: 1000000000\nvariables:\n  +a: {{range: [1, 1000, 1]}}\n"
        "  +b: {range: [1, 1000, 1]}\n  +c: {range: [1, 100, 1]}\n"
    ),
    "a list of 19,000": _one(
        f"{BODY}controls: {{checkpointer.checkpoint_files: [{'a, ' * 19_000}]}}\n"
    ),
    "a value of 900,000": _one(f"{BODY}controls: {{output_dir: /{'a' * 900_000}}}\n"),
    "9,000 secrets": _one(
        f"{BODY}controls:\n" + _lines("  +password@: https://a:abcdefg@@b\n", 9_000)
    ),
    "9,000 keys of engineering in a file": {
        "experiment.yaml": BODY + "engineering_file: e.yaml\n",
        "e.yaml": _lines("k@: 1\n", 9_000),
    },
    "a base of 9,000": {"experiment.yaml": ON_FILE, "base.yaml": _lines("k@: 1\n", 9_000)},
    "a base of 9,000 references": {
        "experiment.yaml": ON_FILE,
        "base.yaml": "k0: 1\n" + _lines("k@: ${k0}\n", 9_000, 1),
    },
    "a base of 4,000 components": {
        "experiment.yaml": ON_FILE,
        "base.yaml": _lines("k@: {_component_: torch.optim.AdamW}\n", 4_000),
    },
    "900,000 dots": {"experiment.yaml": OWN, "mine.py": f"from {'a.' * 900_000}b import Opt\n"},
    "30,000 classes": {"experiment.yaml": OWN, "mine.py": _lines("class A@: pass\n", 30_000)},
    "2 MB of functions": {
        "experiment.yaml": OWN,
        "mine.py": _lines("def f@(a, b=1, **kw):\n    return f@1(a, **kw)\n", 40_000)
        + "def Opt(params, **kw):\n    return f39999(params, **kw)\n",
    },
    "100,000 lines ignored": {
        "experiment.yaml": BODY, ".gitignore": _lines("/a@/**/b*\n", 60_000),
    },
    "9,000 severities": {
        "experiment.yaml": BODY, "tcwc.toml": "[severity]\n" + _lines('TCW@ = "error"\n', 9_000),
    },
    "9,000 patterns": {
        "experiment.yaml": BODY,
        "tcwc.toml": "exclude = [\n" + _lines('"a@/**/b*",\n', 9_000) + "]\n",
    },
    "300 rules": {
        "experiment.yaml": BODY, "tcwc.toml": 'rules = ["r/"]\n',
        **{f"r/LAB{n}-a{n}.yaml": _RULE.replace("@", str(n)) for n in range(100, 400)},
    },
    "a mapping of 20,000": {"experiment.yaml": BODY, "configs/run_mapping.yaml": _RECORDED},
    "2 MB of records": {
        "experiment.yaml": BODY + _DATA % ("json", "data.json"),
        "data.json": "[" + _lines('{"input": "a@", "output": "b"},\n', 40_000) + "{}]",
    },
    "2 MB of lines": {
        "experiment.yaml": BODY + _DATA % ("json", "data.jsonl"),
        "data.jsonl": _lines('{"input": "a@", "output": "b"}\n', 40_000),
    },
    "2 MB of CSV": {
        "experiment.yaml": BODY + _DATA % ("csv", "data.csv"),
        "data.csv": "input,output\n" + _lines("a@,b\n", 150_000),
    },
}  # fmt: skip

FOLDERS: Mapping[str, Files] = {
    "500 experiments": {f"e{n}/experiment.yaml": BODY for n in range(500)},
    "5,000 files": {f"e{n}.yaml": BODY for n in range(5_000)},
    "60 folders deep": {"a/" * 60 + "experiment.yaml": BODY},
    "500 folders deep": {"a/" * 500 + "experiment.yaml": BODY},
}
"""What is looked through where no file is named."""
