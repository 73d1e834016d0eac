"""The sections of an experiment: which are there, and that each has the right shape."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from tcwc.language.complaints import look_alike
from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.diagnostics import Diagnostic, Fix, finding, replace_by, reword
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.rules import (
    BAD_SECTION,
    BASE_CHOICE,
    EMPTY_VALUE,
    MISSING_SECTION,
    UNKNOWN_SECTION,
)
from tcwc.model.source import Span
from tcwc.model.target import Target
from tcwc.model.types import Type
from tcwc.model.words import nearest, same_words
from tcwc.yaml.lookalikes import named, plainly
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, in_flow

FORM = 1
"""The form of sources that this tcwc reads; `tcwc: 1` may head one."""

DEFAULT_LIMIT = 10_000
"""More runs than this are refused unless `limit:` allows them."""

_VERSION = "(version)"
"""Stands below for the section that names the target's version; that is called as the target is."""

_OF_THE_LAST_FORM = ("experiment", "framework", "framework_config", "output")

_SECTIONS = {
    "tcwc": "whole number",
    "experiment_name": "text",
    "base_config": "text",
    "base_config_file": "text",
    "recipe": "text",
    _VERSION: "text",
    "variables": "mapping",
    "arms": "mapping",
    "zip": "list",
    "derived": "mapping",
    "exclude": "list",
    "include": "list",
    "sample": "mapping",
    "controls": "mapping",
    "engineering": "mapping",
    "engineering_file": "text",
    "isolate_outputs": "boolean",
    "output": "text",
    "limit": "whole number",
    "meta": "mapping",
    "resources": "mapping",
    "samples": "mapping",
    "run_name": "text",
    "evaluate": "mapping",
}

AFTER_BUILD = ("resources", "samples", "run_name", "evaluate")
"""Sections about the runs, of which nothing is in a config."""

DEFAULT_OUTPUT = "configs"
_ABSOLUTE = pattern(r"[/\\~]|[A-Za-z]:")
_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NEEDED = ("experiment_name", "base_config")
_FILE = pattern(r"\.ya?ml$")
_MAX_NAME = 120
_TYPES = {
    "boolean": Type(("bool",)),
    "whole number": Type(("int",)),
}


def shapes(target: Target) -> dict[str, str]:
    """Every section and its shape. `schemas/experiment.schema.json` says the same to editors."""
    return {target.name if k == _VERSION else k: shape for k, shape in _SECTIONS.items()}


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections as nodes, where they are there and of the right shape."""

    root: Span
    texts: dict[str, ScalarNode]
    mappings: dict[str, MappingNode]
    lists: dict[str, SequenceNode]
    keys: dict[str, Span]
    isolate_outputs: bool
    limit: int
    draws: bool = False
    """Whether it says how many runs are drawn, here or in other words."""

    def text(self, name: str) -> str | None:
        node = self.texts.get(name)
        return node.text if node else None


def read_sections(root: MappingNode, target: Target) -> tuple[Sections, list[Diagnostic]]:
    """Sort the root's entries into sections; what does not fit is left out and reported."""
    known = shapes(target)
    root, found = _in_our_form(root, target)
    texts: dict[str, ScalarNode] = {}
    mappings: dict[str, MappingNode] = {}
    lists: dict[str, SequenceNode] = {}
    scalars: dict[str, bool | int] = {}
    keys: dict[str, Span] = {}
    draws = any(entry.key.text == "sample" for entry in root.entries)
    following = {one.key.text: other for one, other in pairwise(root.entries)}
    for entry in root.entries:
        name = entry.key.text
        shape = known.get(name)
        if shape is None:
            from tcwc.language.other_words import as_section, told  # for mistakes only

            ours = as_section(entry, root, known)
            if ours is None:
                found.append(_unknown(entry, root, known))
                draws = draws or _draws(entry, root)
                continue
            name = ours.key.text
            found.append(told(entry, name))
            entry, shape = ours, known[name]
        keys[name] = entry.key.span
        value = _in_full(name, entry.value)
        if isinstance(value, ScalarNode) and value.is_empty:
            if not _is_indented(following.get(name)):  # its lines are told of, one by one
                found.append(_empty(name, shape, entry.key.span, target))
        elif shape == "mapping" and isinstance(value, MappingNode):
            mappings[name] = value
        elif shape == "list" and isinstance(value, SequenceNode):
            lists[name] = value
        elif shape == "text" and isinstance(value, ScalarNode):
            texts[name] = value
        elif shape in _TYPES and isinstance(value, ScalarNode):
            made = _single(name, shape, value, target)
            if isinstance(made, Diagnostic):
                found.append(made)
            else:
                scalars[name] = made
        else:
            found.append(_wrong_shape(name, shape, value.span, target, *_other_shape(entry, root)))
    sections = Sections(
        root.span,
        texts,
        mappings,
        lists,
        keys,
        bool(scalars.get("isolate_outputs", True)),
        int(scalars.get("limit", DEFAULT_LIMIT)),
        draws,
    )
    # A file of another kind is one mistake, not one for each of its keys. Many a config has a name.
    named = {"experiment_name"} if _is_config(root, target) else set()
    others = [entry for entry in root.entries if entry.key.text not in named]
    if others and not any(_is_section(entry, known) for entry in others):
        return sections, [_no_experiment(root, target)]
    meant = {_meant(e.key.text, known) for e in root.entries if e.key.text not in known}
    found += _required(sections, meant, target)
    return sections, found


