from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tcwc.builds.errors import LockError
from tcwc.builds.mapping import Head, Lock, Record, render_record
from tcwc.builds.mapping_reader import read_head, read_lock
from tcwc.model.frozen import replace
from tcwc.model.unseen import is_unseen
from tcwc.model.values import Value
from tests import values
from tests.conftest import share
from tests.steps import steps
from tests.study import render_lock

A, B = "ab" * 32, "cd" * 32
HEAD = Head(
    experiment="lora_rank_study",
    source="experiment.yaml",
    base={"config": "llama3_2/1B_lora_single_device", "sha256": A},
    torchtune={"version": "0.6.1", "catalogue": 1},
    recipe="lora_finetune_single_device",
    command="tune run lora_finetune_single_device --config configs/run_000.yaml",
    names={"lora_rank": "model.lora_rank"},
    controls={"optimizer.lr": 0.0003, "dataset.source": "json"},
)
LOCK = Lock(
    HEAD,
    {
        "run_000": Record("run_000", {"lora_rank": 8, "lr": 1e-5}, A, B),
        "run_002": Record("run_002", {"lora_rank": 16}, A, B, {"alpha": 32}, (A,)),
    },
    {"run_001": Record("run_001", {"lora_rank": 4}, A, B)},
)
TEXT = (
    "# Which parameters each run has, written by tcwc from experiment.yaml."
    " It also keeps run ids stable: commit it.\n"
    "format: 1.1\n"
    "experiment: lora_rank_study\n"
    "source: experiment.yaml\n"
    f'base: {{"config": "llama3_2/1B_lora_single_device", "sha256": "{A}"}}\n'
    'torchtune: {"version": "0.6.1", "catalogue": 1}\n'
    "recipe: lora_finetune_single_device\n"
    "command: tune run lora_finetune_single_device --config configs/run_000.yaml\n"
    'names: {"lora_rank": "model.lora_rank"}\n'
    'controls: {"optimizer.lr": 0.0003, "dataset.source": "json"}\n'
    "runs:\n"
    f'  run_000: {{"parameters": {{"lora_rank": 8, "lr": 1.0e-05}}, "sha256": "{A}",'
    f' "science_hash": "{B}"}}\n'
    f'  run_002: {{"parameters": {{"lora_rank": 16}}, "derived": {{"alpha": 32}}, "sha256": "{A}",'
    f' "science_hash": "{B}", "was": ["{A}"]}}\n'
    "retired:\n"
    f'  run_001: {{"parameters": {{"lora_rank": 4}}, "sha256": "{A}", "science_hash": "{B}"}}\n'
    "records: 3\n"
)


def schema_of(root: Path) -> Any:
    return json.loads((root / "schemas" / "run_mapping.schema.json").read_text("utf-8"))


def test_every_value_of_json_is_read_in_any_layout() -> None:
    values = {"n": None, "b": True, "i": 1, "f": 0.5, "s": "1", "l": [None, {}], "m": {"k": []}}
    lock = Lock(HEAD, {"run_000": Record("run_000", values, A, B)}, {})
    for text in (render_lock(lock), yaml.safe_dump(yaml.safe_load(render_lock(lock)))):
        read = read_lock(text)
        assert read == lock
        assert repr(dict(sorted(read.runs["run_000"].parameters.items()))) == repr(
            dict(sorted(values.items()))
        )


def test_the_layout_is_pinned() -> None:
    assert render_lock(LOCK) == TEXT
    assert render_lock(Lock(HEAD, {}, {})).endswith("runs: {}\nretired: {}\nrecords: 0\n")


hashes = st.sampled_from([A, B])
members = st.dictionaries(values.keys, values.values, max_size=3)
texts = values.strings.filter(bool)


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    numbers = draw(st.lists(st.integers(0, 1200), max_size=4, unique=True))
    records = [
        Record(
            f"run_{number:03d}",
            draw(members),
            draw(hashes),
            draw(hashes),
            draw(members),
            tuple(draw(st.lists(hashes, max_size=2))),
        )
        for number in numbers
    ]
    live = draw(st.integers(0, len(records)))
    head = Head(
        experiment="x",
        source=draw(texts),
        base={"file": draw(texts), "sha256": A},
        torchtune={"version": "0.6.1", "catalogue": 1},
        recipe=draw(texts),
        command=draw(texts),
        names=draw(st.dictionaries(values.keys, texts, max_size=3)),
        controls=draw(members),
        engineering=draw(members),
        meta=draw(values.values),
    )
    return Lock(head, {r.id: r for r in records[:live]}, {r.id: r for r in records[live:]})


