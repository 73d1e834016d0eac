"""The schemas for editors: what compiles is accepted, and what nothing reads is refused."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from strictyaml.ruamel import YAML

from tcwc.api.compilation import compile
from tcwc.api.rule_cases import write
from tcwc.api.session import Session
from tcwc.lint.rules.rule_files import RuleCase
from tcwc.model.diagnostics import has_errors
from tcwc.report.schema.document import general_text, schema_text
from tcwc.torchtune.target import TORCHTUNE
from tests.rules.cases import cases
from tests.targets.kiln import KILN

GOOD = [case for case in cases() if case.good]
BASE = "llama3_2/1B_lora_single_device"
HEAD = f"experiment_name: study\nbase_config: {BASE}\n"


def read(text: str) -> Any:
    """As an editor's YAML server does: YAML 1.2."""
    return YAML(typ="safe", pure=True).load(text)


@cache
def schema_of(text: str, path: str = "experiment.yaml") -> dict[str, Any]:
    """The schema that an experiment gets."""
    made: dict[str, Any] = json.loads(schema_text(compile(path, text=text)))
    return made


def errors(text: str, *, made_for: str = HEAD, path: str = "experiment.yaml") -> list[str]:
    """Why a schema that was made for one text refuses another, with where."""
    found = jsonschema.Draft202012Validator(schema_of(made_for, path)).iter_errors(read(text))
    return [f"{'.'.join(map(str, each.absolute_path))}: {each.message}" for each in found]


def is_special(document: dict[str, Any], text: str) -> bool:
    """Whether the keys of a schema hold for a text."""
    branch = {"$defs": document["$defs"], **document.get("if", {"not": {}})}
    return jsonschema.Draft202012Validator(branch).is_valid(read(text))


def takes(case: RuleCase, folder: Path) -> None:
    path = write(case, folder)
    text = Path(path).read_text(encoding="utf-8")
    assert errors(text, made_for=text, path=path) == []
    assert is_special(schema_of(text, path), text)


