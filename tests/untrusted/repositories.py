"""Repositories as a hostile pull request could make them: each leads to files outside.

A repository is made in a folder `repo`, beside a folder `out` whose files hold marks. What is in
`repo` knows where they are, and not what is in them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conftest import ROOT

MARKS = ("zqxmark", "918273645", "zqx mark")
"""What stands in every file outside, in some spelling, and nowhere inside."""

ELSEWHERE = "/tmp/tcwc_untrusted_output"

VARIABLE = "TCWC_TEST_MARK"
"""The variable of the environment that holds marks."""

_RULE = """\
code: LAB001
name: zqxmark-rule
severity: error
summary: Summary of zqxmark.
why: Because of zqxmark and of 918273645 all runs are to have another seed than they have here.
help: zqxmark helps
require: seed == 918273645
cases:
  good: [{experiment: "experiment_name: zqxmark\\n"}]
  bad: [{experiment: "experiment_name: zqxmark\\n", expect: [{code: LAB001, line: 1, column: 1, message: zqxmark zqxmark}]}]
"""  # noqa: E501


def shipped_base() -> str:
    """A config that torchtune ships."""
    line = next(
        line
        for line in (ROOT / "schemas/torchtune/0.6.1/configs.json").read_text().splitlines()
        if line.startswith('"llama3_2/1B_lora_single_device"')
    )
    values = json.loads("{" + line.rstrip(",") + "}").popitem()[1]
    return json.dumps(values.get("values", values), indent=1)


def outside() -> dict[str, str]:
    """The files outside, by name: of each sort that something in a repository can name."""
    base = shipped_base()
    body = json.loads(base)
    own = json.dumps({
        **body, "zqxmark": 918273645, "note": "zqx mark", "seed": "zqxmark-918273645",
        "output_dir": "/zqxmark/${zqxmark}", "metric_logger": {"_component_": "zqxmark.Logger"},
    })  # fmt: skip
    return {
        "zqxmark_base.yaml": "zqxmark: 1\n",
        "valid.yaml": json.dumps({**body, "seed": 918273645, "output_dir": "/tmp/zqxmark"}),
        "marked.yaml": own,
        "plain.yaml": "zqxmark: zqx mark\npassphrase: correct zqx mark 918273645\n",
        "broken.yaml": "zqxmark: [918273645\n  b: 'zqx mark: c: d\n\tzqxmark",
        "scalar.yaml": "zqxmark:918273645\n",
        "list.yaml": "- zqxmark\n- {zqxmark: 918273645}\n",
        "anchors.yaml": "a: &zqxmark 1\nb: *zqxmarks\n<<: {zqxmark: 1, zqxmark: 2}\n",
        "experiment.yaml": "experiment_name: zqxmark\nbase_config: zqxmark/918273645\nvariables:\n"
        "  zqxmark: [zqx mark, 918273645]\ncontrols:\n  seed: zqxmark\n",
        "data.json": '[{"zqxmark": "zqx mark", "zqxmark_two": 918273645}]',
        "data.csv": "zqxmark,zqxmark two,918273645\n1,2,3\n",
        "notes.txt": "zqxmark:x:918273645:zqx mark:/root:/bin/sh\n" * 3,
        "code.py": "import zqxmark\nNAME = 'zqxmark'\n\ndef thing(zqxmark, zqxmark_two=1): ...\n"
        "def zqxmark_builder(tokenizer, zqxmark): ...\n",
        "broken.py": "def zqxmark(:\n  918273645",
        "recipe.py": "class ZqxmarkRecipe:\n    def __init__(self, cfg):\n        cfg.zqxmark_key\n"
        "        cfg.zqxmark_two.zqxmark\n\ndef recipe_main(cfg): ...\n",
        "settings.toml": 'zqxmark = "918273645"\nselect = ["ZQXMARK918273645"]\n',
        "broken.toml": 'zqxmark = = "918273645\n[tool.tcwc]\n',
        "pyproject.toml": '[tool.tcwc]\nzqxmark = "zqx mark"\n[tool.tcwc.severity]\nzqxmark = 1\n',
        "index.json": '{"weight_map": {"zqxmark": "zqxmark-918273645.safetensors"}}',
        "run_mapping.yaml": "format: 1.1\nexperiment: zqxmark\nsource: zqxmark.yaml\nzqxmark: 1\n",
        "rules/lab.yaml": _RULE,
        "broken_rules/lab.yaml": _RULE.replace("require:", "zqxmark:"),
        "configs/run_000.yaml": "# tcwc run_000 zqxmark\nzqxmark: 918273645\n",
        "configs/run_mapping.yaml": "zqxmark: 918273645\n",
        "package/__init__.py": "from zqxmark import zqxmark\n",
        "package/data.py": "def thing(zqxmark=918273645): ...\n",
    }


HEAD = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
"""
CONTROLS = "controls:\n  lora_alpha: 16\n  seed: 1\n  dataset.packed: false\n"
SOUND = HEAD + CONTROLS
OWN = """\
experiment_name: study
base_config_file: {}
recipe: lora_finetune_single_device
variables:
  model.lora_rank: [8, 16]
"""