@given(locks())
def test_what_was_written_is_read_back(lock: Lock) -> None:
    text = render_lock(lock)
    assert read_lock(text) == lock
    assert read_lock(text.replace("\n", "\r\n")) == lock
    assert read_head(text) == lock.head


@settings(max_examples=share(50))
@given(locks())
def test_any_yaml_reader_reads_it_and_the_schema_holds(project_root: Path, lock: Lock) -> None:
    text = render_lock(lock)
    loaded = yaml.safe_load(text)
    jsonschema.validate(loaded, schema_of(project_root), jsonschema.Draft202012Validator)
    assert YAML(typ="safe", pure=True).load(text) == loaded
    assert {r: v["parameters"] for r, v in loaded["runs"].items()} == {
        r: v.parameters for r, v in lock.runs.items()
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'"sha256": "{A}", "science_hash"', '"science_hash"'),
        ("  run_000:", "  run_0000:"),
        ('"was": ["ab', '"was": ["AB'),
        ("format: 1.1", "format: 2.0"),
        ("records: 3\n", ""),
        ("records: 3", "records: true"),
        ('"model.lora_rank"', "8"),
        ("retired:\n  run_001:", "retired:\n  other:"),
    ],
)
def test_the_schema_refuses(project_root: Path, old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(TEXT.replace(old, new)), schema_of(project_root))


def test_a_reformatted_mapping_is_still_read() -> None:
    block = yaml.safe_dump(yaml.safe_load(TEXT), sort_keys=True)
    assert read_lock(block) == LOCK
    flowing = yaml.safe_dump(yaml.safe_load(TEXT), default_flow_style=None, width=60)
    assert read_lock(flowing) == LOCK
    as_json = json.dumps(yaml.safe_load(TEXT), indent=2)
    assert read_lock(as_json) == LOCK


def test_a_newer_revision_is_read_and_written_back() -> None:
    newer = TEXT.replace("format: 1.1", "format: 1.7").replace("runs:\n", 'new: {"a": 1}\nruns:\n')
    newer = newer.replace('"lora_rank": 16}', '"lora_rank": 16}, "cost": 3')
    newer = newer.replace(', "cost": 3', "", 1).replace('"]}\n', '"], "cost": 3}\n')
    lock = read_lock(newer)
    assert (lock.head.revision, lock.head.extra) == (7, {"new": {"a": 1}})
    assert lock.runs["run_002"].extra == {"cost": 3}
    assert render_lock(Lock(HEAD.keeping(lock.head), lock.runs, lock.retired)) == newer


def error(text: str) -> LockError:
    with pytest.raises(LockError) as caught:
        read_lock(text)
    return caught.value


def test_conflict_markers_are_named_and_so_is_the_way_out() -> None:
    lines = TEXT.split("\n")
    lines[12:13] = ["<<<<<<< HEAD", lines[12], "=======", lines[12], ">>>>>>> other"]
    found = error("\n".join(lines))
    assert found.line == 13
    assert "conflict" in found.message
    assert "git checkout HEAD -- configs/" in found.help
    assert "build" in found.help
    assert error("<<<<<<< HEAD\n" + TEXT).line == 1


@pytest.mark.parametrize("twice", ["run_002", "run_000"])
def test_an_id_twice_is_named(twice: str) -> None:
    found = error(TEXT.replace("run_001", twice))
    assert f"{twice} twice" in found.message
    assert (found.line, "one side" in found.help) == (15, True)
    again = error(yaml.safe_dump(yaml.safe_load(TEXT)).replace("run_001", twice))
    assert f"{twice} twice" in again.message


def test_another_format_is_refused() -> None:
    found = error(TEXT.replace("format: 1.1", "format: 2.0\nwhatever"))
    assert ("format 2.0" in found.message, found.line) == (True, 2)