@pytest.mark.parametrize("case", GOOD[::9], ids=lambda case: case.name)
def test_takes_what_is_good(case: RuleCase, tmp_path: Path) -> None:
    takes(case, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_takes_all_that_is_good(case: RuleCase, tmp_path: Path) -> None:
    takes(case, tmp_path)


EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*/experiment.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_takes_the_examples(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert errors(text, made_for=text, path=str(path)) == []
    assert is_special(schema_of(text, str(path)), text)


UNREAD = (
    "lora_rnk", "optimizer.lrr", "optimizer.nesterov", "adam_betas", "tokenizer.max_seq", "Epochs",
    "loss.chunks", "output",
)  # fmt: skip
VALUES = {"controls": "1", "engineering": "1", "variables": "[1, 2]", "derived": "epochs * 2"}


@pytest.mark.parametrize("section", VALUES)
def test_refuses_keys_that_nothing_reads(section: str) -> None:
    for key in UNREAD:
        assert errors(f"{HEAD}{section}: {{{key}: {VALUES[section]}}}\n"), key


@pytest.mark.parametrize("key", UNREAD)
def test_these_are_errors_to_a_compile_too(key: str) -> None:
    found = compile("experiment.yaml", text=f"{HEAD}controls: {{{key}: 1}}\n").diagnostics
    assert has_errors(found)


@pytest.mark.parametrize(
    "line",
    [
        "controls: {epochs: two}",
        "controls: {epochs: 1.5}",
        "controls: {optimizer: {lr: fast}}",
        "controls: {optimizer: {lrr: 1e-4}}",
        "controls: {dtype: bf17}",
        "controls: {compile: maybe}",
        "controls: {lora_rank: null}",
        "controls: {model.lora_attn_modules: [q, v_proj]}",
        "controls: {~epochs: 1}",
        "controls: {when: {lora_rank == 8: {epoch: 2}}}",
        "variables: {lora_rank: 8}",
        "variables: {lora_rank: [8, sixteen]}",
        "variables: {lora_rank: []}",
        "variables: {optimizer: {lr: [1e-4], decay: [0.1]}}",
        "variables: {lora_rank: {values: [8], wen: epochs > 1}}",
        "variables: {lora_rank: {range: [8, 64]}}",
        "variables: {dtype: {uniform: [0, 1]}}",
        "arms: {size: {small: {lora_rnk: 8}}}",
        "arms: {size: {small: {lora_rank: eight}}}",
        "zip: [[lora_rank]]",
        "sample: {sise: 2}",
        "contorls: {epochs: 2}",
    ],
)
def test_refuses_values(line: str) -> None:
    assert errors(HEAD + line + "\n"), line


@pytest.mark.parametrize(
    "line",
    [
        "controls: {lr: 1e-4, rank: 8, optimizer: {weight_decay: 0}, model.lora_alpha: 16}",
        'controls: {+mine: {a: [1]}, ~clip_grad_norm: null, "=dataset": {_component_: x.y}}',
        'controls: {"dataset[0].split": train, dataset.0.split: train, tokenizer."odd.key": 1}',
        "controls: {dataset: [{source: a}, {source: b}], seed: null, clip_grad_norm: inf}",
        "controls: {batch_size: '${epochs}', dtype: '${oc.env:X}', optimizer: '${other}'}",
        "controls: {metric_logger.project: mine, metric_logger: {entity: us}}",
        "controls: {output_dir: 8, device: cpu, profiler: {enabled: true}}",
        "controls: {dataset.column_map.input: q, dataset: {data_files: {train: a.json}}}",
        "variables: {lora_rank: {range: [8, 64, 8]}, optimizer: {lr: {loguniform: [1e-5, 1e-3]}}}",
        "variables: {optimizer: [{lr: 1e-4}, {lr: 2e-4}], seed: {choice: [1], when: epochs > 1}}",
        "variables: {lora_attn_modules: [[q_proj], [q_proj, v_proj]], compile: [true, false]}",
        "derived: {lora_alpha: 2 * lora_rank, model: {lora_dropout: 0.1}}",
        "arms: {size: {small: {lora_rank: 8, optimizer: {lr: 1e-4}}, none: {}}}",
        "include: [{lora_rank: 8, size: small}]",
    ],
)
def test_takes_every_form(line: str) -> None:
    assert errors(HEAD + line + "\n") == [], line


def test_another_start_is_taken_for_any_experiment() -> None:
    """Until the schema is made anew, keys of another base are neither completed nor refused."""
    other = HEAD.replace(BASE, "llama3_2/1B_full_single_device")
    line = "controls: {optimizer.momentum: 0.9, nothing_reads: 1}\n"
    assert errors(HEAD + line)
    assert errors(other + line) == []
    assert errors(other + "controls: {a b: 1}\n")  # what is no path still is none


@pytest.mark.parametrize(
    "swap",
    [
        "controls: {optimizer: {_component_: torch.optim.SGD, momentum: 0.9}}",
        "controls: {optimizer._component_: torch.optim.SGD, optimizer.momentum: 0.9}",
        "variables: {optimizer._component_: [torch.optim.AdamW, torch.optim.SGD]}\n"
        "controls: {optimizer.momentum: 0.9}",
        "arms: {o: {sgd: {optimizer: {_component_: torch.optim.SGD, momentum: 0.9}}}}",
    ],
)
def test_components_that_come_later(swap: str) -> None:
    """Keys of a component that was not there are not refused; made anew, the schema has them."""
    text = f"{HEAD}{swap}\n"
    assert errors(text) == []
    assert not is_special(schema_of(HEAD), text)
    assert errors(text, made_for=text) == []
    assert is_special(schema_of(text), text)
    assert errors(text.replace("momentum", "momentun"), made_for=text)


def test_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(HEAD))
    jsonschema.Draft202012Validator.check_schema(json.loads(general_text()))


def test_says_of_a_key_what_it_takes_and_who_reads_it() -> None:
    document = schema_of(HEAD)
    name = document["$defs"]["known_constants"]["properties"]["lr"]["$ref"].rpartition("/")[2]
    said = document["$defs"][name]
    assert said["examples"] == [0.0003]
    assert "optimizer.lr: a number. The base has 0.0003." in said["description"]
    assert "torch.optim.AdamW(lr" in said["description"]
    assert "In short: lr" in said["description"]


def test_names_are_offered() -> None:
    general = json.loads(general_text())["properties"]
    assert BASE in general["base_config"]["anyOf"][0]["enum"]
    assert "lora_dpo_single_device" in general["recipe"]["anyOf"][0]["enum"]
    assert "0.7.0.dev" in general["torchtune"]["anyOf"][0]["enum"]
    named = schema_of(HEAD)["$defs"]
    constants = named["known_constants"]["properties"]["optimizer._component_"]["$ref"]
    offered = named[constants.rpartition("/")[2]]["anyOf"][0]["enum"]
    assert offered[0] == "torch.optim.AdamW"
    assert "bitsandbytes.optim.PagedAdamW8bit" in offered


def test_is_the_same_each_time() -> None:
    assert schema_text(compile("experiment.yaml", text=HEAD)) == schema_text(
        compile("experiment.yaml", text=HEAD)
    )


def test_what_a_file_outside_says_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "repo/.git").mkdir(parents=True)
    base = "hidden_word: 77777\nbatch_size: ${hidden_word}\nepochs: 6\n"
    loss = "loss: {_component_: torchtune.modules.loss.CEWithChunkedOutputLoss}\n"
    (tmp_path / "base.yaml").write_text(base + loss, encoding="utf-8")
    source = tmp_path / "repo/experiment.yaml"
    start = "base_config_file: ../base.yaml\nrecipe: full_finetune_single_device\n"
    source.write_text(f"experiment_name: x\n{start}", encoding="utf-8")
    made = schema_text(compile(str(source)))
    assert '"known_constants"' in made
    assert "hidden_word" not in made
    assert "77777" not in made
    assert "${***}" in made
    assert "#/$defs/***" not in made