def _is_indented(entry: Entry | None) -> bool:
    """Whether a line is indented by what YAML takes for letters."""
    return entry is not None and entry.key.text[:1].isspace()


def _in_our_form(root: MappingNode, target: Target) -> tuple[MappingNode, list[Diagnostic]]:
    """A source in the form of today, and what is said of one in an earlier form."""
    if not any(entry.key.text in _OF_THE_LAST_FORM for entry in root.entries):
        return root, []
    from tcwc.language.last_form import as_ours, is_last_form

    return as_ours(root, target, shapes(target)) if is_last_form(root) else (root, [])


def _single(name: str, shape: str, node: ScalarNode, target: Target) -> bool | int | Diagnostic:
    """The value of a section that is a number or a boolean; or what is wrong with it."""
    typed = type_scalar(node.text, node.quoted, _TYPES[shape])
    if name == "tcwc" and typed != FORM:
        return _other_form(node)
    # To Python booleans are numbers: `false` is an answer, and a limit of 0 is none.
    if typed is False or (isinstance(typed, int) and typed > 0):
        return typed
    wrong = typed if isinstance(typed, Mistyped) else Mistyped("", "write at least 1")
    return _wrong_shape(name, shape, node.span, target, wrong.help, wrong.fix(node.span))


def _other_form(node: ScalarNode) -> Diagnostic:
    """A source that says it has a form which is not read."""
    message = f"this tcwc reads sources of form {FORM}, and this one has form `{node.text[:20]}`"
    help = f"write `tcwc: {FORM}`, or remove the line; a newer form needs a newer tcwc"
    return finding(BAD_SECTION, node.span, message, help=help)


def _in_full(name: str, node: Node) -> Node:
    """What a section says in full: `sample: 20` is short for `sample: {size: 20}`, `samples: 51760`
    for `samples: {count: 51760}`."""
    if not isinstance(node, ScalarNode) or node.is_empty:
        return node
    whole = "count" if name == "samples" else ""
    if name == "sample" and node.text.isdecimal():
        whole = "size"
    return (
        MappingNode((Entry(ScalarNode(whole, False, node.span), node),), node.span)
        if whole
        else node
    )


def _meant(name: str, known: Iterable[str]) -> str:
    """The section that a misspelt name stands for, if there is one like it."""
    near = nearest(name, known)
    return near[0] if len(near) == 1 else ""


def _required(sections: Sections, meant: set[str], target: Target) -> list[Diagnostic]:
    """What every experiment has; a section that was only misspelt is not missing too."""
    found = []
    start = Span(sections.root.file, sections.root.line, sections.root.column, *_end(sections.root))
    if "experiment_name" not in (*sections.keys, *meant):
        found.append(
            finding(
                MISSING_SECTION,
                start,
                "the experiment has no experiment_name",
                help="add `experiment_name: my_study`; outputs of its runs go under that name",
            )
        )
    if (node := sections.texts.get("experiment_name")) is not None:
        found += _bad_name(node)
    if (node := sections.texts.get("output")) is not None:
        found += _bad_output(node)
    for name in ("variables", "arms"):
        if (section := sections.mappings.get(name)) and not section.entries:
            found.append(_empty(name, "mapping", sections.keys[name], target))
    return found if "base_config" in meant else found + _one_base(sections, start, target)


def _one_base(sections: Sections, start: Span, target: Target) -> list[Diagnostic]:
    named, file = sections.keys.get("base_config"), sections.keys.get("base_config_file")
    if named and file:
        return [
            finding(
                BASE_CHOICE,
                max(named, file, key=lambda span: span.line),
                "base_config and base_config_file are both given",
                help=f"keep one: a name of `{target.lister}`, or a file of your own",
            )
        ]
    if not named and not file:
        return [
            finding(
                BASE_CHOICE,
                start,
                "the experiment has no base config",
                help=f"add `base_config: {target.example_config}` (any name of `{target.lister}`), "
                "or `base_config_file: my_config.yaml`",
            )
        ]
    return []


