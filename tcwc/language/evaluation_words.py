"""Templates in the words of an evaluation: columns of `tcwc export`, which are filled in for each
row."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping

from tcwc.config.template import BadTemplate, Field, parse_template
from tcwc.language.templates import part
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.evaluations import COLUMNS, OF_LATER, PARAMETERS
from tcwc.model.evaluators import COMMAND, EvaluationTool, ToolSetting
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.rules import BAD_EVALUATION_COMMAND
from tcwc.model.words import nearest
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode

MODEL_ARGS, RESULTS = "model_args", "results"


@dataclass(frozen=True, slots=True)
class Fillable:
    """What words may name beside columns: `factors`, what varies. `called` are other words for
    columns, by the column."""

    factors: Collection[str]
    called: Mapping[str, str]


def check_words(
    entry: Entry, setting: ToolSetting, tool: EvaluationTool, names: Fillable
) -> Iterator[Diagnostic]:
    """What is wrong with a command, or with arguments of a model, that are filled in."""
    node = entry.value
    if setting.name == MODEL_ARGS and isinstance(node, MappingNode):
        for each in node.entries:
            said = tool.elsewhere.get(each.key.text)
            taken = f"{MODEL_ARGS}.{each.key.text}" in (s.option for s in tool.settings.values())
            if (said and each.key.text in ("pretrained", "peft")) or taken:
                message = f"tcwc itself says `{each.key.text}` to the model"
                help = said if said and not taken else f"write `{each.key.text}:` beside `with:`"
                yield finding(BAD_EVALUATION_COMMAND, each.key.span, message, help=help)
            yield from _fields(each.value, names)
    elif tool.told == COMMAND and setting.required and isinstance(node, ScalarNode):
        try:
            words = shlex.split(node.text)
        except ValueError as why:
            message = f"this cannot be split into words: {str(why).lower().rstrip('.')}"
            help = "it is split as a shell does, and run without one: close the quotes"
            yield finding(BAD_EVALUATION_COMMAND, node.span, message, help=help)
            return
        wrong = [*_shell(node, words), *_fields(node, names)]
        yield from wrong or _unsaid(node)


def _unsaid(node: ScalarNode) -> Iterator[Diagnostic]:
    """What a command has to be told: of which weights it is, and where its results go."""
    pieces = parse_template(node.text)
    used = [each.name for each in pieces if isinstance(each, Field)]  # type: ignore[union-attr]
    if not any(each in _TELLING or each not in COLUMNS for each in used):
        message = "this command is told the same of every run: not which weights it evaluates"
        help = "give it the folder of the weights: `--model {folder}`"
        yield finding(BAD_EVALUATION_COMMAND, node.span, message, help=help)
    if RESULTS not in used:
        message = "this command does not say where its results go"
        help = "give it the folder: `--out {results}`; what it writes elsewhere is never read"
        yield finding(BAD_EVALUATION_COMMAND, node.span, message, help=help)


_TELLING = frozenset(("folder", "run", "name", "science_hash"))
"""Columns that say which run it is; so does each variable."""


def _shell(node: ScalarNode, words: list[str]) -> Iterator[Diagnostic]:
    """What only a shell makes something of: nothing of it would happen."""
    found = next((word for word in words if word in _OF_SHELLS or word.startswith("$(")), "")
    help = "put it into a script, and write the command that starts that: `bash eval.sh ...`"
    if not found and (said := _NAMED.search(_QUOTED.sub("", node.text))):
        found = said[0]
        help = f"write a column in braces, as `{{folder}}`; else {help}"
    elif not found and words and (said := _ASSIGNED.match(words[0])):
        found = said[0]
        help = f"write `env {words[0][:40]} ...`, or say it in the cluster profile, `environment:`"
    elif not found and any(word.startswith("~") for word in words):
        found, help = "~", "write the whole path"
    if found:
        message = f"`{found[:20]}` is a shell's, and no shell runs this command"
        yield finding(BAD_EVALUATION_COMMAND, node.span, message, help=help)


_OF_SHELLS = frozenset(("&&", "||", "|", ";", ">", ">>", "<", "2>", "2>&1", "&>", "&"))
_NAMED, _QUOTED = pattern(r"\$[A-Za-z_]\w*|`"), pattern(r"'[^']*'")
_ASSIGNED = pattern(r"[A-Za-z_]\w*=")


def _fields(node: Node, names: Fillable) -> Iterator[Diagnostic]:
    """The fields in a text that are no column."""
    if not isinstance(node, ScalarNode) or node.is_empty:
        return
    pieces = parse_template(node.text)
    if isinstance(pieces, BadTemplate):
        at = part(node, pieces.start, pieces.end)
        yield finding(BAD_EVALUATION_COMMAND, at, pieces.message, help=pieces.help)
        return
    for field in pieces:
        if isinstance(field, Field) and not _is_column(field.name, names):
            at = part(node, field.start, field.end)
            message = f"`{{{field.name[:60]}}}` is no column of a row that is evaluated"
            help = _instead(field.name, names)
            yield finding(BAD_EVALUATION_COMMAND, at, message, help=help)


def _is_column(name: str, names: Fillable) -> bool:
    return name in COLUMNS or name.removeprefix(PARAMETERS) in names.factors


def _instead(name: str, names: Fillable) -> str:
    if name in OF_LATER:
        return "it is known only after training, and the command is written before"
    bare = name.removeprefix(PARAMETERS)
    near = names.called.get(name.lower()) or next(
        iter(nearest(bare, [*names.factors, *COLUMNS])), ""
    )
    if near:
        return f"did you mean `{{{near}}}`? For the text itself write {{{{{name[:40]}}}}}"
    varied = "".join(f", {PARAMETERS}{each}" for each in list(names.factors)[:4])
    return f"there is {', '.join(COLUMNS)}{varied}; for the text itself write {{{{{name[:40]}}}}}"