def test_another_target_has_its_own_keys() -> None:
    text = "experiment_name: x\nbase_config: stoneware\n"
    made = schema_text(compile("experiment.yaml", text=text, session=Session(target=KILN)))
    document = json.loads(made)
    assert "kiln" in document["properties"]
    assert TORCHTUNE.name not in document["properties"]
    schema = jsonschema.Draft202012Validator(document)
    key = next(iter(document["$defs"]["known_constants"]["properties"]))
    assert schema.is_valid(read(f"{text}controls: {{+more: 1, ~{key}: }}\n"))
    assert not schema.is_valid(read(f"{text}controls: {{nothing_reads_it: 1}}\n"))


def test_no_secret_is_told(tmp_path: Path) -> None:
    token = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567"
    logger = "{_component_: torchtune.training.metric_logging.WandBLogger, api_key: 0123456789abcd}"
    base = f"hf_token: {token}\nbatch_size: ${{hf_token}}\nmetric_logger: {logger}\n"
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    source = tmp_path / "experiment.yaml"
    start = "base_config_file: base.yaml\nrecipe: full_finetune_single_device\n"
    source.write_text(f"experiment_name: x\n{start}", encoding="utf-8")
    made = schema_text(compile(str(source)))
    assert "metric_logger.api_key: " in made
    assert "0123456789abcd" not in made
    assert token not in made


def test_a_base_of_thousands_of_keys_gives_a_schema_that_an_editor_can_read(tmp_path: Path) -> None:
    keys = "".join(f"k{number}: {number}\n" for number in range(4_000))
    loss = "loss: {_component_: torchtune.modules.loss.CEWithChunkedOutputLoss}\n"
    (tmp_path / "base.yaml").write_text(keys + loss, encoding="utf-8")
    (tmp_path / "own.py").write_text("def recipe_main(cfg):\n    go(cfg)\n", encoding="utf-8")
    source = tmp_path / "experiment.yaml"
    start = "experiment_name: x\nbase_config_file: base.yaml\nrecipe: own.py\n"
    source.write_text(start, encoding="utf-8")
    assert len(schema_text(compile(str(source)))) < 1_500_000
    text = start + "controls: {k3999: 1}\n"
    assert errors(text, made_for=start, path=str(source)) == []


@pytest.mark.slow
@pytest.mark.parametrize("version", Session().versions)
def test_every_base_that_ships(version: str) -> None:
    """The schema of each is special, and takes all that the base itself says."""
    session = Session()
    known = session.catalogue(version, session.place("experiment.yaml"))
    for name in known.config_names():
        config = known.config(name)
        assert config is not None
        assert TORCHTUNE.about is not None
        recipe = TORCHTUNE.about(config, known).recipe
        start = {"experiment_name": "x", "base_config": name, "recipe": recipe}
        text = json.dumps({**start, "torchtune": version})
        compilation = compile("experiment.yaml", text=text, session=session)
        document = json.loads(schema_text(compilation))
        tree = compilation.tree
        assert tree is not None
        said = {key: each for key, each in config.values.items() if tree.receiver((key,), {}).known}
        whole = {**start, "torchtune": version, "controls": said}
        found = jsonschema.Draft202012Validator(document).iter_errors(whole)
        assert [(name, each.message) for each in found] == []
        assert is_special(document, json.dumps(whole))
