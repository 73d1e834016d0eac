"""What evaluates weights, from schemas/evaluators.json."""

from __future__ import annotations

import json
from typing import Any

from tcwc.model.evaluators import EvaluationTool, Evaluators, ToolSetting
from tcwc.torchtune.catalogue.members import type_from_json


def evaluators_of(text: str) -> Evaluators:
    """The tools that the text of schemas/evaluators.json describes."""
    read = json.loads(text)
    tools = {name: _evaluator(name, each) for name, each in read["evaluators"].items()}
    called = {word: name for name, words in read["tools"].items() for word in words}
    columns = {word: name for name, words in read["columns"].items() for word in words}
    better = {metric: way for way, metrics in read["better"].items() for metric in metrics}
    return Evaluators(tools, called, read["elsewhere"], columns, better, tuple(read["with"]))


def _evaluator(name: str, read: dict[str, Any]) -> EvaluationTool:
    return EvaluationTool(
        name,
        read["about"],
        read["told"],
        tuple(read["begins"]),
        read["results"],
        tuple(read["weights"]),
        read.get("splits", ""),
        {key: _setting(key, each) for key, each in read["settings"].items()},
        {word: key for key, words in read["others"].items() for word in words},
        read["elsewhere"],
        tuple(read.get("named_by", ())),
        tuple(read.get("described_by", ())),
    )


def _setting(name: str, read: dict[str, Any]) -> ToolSetting:
    return ToolSetting(
        name,
        type_from_json(read["type"]),
        read["about"],
        read.get("option", ""),
        read.get("required", False),
        read["example"],
    )
