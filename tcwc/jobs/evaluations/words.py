"""The words of the command that evaluates something: each is one argument, whatever is in it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from tcwc.config.canonical import canonical_json
from tcwc.config.template import BadTemplate, Field, format_value, parse_template
from tcwc.jobs.evaluations.evaluated import EvaluatedWeights
from tcwc.model.evaluations import Evaluation, NoEvaluation
from tcwc.model.evaluators import COMMAND, CONFIG, EvaluationTool
from tcwc.model.values import Value
from tcwc.model.weights import ADAPTER

_MODEL_ARGS = "model_args"


def words_of(
    evaluation: Evaluation, tool: EvaluationTool, subject: EvaluatedWeights
) -> tuple[str, ...]:
    """The words of the command that evaluates a subject. Raises NoEvaluation.

    `{results}`, `{config}` and `{weights}` stand in them for the paths that the job knows.
    """
    if tool.told == CONFIG:
        return tool.begins
    columns = subject.columns()
    if tool.told == COMMAND:
        command = str(evaluation.settings["command"])
        return tuple(filled(word, columns) for word in shlex.split(command))
    model = list(_model_args(evaluation, tool, subject, columns))
    results = (tool.results, "{results}")
    return (*tool.begins, "--model_args", ",".join(model), *_options(evaluation, tool), *results)


def filled(text: str, columns: Mapping[str, Value]) -> str:
    """A word with its fields filled in; nothing in it is split again. Raises NoEvaluation."""
    pieces = parse_template(text)
    if isinstance(pieces, BadTemplate):
        raise NoEvaluation(pieces.message, pieces.help)
    return "".join(_piece(piece, columns) for piece in pieces)


def _piece(piece: str | Field, columns: Mapping[str, Value]) -> str:
    if isinstance(piece, str):
        return piece
    value = columns.get(piece.name)  # what is no run's has no levels
    if isinstance(value, (dict, list)):
        return canonical_json(value)
    # What is none is nothing: a base has no epoch.
    text = "" if value is None else format_value(value, piece.spec)
    if text is None:
        message = f"`{value}` cannot be written as `{piece.spec}`"
        raise NoEvaluation(message, f"write `{{{piece.name}}}`")
    return text


def _model_args(
    evaluation: Evaluation,
    tool: EvaluationTool,
    subject: EvaluatedWeights,
    columns: Mapping[str, Value],
) -> Iterator[str]:
    """The arguments of the model, `key=value` each, which lm-eval splits at commas."""
    if subject.weights.kind == ADAPTER:
        made = {"pretrained": subject.kept.base.folder, "peft": "{weights}"}
    else:
        made = {"pretrained": "{weights}"}
    # Its place is the job's to know, and its text is here.
    _in_one(tool, "the folder of the weights", subject.weights.folder)
    for name, setting in tool.settings.items():
        if setting.option.startswith(f"{_MODEL_ARGS}.") and name in evaluation.settings:
            made[setting.option.partition(".")[2]] = _text(evaluation.settings[name])
    more = evaluation.settings.get(_MODEL_ARGS)
    for key, value in (more if isinstance(more, dict) else {}).items():
        made[key] = filled(value, columns) if isinstance(value, str) else _text(value)
    for key, text in made.items():
        _in_one(tool, f"`{key}`", text)
        yield f"{key}={text}"


def _in_one(tool: EvaluationTool, what: str, text: str) -> None:
    """Refuse a text that the tool takes apart, or takes for JSON (lm_eval/_cli/utils.py)."""
    if found := next((each for each in text.replace("{weights}", "") if each in tool.splits), ""):
        message = f"{tool.name} takes the arguments of the model apart at `{found}`, which is in "
        raise NoEvaluation(
            f"{message}{what}, {text}", "name a folder without it, such as a link to it"
        )


def _options(evaluation: Evaluation, tool: EvaluationTool) -> Iterator[str]:
    """The options of the command line, in the order of the tool's settings."""
    for name, setting in tool.settings.items():
        value = evaluation.settings.get(name)
        if value is None or value is False or not setting.option.startswith("--"):
            continue
        yield setting.option
        if isinstance(value, dict):
            yield ",".join(f"{key}={_text(each)}" for key, each in value.items())
        elif value is not True:
            yield ",".join(map(_text, value)) if isinstance(value, list) else _text(value)


def _text(value: Value) -> str:
    """A value as Python would write it, which is how lm-eval reads it."""
    return value if isinstance(value, str) else str(value)
