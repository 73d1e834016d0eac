"""The last form of the specification, read as ours: `experiment: {name, ...}`, `framework_config`.

Each section that has another place here is a finding with the fix that moves it.
"""

from __future__ import annotations

from collections.abc import Collection

from tcwc.model.diagnostics import Diagnostic, Edit, Fix, How, finding, remove_at, replace_by
from tcwc.model.frozen import replace
from tcwc.model.rules import BAD_SECTION, DUPLICATE_KEY, LAST_FORM
from tcwc.model.source import Span
from tcwc.model.target import Target
from tcwc.model.words import listed
from tcwc.yaml.nodes import Entry, MappingNode, ScalarNode, in_flow

_MOVING_UP = ("base_config", "base_config_file", "recipe")
_FOR_PEOPLE = (
    *("question", "hypothesis", "researcher", "researchers", "date", "tags", "notes"),
    *("description", "author", "authors", "owner", "title", "comment", "comments", "purpose"),
    *("goal", "summary", "project", "team", "contact", "paper", "url", "status"),
)
"""What `experiment` holds beside its name, which is `meta` here."""

IN_PLACE_OF_OVERRIDE = (
    "every key of a config can be set as it is: write its path under `controls:`, `section.key: "
    "value`; `+` before a key adds one that nothing known reads, `=` replaces a section"
)
"""What a section of that form is here of which nothing can be read."""

_FOLDERS = ("dir", "directory", "folder", "path", "config_dir", "configs_dir")
"""What a mapping under `output` may call the folder of the configs."""


def is_last_form(root: MappingNode) -> bool:
    """Whether some section of a source has the shape of that form."""
    return any(
        entry.key.text in ("experiment", "framework", "framework_config", "output")
        and (isinstance(entry.value, MappingNode) or entry.key.text == "framework")
        for entry in root.entries
    )


def as_ours(
    root: MappingNode, target: Target, sections: Collection[str]
) -> tuple[MappingNode, list[Diagnostic]]:
    """The sections of such a source as ours, and what is said of each."""
    reader = _Reader(root, target, sections)
    for entry in root.entries:
        reader.read(entry)
    return MappingNode(tuple(reader.entries.values()), root.span), reader.found


