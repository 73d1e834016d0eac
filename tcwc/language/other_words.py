"""Sections that every experiment has, under the names that people remember: what they say is read
all the same, so that one lint tells of all else that is wrong."""

from __future__ import annotations

from collections.abc import Collection

from tcwc.model.diagnostics import Diagnostic, finding, reword
from tcwc.model.frozen import replace
from tcwc.model.patterns import pattern
from tcwc.model.rules import UNKNOWN_SECTION
from tcwc.yaml.nodes import Entry, MappingNode, ScalarNode

_NAMES = ("name", "experiment", "study", "study_name", "exp_name", "run_group")
_BASES = ("base", "config", "base_cfg", "from_config", "base_yaml")
_EVALUATIONS = ("evaluation", "evaluations", "eval", "evals", "evaluator", "evaluators")
_OF_EVALUATIONS = {"with", "tasks", "command"}
"""What an evaluation says: without one of these such a section may be anything."""
_SAME = {"base_config", "base_config_file"}
_FILE = pattern(r".+\.ya?ml")
_CONFIG = pattern(r"[\w.]+/[\w.]+")


def as_section(entry: Entry, root: MappingNode, sections: Collection[str]) -> Entry | None:
    """The entry under the section's own name, where that is not there; None where it is no such."""
    name = _section(entry)
    if not name or name not in sections:
        return None
    given = {each.key.text for each in root.entries}
    rivals = [each for each in root.entries if _section(each) == name]
    if name in given or (name.startswith("base_") and _SAME & given) or rivals[0] is not entry:
        return None
    return replace(entry, key=replace(entry.key, text=name))


def told(entry: Entry, name: str) -> Diagnostic:
    """That a section has another name, and the fix that writes it."""
    word, span = entry.key.text, entry.key.span
    return finding(
        UNKNOWN_SECTION,
        span,
        f"there is no section `{word}`",
        help=f"here it is called `{name}`",
        fix=reword(span, word, name, safe=True),
    )


def _section(entry: Entry) -> str:
    """The section that an entry is meant to be; "" for others."""
    word, value = entry.key.text.lower().replace("-", "_"), entry.value
    if isinstance(value, MappingNode):
        return "evaluate" if word in _EVALUATIONS and _evaluates(value) else ""
    if not isinstance(value, ScalarNode) or value.is_empty:
        return ""
    if word in _NAMES:
        return "experiment_name"
    if word not in _BASES:
        return ""
    if _FILE.fullmatch(value.text):
        return "base_config_file"
    return "base_config" if _CONFIG.fullmatch(value.text) else ""


def _evaluates(node: MappingNode) -> bool:
    """Whether a mapping has evaluations, by their names or (which is told then) one without."""
    inner = [each.value for each in node.entries if isinstance(each.value, MappingNode)]
    return any(_OF_EVALUATIONS & {one.key.text for one in each.entries} for each in (node, *inner))
