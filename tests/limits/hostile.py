"""Texts made to cost time, memory or pages of output: a piece over and over, and sheer size."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Files = Mapping[str, str]
"""The files of a case, by name; what is linted is `experiment.yaml`."""

HEAD = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\n"
BODY = HEAD + "variables: {lora_rank: [8, 16]}\n"
ON_FILE = BODY.replace(
    "base_config: llama3_2/1B_lora_single_device",
    "base_config_file: base.yaml\nrecipe: lora_finetune_single_device",
)
OWN = BODY + "controls: {optimizer._component_: mine.Opt}\n"

LENGTH = 30_000
"""Characters of a repeated piece."""

PIECES = (
    "a.", ".", '"', '\\"', "{", "[", "(", "${", "${a", "}", "]", "*", "&", "!", ": ", "- ",
    "#", ",", "%", "\n", " ", "\t", "not ", "-", "+", "~", "=", "<", "1", "e", "_", "/", "\\",
    "|", ">", "?", "@", "`", "'", "\r", "\u200b", "\U0001d49c", "1 and ", "x == 1 or ", "range(",
    "{lora_rank}",
)  # fmt: skip


def _source(text: str) -> Callable[[str], Files]:
    """A case of one file, the piece in place of `@@`."""
    return lambda piece: {"experiment.yaml": text.replace("@@", piece)}


def _beside(experiment: str, name: str, text: str) -> Callable[[str], Files]:
    return lambda piece: {"experiment.yaml": experiment, name: text.replace("@@", piece)}


PLACES: Mapping[str, Callable[[str], Files]] = {
    "a value": _source(BODY + "controls: {seed: 1, output_dir: @@}\n"),
    "a value in double quotes": _source(BODY + 'controls:\n  output_dir: "@@"\n'),
    "a value in single quotes": _source(BODY + "controls:\n  output_dir: '@@'\n"),
    "a key": _source(BODY + "controls:\n  @@: 1\n"),
    "a quoted key": _source(BODY + 'controls:\n  "@@": 1\n'),
    "a level": _source(HEAD + "variables: {lora_rank: [8, @@]}\n"),
    "levels": _source(HEAD + "variables:\n  lora_rank: @@\n"),
    "derived": _source(BODY + "derived:\n  lora_alpha: @@\n"),
    "quoted derived": _source(BODY + 'derived:\n  lora_alpha: "@@"\n'),
    "exclude": _source(BODY + 'exclude:\n  - "@@"\n'),
    "when": _source(BODY + 'controls:\n  when:\n    "@@": {epochs: 2}\n'),
    "a name": _source(HEAD.replace(": t", ": @@") + "variables: {lora_rank: [8, 16]}\n"),
    "a quoted name": _source(HEAD.replace(": t", ': "@@"') + "variables: {lora_rank: [8, 16]}\n"),
    "a base's name": _source(BODY.replace("llama3_2/1B_lora_single_device", "@@")),
    "a comment": _source(BODY + "# @@\n"),
    "a comment for tcwc": _source(BODY + "# tcwc: ignore[@@]\n"),
    "the end": _source(BODY + "@@\n"),
    "the whole": _source("@@"),
    "an arm": _source(BODY + 'arms:\n  a:\n    "@@": {epochs: 2}\n    b: {}\n'),
    "include": _source(BODY + "include:\n  - {lora_rank: @@}\n"),
    "sample": _source(BODY + "sample: @@\n"),
    "zip": _source(BODY + 'zip: [["@@", lora_rank]]\n'),
    "meta": _source(BODY + 'meta: {a: "@@"}\n'),
    "a recipe": _source(BODY + 'recipe: "@@"\n'),
    "a component": _source(BODY + 'controls: {optimizer._component_: "@@"}\n'),
    "a folder": _source(BODY + 'output: "@@"\n'),
    "a base": _beside(ON_FILE, "base.yaml", "model:\n  lora_rank: 8\nx: @@\n"),
    "a quoted base": _beside(ON_FILE, "base.yaml", 'model:\n  lora_rank: 8\nx: "@@"\n'),
    "settings": _beside(BODY, "tcwc.toml", "select = [@@]\n"),
    "shared settings": _beside(BODY, "pyproject.toml", "@@\n[tool.tcwc]\n"),
    "a mapping": _beside(BODY, "configs/run_mapping.yaml", "format: 1.1\n@@\n"),
    "engineering": _beside(BODY + "engineering_file: e.yaml\n", "e.yaml", "compile: @@\n"),
    "own code": _beside(
        OWN, "mine.py", "class Opt:\n    def __init__(self, params, lr=@@):\n        pass\n"
    ),
}  # fmt: skip


def _lines(line: str, count: int, start: int = 0) -> str:
    return "".join(line.replace("@1", str(i - 1)).replace("@", str(i)) for i in range(start, count))


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


def cases() -> Mapping[str, Files]:
    """All cases by name: every piece in every place, and those of sheer size."""
    repeated = {
        f"{piece!a} in {place}": files((piece * LENGTH)[:LENGTH])
        for place, files in PLACES.items()
        for piece in PIECES
    }
    return {**repeated, **SIZES}