def _bad_output(node: ScalarNode) -> list[Diagnostic]:
    """An output folder is told from the experiment's: it is committed, and works elsewhere too."""
    if found := re.search(r"\$?\{[^{}]*\}", node.text):
        message = f"`output` is one folder for all runs: nothing fills in `{found[0]}`"
        bare = node.text[: found.start()].rstrip("/_-.") or DEFAULT_OUTPUT
        help = f"write `output: {bare}`: each run has a file of its own in it"
        return [finding(BAD_SECTION, node.span, message, help=help)]
    if not _ABSOLUTE.match(node.text) and os.path.normpath(node.text) != ".":
        return []
    return [
        finding(
            BAD_SECTION,
            node.span,
            "`output` is a folder of its own, named from the folder of this file",
            help=f"write a relative path, such as {DEFAULT_OUTPUT}; `tcwc build -o DIR` builds "
            "anywhere",
        )
    ]


def _bad_name(node: ScalarNode) -> list[Diagnostic]:
    if _NAME.fullmatch(node.text) and len(node.text) <= _MAX_NAME:
        return []
    from tcwc.language.shapes import as_name  # for mistakes only

    better, say = as_name(node.text)[:_MAX_NAME], ""
    if "{" in node.text:
        say = "one name is for all runs, which differ by their ids: "
    return [
        finding(
            BAD_SECTION,
            node.span,
            "an experiment_name is letters, digits, `.`, `_` and `-`, and begins with a letter "
            f"or digit; at most {_MAX_NAME} characters",
            help=f"{say}write `experiment_name: {better}`"
            if better
            else "write `experiment_name: my_study`; it names output folders",
        )
    ]


def _unknown(entry: Entry, root: MappingNode, known: Iterable[str]) -> Diagnostic:
    name, fix = entry.key.text, None
    if name == "_override":
        from tcwc.language.last_form import IN_PLACE_OF_OVERRIDE

        message = f"there is no section `{name}`"
        return finding(UNKNOWN_SECTION, entry.key.span, message, help=IN_PLACE_OF_OVERRIDE)
    if plainly(name).strip() in known:
        return look_alike(name, entry.key.span, "section")
    if near := _meant(name, known):
        help = f"did you mean `{near}`?"
        if all(other.key.text != near for other in root.entries):
            fix = reword(
                entry.key.span, name, near, safe=same_words(name.rstrip("s"), near.rstrip("s"))
            )
    elif name[:1].isspace():
        help = f"it begins with {named(name)}, which looks like a space: indent with spaces"
    else:
        from tcwc.language.shapes import of_stranger  # for mistakes only

        help = of_stranger(name, entry.value)
    return finding(
        UNKNOWN_SECTION, entry.key.span, f"there is no section `{name}`", help=help, fix=fix
    )


def _draws(entry: Entry, root: MappingNode) -> bool:
    """Whether a section that there is none of says how many runs are drawn."""
    from tcwc.language.drawn import drawn, is_size  # for mistakes only

    return is_size(entry) or bool(drawn(entry, root))


def _is_section(entry: Entry, known: Mapping[str, str]) -> bool:
    return entry.key.text in known or bool(_meant(entry.key.text, known))


def _is_config(root: MappingNode, target: Target) -> bool:
    """Whether a section of a file names the component that is made of it."""
    return any(
        isinstance(entry.value, MappingNode)
        and any(below.key.text == target.component for below in entry.value.entries)
        for entry in root.entries
    )


def _no_experiment(root: MappingNode, target: Target) -> Diagnostic:
    """For a file without a single section: a config of the target, or another tool's sweep."""
    message, help = (
        "this is no experiment: it has none of its sections",
        ("an experiment has experiment_name, base_config and variables"),
    )
    marks = {re.match(r"\+|[0-9]+ |", entry.key.text)[0] for entry in root.entries}  # type: ignore[index]
    if "" not in marks:
        what = "`+`, as in a diff" if marks == {"+"} else "its number"
        return finding(
            MISSING_SECTION,
            root.entries[0].key.span,
            f"each line begins with {what}, so this is no experiment",
            help="remove it from every line",
        )
    if _is_config(root, target):
        message = f"this is a {target.name} config, and no experiment"
        from tcwc.language.plain_config import way_out  # for mistakes only

        help = way_out(root)
    return finding(MISSING_SECTION, root.entries[0].key.span, message, help=help)


