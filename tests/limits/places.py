"""Where a text may stand that tcwc reads: every section, every file, the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Files = Mapping[str, str]
"""The files of a case, by name; what is looked at is `experiment.yaml`."""

HEAD = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\n"
BODY = HEAD + "variables: {lora_rank: [8, 16]}\n"
ON_FILE = BODY.replace(
    "base_config: llama3_2/1B_lora_single_device",
    "base_config_file: base.yaml\nrecipe: lora_finetune_single_device",
)
OWN = BODY + "controls: {optimizer._component_: mine.Opt}\n"
_OWN_RECIPE = ON_FILE.replace("lora_finetune_single_device", "mine.py")
_BASE = "model:\n  _component_: torchtune.models.llama3_2.lora_llama3_2_1b\n  lora_rank: 8\n"
_RULE = """\
code: LAB001
name: a
severity: error
summary: a
why: a
require: optimizer.lr == null
"""
_MAPPING = "format: 1.1\nexperiment_name: t\nruns:\n  run_000: {lora_rank: 8}\n"

# What stands in place of `@@`, in a source that is right but for that.
_SOURCES: Mapping[str, str] = {
    "a value": BODY + "controls: {seed: 1, output_dir: @@}\n",
    "a value in double quotes": BODY + 'controls:\n  output_dir: "@@"\n',
    "a value in single quotes": BODY + "controls:\n  output_dir: '@@'\n",
    "a value of a line": BODY + "controls:\n  output_dir: @@\n  seed: 1\n",
    "a value of many lines": BODY + "controls:\n  output_dir: |\n    @@\n",
    "a number": BODY + "controls:\n  epochs: @@\n",
    "a quoted number": BODY + 'controls:\n  optimizer.lr: "@@"\n',
    "an item": BODY + "controls:\n  checkpointer.checkpoint_files:\n    - @@\n",
    "an item of a list": BODY + "controls: {checkpointer.checkpoint_files: [a, @@]}\n",
    "a quoted item": BODY + 'controls: {checkpointer.checkpoint_files: [a, "@@"]}\n',
    "a key": BODY + "controls:\n  @@: 1\n",
    "a quoted key": BODY + 'controls:\n  "@@": 1\n',
    "a key of paths": BODY + "controls:\n  'model.@@': 1\n",
    "an added key": BODY + "controls:\n  '+@@': 1\n",
    "a key in braces": BODY + "controls: {@@: 1}\n",
    "a key below": BODY + 'controls:\n  optimizer:\n    "@@": 1\n',
    "a replaced section": BODY + 'controls:\n  =optimizer: {_component_: a, "@@": 1}\n',
    "a deleted key": BODY + 'controls:\n  "~@@":\n',
    "a template": BODY + 'controls: {output_dir: "/a/{@@}"}\n',
    "behind a template": BODY + 'controls: {output_dir: "/a/{lora_rank}@@"}\n',
    "a format": BODY + 'controls: {output_dir: "/a/{lora_rank:@@}"}\n',
    "a reference": BODY + 'controls: {output_dir: "${@@}"}\n',
    "an added reference": BODY + "controls: {+a: '${model.@@'}\n",
    "a component": BODY + 'controls: {optimizer._component_: "@@"}\n',
    "a dataset": BODY + 'controls: {dataset.source: "@@", dataset.data_files: "@@"}\n',
    "a prompt": BODY + 'controls: {tokenizer.prompt_template: "@@"}\n',
    "when": BODY + 'controls:\n  when:\n    "@@": {epochs: 2}\n',
    "plain when": BODY + "controls:\n  when:\n    @@: {epochs: 2}\n",
    "when of a name": BODY + "controls:\n  when:\n    lora_rank == '@@': {epochs: 2}\n",
    "a level": HEAD + "variables: {lora_rank: [8, @@]}\n",
    "a quoted level": HEAD + 'variables: {lora_rank: [8, "@@"]}\n',
    "a level of text": HEAD + 'variables: {output_dir: [/a, "@@"]}\n',
    "a level of a line": HEAD + "variables:\n  lora_rank:\n    - 8\n    - @@\n",
    "levels": HEAD + "variables:\n  lora_rank: @@\n",
    "quoted levels": HEAD + 'variables:\n  lora_rank: "@@"\n',
    "a quoted variable": HEAD + 'variables:\n  "@@": [1, 2]\n',
    "a plain variable": HEAD + "variables:\n  @@: [1, 2]\n",
    "a range": HEAD + 'variables: {seed: {range: [1, "@@"]}}\n',
    "a generator": HEAD + "variables: {seed: {@@: [1, 2, 3]}}\n",
    "a condition of levels": HEAD + 'variables: {seed: {values: [1, 2], when: "@@"}}\n',
    "all of variables": HEAD + "variables: @@\n",
    "an arm": BODY + 'arms:\n  a:\n    "@@": {epochs: 2}\n    b: {}\n',
    "a name of arms": BODY + 'arms:\n  "@@":\n    a: {epochs: 2}\n    b: {}\n',
    "a key of an arm": BODY + 'arms:\n  a:\n    x: {"@@": 2}\n    b: {}\n',
    "a value of an arm": BODY + 'arms:\n  a:\n    x: {output_dir: "@@"}\n    b: {}\n',
    "a plain arm": BODY + "arms:\n  a:\n    x: {@@}\n    b: {}\n",
    "configs of arms": BODY + 'arms:\n  a: {from_configs: ["@@"], models: "@@"}\n',
    "zip": BODY + 'zip: [["@@", lora_rank]]\n',
    "plain zip": BODY + "zip:\n  - [@@]\n",
    "derived": BODY + "derived:\n  lora_alpha: @@\n",
    "quoted derived": BODY + 'derived:\n  lora_alpha: "@@"\n',
    "a name in derived": BODY + 'derived:\n  lora_alpha: "lora_rank + (@@)"\n',
    "a text in derived": BODY + "derived:\n  +a: \"'@@' + 'a'\"\n",
    "a derived key": BODY + 'derived:\n  "@@": lora_rank\n',
    "exclude": BODY + 'exclude:\n  - "@@"\n',
    "plain exclude": BODY + "exclude:\n  - @@\n",
    "a name in exclude": BODY + 'exclude:\n  - "lora_rank == 8 and @@"\n',
    "include": BODY + "include:\n  - {lora_rank: @@}\n",
    "a key of include": BODY + 'include:\n  - {lora_rank: 4, "@@": 1}\n',
    "a text of include": BODY + 'include:\n  - {lora_rank: 4, output_dir: "@@"}\n',
    "plain include": BODY + "include: @@\n",
    "sample": BODY + "sample: @@\n",
    "a size": BODY + "sample: {size: @@}\n",
    "a seed": BODY + 'sample: {size: 1, "@@": 1, seed: "@@"}\n',
    "a distribution": HEAD + 'variables: {seed: {uniform: [0, "@@"]}}\nsample: {size: 2}\n',
    "engineering": BODY + "engineering:\n  compile: @@\n",
    "a key of engineering": BODY + 'engineering:\n  "@@": 1\n',
    "meta": BODY + 'meta: {a: "@@"}\n',
    "a key of meta": BODY + 'meta: {"@@": a}\n',
    "plain meta": BODY + "meta:\n  a: @@\n",
    "a time": BODY + "resources: {time: @@, on_timeout: stop}\n",
    "a memory": BODY + 'resources: {memory: "@@", gpus: "@@"}\n',
    "a need": BODY + 'resources: {"@@": 1}\n',
    "a condition of needs": BODY + 'resources: {when: {"@@": {gpus: 1}}}\n',
    "samples": BODY + "samples: @@\n",
    "the name of runs": BODY + 'run_name: "@@{lora_rank}"\n',
    "a name": HEAD.replace(": t", ": @@") + "variables: {lora_rank: [8, 16]}\n",
    "a quoted name": HEAD.replace(": t", ': "@@"') + "variables: {lora_rank: [8, 16]}\n",
    "a base's name": BODY.replace("llama3_2/1B_lora_single_device", "@@"),
    "a quoted base's name": BODY.replace("llama3_2/1B_lora_single_device", '"@@"'),
    "a base's file": ON_FILE.replace("base.yaml", '"@@"'),
    "a recipe": BODY + 'recipe: "@@"\n',
    "a version": BODY + 'torchtune: "@@"\n',
    "a form": "tcwc: @@\n" + BODY,
    "a folder": BODY + 'output: "@@"\n',
    "a limit": BODY + "limit: @@\n",
    "isolation": BODY + "isolate_outputs: @@\n",
    "engineering's file": BODY + 'engineering_file: "@@"\n',
    "the last form": "experiment: {name: t, framework: @@}\nframework_config: {base_config: @@}\n",
    "a section": BODY + '"@@": 1\n',
    "a plain section": BODY + "@@: 1\n",
    "a comment": BODY + "# @@\n",
    "a comment for tcwc": BODY + "# tcwc: ignore[@@]\n",
    "a comment of a line": BODY + "seed: 1  # tcwc: @@\n",
    "the end": BODY + "@@\n",
    "the beginning": "@@\n" + BODY,
    "the whole": "@@",
}  # fmt: skip

# A file beside a source, with what stands in place of `@@`.
_BESIDE: Mapping[str, tuple[str, str, str]] = {
    "a base": (ON_FILE, "base.yaml", _BASE + "x: @@\n"),
    "a quoted base": (ON_FILE, "base.yaml", _BASE + 'x: "@@"\n'),
    "a key of a base": (ON_FILE, "base.yaml", _BASE + '"@@": 1\n'),
    "a plain key of a base": (ON_FILE, "base.yaml", _BASE + "@@: 1\n"),
    "a reference of a base": (ON_FILE, "base.yaml", _BASE + "x: '${@@}'\ny: ${x}\n"),
    "a component of a base": (ON_FILE, "base.yaml", _BASE + 'loss: {_component_: "@@"}\n'),
    "items of a base": (ON_FILE, "base.yaml", _BASE + "x: [@@]\n"),
    "a whole base": (ON_FILE, "base.yaml", "@@"),
    "settings": (BODY, "tcwc.toml", "select = [@@]\n"),
    "quoted settings": (BODY, "tcwc.toml", 'select = ["@@"]\n'),
    "a key of settings": (BODY, "tcwc.toml", '"@@" = 1\n'),
    "a plain key of settings": (BODY, "tcwc.toml", "@@ = 1\n"),
    "excluded by settings": (BODY, "tcwc.toml", 'exclude = ["@@"]\n'),
    "severities": (BODY, "tcwc.toml", '[severity]\n"@@" = "@@"\n'),
    "folders of rules": (BODY, "tcwc.toml", 'rules = ["@@"]\n'),
    "whole settings": (BODY, "tcwc.toml", "@@"),
    "shared settings": (BODY, "pyproject.toml", "@@\n[tool.tcwc]\n"),
    "shared settings' end": (BODY, "pyproject.toml", "[tool.tcwc]\nselect = []\n[a]\nb = @@\n"),
    "a mapping": (BODY, "configs/run_mapping.yaml", "format: 1.1\n@@\n"),
    "a run of a mapping": (BODY, "configs/run_mapping.yaml", _MAPPING + '  "@@": {a: "@@"}\n'),
    "names of a mapping": (BODY, "configs/run_mapping.yaml", _MAPPING + 'names: {"@@": "@@"}\n'),
    "a whole mapping": (BODY, "configs/run_mapping.yaml", "@@"),
    "a config": (BODY, "configs/run_000.yaml", "@@"),
    "a config's head": (BODY, "configs/run_000.yaml", "# tcwc 0.1.0 @@\nseed: 1\n"),
    "engineering in a file": (BODY + "engineering_file: e.yaml\n", "e.yaml", "compile: @@\n"),
    "a key in a file": (BODY + "engineering_file: e.yaml\n", "e.yaml", '"@@": 1\n'),
    "a whole file": (BODY + "engineering_file: e.yaml\n", "e.yaml", "@@"),
    "own code": (
        OWN,
        "mine.py",
        "class Opt:\n    def __init__(self, params, lr=@@):\n        pass\n",
    ),
    "a text in own code": (
        OWN,
        "mine.py",
        'def Opt(params, lr="@@"):\n    raise ValueError("@@")\n',
    ),
    "a body in own code": (
        OWN,
        "mine.py",
        "def Opt(params, lr=1):\n    if lr == @@:\n        pass\n",
    ),
    "a base class": (OWN, "mine.py", "class Opt(@@):\n    pass\n"),
    "an annotation": (OWN, "mine.py", "def Opt(params, lr: @@ = 1):\n    pass\n"),
    "a quoted annotation": (OWN, "mine.py", 'def Opt(params, lr: "@@" = 1):\n    pass\n'),
    "an import": (OWN, "mine.py", "from @@ import Opt\n"),
    "before own code": (OWN, "mine.py", "@@\ndef Opt(params): pass\n"),
    "all of own code": (OWN, "mine.py", "@@"),
    "an own recipe": (
        _OWN_RECIPE,
        "mine.py",
        "class A:\n    def setup(self, cfg):\n        cfg.@@\n",
    ),
    "all of an own recipe": (_OWN_RECIPE, "mine.py", "@@"),
    "a rule": (BODY, "r/LAB001-a.yaml", _RULE + "help: @@\n"),
    "a rule's condition": (BODY, "r/LAB001-a.yaml", _RULE.replace("optimizer.lr == null", '"@@"')),
    "a rule's name": (BODY, "r/LAB001-a.yaml", _RULE.replace("name: a", 'name: "@@"')),
    "a whole rule": (BODY, "r/LAB001-a.yaml", "@@"),
    "data of JSON": (BODY, "data.json", "@@"),
    "a record": (BODY, "data.json", '[{"@@": "@@"}]'),
    "data of lines": (BODY, "data.jsonl", '{"a": 1}\n@@\n'),
    "data of CSV": (BODY, "data.csv", "input,output\n@@\n"),
    "all of CSV": (BODY, "data.csv", "@@"),
    "data of text": (BODY, "data.txt", "@@"),
    "ignored by git": (BODY, ".gitignore", "@@\n"),
    "weights' index": (BODY, "w/model.safetensors.index.json", "@@"),
    "weights' config": (BODY, "w/config.json", "@@"),
    "a chat template": (BODY, "w/tokenizer_config.json", '{"chat_template": "@@"}'),
}

_DATA = (
    "controls:\n  dataset: {source: %s, data_files: %s, _component_: "
    "torchtune.datasets.instruct_dataset}\n"
)
_WEIGHTS = "controls: {checkpointer.checkpoint_dir: w, tokenizer.path: w/tokenizer.model}\n"


def _source(text: str) -> Callable[[str], Files]:
    return lambda piece: {"experiment.yaml": text.replace("@@", piece)}


def _beside(experiment: str, name: str, text: str) -> Callable[[str], Files]:
    files = {"experiment.yaml": experiment}
    kind = name.rpartition(".")[2]
    if name.startswith("data."):
        kind = {"jsonl": "json", "txt": "text"}.get(kind, kind)
        files = {"experiment.yaml": experiment + _DATA % (kind, name)}
    if name.startswith("w/"):
        files = {"experiment.yaml": experiment + _WEIGHTS}
    if name.startswith("r/"):
        files["tcwc.toml"] = 'rules = ["r/"]\n'
    return lambda piece: {**files, name: text.replace("@@", piece)}


PLACES: Mapping[str, Callable[[str], Files]] = {
    **{name: _source(text) for name, text in _SOURCES.items()},
    **{name: _beside(*parts) for name, parts in _BESIDE.items()},
}