Make = Callable[[Path], None]


def _texts(**texts: str) -> Make:
    def make(repo: Path) -> None:
        for name, text in texts.items():
            (repo / name.replace("__", ".")).write_text(text)

    return make


def _links(text: str, **links: str) -> Make:
    """An experiment and links to files outside; `__` is a dot, `___` a slash in their names."""

    def make(repo: Path) -> None:
        (repo / "experiment.yaml").write_text(text)
        for name, target in links.items():
            path = repo / name.replace("___", "/").replace("__", ".")
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            path.symlink_to(target)

    return make


_TEXTS_OUTSIDE = (
    "valid.yaml", "marked.yaml", "plain.yaml", "broken.yaml", "scalar.yaml", "list.yaml",
    "anchors.yaml", "experiment.yaml", "data.json", "data.csv", "notes.txt", "code.py",
    "settings.toml",
)  # fmt: skip


def _bases() -> Iterator[tuple[str, Make]]:
    for name in _TEXTS_OUTSIDE:
        yield f"base {name}", _texts(experiment__yaml=OWN.format(f"../out/{name}") + CONTROLS)
        text = HEAD + f"engineering_file: l.yaml\n{CONTROLS}"
        yield f"engineering link {name}", _links(text, l__yaml=f"../out/{name}")
    for path in ("/proc/self/environ", "/proc/self/cmdline", "/dev/zero", ".git/config", "pipe"):
        yield f"base {path}", _texts(experiment__yaml=OWN.format(path))
        yield f"engineering {path}", _texts(experiment__yaml=f"{HEAD}engineering_file: {path}\n")
        yield f"base link {path}", _links(OWN.format("l.yaml"), l__yaml=path)
    yield "base absolute", _absolute
    for name in ("zqxmar_base.yaml", "zqxmar_base.yml", "zqxmar_base"):
        yield f"near {name}", _texts(experiment__yaml=OWN.format(f"../out/{name}"))
        yield f"near by a folder {name}", _links(OWN.format(f"up/{name}"), up="../out")
        engineering = HEAD + f"engineering_file: ../out/{name}\n"
        yield f"near engineering {name}", _texts(experiment__yaml=engineering)
        yield f"near recipe {name}", _texts(experiment__yaml=f"{HEAD}recipe: ../out/{name}.py\n")
        yield f"near itself {name}", _links(SOUND, experiment__yaml=f"../out/{name}")
    yield "base by a folder", _links(OWN.format("up/marked.yaml"), up="../out")
    yield (
        "base by two links",
        _links(OWN.format("a.yaml"), a__yaml="b.yaml", b__yaml="up/list.yaml", up="../out"),
    )


def _absolute(repo: Path) -> None:
    (repo / "experiment.yaml").write_text(OWN.format(repo.parent / "out/marked.yaml"))