def _empty(name: str, shape: str, span: Span, target: Target) -> Diagnostic:
    return finding(
        EMPTY_VALUE,
        span,
        f"`{name}` is empty",
        help=("" if name in _NEEDED else "remove the line, or ") + _example(name, shape, target),
    )


def _template_unquoted(node: Node) -> tuple[str, Fix | None]:
    """Help and fix for `run_name: {seed}`, which braces make a mapping of."""
    if not isinstance(node, MappingNode) or not node.entries:
        return "", None
    names = [each.key.text for each in node.entries]
    is_bare = all(isinstance(e.value, ScalarNode) and e.value.is_empty for e in node.entries)
    if len(names) > 1 or not is_bare or '"' in names[0]:
        return "", None
    text = f'"{{{names[0]}}}"'
    return f"in braces it is a mapping: write `run_name: {text}`", replace_by(node.span, text)


def _wrong_shape(
    name: str, shape: str, span: Span, target: Target, help: str = "", fix: Fix | None = None
) -> Diagnostic:
    help = help or _example(name, shape, target)
    what = {"text": "string", "mapping": "mapping, `key: value` lines"}.get(shape, shape)
    what = "number of runs, or a mapping with `size` and `seed`" if name == "sample" else what
    what = "whole number, or a mapping with `when`" if name == "samples" else what
    return finding(BAD_SECTION, span, f"`{name}` must be a {what}", help=help, fix=fix)


def _other_shape(entry: Entry, root: MappingNode) -> tuple[str, Fix | None]:
    """Help and fix for a section of another shape, where it is plain what is meant."""
    name, node = entry.key.text, entry.value
    if name == "run_name" and (meant := _template_unquoted(node))[0]:
        return meant
    if name == "zip" and isinstance(node, ScalarNode) and node.text.lower() in ("true", "yes"):
        varied = (e.value for e in root.entries if e.key.text == "variables")
        names = [e.key.text for v in varied if isinstance(v, MappingNode) for e in v.entries]
        if len(names) > 1:
            return f"write `zip: [[{', '.join(names)}]]`", None
    if name == "engineering" and isinstance(node, ScalarNode) and _FILE.search(node.text):
        key = f"{name}_file"
        return f"write `{key}: {node.text}`", replace_by(entry.key.span, key, safe=True)
    if name == "base_config" and isinstance(node, SequenceNode):
        from tcwc.language.shapes import several_bases  # for mistakes only

        return several_bases(name, node), None
    if name.endswith("_file") and isinstance(node, SequenceNode):
        first = next((item.text for item in node.items if isinstance(item, ScalarNode)), "FILE")
        return f"it is one file: write `{name}: {first}`", None
    if name == "exclude":
        from tcwc.language.rows import as_condition, in_quotes  # for mistakes only

        text = node.text if isinstance(node, ScalarNode) else as_condition(node)
        if text:
            quoted, sure = in_quotes(text, node)
            # A dash without a space behind it, or a second line, is most often an item.
            one = node.span.line == node.span.end_line and not text.startswith("-")
            one = one and (isinstance(node, ScalarNode) or sure is not None)
            fix = replace_by(node.span, f"[{quoted}]") if one else None
            return f"write `exclude: [{quoted}]`", fix
    from tcwc.language.shapes import in_shape  # for mistakes only

    if help := in_shape(name, node):
        return help, None
    return _listed(node) if isinstance(node, SequenceNode) else _glued(name, node)


def _listed(node: SequenceNode) -> tuple[str, Fix | None]:
    """Help for `- key: value` items where `key: value` lines belong."""
    entries = [e for i in node.items if isinstance(i, MappingNode) for e in i.entries]
    if not entries or not all(isinstance(item, MappingNode) for item in node.items):
        return "", None
    named = [_by_name(item) for item in node.items if isinstance(item, MappingNode)]
    if all(named):
        return f"each key stands before its levels: write {_quoted_lines(named)}", None
    if len({e.key.text for e in entries}) < len(entries):
        rows = ", ".join(f"level_{n}: {in_flow(item)}" for n, item in enumerate(node.items, 1))
        say = "settings of several keys are the levels of an arm"
        return f"{say}: write `arms: {{setup: {{{rows}}}}}` at the top level, not here", None
    lines = [f"{e.key.text}: {in_flow(e.value)}" for e in entries[:4]]
    return f"remove the dashes, so that there are lines {_quoted_lines(lines)}", None


