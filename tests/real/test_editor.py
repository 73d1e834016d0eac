"""What an editor makes of our schemas, by the real yaml-language-server."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tcwc.api.compilation import compile
from tcwc.report.schema.document import general_text, schema_text
from tests.conftest import ROOT
from tests.editor import Editor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.network,
    pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm"),
]

SERVER = "yaml-language-server@1.19.2"
BASE = "llama3_2/1B_lora_single_device"
HEAD = f"experiment_name: study\nbase_config: {BASE}\n"
NAMED = "# yaml-language-server: $schema=experiment.schema.json\n" + HEAD
GENERAL = "# yaml-language-server: $schema=general.json\n"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("editor")
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), SERVER]
    subprocess.run(install, check=True, capture_output=True)
    made = schema_text(compile("experiment.yaml", text=HEAD))
    (folder / "experiment.schema.json").write_text(made, encoding="utf-8")
    (folder / "general.json").write_text(general_text(), encoding="utf-8")
    program = folder / "node_modules/yaml-language-server/bin/yaml-language-server"
    editor = Editor(program, folder)
    yield editor
    editor.close()


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("controls:\n  op|\n", {"optimizer", "optimizer.lr", "lr", "epochs", "when"}),
        ("controls:\n  optimizer:\n    w|\n", {"weight_decay", "lr", "betas", "_component_"}),
        ("controls:\n  dtype: |\n", {"bf16", "fp32"}),
        ("controls:\n  compile: |\n", {"true", "false"}),
        (
            "controls:\n  optimizer:\n    _component_: |\n",
            {"torch.optim.AdamW", "bitsandbytes.optim.PagedAdamW8bit"},
        ),
        ("controls:\n  when:\n    lora_rank == 8:\n      ba|\n", {"batch_size"}),
        ("engineering:\n  l|\n", {"log_every_n_steps"}),
        ("variables:\n  lora_r|\n", {"lora_rank", "model.lora_rank", "optimizer"}),
        ("variables:\n  optimizer:\n    l|\n", {"lr"}),
        ("variables:\n  lora_rank:\n    lo|\n", {"range", "loguniform", "values", "when"}),
        ("variables:\n  dtype: [|]\n", {"bf16", "fp32"}),
        ("variables:\n  dtype:\n    - |\n", {"bf16", "fp32"}),
        ("arms:\n  size:\n    small:\n      lora_r|\n", {"lora_rank"}),
        (
            "arms:\n  size:\n    from_configs:\n      - |\n",
            {BASE, "qwen2_5/1.5B_lora_single_device"},
        ),
        ("derived:\n  lora_al|\n", {"lora_alpha"}),
        ("zip:\n  - [|]\n", {"batch_size", "optimizer.lr"}),
        ("include:\n  - lora_r|\n", {"lora_rank"}),
        ("co|\n", {"controls", "variables", "arms", "resources"}),
        ("recipe: |\n", {"lora_finetune_single_device", "full_finetune_distributed"}),
        ("resources:\n  on_timeout: |\n", {"stop", "requeue"}),
    ],
)
def test_completes(editor: Editor, text: str, offered: set[str]) -> None:
    assert offered <= set(editor.complete(NAMED + text))


def test_completes_what_every_experiment_has(editor: Editor) -> None:
    assert {BASE, "llama3_1/8B_full"} <= set(editor.complete(f"{GENERAL}base_config: |\n"))
    assert "0.7.0.dev" in " ".join(editor.complete(f"{GENERAL}torchtune: |\n"))
    assert {"variables", "base_config"} <= set(editor.complete(f"{GENERAL}v|\n"))
    assert {"gpus", "time"} <= set(editor.complete(f"{GENERAL}resources:\n  g|\n"))


def test_writes_no_more_than_was_asked_for(editor: Editor) -> None:
    """The name of a section is completed without values for all that may stand in it."""
    sections = editor.complete(f"{NAMED}c|\n")
    assert {name: sections[name].split() for name in ("controls", "variables", "zip")} == {
        "controls": ["controls:"],
        "variables": ["variables:"],
        "zip": ["zip:", "-"],
    }
    keys = editor.complete(f"{NAMED}controls:\n  o|\n")
    assert keys["optimizer"].split() == ["optimizer:"]
    assert keys["optimizer.lr"] == "optimizer.lr: ${1:0.0003}"  # what the base has
    assert editor.complete(f"{NAMED}variables:\n  l|\n")["lora_rank"].split() == ["lora_rank:"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("controls:\n  l|r: 1e-4\n", "optimizer.lr: a number. The base has 0.0003."),
        ("controls:\n  optimizer:\n    l|r: 1e-4\n", "torch.optim.AdamW(lr"),
        ("variables:\n  lora_r|ank: [8]\n", "model.lora_rank: a whole number. The base has 64."),
        ("controls:\n  opti|mizer:\n    lr: 1e-4\n", "In this experiment torch.optim.AdamW."),
        ("contr|ols:\n  lr: 1e-4\n", "What stays constant in every run"),
        ("derived:\n  lora_al|pha: 16\n", "model.lora_alpha: a number."),
        ("engineering:\n  comp|ile: true\n", "About the machine: another execution"),
    ],
)
def test_explains(editor: Editor, text: str, said: str) -> None:
    assert said in editor.hover(NAMED + text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("controls: {lora_rnk: 8}\n", "4: Property lora_rnk is not allowed."),
        ("controls:\n  lr: fast\n", "5: a number is needed"),
        ("controls:\n  optimizer:\n    lrr: 1\n", "6: Property lrr is not allowed."),
        ("controls:\n  dtype: bf17\n", '5: Value is not accepted. Valid values: "bf16"'),
        ("variables:\n  lora_rank: 8\n", "5: Incorrect type."),
        ("variables:\n  lora_rank: [8, x]\n", "5: a whole number is needed"),
        ("contols: {}\n", "4: Property contols is not allowed."),
    ],
)
def test_marks_mistakes(editor: Editor, text: str, found: str) -> None:
    said = editor.found(NAMED + text)
    assert len(said) == 1, said
    assert said[0].startswith(found)


def test_marks_nothing_in_the_examples(editor: Editor) -> None:
    """Each with its own schema, and with the one of every experiment."""
    for path in sorted(ROOT.glob("examples/*/experiment.yaml")):
        text = path.read_text(encoding="utf-8")
        name = f"{path.parent.name}.json"
        made = schema_text(compile(str(path)))
        (editor.folder / name).write_text(made, encoding="utf-8")
        for schema in (name, "general.json"):
            assert editor.found(f"# yaml-language-server: $schema={schema}\n{text}") == [], path


def test_a_component_that_comes_later_is_not_marked(editor: Editor) -> None:
    text = "controls: {optimizer: {_component_: torch.optim.SGD, momentum: 0.9}}\n"
    assert editor.found(NAMED + text) == []
    assert editor.found(NAMED + text.replace("_component_: torch.optim.SGD, ", "")) != []