def _carried() -> Iterator[tuple[str, Make]]:
    """Values of a base that texts of the experiment carry on."""
    for line in (
        '  output_dir: "{experiment_name}/${seed}/${output_dir}/{run_id}"',
        "  dataset._component_: ${output_dir}",
        "  optimizer.lr: ${seed}",
        "  dataset.packed: ${output_dir}",
        '  sede: "${output_dir}"',
        '  +note: "{output_dir}{seed}"',
        "  epochs: ${oc.env:" + VARIABLE + "}",
        "  profiler: {_component_: torchtune.training.x, enabled: '${seed}'}",
    ):
        text = OWN.format("../out/valid.yaml") + f"controls:\n{line}\n"
        yield f"carried {line.strip()}", _texts(experiment__yaml=text)
    derived = "derived:\n  model.lora_alpha: seed + 1\n  epochs: seed * model.lora_rank\n"
    yield "derived", _texts(experiment__yaml=OWN.format("../out/valid.yaml") + derived)
    two = _texts(
        experiment__yaml=OWN.format("../out/valid.yaml"),
        b__experiment__yaml=OWN.format("../out/valid.yaml"),
    )
    yield "two of a base", two
    excluded = "exclude:\n  - seed == model.lora_rank\n  - output_dir == 1\n"
    yield "excluded", _texts(experiment__yaml=OWN.format("../out/valid.yaml") + excluded)


def _codes() -> Iterator[tuple[str, Make]]:
    for name in ("code.py", "broken.py", "recipe.py", "notes.txt", "plain.yaml"):
        given = "  dataset:\n    _component_: mine.thing\n    packed: 3\n    foo: 1\n"
        yield f"code {name}", _links(SOUND + given, mine__py=f"../out/{name}")
        named = SOUND.replace("  dataset.packed: false\n", "  dataset._component_: mine.thin\n")
        yield f"misspelt {name}", _links(named, mine__py=f"../out/{name}")
        recipe = HEAD + "recipe: mine.py\n" + CONTROLS
        yield f"recipe link {name}", _links(recipe, mine__py=f"../out/{name}")
        above = HEAD + f"recipe: ../out/{name}\n" + CONTROLS
        yield f"recipe {name}", _texts(experiment__yaml=above)
    given = "  dataset:\n    _component_: pkg.data.thing\n    foo: 1\n"
    yield "package", _links(SOUND + given, pkg="../out/package")


def _data() -> Iterator[tuple[str, Make]]:
    for name, source in (("data.csv", "csv"), ("data.json", "json"), ("notes.txt", "text")):
        for path in (f"../out/{name}", "l.data"):
            given = (
                "  dataset:\n    _component_: torchtune.datasets.instruct_dataset\n"
                f"    source: {source}\n    data_files: {path}\n    split: train\n"
                "    column_map: {input: question, output: answer}\n"
            )
            text = SOUND.replace("  dataset.packed: false\n", given)
            yield f"data {name} {path}", _links(text, l__data=f"../out/{name}")
    text = SOUND + "  checkpointer.checkpoint_dir: model\n  tokenizer.path: model/tokenizer.json\n"
    index = {"model___model__safetensors__index__json": "../../out/index.json"}
    yield "weights", _links(text, model___tokenizer__json="../../out/data.json", **index)
    yield (
        "weights elsewhere",
        _texts(experiment__yaml=SOUND + "  checkpointer.checkpoint_dir: ../out\n"),
    )


def _settings() -> Iterator[tuple[str, Make]]:
    for name in ("settings.toml", "broken.toml", "notes.txt", "pyproject.toml", "plain.yaml"):
        for link in ("tcwc.toml", "pyproject.toml"):
            yield f"{link} {name}", _links(SOUND, **{link.replace(".", "__"): f"../out/{name}"})
    for path in ("../out/rules", "../out/broken_rules", "../out", "/etc", "l", "/proc/self"):
        settings = f'rules = ["{path}"]\n'
        yield f"rules {path}", _all(_links(SOUND, l="../out/rules"), _texts(tcwc__toml=settings))
    rule = _links(SOUND, r___lab__yaml="../../out/rules/lab.yaml")
    yield "rule link", _all(rule, _texts(tcwc__toml='rules = ["r"]\n'))


def _themselves() -> Iterator[tuple[str, Make]]:
    for name in ("experiment.yaml", "plain.yaml", "broken.yaml", "notes.txt", "marked.yaml"):
        yield f"itself {name}", _links(SOUND, experiment__yaml=f"../out/{name}")
        yield f"beside {name}", _links(SOUND, b__experiment__yaml=f"../out/{name}")
    for path in ("/proc/self/environ", "/dev/zero", ".git/config", "pipe", "nothing", "../out"):
        yield f"itself {path}", _links(SOUND, experiment__yaml=path)