class _Reader:
    def __init__(self, root: MappingNode, target: Target, sections: Collection[str]) -> None:
        self._own = {entry.key.text: entry for entry in root.entries}
        self._target = target
        self._sections = sections
        self.entries: dict[str, Entry] = {}
        self.found: list[Diagnostic] = []

    def read(self, entry: Entry) -> None:
        name, node = entry.key.text, entry.value
        if name == "experiment" and isinstance(node, MappingNode):
            self._experiment(entry, node)
        elif name == "framework_config" and isinstance(node, MappingNode):
            self._config(entry, node)
        elif name == "framework":
            if self._framework(entry):
                self._say(entry, "goes: there is one", remove_at(entry.key.span, safe=True))
        elif name == "output" and isinstance(node, MappingNode):
            self._output(entry, node)
        elif name == "meta" and "meta" in self.entries:
            self._merge_meta(entry)
        else:
            self._keep(name, entry)

    def _keep(self, name: str, entry: Entry) -> None:
        first = self.entries.setdefault(name, entry)
        if first is not entry and first.key.span != entry.key.span:
            message = f"`{name}` is given twice, here and in a section of the earlier form"
            said = finding(DUPLICATE_KEY, entry.key.span, message, help="keep one of the two")
            self.found.append(said)

    def _experiment(self, entry: Entry, node: MappingNode) -> None:
        rest = [each for each in node.entries if each.key.text in _FOR_PEOPLE]
        named = next((each for each in node.entries if each.key.text == "name"), None)
        if named is not None:
            key = ScalarNode("experiment_name", False, named.key.span)
            self._keep("experiment_name", Entry(key, named.value))
        sound = True
        for each in node.entries:
            if each.key.text == "framework":
                sound = self._framework(each) and sound
            elif each is not named and each not in rest:
                sound = False
                self._stranger(each)
        if rest:
            key = ScalarNode("meta", False, entry.key.span)
            self._merge_meta(Entry(key, MappingNode(tuple(rest), node.span)))
        line = f"experiment_name: {in_flow(named.value)}" if named else ""
        words = [f"`{line}`"] if line else []
        words += ["`meta:` with what is for people"] if rest else []
        fix = self._of_experiment(entry, node, rest, line) if sound else None
        if words:
            self._say(entry, f"is {' and '.join(words)}", fix)

    def _stranger(self, entry: Entry) -> None:
        """What is neither a name nor for people would be lost among that."""
        name = entry.key.text
        message = f"there is no `{name[:40]}` in `experiment`, which holds a name and what is "
        help = f"a section stands at the top level, `{name[:40]}:`"
        if name not in self._sections:
            help = "keys of a config go under `controls:`, what is for people under `meta:`"
        span = entry.key.span
        self.found.append(finding(BAD_SECTION, span, message + "for people", help=help))

    def _of_experiment(
        self, entry: Entry, node: MappingNode, rest: list[Entry], line: str
    ) -> Fix | None:
        if {"meta", "experiment_name"} & self._own.keys():
            return None
        if not rest:
            return replace_by(_whole(entry), line, safe=True) if line else None
        edits = [Edit(entry.key.span, f"{line}\nmeta" if line else "meta")]
        edits += [Edit(each.key.span, how=How.REMOVE) for each in node.entries if each not in rest]
        return Fix("write experiment_name and meta", tuple(edits), True)

    def _config(self, entry: Entry, node: MappingNode) -> None:
        lines = []
        for each in node.entries:
            if each.key.text not in _MOVING_UP:
                help = f"it holds {', '.join(_MOVING_UP)}; keys of a config go under `controls:`"
                message = f"there is no `{each.key.text}` in `framework_config`"
                self.found.append(finding(BAD_SECTION, each.key.span, message, help=help))
                continue
            self._keep(each.key.text, each)
            lines.append(f"{each.key.text}: {in_flow(each.value)}")
        whole = len(lines) == len(node.entries) and not any(
            each.key.text in self._own for each in node.entries
        )
        fix = replace_by(_whole(entry), "\n".join(lines), safe=True) if whole and lines else None
        self._say(entry, f"is, at the top level, `{'`, `'.join(lines)}`", fix)

    def _framework(self, entry: Entry) -> bool:
        """Whether the framework is the one that configs are made for; another is reported."""
        text = entry.value.text if isinstance(entry.value, ScalarNode) else ""
        if text != self._target.name:
            name = self._target.name
            message = f"configs are made for {name}, and not for `{text[:40]}`"
            help = f"remove the line if {name} is meant"
            self.found.append(finding(BAD_SECTION, entry.value.span, message, help=help))
        return text == self._target.name

    def _output(self, entry: Entry, node: MappingNode) -> None:
        folder = next(
            (e.value for e in node.entries if e.key.text in _FOLDERS and not _is_nested(e)), None
        )
        if isinstance(folder, ScalarNode):
            self._keep("output", Entry(entry.key, folder))
            text = in_flow(folder)
            lost = [e.key.text for e in node.entries if e.value is not folder]
            fix = replace_by(_whole(entry), f"output: {text}", safe=not lost)
            what = f"is the folder for configs, `output: {text}`"
            self._say(entry, what + (f", and nothing reads {listed(lost)}" if lost else ""), fix)
            return
        where = self._target.write_keys[0]
        what = f"goes: configs go to `configs` beside this file, and runs write to `{where}`"
        self._say(entry, what, remove_at(entry.key.span, safe=not _sets_places(node, self._target)))

    def _merge_meta(self, entry: Entry) -> None:
        before = self.entries.get("meta")
        if before is None or not isinstance(before.value, MappingNode):
            self._keep("meta", entry)
        elif isinstance(entry.value, MappingNode):
            both = (*before.value.entries, *entry.value.entries)
            self.entries["meta"] = Entry(before.key, MappingNode(both, before.value.span))

    def _say(self, entry: Entry, what: str, fix: Fix | None) -> None:
        message = f"`{entry.key.text}` as it is here is of an earlier form; it {what}"
        help = "it is read; `tcwc lint --fix` writes it as it is written now"
        if fix is None or not fix.safe:
            help = "it is read; write it as it is written now"
        self.found.append(finding(LAST_FORM, _whole(entry), message, help=help, fix=fix))


def _sets_places(node: MappingNode, target: Target) -> bool:
    """Whether a mapping says where runs write, which its author would miss."""
    return any(entry.key.text in target.write_keys for entry in node.entries)


def _is_nested(entry: Entry) -> bool:
    return not isinstance(entry.value, ScalarNode) or entry.value.is_empty


def _whole(entry: Entry) -> Span:
    """The span of a key and its value."""
    end = entry.value.span
    return replace(entry.key.span, end_line=end.end_line, end_column=end.end_column)
