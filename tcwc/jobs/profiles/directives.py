"""`directives:` and `refuses:` of a profile: options of sbatch, by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tcwc.jobs.profiles.profile import GPU_DIRECTIVES
from tcwc.jobs.profiles.sbatch_options import SbatchOption, SbatchOptions
from tcwc.jobs.profiles.unexpanded import unexpanded
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.patterns import pattern
from tcwc.model.rules import BAD_PROFILE_VALUE, REFUSED_DIRECTIVE
from tcwc.model.words import nearest
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_NAME = pattern(r"[a-z][a-z0-9-]*")
_GPU_COUNT = pattern(r"(?:^|,)gpu\b")
_YES = ("true", "True", "yes", "on")
_NO = ("false", "False", "no", "off")
_KEYS = ("partition", "account", "qos", "constraint")


def read_directives(
    section: MappingNode, options: SbatchOptions
) -> tuple[dict[str, str], list[Diagnostic]]:
    """The free directives by name, "" of those without a value; and what is wrong with them."""
    read: dict[str, str] = {}
    found: list[Diagnostic] = []
    for entry in section.entries:
        name, wrong = name_of_directive(entry.key, options, given=True)
        found += wrong
        option = options.by_name.get(name)
        if not name or (refusal := _not_free(name, entry, option)) is not None:
            found += [refusal] if name and refusal else []
            continue
        value = _value(name, entry, option)
        if isinstance(value, Diagnostic):
            found.append(value)
        else:
            read[name] = value
            if isinstance(entry.value, ScalarNode):
                found += unexpanded(f"--{name}", entry.value)
    return read, found


def name_of_directive(
    node: ScalarNode, options: SbatchOptions, *, given: bool = False
) -> tuple[str, list[Diagnostic]]:
    """The name of an option of sbatch, without its dashes; "" where it is none, and why.

    With `given` it is to have a value here.

    One that is not known and like none that is may be a site's own, and is taken.
    """
    text = node.text
    if text in options.by_name:
        return text, []
    bare = text.lstrip("-").replace("_", "-")
    letter = options.letters.get(bare)
    near = [bare] if bare in options.by_name else nearest(bare, options.by_name)
    if letter is not None or near:
        name = letter or near[0]
        message = f"sbatch has no option `--{text.lstrip('-')[:40]}`"
        if letter is not None or text.startswith("-"):
            message = f"`{text[:40]}` is written by its name, without dashes"
        help = f"write `{name}`" if len(near) < 2 else f"did you mean `{name}`?"
        option = options.by_name[name]
        if given and option.instead:
            help = f"write {option.instead}"
        elif given and option.ours:
            message, help = f"`--{name}` is tcwc's to give: {option.ours}", "remove the line"
        return "", [finding(REFUSED_DIRECTIVE, node.span, message, help=help)]
    if not _NAME.fullmatch(text):
        message = f"`{text[:40]}` is no name of an option of sbatch"
        help = "write its name without dashes, and its value behind a colon: `mail-type: END`"
        return "", [finding(REFUSED_DIRECTIVE, node.span, message, help=help)]
    return text, []


def _not_free(name: str, entry: Entry, option: SbatchOption | None) -> Diagnostic | None:
    """Why an option is not given here; None where it may be."""
    span = entry.key.span
    if name == "gres":
        text = entry.value.text if isinstance(entry.value, ScalarNode) else ""
        if _GPU_COUNT.search(text):
            help = "write `gpus:` under `resources:` of the experiment, and here `gpu_type:`"
            message = "how many GPUs a run has is not said for the whole site"
            return finding(REFUSED_DIRECTIVE, span, message, help=help)
    if option is None:
        return None
    if option.ours:
        message = f"`--{name}` is tcwc's to give: {option.ours}"
        return finding(REFUSED_DIRECTIVE, span, message, help="remove the line")
    if option.instead:
        message = f"`--{name}` has a place of its own"
        return finding(REFUSED_DIRECTIVE, span, message, help=f"write {option.instead}")
    return None


def _value(name: str, entry: Entry, option: SbatchOption | None) -> str | Diagnostic:
    """The text that an option has, or what is wrong with it."""
    node = entry.value
    kind = option.value if option is not None else "optional"
    if not isinstance(node, ScalarNode):
        return _bad(node.span, f"`--{name}` has one value", _joined(name, node))
    text = node.text
    if node.is_empty or (not node.quoted and text in _YES and kind != "needed"):
        if kind == "needed":
            return _bad(entry.key.span, f"`--{name}` needs a value", f"write `{name}: VALUE`")
        return ""
    if not node.quoted and text in _NO and kind != "needed":
        return _bad(node.span, f"`--{name}` cannot be taken back", "remove the line")
    if kind == "none":
        return _bad(node.span, f"`--{name}` takes no value", f"write `{name}: true`")
    if not text.strip() or not text.isprintable():
        return _bad(node.span, f"the value of `--{name}` is a text of one line", "write it on one")
    return text


def _joined(name: str, node: Node) -> str:
    """What to write for a list: sbatch's lists have commas."""
    items = node.items if isinstance(node, SequenceNode) else ()
    if items and all(isinstance(each, ScalarNode) for each in items):
        joined = ",".join(each.text for each in items if isinstance(each, ScalarNode))
        return f'write `{name}: "{joined}"`'
    return f"write `{name}: VALUE`"


def _bad(span: Any, message: str, help: str) -> Diagnostic:
    return finding(BAD_PROFILE_VALUE, span, message, help=help)


def check_refused(entries: Mapping[str, Entry], read: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """What a profile says that its site refuses, and gives all the same."""
    refuses = read.get("refuses", ())
    if not refuses:
        return
    places = {key: entries[key].key for key in _KEYS if key in read}
    section = entries["directives"].value if "directives" in read else None
    if isinstance(section, MappingNode):
        places |= {each.key.text: each.key for each in section.entries}
    node = entries["refuses"].value
    items = node.items if isinstance(node, SequenceNode) else (node,)
    for item in items:
        name = item.text if isinstance(item, ScalarNode) else ""
        if name in places:
            message = f"the site refuses `--{name}`, and this profile gives it"
            label = Label(places[name].span, "given here")
            help = "remove one of both"
            yield finding(REFUSED_DIRECTIVE, item.span, message, help=help, labels=(label,))
        elif name == read.get("gpu_directive", "gres"):
            others = [each for each in GPU_DIRECTIVES if each not in refuses]
            help = f"write `gpu_directive: {others[0]}`" if others else "remove it from this list"
            message = f"the site refuses `--{name}`, by which this profile asks for GPUs"
            yield finding(REFUSED_DIRECTIVE, item.span, message, help=help)