def _outputs() -> Iterator[tuple[str, Make]]:
    for path in (
        "../up", "../out", "../out/configs", ELSEWHERE, ".git/hooks", ".git", "a/../..",
        "l/configs", ".GIT/x", "sub/.git/x", "~/up",
    ):  # fmt: skip
        text = SOUND.replace("variables:", f"output: {path}\nvariables:")
        yield f"output {path}", _links(text, l="../out")
    for link, target in (
        ("configs", "../out"), ("configs", "../out/configs"), ("configs", "../new"),
        ("configs___run_000__yaml", "../../out/notes.txt"),
        ("configs___run_000__yaml", "../../out/configs/run_000.yaml"),
        ("configs___run_001__yaml", "../../new.yaml"),
        ("configs___run_mapping__yaml", "../../out/run_mapping.yaml"),
        ("configs___run_mapping__yaml", "../../out/notes.txt"),
        ("configs___run_mapping__yaml", "/proc/self/environ"),
        ("configs______gitattributes", "../../out/notes.txt"),
        ("old___run_mapping__yaml", "../../out/run_mapping.yaml"),
    ):  # fmt: skip
        yield f"{link} to {target}", _links(SOUND, **{link: target})
    fixable = SOUND.replace("seed: 1", "seed: 1 ").replace("lora_alpha: 16", "lora_alpha: 16.0")
    yield "a pipe for .gitignore", _piped
    yield "a chain of links", _chain
    for text in ('output: "a\\0b"\n', 'base_config_file: "a\\0b"\n', "engineering_file: 'a\0b'\n"):
        yield f"odd {text!r}", _texts(experiment__yaml=f"{text}{SOUND}")
    yield "fix by a link", _links(SOUND, experiment__yaml="../out/experiment.yaml")
    yield (
        "fix of a base",
        _all(_texts(experiment__yaml=OWN.format("../out/marked.yaml") + "controls:\n  sede: 1\n")),
    )
    yield "fix", _texts(experiment__yaml=fixable)


def _piped(repo: Path) -> None:
    (repo / "experiment.yaml").write_text(SOUND)
    os.mkfifo(repo / ".gitignore")


def _chain(repo: Path) -> None:
    (repo / "experiment.yaml").write_text(SOUND.replace("variables:", "output: l0\nvariables:"))
    for number in range(1500):
        (repo / f"l{number}").symlink_to(f"l{number + 1}")


def _rebuilt() -> Iterator[tuple[str, Make]]:
    """Built from another base before, so that a check and a build tell what changed."""

    def make(repo: Path) -> None:
        base = repo / "base.yaml"
        base.write_text(shipped_base())
        (repo / "experiment.yaml").write_text(OWN.format("base.yaml") + CONTROLS)
        _build(repo)
        base.unlink()
        base.symlink_to("../out/valid.yaml")

    yield "another base since", make

    def edit(repo: Path) -> None:
        make(repo)
        config = repo / "configs/run_000.yaml"
        config.write_text(config.read_text().replace("batch_size: ", "batch_size: 7"))

    yield "another base since, and an edit", edit

    def bad(repo: Path) -> None:
        make(repo)
        (repo / "base.yaml").unlink()
        (repo / "base.yaml").symlink_to("../out/marked.yaml")

    yield "a worse base since", bad


def _build(repo: Path) -> None:
    import tcwc

    tcwc.compile(repo / "experiment.yaml").write()


def _all(*makes: Make) -> Make:
    def make(repo: Path) -> None:
        for each in makes:
            each(repo)

    return make


def repositories() -> list[tuple[str, Make]]:
    """All, by name."""
    parts = (_bases, _carried, _codes, _data, _settings, _themselves, _outputs, _rebuilt)
    return [each for part in parts for each in part()]


def lay_out(top: Path, make: Make) -> Path:
    """Make the files outside and a repository; gives its folder."""
    for name, text in outside().items():
        path = top / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    repo = top / "repo"
    (repo / ".git" / "hooks").mkdir(parents=True)
    (repo / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (repo / ".git" / "config").write_text("[http]\n\textraheader = zqxmark 918273645\n")
    os.mkfifo(repo / "pipe")
    make(repo)
    return repo