@pytest.mark.parametrize("text", ["", "\0\0", "\n"])
def test_an_empty_mapping_is_a_damaged_one(text: str) -> None:
    assert "damaged: it is empty" in error(text).message


@pytest.mark.parametrize("text", ["hello", "a: 1\n", "- 1\n", "{", "seed: 1\nruns: {}\n"])
def test_what_is_no_mapping_is_not_taken_for_one(text: str) -> None:
    assert "not a run_mapping.yaml of tcwc" in error(text).message


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('{"lora_rank": 16}', '{"lora_rank: 16}', 13),
        ('{"lora_rank": 16}', "{16}", 13),
        ('"parameters": {"lora_rank": 16}', '"parameters": 16', 13),
        (f', "science_hash": "{B}", "was"', ', "was"', 13),
        ("  run_002:", "  run_02:", 0),
        ("command:", "comand:", 0),
        ("names: {", "names: [{", 0),
        ("source: experiment.yaml", "source: 3", 0),
        ('"was": [', '"was": NaN, "x": [', 13),
        *(('{"lora_rank": 16}', f'{{"lora_rank": {each}}}', 13) for each in ("NaN", "-Infinity")),
        ('{"lora_rank": 16}', '{"lora_rank": 16, "lora_rank": 8}', 13),
        ('{"lora_rank": 16}', '{"lora_rank": .nan', 13),
        ("names: {", 'names: {"a": Infinity, ', 0),
        ("names: {", 'names: {"lora_rank": "x", ', 0),
    ],
)
def test_a_damaged_mapping_is_an_error_with_its_line(old: str, new: str, line: int) -> None:
    damaged = TEXT.replace(old, new)
    assert damaged != TEXT
    found = error(damaged)
    assert "git checkout" in found.help
    assert not line or found.line == line


@given(st.data())
def test_no_damage_is_a_traceback(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TEXT)))
    end = data.draw(st.integers(start, min(len(TEXT), start + 40)))
    text = TEXT[:start] + data.draw(st.text(max_size=6)) + TEXT[end:]
    try:
        lock = read_lock(text)
    except LockError:
        return
    assert read_lock(render_lock(lock)) == lock


UNSEEN_TEXT = (
    "a\u202e\u200b\ufeff\x85\x9b\u2028\u061c\U000e0041\xad\u180e\u3164\U0001d173\\U000e0041"
)


def test_what_is_not_seen_stands_in_escapes_and_is_read_back() -> None:
    parameters: dict[str, Value] = {UNSEEN_TEXT: UNSEEN_TEXT, "seen": "é\u200d🙂"}
    head = replace(LOCK.head, controls=parameters, source=UNSEEN_TEXT)
    lock = replace(LOCK, head=head, runs={"run_000": Record("run_000", parameters, A, B)})
    text = render_lock(lock)
    assert is_unseen.search(text) is None
    assert not set("\x85\x9b\u2028") & set(text)
    assert "\\U000e0041" in text
    assert "é\u200d🙂" in text
    assert read_lock(text) == lock
    assert read_lock(text).is_ours
    loaded = yaml.safe_load(text)
    assert (loaded["controls"], loaded["source"]) == (parameters, UNSEEN_TEXT)
    assert loaded["runs"]["run_000"]["parameters"] == parameters


def test_reading_is_linear() -> None:
    def reading(runs: int) -> int:
        records = (Record(f"run_{n:03d}", {"lr": n}, A, B) for n in range(runs))
        text = TEXT.partition("runs:")[0] + "runs:\n" + "".join(map(render_record, records))
        text += f"retired: {{}}\nrecords: {runs}\n"
        assert len(read_lock(text).runs) == runs
        return steps(lambda: read_lock(text))

    assert reading(800) < 9 * reading(100)


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_value_that_nests_deeper_than_any_of_ours_is_damage(is_ours: bool) -> None:
    deep = f'"parameters": {{"deep": {"[" * 300}1{"]" * 300}, '
    text = render_lock(LOCK).replace('"parameters": {', deep, 1)
    if not is_ours:
        text = text.replace("\nruns:\n", "\nruns: # by somebody's tool\n")
    with pytest.raises(LockError, match="nested too deeply"):
        read_lock(text)