def _quoted_lines(lines: list[str]) -> str:
    """Lines as a help quotes them."""
    return ", ".join(f"`{each}`" for each in lines)


def _by_name(item: MappingNode) -> str:
    """The line of an item that says its own name, as lists of parameters have them."""
    names = [e for e in item.entries if e.key.text in ("name", "parameter", "key")]
    rest = tuple(e for e in item.entries if e not in names)
    if len(names) != 1 or not isinstance(names[0].value, ScalarNode) or not rest:
        return ""
    alone = len(rest) == 1 and isinstance(rest[0].value, SequenceNode)
    value = in_flow(rest[0].value if alone else MappingNode(rest, item.span))
    return f"{names[0].value.text}: {value}"


def _unmarked(name: str, node: ScalarNode) -> tuple[str, Fix | None]:
    """Help and fix for `key [a, b]` and `key = value`, which have no colon."""
    sign = r" *(?::=|->|<-|=(?!=)) *"
    found = re.fullmatch(rf"([A-Za-z][\w.]*)(?:{sign}(\S.*)| +(\[.*\]))", node.text)
    if found is None or node.quoted or node.span.line != node.span.end_line:
        return "", None
    line = f"{found[1]}: {found[2] or found[3]}"
    below = node.span.column > len(name) + 1 and node.span.column < len(name) + 4
    if below:  # on the line of the section
        return f"write `{name}: {{{line}}}`", replace_by(node.span, f"{{{line}}}")
    return f"write `{line}`", replace_by(node.span, line)


def _glued(name: str, node: Node) -> tuple[str, Fix | None]:
    """Help and fix for `key:value`, which is a text for YAML, also with a colon of another kind."""
    if not isinstance(node, ScalarNode):
        return "", None
    if (unmarked := _unmarked(name, node))[0]:
        return unmarked
    text = plainly(node.text)
    found = re.match(
        r"([A-Za-z_][\w.]*): ?(\S.*)" if text != node.text else r"([A-Za-z_][\w.]*):(\S.*)", text
    )
    if found is None:
        return "", None
    if text != node.text:
        help = f"there is {named(node.text)} in it, which looks like a colon: write `{text}`"
        return help, replace_by(node.span, text, safe=True)
    if re.match(r"\w\s", found[2]):  # `output_di:r /x` is no `output_di: r /x`
        return "write `key: value`, with the colon after the whole key", None
    apart = f"{found[1]}: {found[2]}"
    one = node.span.line == node.span.end_line
    fix = replace_by(node.span, apart, safe=True) if one else None
    return f"write a space after the colon: `{apart}`", fix


_EXAMPLES = {
    "variables": "`variables:` and below it, indented, `key: [a, b]` lines",
    "arms": "`arms:` and below it `adapter:` with `small: {lora_rank: 8}` lines",
    "derived": "`derived:` and below it, indented, `key: 2 * lora_rank` lines",
    "evaluate": "`evaluate: {sums: {with: lm_eval, tasks: [truthfulqa_mc2]}}`",
    "sample": "`sample: {size: 20, seed: 7}`",
    "zip": "`zip: [[batch_size, gradient_accumulation_steps]]`",
    "exclude": '`exclude: ["lora_rank == 64 and epochs > 1"]`',
    "include": "`include: [{lora_rank: 128, optimizer.lr: 1e-4}]`",
    "experiment_name": "`experiment_name: my_study`",
    "base_config": "`base_config: {example}` (`{lister}` lists the names)",
    "base_config_file": "`base_config_file: my_config.yaml`",
    "engineering_file": "`engineering_file: cluster.yaml`",
    "resources": "`resources: {time: 12:00:00, gpus: 1, cpus: 8, memory: 64G}`",
    "samples": "`samples: 51760`, the number of samples of the data",
    "run_name": '`run_name: "r{lora_rank}-s{seed}"`',
    "recipe": "`recipe:` and a name that `{lister}` shows",
}


def _example(name: str, shape: str, target: Target) -> str:
    """How to write a section of a shape."""
    general = {
        "mapping": f"`{name}:` and below it, indented, `key: value` lines",
        "boolean": "true or false",
        "whole number": "a number such as 20000",
        "text": f"`{name}: ...` on one line",
    }
    if name in ("base_config", "recipe"):
        names = {"example": target.example_config, "lister": target.lister}
        return f"write {_EXAMPLES[name].format(**names)}"
    return f"write {_EXAMPLES.get(name) or general[shape]}"


def _end(span: Span) -> tuple[int, int]:
    """The end of a span's first character: findings about a whole file point to its start."""
    return span.line, span.column + 1
