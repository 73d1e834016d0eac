"""What the comments of configs say of starting them: read from shipped configs, and from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tcwc.api.session import Session
from tcwc.disk.data import read_schema
from tcwc.disk.files import Place
from tcwc.torchtune.header import Download, Processes, launch_from_json, launch_to_json, read_header
from tests.study import Study

RECIPES = json.loads(read_schema("torchtune/0.6.1/recipes.json"))
CONFIGS = json.loads(read_schema("torchtune/0.6.1/configs.json"))
LAUNCH = json.loads(read_schema("torchtune/0.6.1/launch.json"))

HEADER = """\
# Config for multi-device LoRA finetuning in lora_finetune_distributed.py
#
#   tune download meta-llama/Llama-2-7b-hf --output-dir /data/llama --ignore-patterns "*.bin"
#
# To launch on 8 devices:
#   tune run --nnodes 2 --nproc_per_node 8 lora_finetune_distributed --config mine.yaml
#   tune run --nproc_per_node 3 lora_finetune_distributed --config mine.yaml epochs=2
#   tune run lora_finetune_single_device --config mine.yaml

output_dir: /data/out
# tune run --nproc_per_node 5 full_finetune_distributed --config mine.yaml
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "here")


def test_a_header_is_the_comment_at_the_top_and_its_first_line_counts() -> None:
    header = read_header(HEADER)
    assert header.processes == {"lora_finetune_distributed": Processes(2, 8)}
    assert header.downloads == (
        Download("meta-llama/Llama-2-7b-hf", "/data/llama", "*.bin", is_gated=False),
    )
    assert launch_from_json(json.loads(json.dumps(launch_to_json(header)))) == header


def test_nodes_that_slurm_has_are_read_from_words() -> None:
    text = "# in full_finetune_distributed.py\n# To launch on 2 nodes w/ 8 devices on a SLURM\n"
    assert read_header(text).processes == {"full_finetune_distributed": Processes(2, 8)}


def test_where_no_folder_is_named_the_hub_name_is_one() -> None:
    text = "# tune download google/gemma-2b --output-dir SHARED --hf-token <HF_TOKEN>"
    assert read_header(text).downloads == (
        Download("google/gemma-2b", "/tmp/gemma-2b", "", is_gated=True),
    )


def test_every_shipped_config_of_a_distributed_recipe_says_how_many() -> None:
    assert LAUNCH.keys() == CONFIGS.keys()
    for name, config in CONFIGS.items():
        for recipe in config["recipes"]:
            if RECIPES[recipe]["distributed"]:
                assert LAUNCH[name]["processes"][recipe][1] >= 2, (name, recipe)


def test_every_shipped_config_for_training_names_its_weights() -> None:
    without = {name for name, member in LAUNCH.items() if not member["downloads"]}
    assert without <= {"phi3/evaluation"}


def test_the_catalogue_has_what_the_headers_say() -> None:
    known = Session().catalogue("0.6.1", Place("experiment.yaml"))
    assert known.launch("llama3_1/8B_full").processes == {  # type: ignore[attr-defined]
        "full_finetune_distributed": Processes(1, 4)
    }


@pytest.mark.parametrize(
    ("header", "options", "note"),
    [
        ("# tune run --nproc_per_node 6 lora_finetune_distributed --config x\n", "6", False),
        ("# tune run --nproc_per_node 6 full_finetune_distributed --config x\n", "2", True),
        ("", "2", True),
    ],
)
def test_a_file_of_ones_own_is_asked_for_its_header(
    study: Study, header: str, options: str, note: bool
) -> None:
    config = json.dumps(CONFIGS["llama3_1/8B_lora"]["values"])
    (study.folder / "mine.yaml").write_text(header + config + "\n", encoding="utf-8")
    study.source.write_text(
        "experiment_name: study\nbase_config_file: mine.yaml\n"
        "recipe: lora_finetune_distributed\nvariables: {epochs: [1, 2]}\n",
        encoding="utf-8",
    )
    start = study.compile().build.start
    assert start.options == f"--nproc_per_node {options} "
    assert bool(start.note) is note
