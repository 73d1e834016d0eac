"""What a training reads before its first step, as its config has it."""

from __future__ import annotations

from typing import Any

import pytest

from tcwc.api.session import TARGET, Session
from tcwc.disk.files import Place
from tcwc.torchtune.reads import reads

CATALOGUE = Session().catalogue(TARGET.default_version, Place("experiment.yaml"))


def config(**changed: Any) -> dict[str, Any]:
    return {
        "assets": "/a",
        "model": {"_component_": "m"},
        "tokenizer": {"_component_": "t", "path": "${assets}/tokenizer.model"},
        "checkpointer": {"checkpoint_dir": "${oc.env:MODELS}/x", "checkpoint_files": ["1", "2"]},
        "dataset": {"_component_": "d", "source": "json", "data_files": "train.json"},
    } | changed


def test_files() -> None:
    found = reads(config())
    assert found.weights == ("${oc.env:MODELS}/x/1", "${oc.env:MODELS}/x/2")
    assert found.others == (("tokenizer", "/a/tokenizer.model"), ("data", "train.json"))
    assert (found.fetched, found.model, found.whole) == ((), "m", True)


def test_names_by_a_format() -> None:
    files = {"filename_format": "model-{}-of-{}.bin", "max_filename": "00002"}
    found = reads(config(checkpointer={"checkpoint_dir": "/w/", "checkpoint_files": files}))
    assert found.weights == ("/w/model-00001-of-00002.bin", "/w/model-00002-of-00002.bin")


def test_adapters_alone() -> None:
    assert not reads(config(save_adapter_weights_only=True)).whole


@pytest.mark.parametrize(
    ("data", "others", "fetched"),
    [
        ({"source": "json", "data_files": ["a", "b"]}, ["a", "b"], []),
        ({"source": "csv", "data_files": {"train": "a", "test": ["b"]}}, ["a", "b"], []),
        ({"source": "json", "data_files": "*.json"}, [], []),
        ({"source": "json", "data_files": "x", "data_dir": "d"}, [], []),
        ({"source": "json", "data_files": "https://x/y.json"}, [], ["https://x/y.json"]),
        ({"source": "./folder"}, ["./folder"], []),
        ({"source": "${oc.env:DATA}/folder"}, ["${oc.env:DATA}/folder"], []),
        ({"source": "tatsu-lab/alpaca"}, [], ["tatsu-lab/alpaca"]),
        ({}, [], ["d"]),
        ({"datasets": [{"_component_": "e", "source": "json", "data_files": "a"}]}, ["a"], []),
    ],
)
def test_data(data: dict[str, Any], others: list[str], fetched: list[str]) -> None:
    found = reads(config(dataset={"_component_": "d", **data}))
    assert [path for what, path in found.others if what == "data"] == others
    assert list(found.fetched) == fetched


def test_several_data_sets() -> None:
    one, two = ({"_component_": "d", "source": each} for each in ("a/b", "c/d"))
    assert reads(config(dataset=[one, two], dataset_val=one)).fetched == ("a/b", "c/d")


def test_what_ships_reads_weights_and_data() -> None:
    lacking = []
    for name in CATALOGUE.config_names():
        shipped = CATALOGUE.config(name)
        assert shipped is not None
        found = reads(shipped.values)
        trains = "optimizer" in shipped.values or "_optim" in str(list(shipped.values))
        if not found.weights or (trains and not (found.fetched or found.others)):
            lacking.append(name)
    assert lacking == []
